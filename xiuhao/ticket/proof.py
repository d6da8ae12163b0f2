"""Whose case a stranger's report is. Who types a number has not shown that it is theirs: until somebody has, the case belongs to no
customer, nobody is written to, and neither tier nor device of that number counts (hostile P5, P6, P9)."""

from __future__ import annotations

from xiuhao.contract import queries as contracts
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
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
    return step.actor.kind != "customer" or (step.actor.proven and step.actor.customer == step.record.customer_id)


NOT_YET = Guard(
    "already_proven",
    _("号码已经核实过，无需再核实。"),
    lambda s: s.case.customer_id is None and s.record.customer_id is not None,
    early=True,
)
OWN_NUMBER = Guard("other_number", _("请先用工单上的手机号完成短信验证。"), _same)


def gather(steps: list[Step]) -> None:
    """Device and tier that count once the number is proven: two statements, however many."""
    devices = products.by_serials({s.record.serial for s in steps if s.record.serial})
    for step in steps:
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
    amending.follow(step)
    step.say(customer=record.customer_id)
