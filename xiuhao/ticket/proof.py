"""Whose case a stranger's report is. Who types a number has not shown that it is theirs: until somebody has, the case belongs to no
customer, nobody is written to, and neither tier nor device of that number counts (hostile P5, P6, P9)."""

from __future__ import annotations

from xiuhao.contract import queries as contracts
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.party import queries as people
from xiuhao.product import queries as products
from xiuhao.ticket.models import Ticket


def proven(step: Step) -> bool:
    """True if whoever acts may speak for the number: staff, or a customer who has proven theirs."""
    return step.actor.kind != "customer" or step.actor.proven


def customer_of(step: Step) -> int | None:
    """Whose case a new ticket is: of the number's customer; of a stranger's report, nobody's yet."""
    if step.actor.kind == "customer":
        return step.actor.customer
    customer = step.context["customer"]
    return customer.pk if customer else None


def _same(step: Step) -> bool:
    return step.actor.kind != "customer" or (step.actor.proven and people.same(step.actor.customer, step.record.customer_id))


NOT_YET = Guard(
    "already_proven",
    _("号码已经核实过，无需再核实。"),
    lambda s: s.case.customer_id is None and s.record.customer_id is not None,
    early=True,
)
OWN_NUMBER = Guard("other_number", _("请先用工单上的手机号完成短信验证。"), _same)


def gather(steps: list[Step]) -> None:
    """What is on file of them, and the device and tier that count once the number is proven: five statements, however many. Of one who
    was entered twice the case is that of the one that stayed."""
    known = people.on_file(steps[0].actor, {s.record.contact_phone for s in steps if s.record.contact_phone})
    for step in steps:
        step.context["known"] = known.get(step.record.contact_phone)
    devices = products.by_serials({s.record.serial for s in steps if s.record.serial})
    stays = people.stays([s.record.customer_id for s in steps if s.record.customer_id])
    for step in steps:
        step.record.customer_id = stays.get(step.record.customer_id or 0)
        device = devices.get(step.record.serial)
        own = device is not None and device.customer_id is not None and device.customer_id == step.record.customer_id
        step.context["device_found"] = device if own else step.record.device
    tiers = contracts.tiers_of([(s.record.customer_id, s.context["device_found"], s.record.category) for s in steps])
    for step, tier in zip(steps, tiers, strict=True):
        step.context["tier"] = tier


def claim(step: Step) -> None:
    """The number is proven: the case is its customer's, and what follows from that is worked out. The promise stays."""
    from xiuhao.ticket import amending

    record: Ticket = step.record
    step.case.customer_id = record.customer_id
    device = step.context["device_found"]
    if device is not None and record.device_id is None:
        record.device, record.serial_claimed, record.model = device, False, device.model
        record.category = (device.model.category if device.model else device.category) or record.category
    record.industry = record.category.industry if record.category else ""
    record.tier = step.context["tier"].tier
    _from_file(step)
    amending.follow(step)
    step.say(customer=record.customer_id)


def _from_file(step: Step) -> None:
    """Name and address that were left out of the report and that we know of the one whose number it is; the line says which, not what."""
    record, known = step.record, step.context["known"]
    place = known.places[0] if known and known.places else None
    told = {"contact_name": known.name if known else "", "contact_address": str(people.place_of(place))[:200] if place else ""}
    filled = [field for field, value in told.items() if value and not getattr(record, field)]
    for field in filled:
        setattr(record, field, told[field])
    if filled:
        step.say(known_by_file=filled)
    if "contact_address" in filled and place and place.province:
        record.region = place.province
