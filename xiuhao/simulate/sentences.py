"""What the demo says when it says no."""

from __future__ import annotations

from xiuhao.kernel.sentences import register
from xiuhao.kernel.words import _

register(
    {
        "not_empty": _("这里已有账号，不能再建演示企业。演示企业只建在空的系统里；要重新开始请用 scripts/reset。"),
        "nobody_owns": _("{number} 还没有责任人，请先分派或领取。"),
    }
)
