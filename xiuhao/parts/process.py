"""THE DECLARATIONS of parts: how they are asked for and handed over, bought, and counted."""

from __future__ import annotations

from dataclasses import replace

from xiuhao.kernel import roles as r
from xiuhao.kernel.process import Notice, Process, Reaction, Series, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.words import _
from xiuhao.parts import buying, counting, supplying
from xiuhao.parts.elements import (
    ACCEPTED,
    APPROVED,
    ASKED,
    BUYING,
    CAME,
    CLOSED,
    COUNT_CLOCKS,
    COUNTED,
    COUNTING,
    DIFFERENCE,
    DIFFERS,
    DONE,
    DROPPED,
    FOUND,
    HELD,
    HOW,
    ISSUED,
    KEEPERS,
    NOTE,
    OPEN,
    ORDERED,
    PICKED,
    PIECES,
    PRICED,
    PURCHASE_CLOCKS,
    RECEIVED,
    REJECTED,
    REQUEST,
    REQUESTED,
    RESERVED,
    SHORT,
    SOME,
    STOCKERS,
    SUPPLY_CLOCKS,
    TO_BUY,
    TO_COUNT,
    TRANSFER,
    TWO_HANDS,
    WHO_ASKS,
)

__all__ = ["COUNT", "PURCHASE", "SUPPLY", "check_vans", "drop_all", "inform", "reconsider"]
# for the reactions of higher processes
inform, drop_all, reconsider, check_vans = supplying.inform, supplying.drop_all, supplying.reconsider, counting.check_vans

SUPPLY = declare(
    Process(
        "supply",
        _("备件领用与调拨"),
        record="parts.Supply",
        related=("source__unit", "destination__unit", "destination__account"),
        series=Series("LL"),
        facts=supplying.facts,
        relations=supplying.relations,
        title=supplying.title,
        readers=frozenset({r.WAREHOUSE}),
        transitions=(
            Transition(
                "request", _("申请备件"), (), RESERVED, may=WHO_ASKS | {r.SYSTEM}, on="work", needs=REQUEST, gather=supplying.places_of,
                do=supplying.ask, or_else=(SHORT,), clauses=("SL-3.10",), notify=(REQUESTED,),
            ),
            Transition(
                "transfer", _("申请调拨"), (), RESERVED, may=WHO_ASKS, needs=TRANSFER, do=supplying.ask, or_else=(SHORT,),
                clauses=("SL-3.10",), notify=(Notice("supply_requested", {r.WAREHOUSE}),),
            ),
            Transition("fill", _("补足占用"), (SHORT,), RESERVED, may=KEEPERS | {r.SYSTEM}, do=supplying.fill, or_else=(SHORT,)),
            Transition(
                "redirect", _("改送"), (RESERVED, SHORT, PICKED), None, may={r.SYSTEM}, do=supplying.redirect, quiet=True,
                notify=(Notice("supply_redirected", {r.WAREHOUSE, r.OWNER}),),
            ),
            Transition("pick", _("拣货"), (RESERVED, SHORT), PICKED, may=KEEPERS, guards=(HELD,), needs=(PIECES,), do=supplying.pick),
            Transition(
                "issue", _("发料"), (PICKED,), ISSUED, may=KEEPERS, guards=(PRICED,), do=supplying.issue, clauses=("YD-1.9",),
                notify=(Notice("supply_issued", {r.OWNER}),),
            ),
            Transition(
                "accept", _("签收"), (ISSUED,), DONE, may={r.OWNER}, guards=(TWO_HANDS,),
                needs=(replace(CAME, starts=supplying.to_accept), NOTE), do=supplying.accept,
                or_else=(DIFFERS,), clauses=("YD-1.9",),
            ),
            Transition("settle", _("处理差异"), (DIFFERS,), DONE, may={r.LEAD, r.MANAGER}, needs=(HOW, DIFFERENCE), do=supplying.settle),
            Transition(
                "cancel", _("撤销申请"), (RESERVED, SHORT, PICKED), DROPPED, may=KEEPERS | {r.OWNER, r.SYSTEM}, needs=(DIFFERENCE,),
                do=supplying.drop, notify=(Notice("supply_dropped", {r.WAREHOUSE, r.OWNER}),),
            ),
        ),
        clocks=SUPPLY_CLOCKS,
        reactions=(Reaction("accept", supplying.accepted), Reaction("settle", supplying.accepted), Reaction("cancel", supplying.accepted)),
    )
)  # fmt: skip

PURCHASE = declare(
    Process(
        "purchase",
        _("备件采购"),
        record="parts.Purchase",
        related=("place__unit",),
        series=Series("CG"),
        facts=buying.facts,
        readers=frozenset({r.WAREHOUSE}),
        transitions=(
            Transition("ask", _("申请采购"), (), ASKED, may=STOCKERS | {r.SYSTEM}, needs=TO_BUY, opens=(BUYING,), do=buying.ask),
            Transition("approve", _("批准"), (ASKED,), APPROVED, may={r.ASKED}, answers=BUYING, outcome="agreed", needs=(NOTE,)),
            Transition("reject", _("驳回"), (ASKED,), REJECTED, may={r.ASKED}, answers=BUYING, outcome="refused", needs=(DIFFERENCE,)),
            Transition("order", _("下单"), (APPROVED,), ORDERED, may=STOCKERS, needs=ACCEPTED, do=buying.order),
            Transition(
                "receive", _("到货入库"), (ORDERED,), RECEIVED, may=STOCKERS, needs=(replace(CAME, starts=buying.to_receive),),
                do=buying.receive, or_else=(ORDERED,),
            ),
            Transition("cancel", _("取消采购"), (ASKED, APPROVED, ORDERED), DROPPED, may=STOCKERS, needs=(DIFFERENCE,)),
        ),
        clocks=PURCHASE_CLOCKS,
        reactions=(Reaction("receive", buying.received),),
    )
)  # fmt: skip

COUNT = declare(
    Process(
        "count",
        _("盘点"),
        record="parts.Count",
        related=("place__unit", "place__account"),
        series=Series("PD"),
        facts=counting.facts,
        readers=frozenset({r.WAREHOUSE}),
        transitions=(
            Transition("begin", _("开始盘点"), (), OPEN, may=STOCKERS | {r.ENGINEER, r.SYSTEM}, needs=TO_COUNT, do=counting.begin),
            Transition(
                "enter", _("录入盘点"), (OPEN,), COUNTED, may=STOCKERS | {r.OWNER}, needs=FOUND, guards=(SOME,), do=counting.enter,
                or_else=(CLOSED,), may_open=(COUNTING,),
            ),
            Transition(
                "approve", _("认可差异"), (COUNTED,), CLOSED, may={r.ASKED}, answers=COUNTING, outcome="agreed", needs=(NOTE,),
                do=counting.post,
            ),
            Transition("reject", _("退回重盘"), (COUNTED,), OPEN, may={r.ASKED}, answers=COUNTING, outcome="refused", needs=(DIFFERENCE,)),
            Transition("cancel", _("取消盘点"), (OPEN,), DROPPED, may=STOCKERS, needs=(DIFFERENCE,)),
        ),
        clocks=COUNT_CLOCKS,
        reactions=(Reaction("approve", counting.posted),),
    )
)  # fmt: skip
