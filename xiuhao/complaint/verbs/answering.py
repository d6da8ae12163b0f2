"""Answered by the responsible department; told how it goes; planned, offered and agreed to."""

from __future__ import annotations

from dataclasses import replace

from xiuhao.complaint import handling
from xiuhao.complaint.authority import LIMITS, OF_OPTION
from xiuhao.complaint.elements import (
    AMOUNT,
    APOLOGISED,
    DIFFERENT,
    FAULT,
    HANDLE,
    HEARD,
    NEXT_READY,
    OFFERED,
    PROMISED,
    REASON,
    REMEDIED,
    REMEDIES,
    RENEWED,
    WAYS,
    told,
)
from xiuhao.complaint.stages import ANSWERED, ASSIGNED, CONFIRMED, DESK, HANDLERS, OPEN, PLANNED, RECEIVED
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Evidence, Files, Flag, LongText, Money, Text
from xiuhao.kernel.process import Notice, Transition
from xiuhao.kernel.words import _
from xiuhao.wording import queries as wording

AGAIN = replace(PROMISED, when=None, required=False, clauses=("CS4-1.4",), help=_("没有解决就写下一次答复的时间；不改就按原来的"))
WAY = Choice(key="way", label=_("方式"), options=WAYS)
FIRST = ("HA-5.5",)
NUMBERED = (_("方案一（最佳）"), _("方案二"), _("方案三"), _("方案四"))
COSTS = (_("方案一金额"), _("方案二金额"), _("方案三金额"), _("方案四金额"))


def _options() -> tuple[Evidence, ...]:
    """Three at least, four at most, each with what it costs (CS4-2.2)."""
    found: list[Evidence] = []
    for n, (label, cost) in enumerate(zip(NUMBERED, COSTS, strict=True), 1):
        must = n < len(NUMBERED)
        clauses = ("CS4-2.2",) if must else ()
        found.append(LongText(key=f"option_{n}", label=label, longest=1000, required=must, clauses=clauses))
        found.append(Money(key=f"amount_{n}", label=cost, required=False))
    return tuple(found)


ANSWERING_VERBS = (
    Transition(
        "answer", _("部门首次答复"), (ASSIGNED,), ANSWERED, may={r.ASKED}, answers=HANDLE, outcome="agreed",
        needs=(
            Flag(key="contacted", label=_("已联系到客户"), must=True, clauses=FIRST, ours=True), WAY,
            LongText(key="facts", label=_("了解到的情况"), longest=4000, clauses=FIRST, ours=True), FAULT, APOLOGISED,
            wording.Said(key="text", label=_("初步答复"), longest=2000, clauses=FIRST), AMOUNT, AGAIN,
        ),
        guards=(RENEWED, *LIMITS), do=handling.answered, notify=(told("complaint_reply"), Notice("complaint_answered", {r.OWNER})),
    ),
    Transition(
        "send_back", _("退回（不属本部门）"), (ASSIGNED,), RECEIVED, may={r.ASKED}, answers=HANDLE, outcome="refused", needs=(REASON,),
        do=handling.sent_back, notify=(Notice("complaint_sent_back", {r.OWNER}),),
    ),
    Transition(
        "inform", _("告知进展"), OPEN, None, may=DESK | HANDLERS, public=True,
        needs=(
            wording.Said(key="text", label=_("进展"), longest=2000),
            Choice(key="remedy", label=_("补偿或替代"), options=REMEDIES, required=False, help=_("严重投诉必须说明")), AMOUNT, AGAIN,
        ),
        guards=(REMEDIED, RENEWED, *LIMITS), do=handling.inform, notify=(told("complaint_progress"),),
    ),
    Transition(
        "chase", _("客户来催问"), OPEN, None, may=DESK | HANDLERS, do=handling.chased,
        needs=(Text(key="note", label=_("客户怎么说"), longest=500),),
    ),
    Transition(
        "plan", _("拟定方案"), (ANSWERED, PLANNED, CONFIRMED), PLANNED, may=HANDLERS, guards=(HEARD, DIFFERENT),
        needs=(*_options(), Text(key="note", label=_("说明"), longest=500, required=False)), do=handling.plan, clauses=("HA-5.6",),
    ),
    Transition(
        "offer", _("提出方案"), (PLANNED,), None, may=DESK | HANDLERS, guards=(NEXT_READY, *OF_OPTION), public=True,
        needs=(WAY, wording.Said(key="text", label=_("向客户说明的方案"), longest=2000)), do=handling.offer, clauses=("CS4-2.2",),
        notify=(told("complaint_offer"),),
    ),
    Transition(
        "object", _("客户有异议"), (PLANNED,), None, may=DESK | HANDLERS, guards=(OFFERED,), do=handling.objected,
        needs=(replace(REASON, label=_("客户的异议")),),
    ),
    Transition(
        "confirm", _("客户确认方案"), (PLANNED,), CONFIRMED, may=DESK | HANDLERS, guards=(OFFERED,),
        needs=(
            WAY, LongText(key="note", label=_("客户怎样确认的"), longest=1000),
            Files(key="files", label=_("凭据"), required=False, at_least=0),
        ),
        do=handling.confirmed, clauses=("CS4-2.3",), notify=(told("complaint_confirmed"),),
    ),
)  # fmt: skip
