"""What is done to entitlements: given at registration by type and price, sold, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from xiuhao.contract import queries
from xiuhao.contract.models import BenefitUse, Entitlement
from xiuhao.kernel import attempts, policy
from xiuhao.kernel.access import Actor
from xiuhao.kernel.attempts import counting
from xiuhao.kernel.models import Account, Case
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.party import actions as people
from xiuhao.party.actions import note, told_why
from xiuhao.party.models import Customer, Merge
from xiuhao.product import actions as products
from xiuhao.product.models import INDUSTRIES, Device


def register_purchase(actor: Actor, purchase: products.Purchase) -> Device:
    """Register a device and give it its tier at once (SL-3.1). Refused as `product.actions.register_device`."""
    if purchase.customer is not None and not Customer.objects.visible_to(actor).filter(pk=purchase.customer).exists():
        raise Refused("not_found", {}, status=404)
    if purchase.customer is not None and not purchase.region:  # a province's rules hold for its customers
        region = Customer.objects.visible_to(actor).values_list("region", flat=True).get(pk=purchase.customer)
        purchase = replace(purchase, region=region)
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
    manager: int | None = None,
) -> Entitlement:
    """Agree a tier with a customer, for a device, an industry or everything; `manager` is the account of who looks after them (SL-1.4).

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
    _manages(manager)
    made = Entitlement(
        customer_id=customer, device_id=device, tier=tier, industry=industry, since=start, until=until, source="sold",
        manager_id=manager, created_at=now(), created_by=actor.id,
    )  # fmt: skip
    made.save()
    note(actor, "sell_tier", f"party.customer:{customer}", tier=tier, entitlement=made.pk, until=until, manager=manager)
    return made


def _manages(account: int | None, kept: Account | None = None) -> None:
    if account is not None and str(account) not in queries.managers(kept):
        raise Refused("not_offered", {"label": _("专属客户经理")}, status=422)


@transaction.atomic
def change(actor: Actor, entitlement: int, *, tier: str, until: date | None, manager: int | None) -> Entitlement:
    """Upgrade a sold tier from today on, renew it, or name another manager. A new tier is a new entitlement: what held before stays to
    be read. Refused: not_allowed (403), not_found (404), not_offered, until_before_since (422), ended_already (409)."""
    found, today = _sold(actor, entitlement), local(now()).date()
    if found.over(today):
        raise Refused("ended_already", {"until": found.until})
    if tier not in queries.offered():
        raise Refused("not_offered", {"label": _("服务级别")}, status=422)
    if until is not None and until < max(found.since, today):
        raise Refused("until_before_since", {}, status=422)
    _manages(manager, found.manager)
    was = {"tier": found.tier, "until": found.until, "manager": found.manager_id}
    if tier != found.tier and found.since < today:
        found.until = today - timedelta(days=1)
        found.save(update_fields=["until"])
        found.pk, found._state.adding = None, True
        found.since, found.created_at, found.created_by = today, now(), actor.id
    found.tier, found.until, found.manager_id = tier, until, manager
    found.save()
    subject = f"party.customer:{found.customer_id}"
    note(actor, "change_tier", subject, tier=tier, until=until, manager=manager, was=was, entitlement=found.pk)
    return found


def _sold(actor: Actor, entitlement: int) -> Entitlement:
    """The visible sold one, locked. Refused not_allowed (403), not_found (404)."""
    if actor.kind != "system" and not actor.holds(*queries.SELLERS):
        raise Refused("not_allowed", {}, status=403)
    found = Entitlement.objects.visible_to(actor).filter(pk=entitlement, source="sold").select_for_update(of=("self",)).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


def use_benefit(actor: Actor, customer: int, line: str, key: UUID, *, number: str = "", reason: str = "") -> BenefitUse:
    """Use a counted benefit of a customer once (SL-1.13), for the case of that number; the same key again is the same use.

    Uses of a customer wait for each other; each counts for its clauses, and so does one that they stop. Refused: not_allowed (403),
    not_found (404), benefit_not_included, benefit_used_up (409).
    """
    with counting("contract", "use_benefit", actor), transaction.atomic():
        if actor.kind != "system" and not actor.holds(*queries.GRANTERS):
            raise Refused("not_allowed", {}, status=403)
        if not Customer.objects.visible_to(actor).filter(pk=customer).exists():
            raise Refused("not_found", {}, status=404)
        Customer.objects.unscoped("found visible above").select_for_update().get(pk=customer)
        if known := BenefitUse.objects.visible_to(actor).filter(key=key, customer=customer).first():
            return known
        today, benefit = local(now()).date(), queries.counted(customer).get(line)
        if benefit is None:
            row = next((row for row in policy.rows(queries.BENEFITS) if row.line == line), None)
            given = {"name": queries.named(row) if row else line[:40]}
            raise Refused("benefit_not_included", given, clauses=tuple(sorted(queries.entitled(row))) if row else ())
        if benefit.quota is not None and queries.uses(customer, line, benefit.per, today) >= benefit.quota:
            limits = {"name": benefit.name, "per": benefit.per, "quota": benefit.quota}
            raise Refused("benefit_used_up", limits, clauses=tuple(sorted(queries.entitled(benefit.row))))
        made = BenefitUse(
            key=key, customer_id=customer, line=line, used_on=today, number=clean_text(number, 40), note=clean_text(reason, 200),
            recorded_by=actor.id, recorded_at=now(),
        )  # fmt: skip
        made.save()
        note(actor, "use_benefit", f"party.customer:{customer}", benefit=line, use=made.pk)
        case = Case.objects.visible_to(actor).filter(number=made.number).first() if made.number else None
        attempts.count("contract", "use_benefit", queries.entitled(benefit.row), actor, outcome=attempts.MET, case=case)
        return made


@transaction.atomic
def end(actor: Actor, entitlement: int, reason: str) -> Entitlement:
    """End a sold tier with today. Refused: not_allowed (403), not_found (404), reason_missing (422), ended_already (409)."""
    found = _sold(actor, entitlement)
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


@transaction.atomic
def transfer(actor: Actor, device: int, to: int, reason: str) -> Device:
    """A device that changed hands is its new owner's, with the tiers that it has itself; cases and registration stay whose they were.

    Refused: not_allowed (403), not_found (404), reason_missing, owner_already (422).
    """
    _joins(actor)
    why = told_why(reason)
    found = Device.objects.visible_to(actor).filter(pk=device).select_for_update(of=("self",)).first()
    if found is None or not Customer.objects.visible_to(actor).filter(pk=to, merged_into=None).exists():
        raise Refused("not_found", {}, status=404)
    former = found.customer_id
    if former == to:
        raise Refused("owner_already", status=422)
    found.customer_id = to
    found.save(update_fields=["customer_id"])
    Entitlement.objects.unscoped("of the device just handed over").filter(device=found, customer=former).update(customer=to)
    for subject in (f"product.device:{found.pk}", f"party.customer:{to}", *([f"party.customer:{former}"] if former else [])):
        note(actor, "transfer", subject, why, device=found.pk, former=former, to=to)
    return found


def _joins(actor: Actor) -> None:
    if actor.kind != "system" and not actor.holds(*queries.MERGERS):
        raise Refused("not_allowed", {}, status=403)


def _take_along(into: int, away: int) -> dict[str, list[int]]:
    rows = Entitlement.objects.unscoped("of customers that the actor may merge").filter(customer=away)
    tiers = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    Entitlement.objects.unscoped("locked above").filter(pk__in=tiers).update(customer=into)
    used = BenefitUse.objects.unscoped("of customers that the actor may merge").filter(customer=away)
    uses = list(used.order_by("pk").values_list("pk", flat=True))
    BenefitUse.objects.unscoped("read above").filter(pk__in=uses).update(customer=into)
    return {"tiers": tiers, "uses": uses, "devices": products.hand_over(away, into)}


def _give_back(merge: Merge) -> None:
    rows = Entitlement.objects.unscoped("of customers that the actor may part").filter(pk__in=merge.moved["tiers"], customer=merge.into_id)
    rows.update(customer=merge.away_id)
    used = BenefitUse.objects.unscoped("of customers that the actor may part").filter(pk__in=merge.moved.get("uses", ()))
    used.filter(customer=merge.into_id).update(customer=merge.away_id)
    products.hand_over(merge.into_id, merge.away_id, merge.moved["devices"])
