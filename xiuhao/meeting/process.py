"""THE DECLARATION of the meeting on a case: departments called together, cause and countermeasures, each action followed to its end."""

from __future__ import annotations

from xiuhao.complaint import queries as complaints
from xiuhao.kernel import erasure
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import LongText, Text
from xiuhao.kernel.process import Notice, Process, Reaction, Series, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.words import _
from xiuhao.meeting import actions
from xiuhao.meeting.elements import (
    ABNORMAL,
    CALLED,
    CALLERS,
    CAME,
    CANCELLED,
    CLOCKS,
    CLOSED,
    DEPARTMENT,
    DEPUTY,
    DOERS,
    DUE_AHEAD,
    FOLLOWED,
    FOLLOWING,
    HELD,
    IMPROVED,
    KEEPERS,
    LESSONS,
    MAY_DROP,
    MEETING,
    MINUTES,
    NO_PART,
    NOT_INVITED,
    PROGRESS,
    REVIEW,
    SOMEBODY_THERE,
    TASK,
    THEIRS,
    THERE,
    WHO,
)

REASON = Text(key="reason", label=_("原因"), longest=500)


def impartial(*verbs: Transition) -> tuple[Transition, ...]:
    """Whoever the complaint is about takes no part in the meeting on it."""
    return complaints.impartial(verbs, NO_PART)


MEETINGS = declare(
    Process(
        "meeting",
        _("专题会"),
        record="meeting.Meeting",
        series=Series("HY"),
        facts=lambda record: {"ground": record.ground},
        title=str,
        readers={r.PRODUCTION, r.RESEARCH, r.SALES, r.SALES_HEAD, r.OFFICE, r.DEPUTY, r.DIRECTOR, r.REGION},
        transitions=impartial(
            Transition(
                "convene",
                _("召集专题会"),
                (),
                CALLED,
                may=CALLERS,
                on="ticket",
                needs=MEETING,
                guards=(SOMEBODY_THERE,),
                do=actions.call,
                opens=(actions.ATTEND,),
                notify=(Notice("meeting_called", {r.ASKED}),),
                clauses=("JD-4.5",),
            ),
            Transition(
                "review",
                _("投诉复盘"),
                (),
                CALLED,
                may=CALLERS,
                on="complaint",
                needs=(*MEETING, DEPARTMENT),
                guards=(SOMEBODY_THERE,),
                do=actions.review,
                opens=(actions.GUEST,),
                notify=(Notice("meeting_called", {r.ASKED}),),
                clauses=("JD-3.4",),
            ),
            Transition(
                "invite",
                _("再请部门"),
                (CALLED,),
                None,
                may=KEEPERS,
                needs=(DEPARTMENT,),
                guards=(NOT_INVITED, SOMEBODY_THERE),
                opens=(actions.GUEST,),
                notify=(Notice("meeting_called", {r.ASKED}),),
            ),
            Transition(
                "attend",
                _("确认出席"),
                (CALLED,),
                None,
                may={r.ASKED},
                answers=actions.ATTEND,
                outcome="agreed",
                needs=(WHO, DEPUTY),
                do=actions.seated,
                may_open=(actions.DEPUTY,),
                notify=(Notice("meeting_called", {r.ASKED}, when=lambda step: step.given["who"] == "deputy"),),
            ),
            Transition("stand_in", _("确认代表出席"), (CALLED,), None, may={r.ASKED}, answers=actions.DEPUTY, outcome="agreed"),
            Transition(
                "move",
                _("改期"),
                (CALLED,),
                None,
                may=KEEPERS,
                needs=(*MEETING[2:], REASON),
                notify=(Notice("meeting_moved", {r.ASKED, r.OWNER, r.EXPERT, r.PRODUCTION, r.QUALITY}),),
            ),
            Transition(
                "minute",
                _("会议纪要"),
                (CALLED,),
                FOLLOWING,
                may=KEEPERS | {r.EXPERT},
                needs=MINUTES,
                guards=(ABNORMAL, HELD, CAME),
                do=actions.held,
                notify=(Notice("meeting_minuted", {r.OWNER, r.EXPERT, r.PRODUCTION, r.QUALITY}),),
            ),
            Transition(
                "debrief",
                _("复盘纪要"),
                (CALLED,),
                FOLLOWING,
                may=KEEPERS,
                needs=LESSONS,
                guards=(REVIEW, HELD, CAME),
                do=actions.held,
                notify=(Notice("meeting_minuted", {r.OWNER, r.LEAD, r.QUALITY, r.MANAGER}),),
            ),
            Transition(
                "assign",
                _("定措施"),
                (FOLLOWING,),
                None,
                may=KEEPERS | {r.EXPERT},
                needs=TASK,
                guards=(DUE_AHEAD,),
                gather=actions.gather,
                do=actions.assign,
                may_open=(actions.ACTION,),
                notify=(Notice("action_assigned", {r.ASKED}),),
            ),
            Transition(
                "follow_up",
                _("跟踪措施"),
                (FOLLOWING,),
                None,
                may=DOERS,
                needs=PROGRESS,
                guards=(THERE, THEIRS, DUE_AHEAD, MAY_DROP),
                gather=actions.gather,
                do=actions.follow_up,
                notify=(Notice("action_followed", {r.OWNER}),),
            ),
            Transition(
                "remind",
                _("措施逾期"),
                (FOLLOWING,),
                None,
                may={r.SYSTEM},
                quiet=True,
                notify=(Notice("action_overdue", {r.OWNER, r.ASKED}),),
            ),
            Transition("note", _("内部备注"), (CALLED, FOLLOWING, CLOSED), None, may=DOERS, needs=(LongText(key="text", label=_("内容")),)),
            Transition(
                "close",
                _("会议闭环"),
                (FOLLOWING,),
                CLOSED,
                may=KEEPERS,
                needs=(LongText(key="effect", label=_("效果确认"), longest=2000),),
                guards=(FOLLOWED, IMPROVED),
                gather=actions.gather,
            ),
            Transition(
                "cancel",
                _("取消会议"),
                (CALLED,),
                CANCELLED,
                may=KEEPERS,
                needs=(REASON,),
                do=actions.call_off,
                notify=(Notice("meeting_off", {r.OWNER, r.EXPERT, r.PRODUCTION, r.QUALITY}),),
            ),
        ),
        clocks=CLOCKS,
        reactions=(Reaction("clock.actions.breach", actions.remind),),
    )
)

erasure.BESIDE.append(actions.empty)
