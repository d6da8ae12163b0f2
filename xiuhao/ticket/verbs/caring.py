"""What is done so that nobody waits without a word: delays foretold, news while escalated, the queue jumped, other departments asked."""

from __future__ import annotations

from dataclasses import replace

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, LongText, Moment
from xiuhao.kernel.process import Notice, Transition
from xiuhao.kernel.words import _
from xiuhao.ticket import actions, forewarning, helping, jumping, tracking
from xiuhao.ticket.elements import ARCHIVED, DESK, HANDLERS, OPEN, PROMISED, REASON, WAITING, WAY, WORKING
from xiuhao.wording import queries as wording

REMEDY = Choice(key="remedy", label=_("补救"), options=forewarning.REMEDIES)

CARING = (
    Transition(
        "warn_delay",
        _("延误预警"),
        (*WORKING, *WAITING),
        None,
        may=DESK | {r.OWNER},
        public=True,
        needs=(
            Choice(key="cause", label=_("延误原因"), options=forewarning.CAUSES),
            REMEDY,
            PROMISED,
            WAY,
            wording.Said(key="text", label=_("对客户说明")),
        ),
        guards=(forewarning.RENEWED,),
        do=actions.warn_delay,
        clauses=("JD-1.14",),
        notify=(Notice("ticket_delay", {r.CUSTOMER}, ("JD-1.14",), when=tracking.reachable),),
    ),
    Transition(
        "inform",
        _("告知进展"),
        (*WORKING, *WAITING),
        None,
        may=DESK | {r.OWNER},
        public=True,
        needs=(REMEDY, wording.Said(key="text", label=_("进展"))),
        guards=(actions.raised(),),
        do=actions.reply,
        clauses=("JD-4.6",),
        notify=(Notice("ticket_progress", {r.CUSTOMER}, ("JD-4.6",), when=tracking.reachable),),
    ),
    Transition(
        "jump",
        _("插队"),
        (*WORKING, *WAITING),
        None,
        may=HANDLERS,
        public=True,
        needs=(Choice(key="ground", label=_("插队依据"), options=jumping.GROUNDS), replace(REASON, ours=True)),
        guards=(jumping.ENTITLED, jumping.FURTHER),
        do=jumping.jump,
        clauses=("JD-1.4",),
        notify=(Notice("ticket_jumped", {r.CUSTOMER}, ("JD-1.4",), when=tracking.reachable),),
    ),
    Transition(
        "ask_help",
        _("请求协助"),
        (*WORKING, *WAITING),
        None,
        may=DESK | {r.OWNER},
        needs=(
            Choice(key="department", label=_("部门"), options=helping.DEPARTMENTS),
            LongText(key="request", label=_("需要什么"), longest=4000),
            Moment(key="due_at", label=_("答复期限"), within=actions.farthest),
        ),
        guards=(helping.NOT_WAITING, helping.SOMEBODY_THERE),
        opens=(helping.HELP,),
        do=helping.ask,
        clauses=("JD-3.9",),
        notify=(Notice("help_asked", {r.ASKED}),),
    ),
    Transition(
        "help",
        _("答复协助"),
        (*OPEN, ARCHIVED),
        None,
        may={r.ASKED},
        answers=helping.HELP,
        outcome="agreed",
        needs=(LongText(key="answer", label=_("答复"), longest=4000),),
        do=helping.answered,
        notify=(Notice("help_answered", {r.OWNER}),),
    ),
    Transition(
        "cannot_help",
        _("无法协助"),
        (*OPEN, ARCHIVED),
        None,
        may={r.ASKED},
        answers=helping.HELP,
        outcome="refused",
        needs=(REASON,),
        do=helping.answered,
        notify=(Notice("help_answered", {r.OWNER}),),
    ),
)
