"""Talking with the customer, and about them."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, LongText, Text
from xiuhao.kernel.process import Notice, Transition
from xiuhao.kernel.words import _
from xiuhao.ticket import actions, tracking
from xiuhao.ticket.elements import (
    ARCHIVED,
    DESK,
    FILES,
    IN_PROGRESS,
    NOT_CURIOUS,
    NOT_HURRIED,
    OPEN,
    PROMISE,
    SOLVED,
    TEXT,
    WAITING_CUSTOMER,
    WAITING_PARTS,
    WORKING,
)
from xiuhao.wording import queries as wording

TALKING = (
    Transition(
        "reply",
        _("回复客户"),
        OPEN,
        None,
        may=DESK | {r.OWNER, r.SYSTEM},
        public=True,
        follows=True,
        do=actions.reply,
        needs=(wording.Said(key="text", label=_("内容")), FILES),
        notify=(Notice("ticket_reply", {r.CUSTOMER}),),
    ),
    Transition(
        "note",
        _("内部备注"),
        (*OPEN, ARCHIVED),
        None,
        may=DESK | {r.OWNER, r.QUALITY, r.AUDITOR},
        follows=True,
        needs=(TEXT, FILES),
    ),
    Transition(
        "record_call",
        _("电话记录"),
        OPEN,
        None,
        may=DESK | {r.OWNER},
        follows=True,
        do=actions.record_call,
        needs=(
            Choice(key="direction", label=_("方向"), options=(("out", _("呼出")), ("in", _("呼入")))),
            LongText(key="summary", label=_("通话内容"), longest=4000, clauses=("CS6-2",)),
            Text(key="next_step", label=_("下一步"), longest=300, required=False, clauses=("CS6-2.2",)),
        ),
    ),
    Transition(
        "missed_call",
        _("未接通"),
        OPEN,
        None,
        may=DESK | {r.OWNER},
        follows=True,
        needs=(Text(key="note", label=_("说明"), longest=500),),
    ),
    Transition(
        "add",
        _("补充说明"),
        (*WORKING, WAITING_PARTS, SOLVED),
        None,
        may={r.CUSTOMER},
        public=True,
        follows=True,
        needs=(TEXT, FILES),
        notify=(Notice("customer_wrote", {r.OWNER}),),
    ),
    Transition(
        "answer",
        _("客户答复"),
        (WAITING_CUSTOMER,),
        IN_PROGRESS,
        may=DESK | {r.OWNER, r.CUSTOMER},
        public=True,
        follows=True,
        needs=(TEXT, FILES),
        notify=(Notice("customer_wrote", {r.OWNER}),),
    ),
    Transition(
        "urge",
        _("催单"),
        OPEN,
        None,
        may={r.CUSTOMER, *DESK},
        public=True,
        follows=True,
        guards=(NOT_HURRIED,),
        do=actions.urge,
        notify=(Notice("ticket_urged", {r.OWNER, r.LEAD}),),
    ),
    Transition(
        "promise",
        _("更新承诺"),
        OPEN,
        None,
        may=DESK | {r.OWNER},
        public=True,
        follows=True,
        do=actions.promise,
        needs=PROMISE,
        notify=(Notice("ticket_promise", {r.CUSTOMER}, ("JD-1.9",), when=tracking.reachable),),
    ),
    Transition(
        "reveal",
        _("查看联系方式"),
        (*OPEN, ARCHIVED),
        None,
        may=DESK | {r.OWNER, r.DISPATCHER},
        quiet=True,
        guards=(NOT_CURIOUS,),
        do=actions.reveal,
        needs=(Text(key="reason", label=_("查看原因"), longest=200, clauses=("CS3-2.4",)),),
    ),
)
