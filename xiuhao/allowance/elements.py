"""What the declaration of allowance is made of: states, asks, evidence, conditions and clocks."""

from __future__ import annotations

from decimal import Decimal

from xiuhao.allowance import certifying
from xiuhao.kernel import asks
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Day, Files, LongText, Money, Text
from xiuhao.kernel.process import Ask, Clock, Guard, State
from xiuhao.kernel.words import _

ENDORSING = State("endorsing", _("待经理签核"), "amber")
APPROVING = State("approving", _("待总经理签核"), "amber")
SIGNED = State("signed", _("待客户盖章"), "purple")
SEALED = State("sealed", _("待入账"), "blue")
BOOKED = State("booked", _("已入账"), "green", end=True)
VOID = State("void", _("已作废"), "grey", end=True, given_up=True)

CLAUSE = ("CS5-13.1",)
SALES = frozenset({r.SALES, r.SALES_HEAD})
READERS = SALES | {r.OFFICE, r.DEPUTY, r.DIRECTOR}
COVERED = ("kind", "amount")
HEAD = Ask("head", _("经（副）理签核"), to=r.SALES_HEAD, covers=COVERED, amount="amount", clauses=CLAUSE)
TOP = Ask("top", _("总（副）经理签核"), to=r.DIRECTOR, covers=COVERED, amount="amount", clauses=CLAUSE)

AMOUNT = Money(key="amount", label=_("金额"), least=Decimal("0.01"), help=_("不超过核定金额；同一客诉的几张证明合计也不能超过。"))
INVOICE = Text(key="invoice_no", label=_("原发票号"), longest=60, required=False)
REASON = LongText(key="reason", label=_("折让原因"), longest=2000)
NOTE = Text(key="note", label=_("意见"), required=False, longest=500)
WHY = Text(key="why", label=_("理由"), longest=500)
SEAL = Files(key="seal", label=_("客户盖章的证明扫描件"), at_least=1, at_most=5, clauses=CLAUSE)
SEALED_ON = Day(key="sealed_on", label=_("客户盖章日期"), past=True)
DAY = Day(key="day", label=_("凭证日期"), required=False, past=True, help=_("不填就是今天。已结账的月份不能记账。"))
RED = Text(
    key="red_invoice", label=_("红字发票号"), longest=60, required=False, help=_("开了红字发票才填；填了就按记账规则的税率分出冲减的税额。")
)

DECIDED = Guard("claim_undecided", _("客诉还没有核决为折让或赔款，不能开证明。请等核决。"), certifying.decided)
IN_FORCE = Guard(
    "claim_decided_anew",
    _("客诉已重新核决或正在重新核决，与证明不符。请等核决后更正金额，或作废本证明。"),
    certifying.in_force,
)
WITHIN = Guard(
    "allowance_beyond",
    _("核定 {decided}，已开证明 {used}，最多还能开 {rest}。要更多须重新核决。"),
    certifying.within,
    why=certifying.rest_in_words,
)
SIGNED_BOTH = Guard(
    "not_agreed",
    _("证明的金额没有两级签核，或签核后有变。请重新送签。"),
    lambda step: asks.agreed("head")(step) and asks.agreed("top")(step),
    CLAUSE,
)
NOT_OWN = Guard("own_certificate", _("开证明的人不能自己签核，请由他人签核。"), certifying.another, CLAUSE)

CLOCKS = (
    Clock("signing", _("签核时限"), runs_in=(ENDORSING, APPROVING), escalates=(r.SALES_HEAD, r.DIRECTOR), again=("amend",)),
    Clock("seal", _("客户盖章时限"), runs_in=(SIGNED,), escalates=(r.SALES_HEAD,), again=("approve",)),
    Clock("booking", _("入账时限"), runs_in=(SEALED,), escalates=(r.FINANCE, r.MANAGER)),
)
