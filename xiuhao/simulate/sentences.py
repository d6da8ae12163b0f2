"""What the demo says when it says no."""

from __future__ import annotations

from xiuhao.kernel.sentences import register
from xiuhao.kernel.words import _

register(
    {
        "not_empty": _("这里已有账号，不能再建演示企业。演示企业只建在空的系统里；要重新开始请用 scripts/reset。"),
        "unknown_question": _(
            "“{text}” 不能比较。请写 agents=+2 或 agents=-1 这样的人数变化（最多 {most} 人），或 resolution=8h 这样的时限（{clocks}），"
            "天数 1 到 {days}。"
        ),
        "not_the_demo": _("这不是演示企业：这里不模拟任何事情。"),
        "nobody_owns": _("{number} 还没有责任人，请先分派或领取。"),
    }
)
