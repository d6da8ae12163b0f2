"""Telling the customer in time: of a delay before the promise lapses (JD-1.14), and how it goes while it is escalated (JD-4.6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from xiuhao.kernel import calendars, policy
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.ticket.models import Ticket

CAUSES = (
    ("parts", _("缺少备件")),
    ("technical", _("技术难点")),
    ("capacity", _("人手紧张")),
    ("transport", _("运输延误")),
    ("customer", _("客户改期")),
)
REMEDIES = (
    ("temporary_replacement", _("提供备用机")),
    ("compensation", _("给予补偿")),
    ("priority", _("到件后优先安排")),
)
SOON = timedelta(minutes=30)  # in which the customer is told where the promise has lapsed already


def _facts(step: Step) -> dict[str, object]:
    return {"priority": step.case.priority, "kind": step.record.kind, "level": step.record.level}


def warn_by(step: Step) -> datetime | None:
    """By when the customer must hear that it takes longer: some time before the promise (`ticket.delay_lead`), at the latest halfway
    to it. None where parts are expected in time, or no row asks for it."""
    record: Ticket = step.record
    row = policy.decide("ticket.delay_lead", _facts(step), step.at)
    if row is None or record.promised_at is None or (record.parts_due and record.parts_due <= record.promised_at):
        return None
    step.policies.append(row.pk)
    left = record.promised_at - step.at
    if left <= timedelta(0):
        return step.at + SOON
    lead = timedelta(seconds=calendars.seconds(row.value["limit"], calendars.named("always")))
    return max(record.promised_at - lead, step.at + left / 2)


def wait_parts(step: Step) -> None:
    """From now on it waits; unless the parts are expected before the promise, the customer must be warned in time."""
    record: Ticket = step.record
    record.parts_due = step.given["parts_due"]
    record.warn_by = warn_by(step)


def in_trouble(step: Step) -> None:
    """Whoever has it cannot solve it: a delay is foreseen, unless one is already, or the promise has lapsed (its own clock told of it)."""
    record: Ticket = step.record
    if record.warn_by is None and record.promised_at and record.promised_at > step.at:
        record.warn_by = warn_by(step)


def go_on(step: Step) -> None:
    """What was waited for has come, or a new round begins: what was escalated may be late all the same, anything else not."""
    step.record.warn_by = None
    if step.record.level > 1:
        in_trouble(step)


def promised_anew(step: Step) -> None:
    """A new promise moves the moment of the next warning."""
    if step.before == "waiting_parts" or step.record.warn_by:
        step.record.warn_by = warn_by(step)


def warn(step: Step) -> None:
    """The customer hears the cause, the remedy and the new time. After the promise has lapsed it is no warning any more."""
    was = step.context["was"]["promised_at"]
    if was is not None and was < step.at:
        step.say(late=True)
        step.rule("JD-1.14", "broken")


def _renewed(step: Step) -> bool:
    was = step.context["was"]["promised_at"]
    return was is None or step.given["promised_at"] > was


RENEWED = Guard("promise_not_renewed", _("新的承诺时间必须晚于原来的承诺。"), _renewed)


def tell_again(step: Step) -> None:
    """While it is escalated, by when the customer hears the next news (`ticket.update_every`, JD-4.6)."""
    record: Ticket = step.record
    row = policy.decide("ticket.update_every", _facts(step), step.at) if record.level > 1 else None
    record.update_by = calendars.after(step.at, row.value) if row else None
    if row:
        step.policies.append(row.pk)
