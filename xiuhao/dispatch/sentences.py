"""What dispatch says when it refuses."""

from __future__ import annotations

from xiuhao.kernel.sentences import register
from xiuhao.kernel.words import _

register(
    {
        "no_station": _("您负责的范围里还没有带工程师的服务站。请先在排班里登记工程师。"),
        "bad_day": _("日期“{day}”不对，或离今天太远。"),
        "bad_move": _("没有说清派给谁、几点开始。请重新选择。"),
        "move_begun": _("{number} 已经开始、在等待或已结束，不能再移动。"),
        "move_touched": _("{number} 在排程之后有变动，没有移动。"),
        "move_blocked": _("不能派给 {name}：{why}。"),
        "move_promised": _("已与客户约好（{window}），改到别的时间要先改约。"),
        "offer_gone": _("{number} 的这个安排刚刚被占用，请重新看推荐。"),
        "slot_taken": _("这个时段刚刚被约走了，请从现在还有的时段里再选一个。"),
        "plan_running": _("{unit} {day} 正在排程，请等它算完，或先停止它。"),
        "plan_state": _("这次排程现在是“{state}”，不能这样做。"),
    }
)
