"""What reception says when it refuses."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "arrived_later": _("到访时间不能晚于现在。"),
        "ticket_unknown": _("没有编号为 {number} 的工单，或您看不到它。"),
    }
)
