"""The tickets of another system, taken in with their history: what an event of theirs meant, as far as it is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import ForeignKey

from xiuhao.kernel import past
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.search import Grams
from xiuhao.kernel.step import Step
from xiuhao.party import queries as people
from xiuhao.product import queries as products
from xiuhao.ticket import actions, columns, intake, routing, serving, tracking
from xiuhao.ticket.elements import IN_REVIEW, REVIEW
from xiuhao.ticket.models import Ticket

ANSWERS = ("reply", "record_call", "wait_customer", "solve")
# Not carried along: made anew, or of the old system's own tables.
LEFT = ("case", "track_digest", "track_until", "track_turn", "plain")


def born(step: Step) -> None:
    """A request of then. Nobody is found to work on it (others did), and nothing is promised that was not promised then."""
    record: Ticket = step.record
    intake.fill(step)
    record.channel, record.kind = record.channel or "import", record.kind or "other"
    record.description = record.description or step.context["event"].called
    record.industry = record.category.industry if record.category else ""
    record.tier = step.context["tier"].tier
    if step.context["tier"].row:
        step.obey(step.context["tier"].row)
    step.rule("SL-1.1")
    intake.grant(step)
    intake.verdict(step)
    intake.prioritise(step)
    serving.rank(step)
    routing.judge_complexity(step)
    record.promised_at = step.given.get("promised_at")
    record.index(step.case.number)
    tracking.give(step)
    if record.channel == "phone":
        record.answered_at = step.at
        step.rule("HA-3.2.1")
    if step.case.unit_id is None:
        step.place(actions.root())
    move(step)


def move(step: Step) -> None:
    """What the verbs of the desk leave in the ticket, without what only somebody present could say."""
    record, verb, state = step.record, step.transition, step.context["target"].key
    if verb.reopens:
        record.satisfied, record.solved_at, record.answered_at, record.replied_at = False, None, None, None
    if verb.key in ANSWERS:
        record.replied_at = step.at
        actions.answered(step)
    if state == "in_progress" and step.actor.kind == "staff":  # somebody who works here too
        actions.take(step)
    elif state == "solved":
        record.solved_at = record.solved_at or step.at
    elif state == "archived" and step.before != state:
        record.keep_until = actions.retention(step)


def dump(record: Ticket) -> dict[str, Any]:
    """All that a ticket knows, in JSON's own types; category, device and customer by what names them everywhere."""
    fields = [f for f in record._meta.concrete_fields if f.name not in LEFT and not isinstance(f, ForeignKey | Grams)]
    found = {f.name: _plain(getattr(record, f.attname)) for f in fields}
    named = {
        "category": record.category.key if record.category else "",
        "device": record.device.serial if record.device else "",
        "customer": record.contact_phone if record.customer_id else "",
    }
    link = tracking.url(record) if record.track_until else ""  # for whoever writes to the customers: in another house it leads nowhere
    return {
        key: value for key, value in {**found, **named, "number": record.case.number, "link": link}.items() if value not in (None, "", {})
    }


def restore(step: Step, told: Mapping[str, Any]) -> None:
    """The record as it was told; customer and device are tied where they are known here."""
    record: Ticket = step.record
    for field in record._meta.concrete_fields:
        if field.name in told and not isinstance(field, ForeignKey | Grams) and field.name not in LEFT:
            setattr(record, field.attname, field.to_python(told[field.name]))
    record.category = products.catalogue.now().get(told.get("category", ""))
    record.device = step.context["devices"].get(told.get("device", ""))
    record.customer = step.context["customers"].get(told.get("customer", ""))
    step.case.customer_id = record.customer.pk if record.customer else None
    record.external = record.external or told.get("number", "")  # what it was called in the house that it comes from
    record.index(step.case.number)
    serving.rank(step)
    tracking.give(step)


def gather(steps: list[Step]) -> None:
    """What births of another system name; of our own the customers and devices that are known here. A fixed number of statements."""
    told = [event.told.born.record for step in steps if (event := step.context["event"]).told]
    if not told:
        intake.gather(steps)
        return
    devices = products.by_serials({record["device"] for record in told if record.get("device")})
    customers = people.by_phones({record["customer"] for record in told if record.get("customer")})
    for step in steps:
        step.context |= {"devices": devices, "customers": customers}


def headers() -> Mapping[str, str]:
    """The columns of a sheet of tickets."""
    return {name: key for name, key in columns.known().items() if key != columns.EXTERNAL}


def given(raws: Iterable[Mapping[str, str]]) -> list[dict[str, Any]]:
    """What each request of then gave. What our evidence does not take is not lost: it stands in the description."""
    reader = columns.Reader((), ())
    return [_given(reader, raw) for raw in raws]


def _given(reader: columns.Reader, raw: Mapping[str, str]) -> dict[str, Any]:
    found, strange = dict[str, Any](), list[str]()
    for key, text in raw.items():
        value = reader.value(key, text)
        try:
            reader.needs[key].clean(value)
            found[key] = value
        except Refused:
            strange.append(f"{reader.needs[key].label}: {text}")
    return {**found, "description": "\n".join(filter(None, (found.get("description"), *strange)))} if strange else found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


past.tell("ticket", past.Ways(gather, born, move, dump, restore, headers, given, {IN_REVIEW.key: REVIEW}))
