"""From the negotiation to the file: what was agreed on, the opinion, the decision by authority, its execution, the five copies."""

from __future__ import annotations

from decimal import Decimal

from xiuhao.claim import deciding, queries
from xiuhao.claim.elements import (
    ASKED,
    CHASED,
    CLOCKS,
    CLOSED,
    COPIES,
    DECIDED,
    DECIDING,
    DECISION,
    EVERYBODY,
    NEGOTIATED,
    NEGOTIATING,
    NOT_UPHELD,
    NOTE,
    OFFICE,
    READING,
    SALES,
    STAGES,
    WHY,
    turn,
)
from xiuhao.claim.models import OUTCOMES
from xiuhao.claim.queries import Pieces
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Day, Evidence, LongText, Money, Text
from xiuhao.kernel.process import Notice, Transition
from xiuhao.kernel.words import _

DECIDABLE = queries.decidable(DECISION, lambda step: step.record.pk)
DONE_ON = Day(key="executed_on", label=_("执行日期"), past=True)


def _content(*, again: bool = False) -> tuple[Evidence, ...]:
    """What authority decides on."""
    return (
        Choice(key="outcome", label=_("核定处理"), options=OUTCOMES, required=not again),
        Money(key="amount", label=_("核定金额"), required=not again),
        Pieces(key="approved_quantity", label=_("核定数量"), least=Decimal(0), required=False),
    )


DECIDING_VERBS = (
    Transition(
        "negotiate", _("填写交涉结果"), (NEGOTIATING,), None, may=SALES,
        needs=(LongText(key="negotiation", label=_("交涉结果"), longest=4000, clauses=("CS5-9.6",)),), guards=(deciding.READ,),
        opens=(READING,), notify=(ASKED,),
    ),
    Transition(
        "read", _("核阅交涉结果"), (NEGOTIATING,), NEGOTIATED, may={r.ASKED}, answers=READING, outcome="agreed", needs=(NOTE,),
        notify=(turn(r.OFFICE),),
    ),
    Transition(
        "renegotiate", _("退回重新交涉"), (NEGOTIATING,), None, may={r.ASKED}, answers=READING, outcome="refused", needs=(WHY,),
        notify=(turn(r.SALES),),
    ),
    Transition(
        "opine", _("作成综合意见"), (NEGOTIATED,), DECIDING, may=OFFICE,
        needs=(LongText(key="opinion", label=_("综合意见"), longest=4000), *_content()),
        guards=(deciding.JOINTLY, deciding.FITS, deciding.CLAIMED, DECIDABLE), opens=(DECISION,), notify=(ASKED,),
    ),
    Transition(
        "approve", _("核决同意"), (DECIDING,), DECIDED, may={r.ASKED}, answers=DECISION, outcome="agreed", needs=(WHY,),
        do=deciding.approve, notify=(turn(r.SALES), NOT_UPHELD),
    ),
    Transition(
        "refuse", _("不同意，退回"), (DECIDING,), NEGOTIATED, may={r.ASKED}, answers=DECISION, outcome="refused", needs=(WHY,),
        notify=(turn(r.OFFICE),),
    ),
    Transition(
        "amend", _("更改核定内容"), (DECIDING, DECIDED), DECIDING, may=OFFICE, needs=(*_content(again=True), WHY),
        guards=(deciding.NOT_RENEWED, deciding.FITS, deciding.CLAIMED, DECIDABLE), do=deciding.amend, may_open=(DECISION,), notify=(ASKED,),
    ),
    Transition(
        "object", _("签呈异议"), (DECIDED,), DECIDING, may=EVERYBODY | {r.FINANCE},
        needs=(LongText(key="objection", label=_("签呈"), longest=4000),), guards=(deciding.NOT_RENEWED, DECIDABLE), opens=(DECISION,),
        do=deciding.reopen, notify=(ASKED,), clauses=("CS5-9.16",),
    ),
    Transition(
        "dispute", _("客户有异议，呈报上级"), (DECIDED,), DECIDING, may=SALES,
        needs=(LongText(key="objection", label=_("客户的异议"), longest=4000),),
        guards=(deciding.REJECTED, deciding.NOT_COLLECTED, deciding.NOT_RENEWED, DECIDABLE), opens=(DECISION,), do=deciding.go_up,
        notify=(ASKED,), clauses=("CS5-9.18",),
    ),
    Transition(
        "execute", _("登记执行"), (DECIDED,), None, may=SALES,
        needs=(LongText(key="execution", label=_("执行情况"), longest=4000), DONE_ON),
        guards=(deciding.UPHELD, deciding.AGREED, deciding.NOT_RENEWED), do=deciding.execute,
    ),
    Transition(
        "collect", _("登记收回账款"), (DECIDED,), None, may=SALES, needs=(Money(key="collected", label=_("已收账款")), DONE_ON),
        guards=(deciding.REJECTED, deciding.AGREED, deciding.NOT_RENEWED, deciding.IN_FULL), do=deciding.execute,
        clauses=("CS5-9.18",),
    ),
    Transition(
        "close", _("结案"), (DECIDED,), CLOSED, may=OFFICE, needs=(NOTE,),
        guards=(deciding.AGREED, deciding.EXECUTED, deciding.COUNTED, deciding.PAPERED, deciding.SLIPPED, deciding.CERTIFIED),
        do=deciding.end,
    ),
    Transition("replace", _("已由新表代替"), (DECIDED,), CLOSED, may={r.SYSTEM}, quiet=True, do=deciding.end),
    Transition(
        "distribute", _("分送五联"), (CLOSED,), None, may={r.SYSTEM}, quiet=True, opens=(COPIES,),
        notify=(Notice("claim_copies", {r.ASKED}),),
    ),
    Transition(
        "acknowledge", _("签收本联"), (CLOSED,), None, may={r.ASKED}, answers=COPIES, outcome="agreed", needs=(NOTE,),
    ),
    Transition(
        "chase", _("逾期催办"), STAGES, None, may={r.SYSTEM}, quiet=True,
        needs=(Choice(key="clock", label=_("逾期环节"), options=tuple((c.key, c.label) for c in CLOCKS if c.key in CHASED)),),
        notify=(Notice("claim_overdue", {r.OFFICE}, ("CS5-10.4",)),), says=_("{clock}已超过，通知总经理室催办"),
    ),
    Transition(
        "note", _("内部备注"), (*STAGES, CLOSED), None, may=EVERYBODY | {r.AGENT, r.LEAD, r.FINANCE, r.DEPUTY, r.DIRECTOR},
        needs=(Text(key="text", label=_("内容"), longest=2000),),
    ),
)  # fmt: skip
