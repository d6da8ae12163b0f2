"""What the standards of liability say when they refuse."""

from __future__ import annotations

from xiuhao.kernel import sentences
from xiuhao.kernel.words import _

sentences.register(
    {
        "shares_of_hundred": _("责任人与各级主管的比率合计须为 100%，现在是 {sum}%。"),
        "share_range": _("本可发现的部门合计比率须在 0 到 100% 之间，不含 100%。"),
        "cap_range": _("每月上限须在 0 到 100% 之间。"),
    }
)
