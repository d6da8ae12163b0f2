"""QR payments: an amount asked of a provider, its callback heard, once, however often it comes; refunds carried out; what was lost on
the way asked for again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid5

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F

from xiuhao.billing import actions, providers
from xiuhao.billing.models import Bill, Callback, Charge, Payout
from xiuhao.billing.protocol import Heard
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

SPACE = UUID("b7d3c1f4-55a0-5f0e-9a51-0e6d8f5d7c31")  # of keys made from a provider's transactions
OPEN_FOR = timedelta(minutes=15)
LOOK_AFTER = timedelta(minutes=1)  # a callback may be lost: then we ask
SLOWEST = timedelta(hours=1)  # between two tries of a refund
BATCH = 50
_log = structlog.get_logger("xiuhao.billing")


def ask(bill: Bill) -> Charge:
    """Have the provider collect what is due of a settlement list that the customer has before them; one that is open for the same amount
    is found again. Not inside a transaction: the provider is asked after the charge is written.

    Raises Refused: provider_missing, bill_void, pays_too_much (409: nothing is due), provider_down (503).
    """
    provider, at = providers.provider(), now()
    with transaction.atomic():
        held = (
            Bill.objects.unscoped("of a list that the caller has reached")
            .select_related("case")
            .select_for_update(of=("self",))
            .get(pk=bill.pk)
        )
        if held.voided_at is not None:
            raise Refused("bill_void")
        if held.due <= 0:
            raise Refused("pays_too_much", {"due": Decimal(0)})
        actions.show(held, "link")
        known = held.charges.filter(state="open", amount=held.due, provider=provider.key, expires_at__gt=at + LOOK_AFTER).first()
        charge = known or Charge.objects.create(bill=held, provider=provider.key, amount=held.due, opened_at=at, expires_at=at + OPEN_FOR)
    if not charge.code:
        notify = f"{settings.BASE_URL}/money/callback/{provider.key}"
        charge.code = provider.order(charge, held.number, notify)
        charge.save(update_fields=["code"])
    return charge


def called(key: str, path: str, headers: Mapping[str, str], body: bytes) -> Callback:
    """Take a provider's callback. Raises Refused: callback_bad (403, 422), callback_unknown (404), callback_amount (409); the last two
    are kept for finance."""
    provider = providers.provider()
    if key != provider.key:
        raise Refused("callback_bad", {}, status=403)
    told = take(provider.key, provider.heard(path, headers, body))
    if told.outcome == "unknown":
        raise Refused("callback_unknown", {}, status=404)
    if told.outcome == "amount":
        raise Refused("callback_amount")
    return told


@transaction.atomic
def take(provider: str, heard: Heard) -> Callback:
    """Book what was paid, once a transaction; what does not fit is only written down. Reports of one charge wait for each other."""
    try:
        wanted = UUID(heard.order)
    except ValueError:
        wanted = None
    charge = Charge.objects.select_for_update(of=("self",)).filter(pk=wanted, provider=provider).first() if wanted else None
    outcome = "unknown" if charge is None else "paid" if charge.amount == heard.amount else "amount"
    told, fresh = Callback.objects.get_or_create(
        provider=provider, transaction=heard.transaction, order=heard.order, amount=heard.amount,
        defaults={"outcome": outcome, "charge": charge, "at": now()},
    )  # fmt: skip
    if not fresh:
        Callback.objects.filter(pk=told.pk).update(times=F("times") + 1)
        return told
    if charge is None or outcome != "paid":
        _log.warning("callback_odd", provider=provider, outcome=outcome, order=heard.order)
        return told
    actions.collected(charge, heard.transaction, uuid5(SPACE, f"{provider}:{heard.transaction}"))
    charge.state = "paid"
    charge.save(update_fields=["state"])
    return told


# What the scheduler does


def look_after() -> int:
    """Ask what became of charges whose callback did not come, close those whose time is over, carry out refunds. How many."""
    if not providers.connected():
        return 0
    return _lost() + pay_out()


def _lost() -> int:
    provider, at = providers.provider(), now()
    rows = Charge.objects.filter(state="open", provider=provider.key, opened_at__lt=at - LOOK_AFTER).order_by("opened_at")[:BATCH]
    count = 0
    for charge in rows:
        heard = provider.ask(charge) if charge.code else None
        booked = heard is not None and take(provider.key, heard).outcome == "paid"
        if not booked and charge.expires_at < at - LOOK_AFTER:
            booked = bool(Charge.objects.filter(pk=charge.pk, state="open").update(state="closed"))
        count += booked
    return count


def pay_out() -> int:
    """Send the refunds that are due to the provider, each under its own key; one that fails is tried again, ever more slowly."""
    provider, done = providers.provider(), 0
    for pk in Payout.objects.filter(done_at=None, next_at__lte=now()).values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            rows = Payout.objects.select_for_update(of=("self",), skip_locked=True).select_related("refund__of")
            row = rows.filter(pk=pk, done_at=None).first()
            if row is None:
                continue
            row.tries += 1
            try:
                provider.give_back(row.refund)
                row.done_at, row.trouble = now(), ""
                done += 1
            except Refused as refused:
                row.trouble = refused.code
                row.next_at = now() + min(timedelta(seconds=15 * 2 ** min(row.tries, 12)), SLOWEST)
            row.save()
    return done
