"""May this be asked for? The 三包 engine's verdict on the device opens a remedy or it does not (YD-5.1), and says why and what is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.product import queries as products
from xiuhao.product.models import Device
from xiuhao.returns.models import KINDS
from xiuhao.ticket.models import Ticket

# What of the law opens what is asked for. An allowance is taken in the place of a refund or an exchange that is owed.
OPENS = {"rework": ("repair",), "return": ("refund",), "exchange": ("exchange",), "allowance": ("refund", "exchange")}


def prefill(steps: list[Step]) -> None:
    """What is on file stands before what is told: the day of the purchase, the serial. One statement."""
    tickets = _tickets(steps)
    for step in steps:
        ticket = tickets.get(step.context["parent"].pk) if "parent" in step.context else None
        if ticket is None:
            continue
        step.context["ticket"] = ticket
        step.given.update(on_file(ticket))


def _tickets(steps: list[Step]) -> dict[int, Ticket]:
    return tickets({step.context["parent"].pk for step in steps if "parent" in step.context})


def tickets(ids: set[int]) -> dict[int, Ticket]:
    """Tickets with what the verdict on their devices stands on. One statement."""
    rows = Ticket.objects.select_related("category", "model__category", "device__model__category", "device__category")
    return rows.in_bulk(ids)


def facts(ticket: Ticket, given: Mapping[str, Any]) -> products.Facts:
    """A ticket's device as the engine takes it: what is known of it, the rest as it was told."""
    device = ticket.device or Device(model=ticket.model, category=ticket.category, region=ticket.region, registered_at=now())
    if device.pk is None:
        device.past = ()
        device.__dict__["whole_told"] = None
    found = products.facts_of(device, mileage=given.get("mileage"), tier=ticket.tier)
    found = replace(found, province=found.province or ticket.region)
    return found if found.dated else replace(found, purchased_on=given.get("purchased_on"))


def assessment(step: Step) -> products.Assessment:
    """The verdict with every remedy, on the day of the application. Worked out once a step."""
    if "assessment" not in step.context:
        fault = products.Fault(same=step.given.get("same_fault") or "", safety=bool(step.given.get("safety")))
        step.context["assessment"] = products.assess(facts(step.context["ticket"], step.given), local(step.at).date(), fault)
    return step.context["assessment"]  # type: ignore[no-any-return]


def on_file(ticket: Ticket) -> dict[str, Any]:
    """What an application need not be told: the day of the purchase, the serial."""
    device = ticket.device
    known = (device.exchanged_on or device.purchased_on or device.delivered_on) if device else None
    told = {"purchased_on": known or ticket.purchased_on, "serial": (device.serial if device else "") or ticket.serial}
    return {key: value for key, value in told.items() if value}


def offered(ticket: Ticket) -> tuple[products.Assessment, list[str]]:
    """The verdict on a ticket's device today, and the kinds of remedy that it opens."""
    found = products.assess(facts(ticket, on_file(ticket)), local(now()).date())
    return found, [kind for kind, _label in KINDS if any(found.gives(remedy) for remedy in OPENS[kind])]


def opened(step: Step) -> bool:
    """The remedy asked for is open (YD-5.1)."""
    found = assessment(step)
    return any(found.gives(remedy) for remedy in OPENS[step.given["kind"]])


def reason(step: Step) -> Mapping[str, Any]:
    """What is asked for, why it is not open, and what the customer may claim instead."""
    found, wanted = assessment(step), OPENS[step.given["kind"]]
    tried = next((one for one in found.remedies if set(one.gives).intersection(wanted)), None)
    why = str(_("；")).join(str(one) for one in tried.why) if tried else found.verdict.reason
    right = str(_("、")).join(label for label, _sum in found.chances) or _("对判定有异议的，可以投诉复核")
    return {"kind": dict(KINDS)[step.given["kind"]], "why": why, "right": right}


def said(step: Step) -> dict[str, Any]:
    """What the verdict was, for the record: its sentence's code, what is open, the rule that opens it."""
    found, wanted = assessment(step), OPENS[step.given["kind"]]
    by = next((one for one in found.open if set(one.gives).intersection(wanted)), None)
    until = found.verdict.until
    return {
        **found.verdict.said,
        "outcome": found.verdict.outcome,
        "until": until.isoformat() if until else "",
        "rule": by.rule if by else "",
        "article": by.basis.article if by else "",
        "refund": str(by.refund) if by and by.refund is not None else "",
    }
