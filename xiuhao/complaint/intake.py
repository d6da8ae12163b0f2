"""Taking a complaint in: from any channel or from a ticket; how grave it is, whether it came before, what may be said at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiuhao.complaint import authority, queries
from xiuhao.complaint.models import SEVERITIES, Complaint
from xiuhao.complaint.stages import DESK
from xiuhao.kernel import calendars, policy
from xiuhao.kernel.models import Case, PolicyRow
from xiuhao.kernel.step import Step
from xiuhao.party import actions as party
from xiuhao.ticket.models import Ticket

SAME = ("contact_name", "contact_phone", "model", "serial", "purchased_on")
CHANNELS = {"chat": "web", "api": "web", "import": "web"}  # the ticket's words → ours; the others are the same


def prefill(steps: list[Step]) -> None:
    """What the ticket knows already need not be typed again. One statement."""
    tickets = Ticket.objects.in_bulk([step.context["parent"].pk for step in steps if "parent" in step.context])
    for step in (step for step in steps if "parent" in step.context):
        ticket = step.context["ticket"] = tickets[step.context["parent"].pk]
        on_file: dict[str, Any] = {"serial": ticket.serial, "symptom": ticket.description, "purchased_on": ticket.purchased_on}
        on_file["model"] = ticket.model_id
        for key, value in on_file.items():
            if value and not step.given.get(key):
                step.given[key] = value


def gather(steps: list[Step]) -> None:
    """The customers of the numbers, and how many complaints came before. A parent is locked, so that it does not end meanwhile."""
    _people([step for step in steps if "ticket" not in step.context])
    ids = {step.context["parent"].pk for step in steps if "ticket" in step.context}
    if ids:
        rows = Case.objects.unscoped("tickets that the engine has looked up for the actor").filter(pk__in=ids).order_by("pk")
        locked = {case.pk: case for case in rows.select_for_update(of=("self",))}
        for step in (step for step in steps if "ticket" in step.context):
            step.context["parent"] = locked[step.context["parent"].pk]
    for step in steps:
        customer = step.context["customer"].pk if step.context.get("customer") else step.case.customer_id
        step.record.repeats = min(queries.before(customer, step.given["serial"]).count(), 999)
        step.context["graded"] = grade(step)


def _people(steps: list[Step]) -> None:
    wanted = [step for step in steps if step.given.get("contact_phone")]
    if not wanted or steps[0].context.get("rehearsal"):
        return
    new = [party.Newcomer(step.given["contact_phone"], step.given["contact_name"] or "") for step in wanted]
    for step, customer in zip(wanted, party.register_many(new), strict=True):
        step.context["customer"] = customer


def grade(step: Step) -> PolicyRow | None:
    """How grave the rules say it is (CS2-5)."""
    told = {key: step.given.get(key) for key in ("content", "safety", "claimed")}
    told |= {"repeats": step.record.repeats, "channel": step.given.get("channel") or step.record.channel}
    return policy.decide("complaint.severity", {**told, "safety": bool(told["safety"])}, step.at)


def graded(step: Step) -> Mapping[str, Any]:
    """The grade of the rules, in words."""
    row = step.context.get("graded")
    return {"rule": dict(SEVERITIES).get(row.value["severity"], "") if row else ""}


def explained(step: Step) -> bool:
    """Who grades otherwise than the rules says why."""
    row = step.context.get("graded")
    chosen = step.given.get("severity")
    return not chosen or row is None or chosen == row.value["severity"] or bool(step.given.get("why"))


def lost(step: Step) -> bool:
    """What has cost nobody anything is an anomaly (CS5-3); what is about people or money has no such thing."""
    return step.given.get("loss") != "none" or step.given.get("content") not in ("quality", "delivery")


def _settle_grade(step: Step) -> None:
    row: PolicyRow | None = step.context["graded"]
    chosen = step.given.get("severity")
    step.record.severity = chosen or (row.value["severity"] if row else "normal")
    if row is None:
        return
    followed = step.record.severity == row.value["severity"]
    step.say(graded=row.value["severity"], **({} if followed else {"overruled": [row.pk]}))
    step.obey(row, "met" if followed else "broken")


def receive(step: Step) -> None:
    """On file: whose it is, how grave, who keeps it, by when the customer hears from us."""
    record: Complaint = step.record
    if (customer := step.context.get("customer")) is not None:
        step.case.customer_id = customer.pk
    _settle_grade(step)
    _keep(step)
    if step.given["at_once"]:
        row = policy.decide("complaint.settle_within", {}, step.at)
        record.promised_at = calendars.after(step.at, row.value) if row else record.promised_at
        step.policies += [row.pk] if row else []
    if step.given["apologised"]:
        record.apologised_at = step.at
    news_by(step, "first")
    step.say(severity=record.severity, repeats=record.repeats)


def raised(step: Step) -> None:
    """The same for what a ticket has told."""
    record, ticket = step.record, step.context["ticket"]
    for name in SAME:
        if not getattr(record, name):
            setattr(record, name, getattr(ticket, name))
    record.channel = CHANNELS.get(ticket.channel, ticket.channel)
    step.say(ticket=step.context["parent"].number)
    receive(step)


def _keep(step: Step) -> None:
    """Whoever takes it in answers for it, if they do such work; else it waits for somebody who does."""
    if not step.roles & DESK:
        step.own(None)


def answer_at_once(step: Step) -> None:
    """A small complaint within one's authority is settled in the same breath (CS4-1.2)."""
    record: Complaint = step.record
    record.outcome = step.given["text"]
    if step.given["apologised"]:
        record.apologised_at = step.at
    if row := authority.small(step.roles, record, step.at):
        step.obey(row)
    authority.pay(step)
    record.promised_at = None
    opinion_by(step)
    news_by(step, "first")


def news_by(step: Step, which: str) -> None:
    """By when the customer of a serious complaint hears how it goes: `first`, and then each `limit` (CS2-6, JD-4.6)."""
    row = policy.decide("complaint.update_every", {"severity": step.record.severity}, step.at)
    limit = row and {"limit": row.value[which], "calendar": row.value["calendar"]}
    step.record.update_by = calendars.after(step.at, limit) if limit else None
    if row:
        step.policies.append(row.pk)


def opinion_by(step: Step) -> None:
    """By when the customer is asked what they think of the solution (CS4-2.4); none once they were asked often enough."""
    asked = {"asked": step.record.opinions, "severity": step.record.severity}
    row = policy.decide("complaint.opinion", asked, step.at)
    step.record.opinion_by = calendars.after(step.at, row.value) if row else None
    if row:
        step.policies.append(row.pk)
