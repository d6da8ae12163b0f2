"""The decision tables of the desk: what their rows may ask, and what they answer."""

from __future__ import annotations

from xiuhao.kernel import policy
from xiuhao.kernel.policy import Column
from xiuhao.kernel.words import _
from xiuhao.ticket.handover import BASICS
from xiuhao.ticket.jumping import GROUNDS
from xiuhao.ticket.models import CHANNELS, KINDS, STAGES, URGENCIES

TIERS = (("basic", _("初级")), ("intermediate", _("中级")), ("advanced", _("高级")), ("vip", "VIP"))
INDUSTRIES = (("appliance", _("家电")), ("electronics", _("电子")), ("vehicle", _("汽车")))
ASKABLE = (
    ("contact_name", _("联系人")),
    ("contact_phone", _("联系电话")),
    ("contact_address", _("地址")),
    ("category", _("品类")),
    ("serial", _("序列号")),
    ("purchased_on", _("购买日期")),
)


def _choice(key: str, label: str, options: tuple[tuple[str, str], ...]) -> Column:
    return Column(key, label, "choice", lambda: {value: str(text) for value, text in options})


KIND = _choice("kind", _("类型"), KINDS)
CHANNEL = _choice("channel", _("渠道"), CHANNELS)
TIER = _choice("tier", _("服务级别"), TIERS)
INDUSTRY = _choice("industry", _("行业"), INDUSTRIES)
URGENCY = _choice("urgency", _("急缓"), URGENCIES)
REGION = Column("region", _("地区"))
PRIORITY = Column("priority", _("优先级"), "number")
LEVEL = Column("level", _("升级层级"), "number")
ANSWERED = Column("answered", _("已答复"), "flag")
COMPLEXITY = _choice("complexity", _("复杂度"), (("normal", _("一般")), ("high", _("复杂"))))
STAGE = _choice("stage", _("阶段"), STAGES)
CATEGORY = Column("category", _("品类"))
LENGTH = Column("length", _("描述字数"), "number")
ROUTING = (KIND, CATEGORY, URGENCY, TIER, INDUSTRY, CHANNEL, STAGE, LENGTH)

policy.facts("ticket", INDUSTRY, CATEGORY, TIER, KIND, CHANNEL, URGENCY, COMPLEXITY, REGION, ANSWERED, LEVEL)
policy.table("ticket.required", _("必填信息"), (KIND, CHANNEL), (Column("fields", _("必填项"), "choices", lambda: dict(ASKABLE)),))
policy.table("ticket.complexity", _("复杂工单"), ROUTING, (COMPLEXITY,))
policy.table("ticket.skill", _("技能匹配"), ROUTING, (Column("skill", _("技能"), required=False),))
policy.table("ticket.priority", _("优先级"), ROUTING, (PRIORITY,))
policy.table(
    "ticket.head_start",
    _("级别提前"),
    (TIER, INDUSTRY),
    (Column("minutes", _("排队提前"), "number", unit=_("分钟")),),
    help=_("按风险排队时，该级别的工单排在时限相近的其他工单之前多少；时限本身不变。"),
)
policy.table(
    "ticket.promise",
    _("默认承诺时间"),
    (PRIORITY, KIND),
    (Column("limit", _("时限"), "limit"), Column("calendar", _("工作历"), "calendar")),
)
policy.table("ticket.promise_most", _("最远的承诺"), (), (Column("days", _("天数"), "number", unit=_("天")),))
policy.table("ticket.retention", _("归档保存年限"), (INDUSTRY,), (Column("years", _("年"), "number"),))
LIMIT = (Column("limit", _("时限"), "limit"), Column("calendar", _("工作历"), "calendar"))
policy.table("ticket.delay_lead", _("延误提前告知"), (PRIORITY, KIND), (Column("limit", _("承诺之前"), "limit"),))
policy.table("ticket.update_every", _("升级期间告知进展"), (LEVEL, PRIORITY), LIMIT)
JOINED = Column("joined", _("已列入批量问题"), "flag")
policy.table("ticket.jump", _("插队"), (_choice("ground", _("理由"), GROUNDS), TIER, JOINED), (PRIORITY,))
policy.table("ticket.handover", _("转技术须知"), (KIND, CATEGORY), (Column("fields", _("必须已知"), "choices", lambda: dict(BASICS)),))
policy.table(
    "ticket.suggestion",
    _("派单推荐"),
    (KIND, CATEGORY),
    tuple(Column(key, label, "number") for key, label in (("skill", _("技能权重")), ("load", _("负荷权重")), ("distance", _("距离权重")))),
)
