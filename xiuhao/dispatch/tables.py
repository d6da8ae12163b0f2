"""The decision tables of dispatch: what a plan is worth, how fast one drives, who decides by themselves, what is learned."""

from __future__ import annotations

from xiuhao.kernel import policy
from xiuhao.kernel.policy import Column
from xiuhao.kernel.words import _

MINUTES = _("折合行程分钟")
PER_MINUTE = _("折合行程分钟/分钟")
MODES = (("assign", _("指派")), ("pool", _("抢单池")), ("automatic", _("自动派单")))
TERMS = (
    ("unserved_low", _("当天不做：低优先级"), MINUTES),
    ("unserved_normal", _("当天不做：普通"), MINUTES),
    ("unserved_high", _("当天不做：高优先级"), MINUTES),
    ("unserved_vip", _("当天不做：最高优先级"), MINUTES),
    ("breach_factor", _("今天到时限的，乘以"), ""),
    ("late_low", _("超出时限：低优先级"), PER_MINUTE),
    ("late_normal", _("超出时限：普通"), PER_MINUTE),
    ("late_high", _("超出时限：高优先级"), PER_MINUTE),
    ("late_vip", _("超出时限：最高优先级"), PER_MINUTE),
    ("late_once", _("一旦超时，另加"), MINUTES),
    ("travel", _("行程"), PER_MINUTE),
    ("waiting", _("空等"), PER_MINUTE),
    ("overtime", _("加班"), PER_MINUTE),
    ("overtime_most", _("加班上限"), _("分钟")),
    ("stranger", _("不是客户熟悉的工程师"), MINUTES),
    ("stranger_personal", _("不是客户熟悉的工程师：专属服务"), MINUTES),
    ("overqualified", _("大材小用，每高一级"), MINUTES),
    ("changed", _("发布后换人"), MINUTES),
    ("changed_soon", _("24 小时内换人"), MINUTES),
    ("fairness", _("忙闲不均，按忙碌小时的平方"), MINUTES),
    ("freeze", _("多少分钟内出发的不再动"), _("分钟")),
)

policy.table("dispatch.terms", _("排程权衡"), (), tuple(Column(key, label, "number", unit=unit) for key, label, unit in TERMS))
policy.table(
    "dispatch.travel",
    _("行车速度"),
    (Column("km", _("直线距离"), "number", unit=_("公里")),),
    (Column("speed", _("时速"), "number", unit=_("公里/小时")), Column("detour", _("绕行系数"), "number")),
)
policy.table(
    "dispatch.mode",
    _("派单方式"),
    (Column("station", _("服务站")), Column("service", _("服务类型")), Column("priority", _("优先级"), "number")),
    (Column("mode", _("方式"), "choice", {key: str(label) for key, label in MODES}),),
)
policy.table(
    "dispatch.learning",
    _("用时学习"),
    (),
    (
        Column("least", _("至少多少单"), "number"),
        Column("weight", _("原定用时相当于几单"), "number"),
        Column("days", _("最近几天"), "number", unit=_("天")),
    ),
)
