"""From the business department to the ledger: the form, its number, its sample, its quantity; a new form where the customer rejects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from xiuhao.claim import deciding, filing, queries
from xiuhao.claim.elements import (
    ACTING,
    CLOSED,
    DECIDED,
    FILERS,
    OFFICE,
    PLACES,
    REGISTERED,
    SALES,
    STAGES,
    SUBMITTED,
    UNDECIDED,
    WHY,
    WITHDRAWN,
    turn,
)
from xiuhao.claim.models import DEMANDS, MARKETS
from xiuhao.claim.queries import Pieces
from xiuhao.complaint import queries as complaints
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import CaseNumber, Choice, Day, Evidence, Flag, LongText, Money, Photos, Text
from xiuhao.kernel.process import Guard, Notice, Transition
from xiuhao.kernel.words import _

COUNTED_OR_SAID = Guard(
    "quantity_unsaid",
    _("请填写退换数量；客户还在加工、数量未定的，请勾选“客户加工中未确定”。两者不能同时填。"),
    lambda step: (step.record.quantity is None) == bool(step.record.in_process),
    ("CS5-9.2",),
)
OLD_DECIDED = Guard(
    "previous_undecided",
    _("原处理表还没有核决，客户没有结论可以拒绝；请先办完原处理表。"),
    lambda step: filing.previous(step).case.state in (DECIDED.key, CLOSED.key),
    ("CS5-9.12",),
)
ONCE = Guard(
    "resubmitted_already",
    _("这张表已经另填过新表，请在新表上办理。"),
    lambda step: not queries.renewed(filing.previous(step).pk),
)
NOTHING_UNDER_WAY = Guard(
    "papers_open",
    _("退货单或折让证明还没有办完，请先办完或作废。"),
    lambda step: deciding.papered(filing.previous(step).pk),
)
AGAIN = (OLD_DECIDED, ONCE, NOTHING_UNDER_WAY)
NOT_ABOUT = complaints.no_part(filing.complaint_of)
OLD_FOUND = Guard(
    "previous_unknown",
    _("没有找到这位客户的这张原处理表，或您看不到它，请核对编号。"),
    filing.theirs,
    of="replaces",
)
ANSWERABLE = Guard(
    "complaint_ended",
    _("投诉 {complaint} 已经结束，新表的结论无法转告客户。请先为客户登记新的投诉，在新投诉上填报处理表，“原处理表”填 {number}。"),
    lambda step: bool(filing.complaint_of(step).case.is_open),
    ("CS5-9.12",),
    why=lambda step: {"complaint": filing.complaint_of(step).case.number, "number": step.context["parent"].number},
)
STILL_OPEN = Guard("complaint_over", _("这件投诉已经结束，不能再填处理表。"), lambda step: bool(step.context["parent"].is_open))
SAMPLE = (
    Text(key="sample_place", label=_("样品存放处"), longest=100),
    Choice(key="sample_with", label=_("样品保管部门"), options=PLACES),
)
REPLACES = CaseNumber(
    key="replaces", label=_("原处理表"), required=False, offers=filing.offers, clauses=("CS5-9.12",),
    help=_("原投诉已结案、客户又不接受结论时填写：新表附上原表"),
)  # fmt: skip
FIRST = ("CS5-9.1",)
SALES_TELL = ("CS5-9.1", "CS5-7.1")


def _counted(given: Mapping[str, Any]) -> bool:
    """A quantity is wanted unless the customer still processes the goods."""
    return not given.get("in_process")


def _form(*, again: bool = False) -> tuple[Evidence, ...]:
    """What is asked for when a form is filed; of a new one for the same matter only what has changed."""
    need: dict[str, Any] = {"required": not again}
    return (
        Text(key="order_no", label=_("订单编号"), longest=40, clauses=SALES_TELL, **need),
        Text(key="part_no", label=_("料号"), longest=60, clauses=SALES_TELL, **need),
        Day(key="ship_date", label=_("交运日期"), past=True, clauses=FIRST, **need),
        Pieces(
            key="quantity",
            label=_("退换数量"),
            required=not again,
            when=None if again else _counted,
            clauses=("CS5-9.2",),
        ),
        Flag(key="in_process", label=_("客户加工中未确定")),
        Pieces(key="defect_quantity", label=_("不良数量"), least=Decimal(0), clauses=FIRST, **need),
        Money(key="price", label=_("单价"), **need),
        Choice(key="demand", label=_("客户要求"), options=DEMANDS, clauses=SALES_TELL, **need),
        LongText(key="reason", label=_("抱怨内容") if not again else _("客户不接受的原因"), longest=4000, clauses=FIRST),
        LongText(key="advice", label=_("业务意见"), longest=4000, clauses=FIRST, **need),
        Choice(key="market", label=_("内外销"), options=MARKETS, **need),
        Text(key="sample", label=_("样品"), longest=200, help=_("样品的名称和数量；无法取得的写明原因"), clauses=FIRST, **need),
        Text(key="sample_place", label=_("样品存放处"), longest=100, required=False),
        Choice(key="sample_with", label=_("样品保管部门"), options=PLACES, required=False),
        Photos(key="photos", label=_("照片"), required=False),
    )


FILING = (
    Transition(
        "submit", _("填报客户抱怨处理表"), (), SUBMITTED, may=FILERS, on="complaint", needs=(*_form(), REPLACES),
        gather=filing.gather_named, do=filing.submit, notify=(Notice("claim_submitted", {r.OFFICE, ACTING}),),
        guards=(STILL_OPEN, OLD_FOUND, COUNTED_OR_SAID, *(replace(one, of="replaces") for one in AGAIN)),
    ),
    Transition(
        "resubmit", _("客户不接受，另填新表"), (), SUBMITTED, may=FILERS, on="claim", needs=_form(again=True), gather=filing.gather,
        guards=(ANSWERABLE, *AGAIN), do=filing.resubmit, notify=(Notice("claim_submitted", {r.OFFICE, ACTING}),),
    ),
    Transition(
        "register", _("登记编号"), (SUBMITTED,), REGISTERED, may=OFFICE, do=filing.register,
        notify=(turn(r.QUALITY),), clauses=("CS5-8.1", "CS5-9.4"),
    ),
    Transition(
        "fill_quantity", _("补填数量"), STAGES, None, may=FILERS,
        needs=(Pieces(key="quantity", label=_("退换数量")),),
        guards=(Guard("quantity_known", _("数量已经填写。"), lambda step: bool(step.record.in_process), early=True),),
        do=filing.fill_quantity,
    ),
    Transition(
        "move_sample", _("转移样品"), STAGES, None, may=SALES | {r.QUALITY, r.PRODUCTION, r.RESEARCH, r.OFFICE}, needs=SAMPLE,
        do=filing.move_sample,
    ),
    Transition(
        "withdraw", _("撤回"), UNDECIDED, WITHDRAWN, may=FILERS | OFFICE, needs=(WHY,), guards=(deciding.NOT_CARRIED_OUT,),
        do=deciding.end,
    ),
)  # fmt: skip
