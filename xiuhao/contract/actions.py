"""What is done to entitlements: given at registration by type and price, sold, ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from xiuhao.contract import queries
from xiuhao.contract.models import Entitlement
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.party import actions as people
from xiuhao.party.actions import note
from xiuhao.party.models import Customer, Merge
from xiuhao.product import actions as products
from xiuhao.product.models import INDUSTRIES, Device


def register_purchase(actor: Actor, purchase: products.Purchase) -> Device:
    """Register a device and give it its tier at once (SL-3.1). Refused as `product.actions.register_device`."""
    if purchase.customer is not None and not Customer.objects.visible_to(actor).filter(pk=purchase.customer).exists():
        raise Refused("not_found", {}, status=404)
    with transaction.atomic():
        device = products.register_device(actor, purchase)
        entitle([device])
    return device


def entitle(devices: Sequence[Device]) -> None:
    """Give devices the tier that type and price decide now; a device that has one keeps it: what was promised at purchase holds.

    One statement, however many. Devices with model and category read.
    """
    today = local(now()).date()
    made = []
    for device in devices:
        facts = queries.product_facts(device)
        standing = queries.grade(facts)
        made.append(
            Entitlement(
                customer_id=device.customer_id, device=device, tier=standing.tier, industry=facts["industry"] or "",
                since=device.purchased_on or today, source="auto", policy=standing.row, created_at=now(), created_by=device.registered_by,
            )
        )  # fmt: skip
    Entitlement.objects.unscoped("promised at registration").bulk_create(made, ignore_conflicts=True)


@transaction.atomic
def sell(
    actor: Actor,
    customer: int,
    tier: str,
    *,
    device: int | None = None,
    industry: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Entitlement:
    """Agree a tier with a customer, for a device, an industry or everything. A vip's may go on without end (SL-1.10).

    Refused: not_allowed (403), not_found (404), not_offered, until_before_since (422).
    """
    if actor.kind != "system" and not actor.holds(*queries.SELLERS):
        raise Refused("not_allowed", {}, status=403)
    if not Customer.objects.visible_to(actor).filter(pk=customer).exists():
        raise Refused("not_found", {}, status=404)
    if device is not None and not Device.objects.visible_to(actor).filter(pk=device, customer_id=customer).exists():
        raise Refused("not_found", {}, status=404)
    if tier not in queries.offered() or industry not in {"", *dict(INDUSTRIES)}:
        raise Refused("not_offered", {"label": _("服务级别")}, status=422)
    start = since or local(now()).date()
    if until is not None and until < start:
        raise Refused("until_before_since", {}, status=422)
    made = Entitlement(
        customer_id=customer, device_id=device, tier=tier, industry=industry, since=start, until=until, source="sold",
        created_at=now(), created_by=actor.id,
    )  # fmt: skip
    made.save()
    note(actor, "sell_tier", f"party.customer:{customer}", tier=tier, entitlement=made.pk, until=until)
    return made


@transaction.atomic
def end(actor: Actor, entitlement: int, reason: str) -> Entitlement:
    """End a sold tier with today. Refused: not_allowed (403), not_found (404), reason_missing (422), ended_already (409)."""
    if actor.kind != "system" and not actor.holds(*queries.SELLERS):
        raise Refused("not_allowed", {}, status=403)
    found = Entitlement.objects.visible_to(actor).filter(pk=entitlement, source="sold").select_for_update(of=("self",)).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", {}, status=422)
    today = local(now()).date()
    if found.until is not None and found.until <= today:
        raise Refused("ended_already", {"until": found.until})
    found.until = max(today, found.since)
    found.save(update_fields=["until"])
    note(actor, "end_tier", f"party.customer:{found.customer_id}", reason, tier=found.tier, entitlement=found.pk)
    return found


def merge_customers(actor: Actor, into: int, away: int, reason: str) -> Merge:
    """Two customers are one: with numbers and addresses go devices and tiers. Refused not_allowed (403), and as `party.actions.merge`."""
    _joins(actor)
    return people.merge(actor, into, away, reason, _take_along)


def split_customer(actor: Actor, merge: int, reason: str) -> Merge:
    """Undo a merge, with everything that came by it. Refused not_allowed (403), and as `party.actions.split`."""
    _joins(actor)
    return people.split(actor, merge, reason, _give_back)


def _joins(actor: Actor) -> None:
    if actor.kind != "system" and not actor.holds(*queries.MERGERS):
        raise Refused("not_allowed", {}, status=403)


def _take_along(into: int, away: int) -> dict[str, list[int]]:
    rows = Entitlement.objects.unscoped("of customers that the actor may merge").filter(customer=away)
    tiers = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    Entitlement.objects.unscoped("locked above").filter(pk__in=tiers).update(customer=into)
    return {"tiers": tiers, "devices": products.hand_over(away, into)}


def _give_back(merge: Merge) -> None:
    rows = Entitlement.objects.unscoped("of customers that the actor may part").filter(pk__in=merge.moved["tiers"], customer=merge.into_id)
    rows.update(customer=merge.away_id)
    products.hand_over(merge.into_id, merge.away_id, merge.moved["devices"])
