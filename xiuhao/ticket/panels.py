"""What stands beside a ticket, and what of tickets stands beside a device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiuhao.contract import queries as contracts
from xiuhao.kernel import engine, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_address, mask_name, mask_phone
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import now
from xiuhao.party import queries as people
from xiuhao.party.models import LANGUAGES
from xiuhao.product import queries as products
from xiuhao.product.models import Device
from xiuhao.ticket import duties, learned, tracking
from xiuhao.ticket.models import Macro, OverdueReview, Ticket
from xiuhao.ui import listing, pages
from xiuhao.ui.pages import Row

MOST_OPEN, MOST_CLOSED = 10, 5


def rows_of(actor: Actor, customer: int | None, other_than: int | None = None) -> tuple[list[Row], list[Row]]:
    """The visible tickets of a customer with their clocks: the open ones, and the last that are closed. Four statements."""
    if customer is None:
        return [], []
    whose = people.family([customer])
    seen = Case.objects.of("ticket", actor).filter(customer_id__in=whose).exclude(pk=other_than or 0)
    cases = seen.select_related("owner").order_by("-opened_at", "-pk")
    found = [*cases.filter(is_open=True)[:MOST_OPEN], *cases.filter(is_open=False)[:MOST_CLOSED]]
    process = registry.process("ticket")
    rows = listing.plain(process, pages.queue(process), found, actor) if found else []
    listing.with_clocks(rows)
    return [row for row in rows if row.case.is_open], [row for row in rows if not row.case.is_open]


def beside_customer(case: Case, record: Ticket, actor: Actor) -> Mapping[str, Any]:
    """Who it is about, masked; what they are entitled to; their other tickets; the link to hand on."""
    customer = record.customer
    open_, closed = rows_of(actor, case.customer_id, case.pk)
    return {
        "name": mask_name(record.contact_name), "phone": mask_phone(record.contact_phone), "address": mask_address(record.contact_address),
        "customer": customer if case.customer_id else None, "unproven": customer is not None and case.customer_id is None,
        "language": dict(LANGUAGES).get(record.language, ""), "tier": contracts.tier_label(record.tier),
        "benefits": [benefit.name for benefit in contracts.benefits(record.tier, _product(record))],
        "open": open_, "closed": closed, "states": {s.key: s for s in registry.process("ticket").states},
        "can_reveal": any(t.key == "reveal" for t in engine.open_verbs(actor, case, record)), "link": tracking.url(record),
        "mood": learned.mood(record),
    }  # fmt: skip


def _product(record: Ticket) -> dict[str, Any]:
    return contracts.product_facts(record.device, record.category)


def beside_device(case: Case, record: Ticket, actor: Actor) -> Mapping[str, Any]:
    """The device with its verdict and the rule behind it, what happened to it before, what else the customer has."""
    device = record.device
    owned = products.devices_of([case.customer_id])[case.customer_id] if case.customer_id else []
    return {
        "device": device, "history": history_of(actor, device, case.pk), "owned": [each for each in owned[:10] if each != device],
        "states": {s.key: s for s in registry.process("ticket").states},
        "clauses": record.verdict_row.clauses if record.verdict_row else (),
    }  # fmt: skip


def macros_for(_case: Case, _record: Ticket, actor: Actor) -> Mapping[str, Any]:
    """The macros that can be used here, one's own and shared ones."""
    return {"macros": Macro.objects.visible_to(actor).exclude(steps=[])}


def history_of(actor: Actor, device: Device | None, other_than: int | None = None) -> list[Ticket]:
    """The visible tickets of a device, newest first. One statement."""
    if device is None:
        return []
    seen = Case.objects.of("ticket", actor).exclude(pk=other_than or 0)
    return list(Ticket.objects.filter(device=device, case__in=seen).select_related("case").order_by("-case_id")[:MOST_OPEN])


def to_review(case: Case, record: OverdueReview, actor: Actor) -> Mapping[str, Any]:
    """For an overdue review: the tickets in its charge that are overdue now, the longest first."""
    late = duties.overdue(case.unit_path, now()).filter(pk__in=Case.objects.visible_to(actor).values("pk"))
    rows = Ticket.objects.filter(case__in=late).select_related("case__owner", "case__unit").order_by("case__due_at", "pk")
    return {"late": rows[:200], "states": {s.key: s for s in registry.process("ticket").states}}


def on_device(_case: Any, device: Device, actor: Actor) -> Mapping[str, Any]:
    """For the page of a device: its tickets."""
    return {"history": history_of(actor, device), "states": {s.key: s for s in registry.process("ticket").states}}
