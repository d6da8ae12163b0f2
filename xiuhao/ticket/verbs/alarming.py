"""What is escalated as abnormal is not over before the departments have met about it, or somebody has said why not (JD-4.5)."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel import rulebook
from xiuhao.kernel.evidence import LongText, Text
from xiuhao.kernel.models import Link
from xiuhao.kernel.process import Guard, Notice, Transition
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.ticket import actions, family
from xiuhao.ticket.elements import AT_WORK, HANDLERS, RECEIVED

MEETING = "meeting"  # the link to a meeting on a ticket, as the engine names those that are born on another
FIRST_MET = rulebook.bind("JD-4.5", "ticket", _("异常升级的工单先开专题会，或写明不开的理由，才能结束"))


def discussed(step: Step) -> bool:
    """What is not abnormal needs no meeting. One statement for what is; what a customer gives up themselves is theirs to give up."""
    if not step.record.abnormal or step.record.no_meeting or step.actor.kind == "customer" or not FIRST_MET.active:
        return True
    return Link.objects.filter(parent_id__in=family.parts(step.case.pk), kind=MEETING, child__state="closed").exists()


def mark(step: Step) -> None:
    """From now on it is abnormal; why an earlier one needed no meeting says nothing of it."""
    step.record.abnormal, step.record.no_meeting = True, ""


# No clauses here: what is not abnormal would be counted as having kept them. The verbs count.
DISCUSSED = Guard(
    "not_discussed",
    _("异常升级的工单要先开专题会并闭环，才能结束：请“召集专题会”；确实不用开会的，请组长或经理填写“不开专题会”的理由。"),
    discussed,
)
NOT_YET = Guard("abnormal_already", _("已判为异常。"), lambda step: not step.record.abnormal, early=True)
ABNORMAL = Guard("not_abnormal", _("只有判为异常的工单才须说明为什么不开专题会。"), lambda step: step.record.abnormal, early=True)

ALARMING = (
    Transition(
        "call_abnormal",
        _("判为异常"),
        (RECEIVED, *AT_WORK),
        None,
        may=HANDLERS,
        needs=(LongText(key="reason", label=_("异常情况"), longest=2000),),
        guards=(actions.raised(), NOT_YET),
        do=mark,
        notify=(Notice("ticket_abnormal", {r.OWNER, r.LEAD, r.QUALITY, r.MANAGER}),),
    ),
    Transition(
        "excuse_meeting",
        _("不开专题会"),
        (RECEIVED, *AT_WORK),
        None,
        may={r.LEAD, r.MANAGER},
        needs=(Text(key="no_meeting", label=_("不开专题会的理由"), longest=500, clauses=("JD-4.5",)),),
        guards=(ABNORMAL,),
    ),
)
