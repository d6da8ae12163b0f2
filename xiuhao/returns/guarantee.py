"""What the verbs of the way of 三包 write: applied, received, appraised, approved, carried out and filed, sent back, analysed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from xiuhao.kernel import numbering, outbox
from xiuhao.kernel import roles as r
from xiuhao.kernel.models import Account, Case, Link, Unit
from xiuhao.kernel.process import Series
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _
from xiuhao.product import actions as products
from xiuhao.product import queries as devices
from xiuhao.product.models import Device
from xiuhao.returns import judging
from xiuhao.returns.models import Return
from xiuhao.ui.words import money

FILING = Series("BA", gapless=True, digits=4, dash="-")  # 退换备案: BA2611-0001, neither gap nor repeat (YD-5.5)
SWAPS = ("return", "exchange")  # where the faulty piece comes back to us
LEAST = 15  # characters below which nothing is explained in detail (YD-5.4); a figure of ours


def gather(steps: list[Step]) -> None:
    """The tickets and devices, locked so that none ends, and none is applied for twice, while an application is born of it."""
    ids = {step.context["parent"].pk for step in steps}
    rows = Case.objects.unscoped("tickets that the engine has looked up for the actor").filter(pk__in=ids).order_by("pk")
    cases = {case.pk: case for case in rows.select_for_update(of=("self",))}
    for step in steps:
        step.context["parent"] = cases[step.context["parent"].pk]
    devices_ = {step.context["ticket"].device_id for step in steps if "ticket" in step.context} - {None}
    list(Device.objects.unscoped("devices of these tickets").filter(pk__in=devices_).order_by("pk").select_for_update(of=("self",)))


def alone(step: Step) -> bool:
    """No other application of the same ticket, or of the same device by another ticket, runs."""
    children = Link.objects.filter(parent=step.context["parent"], kind="returns", child__is_open=True)
    return not children.exists() and not _of_device(step).filter(case__is_open=True).exists()


def _of_device(step: Step) -> QuerySet[Return]:
    """All applications for the device of the ticket, by whatever ticket, since it was last sold."""
    device: Device | None = step.context["ticket"].device
    serial = (device.serial if device else "") or step.given.get("serial") or ""
    if device is None and not serial:
        return Return.objects.none()
    same = (Q(device=device) if device else Q()) | (Q(serial=serial) if serial else Q())
    rows = Return.objects.filter(same, way="guarantee")
    sold = (device.purchased_on or device.exchanged_on) if device else None
    return rows.filter(Q(filed_on=None) | Q(filed_on__gte=sold)) if sold else rows


def once(step: Step) -> bool:
    """What was refunded, exchanged or allowed for is not refunded, exchanged or allowed for again; what was taken back is not repaired."""
    done = SWAPS if step.given["kind"] == "rework" else (*SWAPS, "allowance")
    return not _of_device(step).filter(kind__in=done, filing_no__isnull=False).exists()


def fair(step: Step) -> bool:
    """A refund is the sum that the law's rule comes to, where that can be told; nothing paid is nothing, or more than the price."""
    record: Return = step.record
    value: Decimal = step.given["value"]
    if record.kind == "rework":
        return True
    if record.kind == "return" and record.claimed.get("refund"):
        return value == Decimal(record.claimed["refund"])
    most = _price(record)
    return value > 0 and (most is None or value <= most)


def sums(step: Step) -> Mapping[str, Any]:
    """What may be entered: for the refusal."""
    record: Return = step.record
    if record.kind == "return" and record.claimed.get("refund"):
        return {"sum": money(Decimal(record.claimed["refund"]))}
    most = _price(record)
    return {"sum": str(_("大于 0，不超过 {most}").format(most=money(most))) if most is not None else str(_("大于 0"))}


def _price(record: Return) -> Decimal | None:
    """What was paid for the device, else what its model costs."""
    if record.device and record.device.price is not None:
        return record.device.price
    return record.model.price if record.model else None


def apply(step: Step) -> None:
    """With what the ticket knows and what the verdict says today, to the regional manager of the customer's province (YD-5.2)."""
    record: Return = step.record
    ticket = step.context["ticket"]
    device: Device | None = ticket.device
    record.device, record.category = device, ticket.category
    record.model = (device.model if device else None) or ticket.model
    record.region = (device.region if device else "") or ticket.region
    record.applied_by = step.actor.id if step.actor.kind == "staff" else None
    record.claimed = judging.said(step)
    record.value = _price(record)
    _place(step, ticket.region)
    step.say(ticket=step.context["parent"].number, kind=record.kind, rule=record.claimed["rule"])


def _place(step: Step, region: str) -> None:
    """Under the province of the customer's region, where there is one, and with its regional manager."""
    unit = Unit.objects.filter(kind="province", active=True, region=region).order_by("pk").first() if region else None
    if unit is not None:
        step.place(unit)
    step.case.keeper_id = step.actor.id if step.actor.kind == "staff" else step.context["parent"].keeper_id
    holders = outbox.nearest(r.REGION, step.case.unit_path)
    step.own(Account.objects.get(pk=min(holders)) if holders else None)


def take(step: Step) -> None:
    """The regional manager who receives it has it now."""
    step.own(Account.objects.get(pk=step.actor.account))


def reassign(step: Step) -> None:
    """Somebody else appraises: who was asked first is asked no more."""
    step.unask("examination")


def withdraw(step: Step) -> None:
    """It is not wanted any more: what was approved is promised no longer."""
    for ask in step.asks:
        if ask.outcome == "" or ask.key == "approval":
            ask.outcome = "void"


def appraise(step: Step) -> None:
    """Met, or not met and to be explained (YD-5.3). The form is signed by whoever appraises."""
    from xiuhao.returns.elements import UNMET

    record: Return = step.record
    record.appraised_by, record.appraised_at = step.actor.name[:60], step.at
    if record.outcome == "unmet":
        step.go(UNMET)


def detailed(step: Step) -> bool:
    """What the customer is told is more than a phrase."""
    return len("".join(str(step.given["explanation"]).split())) >= LEAST


def not_own(step: Step) -> bool:
    """Nobody reviews what they applied for."""
    return step.record.applied_by is None or step.record.applied_by != step.actor.id


def named(step: Step) -> bool:
    """An exchange names the new piece."""
    return step.record.kind != "exchange" or bool(step.given["new_serial"])


def paid(step: Step) -> bool:
    """A refund or an allowance names how it was paid."""
    return step.record.kind not in ("return", "allowance") or bool(step.given["paid"])


def execute(step: Step) -> None:
    """Exchanged, refunded, repaired or allowed for, and filed (YD-5.5); what was swapped goes back to the head office."""
    from xiuhao.returns.elements import CLOSED

    record: Return = step.record
    if record.kind == "exchange":
        record.replacement = _replace(step)
    record.filed_on = local(step.at).date()
    record.filing_no = numbering.take(FILING, 1, step.at)[0]
    step.say(filing=record.filing_no, kind=record.kind)
    if record.kind not in SWAPS:
        step.go(CLOSED)


def _replace(step: Step) -> Device:
    """The new piece, registered as handed over in exchange today: its period begins anew where the law says so (消费者权益保护法实施条例
    art. 18; `product.warranty.started`). Refused serial_same, serial_in_use (422)."""
    record: Return = step.record
    serial, today, old = devices.normalise_serial(step.given["new_serial"]), local(step.at).date(), record.device
    if serial == record.serial:
        raise Refused("serial_same", {"serial": serial}, status=422)
    new = products.Purchase(
        serial, model=record.model, category=record.category, customer=step.case.customer_id, unit=step.case.unit_id, region=record.region,
        purchased_on=record.purchased_on, price=old.price if old else None, invoice_no=old.invoice_no if old else "",
        channel=old.channel if old else "", exchanged_on=today, registered_by=step.actor.id,
    )  # fmt: skip
    found = products.register_many([new])[0]
    if found.exchanged_on != today or found.customer_id != step.case.customer_id:
        raise Refused("serial_in_use", {"serial": serial}, status=422)
    record.new_serial = serial
    return found


def modelled(step: Step) -> bool:
    """The analysis belongs to a model."""
    return step.record.model_id is not None or step.given.get("model") is not None
