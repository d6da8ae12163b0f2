"""What learning says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "subject_unknown": _("没有“{subject}”这个学习对象，或没有为它设门槛。"),
        "too_little_to_learn": _("自有文本还不够：可用 {n} 条，至少要 {least} 条、两类以上，每类不少于 {each} 条。"),
    }
)
