"""Facts corrected: what follows from those that changed is worked out again; what somebody decided by hand stays decided."""

from __future__ import annotations

from typing import Any

from xiuhao.contract import queries as contracts
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.product import queries as products
from xiuhao.ticket import intake, routing, serving, tracking
from xiuhao.ticket.models import Ticket

CONTACT = ("contact_name", "contact_phone", "contact_address")
JUDGED_BY = ("kind", "category_id", "urgency", "tier", "industry", "description")


def gather(steps: list[Step]) -> None:
    """The customers, categories and devices that were named, and the tiers that follow."""
    _people([step for step in steps if any(step.given.get(key) for key in CONTACT)])
    for step in steps:
        record: Ticket = step.record
        step.context.setdefault("file", record.customer)
        step.context["customer"] = None if _unproven(step) else step.context["file"]
        if step.given.get("serial") in ("", record.serial) and record.device is not None and not _other(step):
            step.context["device"] = record.device
    intake.things(steps)
    _devices([step for step in steps if _other(step) and not step.given.get("serial")])
    tiers = contracts.tiers_of(
        [
            (
                customer.pk if (customer := s.context["customer"]) else None,
                s.context["device_found"],
                s.context["category_found"] or s.record.category,
            )
            for s in steps
        ]
    )
    for step, tier in zip(steps, tiers, strict=True):
        step.context["tier"] = tier


def _unproven(step: Step) -> bool:
    """Whether it is a stranger's report whose number nobody has proven yet."""
    return step.case.customer_id is None and step.record.customer_id is not None


def _other(step: Step) -> bool:
    """Whether the number that is told now is somebody else's. Of a customer who was entered twice it is their own."""
    customer = step.context["file"]
    return customer is not None and not people.same(customer.pk, step.record.customer_id)


def _people(steps: list[Step]) -> None:
    """Whom the number now identifies, who may be new; what was told of a known one goes into their file, as when a request is taken in."""
    told: dict[Step, party.Newcomer] = {}
    for step in steps:
        record: Ticket = step.record
        phone, *rest = (step.given[key] for key in ("contact_phone", "contact_name", "contact_address"))
        name, address = (record.contact_name, record.contact_address) if phone else ("", "")
        name, place = rest[0] or name, party.parse(rest[1] or address)
        if number := phone or record.contact_phone:
            told[step] = party.Newcomer(number, name, place, region=place.province, proven=not _unproven(step))
    for step, customer in zip(told, party.register_many(list(told.values())) if told else (), strict=True):
        step.context["file"] = customer


def _devices(steps: list[Step]) -> None:
    """Of a case that turns out to be somebody else's the device that counts: theirs, or nobody's."""
    found = products.by_serials({step.record.serial for step in steps if step.record.serial})
    for step in steps:
        device, customer = found.get(step.record.serial), step.context["customer"]
        owner = device.customer_id if device else None
        step.context["device_found"] = device if customer and owner in (None, customer.pk) else None
        step.context["claimed"] = bool(step.record.serial) and (customer is None or owner != customer.pk)


def amend(step: Step) -> None:
    """Write what changed, and only that; the promise stays. Refused nothing_changed (422) where all is as it was."""
    record: Ticket = step.record
    before, moved = _before(step), _other(step)
    if step.given.get("category"):
        record.category = step.context["category_found"]
    if moved:
        _hand_to_other(step)
    if moved or _moved(step, "contact_address"):
        customer = step.context["file"]
        record.region = party.parse(record.contact_address).province or (customer.region if customer else "")
    if moved or _moved(step, "serial"):
        record.device, record.serial_claimed = step.context["device_found"], step.context["claimed"]
    if moved or _moved(step, "serial", "category_id"):
        record.industry = record.category.industry if record.category else ""
        record.tier = step.context["tier"].tier
        serving.rank(step)
    if _moved(step, "contact_phone"):
        tracking.renew(step)
    _tell(step, before)
    follow(step)
    record.index(step.case.number)


def _hand_to_other(step: Step) -> None:
    """The case is that of whom the corrected number identifies; a stranger's report stays nobody's until the number is proven."""
    record, customer = step.record, step.context["file"]
    if not _unproven(step):
        step.case.customer_id = customer.pk
        step.say(customer=customer.pk)
    record.customer, record.language = customer, customer.language


def follow(step: Step) -> None:
    """Verdict and priority again, where what they look at changed and nobody has set them by hand, which has a reason in words; and
    whether it is complex."""
    record: Ticket = step.record
    if not record.verdict_reason and _moved(step, "kind", "category_id", "device_id", "industry", "purchased_on", "region"):
        intake.verdict(step)
    if not record.priority_reason and _moved(step, *JUDGED_BY):
        intake.prioritise(step)
    if _moved(step, *JUDGED_BY):
        _judge(step)


def _judge(step: Step) -> None:
    """What turns out to be complex is reviewed by a person before anybody goes on (JD-1.3); what an expert has already is not."""
    from xiuhao.ticket.elements import IN_REVIEW, REVIEW, SOLVED

    record: Ticket = step.record
    was, state = record.complexity, step.process.state(step.before)
    routing.judge_complexity(step)
    seen = was == "high" or record.level > 1 or state in (IN_REVIEW, SOLVED) or state.end
    if record.complexity == "high" and not seen and REVIEW in step.transition.may_open:
        intake.review(step)


def _moved(step: Step, *columns: str) -> bool:
    return any(getattr(step.record, column) != step.context["was"][column] for column in columns)


def _before(step: Step) -> dict[str, Any]:
    """What stood in each field that the verb takes: as its evidence would have given it."""
    was, category = step.context["was"], step.record.category
    return {need.key: (category.key if category else "") if need.key == "category" else was[need.key] for need in step.transition.needs}


def _tell(step: Step, before: dict[str, Any]) -> None:
    """The line tells what changed, before and after; what was sent as it was is none of it."""
    changed = {need.key for need in step.transition.needs if step.given[need.key] not in (need.blank, before[need.key])}
    if not changed:
        raise Refused("nothing_changed", {"verb": step.transition.label}, status=422)
    was = {}
    for need in step.transition.needs:
        if need.key not in changed:
            step.given[need.key] = need.blank
        elif not need.secret:
            was[need.key] = before[need.key]
        elif before[need.key]:
            step.keep(f"was.{need.key}", before[need.key])
    step.say(was={key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in was.items()})
