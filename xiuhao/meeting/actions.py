"""What each verb of a meeting writes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from xiuhao.complaint import queries as complaints
from xiuhao.complaint.models import Complaint
from xiuhao.kernel import engine, outbox
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseAsk, Link
from xiuhao.kernel.process import Ask
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import zone
from xiuhao.kernel.words import _
from xiuhao.meeting.models import DEPARTMENTS, Action, Seat

THREE = (r.EXPERT, r.PRODUCTION, r.QUALITY)  # who meets about an abnormal ticket (JD-4.5)
AHEAD = timedelta(days=60)
ATTEND = Ask("attend", _("出席会议"), to=r.MANAGER, each=THREE, clauses=("JD-4.5",))
GUEST = Ask("attend", _("出席会议"), to=r.MANAGER, to_choice="department")
DEPUTY = Ask("deputy", _("代表部门出席"), to=r.MANAGER, to_person="deputy")
ACTION = Ask("action", _("会议措施"), to=r.MANAGER, to_choice="department")


def farthest() -> timedelta:
    """How far ahead a meeting may be set."""
    return AHEAD


def unconcerned(step: Step) -> bool:
    """The complaint that the meeting is about, or one of its ticket's, is not about this person. One statement."""
    if step.actor.kind != "staff" or step.actor.id is None:
        return True
    on = Link.objects.filter(child=step.case, kind="meeting").values("parent") if step.before else [step.context["parent"].pk]
    theirs = Link.objects.filter(parent__in=on, kind=complaints.KIND).values("child")
    return not Complaint.objects.filter(Q(case__in=on) | Q(case__in=theirs), about_id=step.actor.id).exists()


# Calling


def call(step: Step) -> None:
    """About an abnormal ticket."""
    step.record.ground = "abnormal"


def review(step: Step) -> None:
    """About a complaint that is over."""
    step.record.ground = "review"


def missing(step: Step) -> list[str]:
    """The departments, of those that must meet, in which nobody can be asked."""
    asked = (step.given["department"],) if "department" in step.given else THREE
    path = step.case.unit_path
    return [str(dict(DEPARTMENTS)[role]) for role in asked if not outbox.in_charge(role, path)]


def seated(step: Step) -> None:
    """Who asked for a department says who comes for it: whoever answers, or their deputy."""
    answered = next(ask for ask in step.asked("attend", "agreed") if ask.answered_at == step.at)
    deputy = step.given["who"] == "deputy"
    account = step.context["deputy"].pk if deputy else step.actor.account
    step.add(Seat(department=answered.to_role, account_id=account, deputy=deputy))
    if deputy and not any(ask.to_account_id == account for ask in step.asked("deputy", "")):
        step.ask(DEPUTY)
    step.say(department=answered.to_role)


def absent(step: Step) -> list[str]:
    """The departments that were asked and have not answered, but for those that whoever called the meeting speaks for themselves."""
    waiting = [ask for ask in step.asked("attend", "") if not _speaks_for(step, ask)]
    return [str(dict(DEPARTMENTS)[ask.to_role]) for ask in reversed(waiting)]


def _speaks_for(step: Step, ask: CaseAsk) -> bool:
    """Nobody answers what they asked: whoever called the meeting speaks for their own department, and for one where nobody else is."""
    if ask.asked_by != step.actor.id:
        return False
    return ask.to_role in step.roles or not outbox.in_charge(ask.to_role, ask.to_path, step.actor.id)


def held(step: Step) -> None:
    """It was held: who has not answered need not any more. Who called it speaks for their own department."""
    for ask in step.asked("attend", ""):
        step.add(Seat(department=ask.to_role, account_id=step.actor.account))
    call_off(step)


def call_off(step: Step) -> None:
    """Nobody is asked any more."""
    for ask in step.asks:
        ask.outcome = ask.outcome or "void"


# Actions


def end_of(day: date) -> datetime:
    """The moment at which a day is over."""
    return datetime.combine(day + timedelta(days=1), time.min, zone())


def _nearest(actions: Iterable[Action]) -> datetime | None:
    return min((end_of(one.due_on) for one in actions if not one.outcome), default=None)


def gather(steps: list[Step]) -> None:
    """The actions of the meeting, as `context["actions"]`, and the one that is meant."""
    for step in steps:
        step.context["actions"] = list(Action.objects.filter(case_id=step.case.pk).select_related("person"))
        step.context["action"] = next((one for one in step.context["actions"] if one.no == step.given.get("no")), None)


def assign(step: Step) -> None:
    """A further action; its department is asked, unless it is already."""
    known, given = step.context["actions"], step.given
    fresh = Action(
        no=len(known) + 1, kind=given["kind"], what=given["what"], department=given["department"], due_on=given["due_on"],
        person=step.context.get("person"),
    )  # fmt: skip
    step.add(fresh)
    step.record.next_due = _nearest((*known, fresh))
    step.say(no=fresh.no)
    if not any(ask.to_role == fresh.department for ask in step.asked("action", "")):
        step.ask(ACTION)


def responsible(step: Step) -> bool:
    """Whoever is to do it, and who watches over it."""
    action: Action = step.context["action"]
    if {r.OWNER, r.LEAD, r.QUALITY, r.MANAGER} & step.roles:
        return True
    return action.department in step.roles or (action.person_id is not None and action.person_id in step.actor.everyone_i_am)


def follow_up(step: Step) -> None:
    """How far it is: done, going on until another day, or given up."""
    action: Action = step.context["action"]
    action.result = step.given["result"]
    if step.given["outcome"] == "going_on":
        action.due_on = step.given["due_on"]
    else:
        action.outcome, action.done_at = step.given["outcome"], step.at
    action.save(update_fields=["result", "outcome", "done_at", "due_on"])
    step.record.next_due = _nearest(step.context["actions"])
    if not any(one.department == action.department and not one.outcome for one in step.context["actions"]):
        _relieve(step, [ask for ask in step.asked("action", "") if ask.to_role == action.department])


def _relieve(step: Step, asks: Iterable[CaseAsk]) -> None:
    """A department that has done all that was asked of it."""
    for ask in asks:
        ask.outcome, ask.answered_at, ask.answered_by, ask.answered_name = "agreed", step.at, step.actor.id, step.actor.name[:60]


def empty(case: Case) -> int:
    """The actions of a case whose persons are forgotten: what they say may name somebody."""
    return Action.objects.filter(case=case).exclude(what="", result="").update(what="", result="")


def remind(case: Case) -> None:
    """Reaction to an overdue action: those who owe it are told."""
    if case.is_open:
        engine.perform("meeting", "remind", actor=SYSTEM, number=case.number)
