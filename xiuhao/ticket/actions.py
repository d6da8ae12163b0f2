"""What each verb of a ticket writes. Called by the engine inside its transaction; never by a page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from xiuhao.kernel import calendars, engine, policy
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account, Case, Journal, Reveal, Unit
from xiuhao.kernel.process import Guard
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _
from xiuhao.ticket import forewarning, routing, serving, suggesting
from xiuhao.ticket.models import Ticket

PRIORITIES = (("1", _("P1 特急")), ("2", _("P2 紧急")), ("3", _("P3 一般")), ("4", _("P4 低")))
URGE_EVERY = timedelta(hours=2)
REVEALS_AN_HOUR = 60
PROMISE_DAYS = 60  # where no row of `ticket.promise_most` says otherwise
KEEP_YEARS = 6  # household cars: order No. 43 of 2021, art. 17; the row `ticket.retention` may say otherwise


def at_level(level: int) -> Guard:
    """Escalation goes one level at a time: front line (1), expert (2), management (3). JD-4.4."""
    sentence = _("只能逐级升级：一线、技术专家、管理层。")
    return Guard("wrong_level", sentence, lambda step: step.record.level == level, ("JD-4.4",), early=True)


def raised() -> Guard:
    """Only what was escalated is taken up, or reported on."""
    return Guard("not_escalated", _("工单没有升级，无需接手。"), lambda step: step.record.level > 1, early=True)


def of_level() -> Guard:
    """It is taken up by whom it was escalated to: an expert, of the last level a manager (JD-4.4)."""
    takers = {2: {r.EXPERT, r.MANAGER}, 3: {r.MANAGER}}
    sentence = _("工单已升级到“{level}”，只能由这一级的人接手。")
    return Guard(
        "other_level", sentence, lambda step: bool(takers.get(step.record.level, set()) & step.roles), ("JD-4.4",),
        why=lambda step: {"level": step.record.get_level_display()},
    )  # fmt: skip


def accepted(step: Step) -> bool:
    """A service ends only when it is done and the customer is satisfied (HA-3.5.1)."""
    return bool(step.given["satisfied"] == "yes")


def replied(step: Step) -> bool:
    """Somebody has written to the customer or called them in this round; who confirms on their own page has read what was solved."""
    return step.record.replied_at is not None or step.actor.kind == "customer"


def called(step: Step) -> bool:
    """What is confirmed by phone was said after it was solved: in a call that somebody noted since, or in the one in which it was
    solved (HA-3.5.1)."""
    record: Ticket = step.record
    if step.given["confirmed_by"] != "phone" or (record.at_once and record.channel == "phone" and step.case.round == 1):
        return True
    calls = Journal.objects.filter(case_id=step.case.pk, round=step.case.round, verb="record_call")
    return calls.filter(**({"occurred_at__gte": record.solved_at} if record.solved_at else {})).exists()


def may_cancel(step: Step) -> bool:
    """Nobody at the desk drops a request before its customer has heard from us in this round; the customer and a chief may."""
    return step.actor.kind == "customer" or step.record.answered_at is not None or bool({r.LEAD, r.MANAGER} & step.roles)


def may_urge(step: Step) -> bool:
    """Two hours lie between two urgings."""
    last = step.record.urged_at
    return last is None or step.at - last >= URGE_EVERY


def may_reveal(step: Step) -> bool:
    """True if this person has not looked at more contact data within the hour than anybody's work needs (CS3-2.4)."""
    return Reveal.looks(step.actor, step.at - timedelta(hours=1)).count() < REVEALS_AN_HOUR


# Whose work it is


def take(step: Step) -> None:
    """Whoever takes it from the pool works on it."""
    hand_to(step, step.actor.id, step.actor.unit, step.actor.unit_path)


def assign(step: Step) -> None:
    """A chief gives it to somebody."""
    account: Account = step.context["to"]
    if step.transition.key == "assign":
        suggesting.count(step)
    hand_to(step, account.pk, account.unit_id, account.unit.path)


def hand_to(step: Step, account: int | None, unit: int | None, path: str) -> None:
    """Give the work to somebody, in their unit; who has it first answers for it to the end (CS1-8.1)."""
    step.case.owner_id, step.case.unit_id, step.case.unit_path = account, unit, path  # type: ignore[assignment]
    step.say(owner=account, unit=unit)
    if step.case.keeper_id is None:
        step.case.keeper_id = account
        step.rule("CS1-8.1")


def accept(step: Step) -> None:
    """The one to whom it was offered takes it over, and with it the answer for it."""
    hand_to(step, step.actor.id, step.actor.unit, step.actor.unit_path)
    step.case.keeper_id = step.actor.id
    step.rule("CS1-8.1")


def simplify(step: Step) -> None:
    """Not complex after all: routed like any other."""
    step.record.complexity = "normal"
    routing.route(step)


def escalate(step: Step) -> None:
    """One level up, to the least loaded holder of the level's role; the journal keeps description and history."""
    record: Ticket = step.record
    record.level += 1
    forewarning.in_trouble(step)
    forewarning.tell_again(step)
    hand = routing.superior(step, record.level)
    step.say(level=record.level)
    if hand is not None:
        hand_to(step, hand.account, hand.unit, hand.unit_path)


def escalate_late(case: Case) -> None:
    """The resolution clock ran past a level: the system escalates by one, with what was done so far as the summary."""
    record = Ticket.objects.get(pk=case.pk)
    if case.state == "in_review":
        raise_late_review(case)
        return
    verb = {1: "escalate", 2: "escalate_management"}.get(record.level)
    if verb is None or not case.is_open or case.state == "solved":
        return
    done = Journal.objects.filter(case_id=case.pk).count()
    summary = _("超过解决时限，自动升级。{problem}（{done} 条记录）").format(problem=record, done=done)
    engine.perform("ticket", verb, actor=SYSTEM, number=case.number, given={"summary": summary})


def raise_late_review(case: Case) -> None:
    """Nobody has reviewed it in time: the next higher post is asked. At the highest nothing is left but the clock's own notices."""
    try:
        engine.perform("ticket", "raise_review", actor=SYSTEM, number=case.number)
    except Refused as refused:
        if refused.code not in ("at_top_level", "wrong_state"):
            raise


def take_up(step: Step) -> None:
    """Who was escalated to works on it from here on."""
    take(step)


# Talking


def reply(step: Step) -> None:
    """The customer was written to."""
    step.record.replied_at = step.at
    answered(step)
    forewarning.tell_again(step)


def warn_delay(step: Step) -> None:
    """The customer is told that it takes longer, why, what they get meanwhile, and the new time (JD-1.14)."""
    forewarning.warn(step)
    reply(step)
    promise(step)


def record_call(step: Step) -> None:
    """Somebody was spoken to: an answer to the customer too, when we called."""
    if step.given["direction"] == "out":
        step.record.replied_at = step.at
        forewarning.tell_again(step)
    answered(step)


def answered(step: Step) -> None:
    """The first answer, however it was given."""
    step.record.answered_at = step.record.answered_at or step.at


def urge(step: Step) -> None:
    """The customer presses for progress."""
    step.record.urged_at = step.at


def promise(step: Step) -> None:
    """A new time given to the customer; the engine sets the promise clock to it."""
    forewarning.promised_anew(step)
    step.say(promised=f"{local(step.record.promised_at):%Y-%m-%d %H:%M}", way=step.record.promise_way)


def reveal(step: Step) -> None:
    """Show the contact data of this case once, and remember who looked and why (CS3-2.4)."""
    record: Ticket = step.record
    subject = f"ticket.contact:{step.case.pk}"
    step.add(Reveal(at=step.at, actor_id=step.actor.id, actor_name=step.actor.name, subject=subject, reason=step.given["reason"]))
    step.context["answer"] = {"name": record.contact_name, "phone": record.contact_phone, "address": record.contact_address}


# Working


def prioritise(step: Step) -> None:
    """Somebody set the priority by hand, with a reason; clocks whose policy looks at it follow. What had jumped stands in line again."""
    step.say(was={"priority": str(step.case.priority)})
    step.case.priority = int(step.given["priority"])
    step.record.priority_row, step.record.priority_reason, step.record.jumped_at = None, step.given["reason"][:200], None


def solve(step: Step) -> None:
    """Done, as far as we know: the customer has the last word."""
    record: Ticket = step.record
    record.solved_at = step.at
    record.index(step.case.number)
    answered(step)


def confirm(step: Step) -> None:
    """The customer is satisfied: archived until the end of the retention period (HA-3.5.2)."""
    record: Ticket = step.record
    record.satisfied, record.confirmed_by = step.given["satisfied"] == "yes", step.given["confirmed_by"]
    serving.served(step, True)
    record.keep_until = retention(step)
    step.say(keep_until=record.keep_until.isoformat())


def retention(step: Step) -> date:
    """Until when the archive keeps it: years by the row of `ticket.retention`, from today."""
    row = policy.decide("ticket.retention", {"industry": step.record.industry}, step.at)
    if row is not None:
        step.obey(row)
    today = local(step.at).date()
    years = int(row.value["years"]) if row else KEEP_YEARS
    return today.replace(year=today.year + years, day=1) + timedelta(days=today.day - 1)  # of 29 February the day after the 28th


def dispute(step: Step) -> None:
    """Not solved after all: a new round with new clocks."""
    record: Ticket = step.record
    serving.served(step, False)
    record.satisfied, record.solved_at, record.answered_at, record.replied_at = False, None, None, None
    record.promised_at = promised(step)
    forewarning.go_on(step)
    forewarning.tell_again(step)


def promised(step: Step) -> Any:
    """The time to promise when nobody says another: by priority, from `ticket.promise`."""
    row = policy.decide("ticket.promise", {"priority": step.case.priority, "kind": step.record.kind}, step.at)
    if row is None:
        return step.at + timedelta(days=3)
    step.policies.append(row.pk)
    return calendars.after(step.at, row.value)


def farthest() -> timedelta:
    """How far ahead a promise may lie: the days of `ticket.promise_most`."""
    row = policy.decide("ticket.promise_most", {})
    return timedelta(days=int(row.value["days"]) if row else PROMISE_DAYS)


def root() -> Unit:
    """The head of the organisation: where work lies that is nobody's yet. Refused not_founded (409) before there is one."""
    head = Unit.objects.filter(parent=None, active=True).first()
    if head is None:
        raise Refused("not_founded", {})
    return head
