"""What the declaration of returns is made of: states, evidence, conditions, asks and clocks of both ways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from xiuhao.claim.queries import Pieces
from xiuhao.kernel import asks
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Day, Flag, LongText, Moment, Money, Number, Photos, Ref, Text
from xiuhao.kernel.process import Ask, Clock, Guard, Notice, State
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.product import queries as products
from xiuhao.returns import guarantee, judging, queries, slip
from xiuhao.returns.models import KINDS, METHODS, OUTCOMES, PROOFS
from xiuhao.wording import queries as wording

# 三包
APPLIED = State("applied", _("待接待"), "amber")
TAKEN = State("taken", _("待鉴定"), "blue")
UNMET = State("unmet", _("待说明"), "red")
APPRAISED = State("appraised", _("待审核"), "amber")
REVIEWED = State("reviewed", _("待批准"), "amber")
APPROVED = State("approved", _("待执行"), "blue")
EXECUTED = State("executed", _("待返件"), "blue")
SHIPPED = State("shipped", _("返件途中"), "purple")
ARRIVED = State("arrived", _("待分析"), "purple")
IMPROVING = State("improving", _("落实对策"), "purple")
REJECTED = State("rejected", _("不成立"), "grey", end=True)
# The slip
PROPOSED = State("proposed", _("待批示"), "amber")
REFUSED = State("refused", _("待修改"), "red")
ENDORSED = State("endorsed", _("待收料"), "blue")
DIFFERS = State("differs", _("差异请示"), "red")
INSTRUCTED = State("instructed", _("待实签"), "blue")
RECEIVED = State("received", _("待入账"), "purple")
OVER = State("over", _("超量待核"), "red")
RESALE = State("resale", _("待转售"), "purple")
REWORKING = State("reworking", _("重处理中"), "purple")
# Both
CLOSED = State("closed", _("已结案"), "green", end=True)
WITHDRAWN = State("withdrawn", _("已撤回"), "grey", end=True, given_up=True)

APPLICANTS = frozenset({r.AGENT, r.LEAD, r.EXPERT, r.DEALER, r.REGION, r.CUSTOMER})
SENDERS = frozenset({r.OWNER, r.REGION, r.ENGINEER, r.WAREHOUSE})
READERS = frozenset(
    {r.REGION, r.ENGINEER, r.WAREHOUSE, r.SALES, r.SALES_HEAD, r.PRODUCTION, r.RESEARCH, r.OFFICE, r.DEPUTY, r.DIRECTOR}
)  # fmt: skip

EXAMINATION = Ask("examination", _("技术鉴定"), to=r.EXPERT, to_person="technician", clauses=("YD-5.3",))
APPROVAL = Ask("approval", _("退换批准"), to=r.MANAGER, covers=("kind", "serial", "value"), amount="value", clauses=("YD-5.5",))

SLIP = Ask("slip", _("退货单批示"), to=r.DEPUTY, covers=("kind", "method", "quantity", "amount"), amount="amount", clauses=("CS5-13.2",))
DIFFERENCE = Ask("difference", _("收料差异请示"), to=r.SALES_HEAD, covers=("counted",), clauses=("CS5-13.4",))
OVERAGE = Ask("overage", _("超量核定"), to=r.DEPUTY, covers=("actual",), amount="worth", clauses=("CS5-13.5",))


@dataclass(frozen=True, kw_only=True)
class Bought(Day):
    """The day of a purchase."""

    def example(self) -> Any:
        return (local(now()).date() - timedelta(days=20)).isoformat()


class Serial(Text):
    """A serial number in its one form."""

    sample: ClassVar[Any] = "XH26B0001234"
    secret: ClassVar[bool] = False

    def clean(self, raw: Any) -> str:
        return products.normalise_serial(super().clean(raw))


OPENED = Guard(
    "remedy_closed",
    _("现在不能主张{kind}：{why}。可以主张：{right}。"),
    judging.opened,
    ("YD-5.1",),
    why=judging.reason,
)
TICKET_OPEN = Guard("ticket_ended", _("工单已经结束，请先重新打开工单再申请退换。"), lambda s: bool(s.context["parent"].is_open))
ALONE = Guard("applied_already", _("这张工单或这台产品已有未结的退换申请，请在原申请上继续。"), guarantee.alone)
ONCE = Guard(
    "remedied_already",
    _("这台产品已经办理过退货、换货或折让，不能再次申请；请核对序列号和备案记录。"),
    guarantee.once,
)
FAIR = Guard("value_wrong", _("金额不对，按三包判定和产品价格应为：{sum}。请核对后填写。"), guarantee.fair, why=guarantee.sums)
DETAILED = Guard("explained_briefly", _("请把不符合的原因向客户讲清楚（至少 15 个字）。"), guarantee.detailed, ("YD-5.4",))
NOT_OWN = Guard("own_application", _("不能审核自己提出的申请，请由他人审核。"), guarantee.not_own)
STILL_AGREED = Guard("not_agreed", _("批准后内容有变，请重新报批。"), asks.agreed("approval"), ("YD-5.5",))
NAMED = Guard("new_serial_missing", _("换货请填写换出新机的序列号。"), guarantee.named)
PAID = Guard("payment_missing", _("退款或折让请填写付款凭证号。"), guarantee.paid)
MODELLED = Guard("model_missing", _("技术分析要归到型号，请选择型号。"), guarantee.modelled, ("YD-5.7",))

DECIDED = Guard("claim_undecided", _("客诉还没有核定为退货、换货或重工，不能开退货单。"), slip.decided)
IN_FORCE = Guard(
    "claim_changed",
    _("客诉已重新核决或正在重新核决，与退货单不符，不能继续；请等核决后按新的核定办理，或作废本单。"),
    slip.in_force,
)
NOT_RECEIVED = Guard("goods_received", _("货物已经收下，不能作废退货单，请按单入账。"), slip.not_received)
ONLY = Guard("slip_made", _("这张客诉单已经开过退货单，请在原单上处理。"), slip.only)
KNOWN = Guard(
    "quantity_unknown", _("客户还在加工，数量未定；请业务员先补填数量并批示。"), lambda s: s.record.quantity is not None, ("CS5-13.4",)
)
UNKNOWN = Guard("quantity_known", _("数量已经填过，要改请退回修改。"), lambda s: bool(s.record.unknown), early=True)
PROVEN = Guard(
    "proof_missing",
    _("还没有退货证明：原发票收回、影印发票盖章、销货退回证明单，三样有一样才能入账。"),
    slip.proven,
    ("CS5-13.8",),
)
AGREES = Guard(
    "quantities_differ",
    _("数量不符，不能入账：核定 {approved}，退货单 {slip}，实收 {actual}，会计核对 {checked}。"),
    slip.agrees,
    ("CS5-13.4",),
    why=slip.figures,
)
MONTH_OVER = Guard("still_resellable", _("转售期限未满，期满未售才能认列损失。"), slip.month_over)

NOTE = Text(key="note", label=_("说明"), longest=500, ours=True)
REMARK = Text(key="note", label=_("说明"), longest=500, required=False, ours=True)
APPLICATION = (
    Choice(key="kind", label=_("处理方式"), options=KINDS),
    LongText(key="reason", label=_("产品缺陷与退换原因"), longest=500, ours=True),
    Bought(key="purchased_on", label=_("购买日期"), past=True, help=_("档案里已有的以档案为准。")),
    Serial(key="serial", label=_("序列号"), longest=40, required=False),
    Number(key="mileage", label=_("里程"), required=False, most=Decimal(2_000_000), unit=_("公里")),
    Text(key="same_fault", label=_("与以往哪次维修同一故障"), required=False, help=_("填维修记录里的故障名称或代码。")),
    Flag(key="safety", label=_("严重安全性能故障")),
    Photos(key="photos", label=_("故障照片与购机凭证"), required=False, at_least=0),
)
TECHNICIAN = Ref(key="technician", label=_("鉴定人"), find=queries.technician, offers=queries.technicians, clauses=("YD-5.3",))
APPRAISAL = (
    Choice(key="outcome", label=_("鉴定结论"), options=OUTCOMES, clauses=("YD-5.3",)),
    LongText(key="finding", label=_("鉴定情况"), longest=2000, clauses=("YD-5.3",), ours=True),
    Photos(key="photos", label=_("鉴定照片"), at_least=1, clauses=("YD-5.3",), ours=True),
    Photos(key="signature", label=_("鉴定人签字"), at_least=1, at_most=1, clauses=("YD-5.3",), ours=True),
)
EXPLANATION = wording.Said(key="explanation", label=_("给客户的说明"), longest=2000, clauses=("YD-5.4",))
VALUE = Money(key="value", label=_("金额"), help=_("退款或折让的金额；换货填产品价值。"), ours=True)
EXECUTION = (
    Serial(key="new_serial", label=_("换出新机序列号"), longest=40, required=False, help=_("换货必填；保修自换货之日重新起算。")),
    Text(key="paid", label=_("付款凭证号"), longest=60, required=False, help=_("退货、折让必填。"), ours=True),
    Photos(key="receipt", label=_("客户签收凭证"), at_least=1, at_most=3, ours=True),
)
PARCEL = (
    Text(key="carrier", label=_("承运方"), longest=60),
    Text(key="tracking_no", label=_("运单号"), longest=60, clauses=("YD-5.7",)),
)
ANALYSIS = (
    Ref(key="model", label=_("型号"), required=False, find=queries.model, offers=queries.models),
    Text(key="cause", label=_("失效原因"), longest=200, clauses=("YD-5.7",)),
    LongText(key="analysis", label=_("技术分析"), longest=4000, clauses=("YD-5.7",)),
    LongText(key="countermeasure", label=_("改进对策"), longest=4000, clauses=("YD-5.7",)),
    Moment(key="measure_due", label=_("对策完成期限"), within=lambda: timedelta(days=365)),
)
QUANTITY = Pieces(key="quantity", label=_("退货数量"), required=False, help=_("不填就是核定数量；客户加工中可以以后补填。"))
FILLED = Pieces(key="quantity", label=_("退货数量"))
ON_SLIP = (
    LongText(key="reason", label=_("退货原因"), longest=500, clauses=("CS5-13.2",)),
    Choice(key="method", label=_("处理方法"), options=METHODS, clauses=("CS5-13.2",)),
    Text(key="basis", label=_("依据"), longest=300, clauses=("CS5-13.2",), help=_("例如核决文号、与客户的协议。")),
)
ISSUED = Pieces(key="issued", label=_("原出货数量"), help=_("退回的不能多于出货的。"))
GATE = Ref(key="warehouse", label=_("收料仓库所属单位"), required=False, find=queries.unit, offers=queries.gates)
COUNTED = Pieces(key="counted", label=_("点收数量"), clauses=("CS5-13.4",))
ACTUAL = Pieces(key="actual", label=_("实签数量"), clauses=("CS5-13.4",))
CHECKED = Pieces(key="checked", label=_("会计核对数量"), help=_("按退货证明上的实退数量填写。"), clauses=("CS5-13.4",))
COST = Money(
    key="cost", label=_("退回货物成本"), required=False, help=_("填了就把成本转回库存，以后低于成本转售或未售的损失也会记账；不填不记。")
)
RED = Text(
    key="red_invoice", label=_("红字发票号"), longest=60, required=False, help=_("开了红字发票才填；填了就按记账规则的税率分出冲减的税额。")
)
PROOF = (
    Choice(key="proof", label=_("退货证明"), options=PROOFS, clauses=("CS5-13.8",)),
    Text(key="proof_no", label=_("证明编号"), longest=60, required=False),
    Photos(key="proof_file", label=_("证明图片"), at_least=1, clauses=("CS5-13.8",)),
)

TO_REGION = Notice("return_applied", {r.OWNER})
TO_EXAMINE = Notice("return_to_examine", {r.ASKED})
TO_CUSTOMER = Notice("return_rejected", {r.CUSTOMER}, ("YD-5.4",), when=queries.reachable)
ASKED = Notice("slip_asked", {r.ASKED})
ASKED_NOW = Notice("slip_asked", {r.ASKED}, when=lambda step: bool(step.context.get("asking")))
ANSWERED = Notice("slip_answered", {r.OWNER, r.WAREHOUSE})
AT_GATE = Notice("slip_coming", {r.WAREHOUSE})
TO_BOOK = Notice("slip_received", {r.FINANCE}, when=lambda step: step.record.actual is not None)
DONE = Notice("return_executed", {r.CUSTOMER}, when=queries.reachable)

CLOCKS = (
    Clock("reception", _("接待时限"), runs_in=(APPLIED,), escalates=(r.LEAD, r.MANAGER)),
    Clock("appraisal", _("鉴定时限"), runs_in=(TAKEN,), escalates=(r.REGION, r.MANAGER), again=("send_back",)),
    Clock("explanation", _("说明时限"), runs_in=(UNMET,), escalates=(r.MANAGER,)),
    Clock("review", _("审核时限"), runs_in=(APPRAISED,), escalates=(r.MANAGER,), again=("appraise",)),
    Clock("approval", _("批准时限"), runs_in=(REVIEWED,), escalates=(r.MANAGER,)),
    Clock("execution", _("退换时限"), runs_in=(APPROVED,), escalates=(r.LEAD, r.MANAGER)),
    Clock("sending", _("返件时限"), runs_in=(EXECUTED, SHIPPED), escalates=(r.REGION, r.MANAGER)),
    Clock("analysis", _("分析时限"), runs_in=(ARRIVED,), escalates=(r.MANAGER,)),
    Clock("decision", _("批示时限"), runs_in=(PROPOSED,), escalates=(r.DEPUTY, r.DIRECTOR), again=("revise", "fill")),
    Clock("receipt", _("收料时限"), runs_in=(ENDORSED,), escalates=(r.SALES_HEAD,), again=("endorse", "turn_away")),
    Clock("answer", _("差异答复时限"), runs_in=(DIFFERS,), escalates=(r.DEPUTY,), again=("receive",)),
    Clock("booking", _("入账时限"), runs_in=(RECEIVED,), escalates=(r.MANAGER,), again=("receive", "sign", "accept_over")),
    Clock("overage", _("超量核定时限"), runs_in=(OVER,), escalates=(r.DIRECTOR,), again=("book",)),
    Clock("resale", _("转售期限"), runs_in=(RESALE,), due="resale_until", escalates=(r.SALES_HEAD,)),
    Clock("measure", _("对策时限"), runs_in=(IMPROVING,), due="measure_due", escalates=(r.MANAGER,)),
)
