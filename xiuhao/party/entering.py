"""A keeper writes a customer down by hand. Nothing is told of those whom they may not see."""

from __future__ import annotations

from django.db import transaction

from xiuhao.kernel.access import Actor
from xiuhao.kernel.time import now
from xiuhao.party import actions, queries
from xiuhao.party.actions import Newcomer
from xiuhao.party.models import Address, Customer, Phone


@transaction.atomic
def enter(actor: Actor, told: Newcomer) -> Customer:
    """The visible customer of the number, whom it tells something more; else a new one.

    A number that identifies somebody out of sight is shared, as `add_phone` does: the answer is that of an unknown number, the other
    customer stays untouched, and calls from the number still find whom it identifies.
    """
    seen = queries.by_phone(actor, told.phone)
    if seen:
        return actions.register_many([told], {told.phone: seen[0]})[0]
    if not queries.by_phones({told.phone}):
        return actions.register_many([told])[0]
    made = Customer(
        kind=told.kind, name=told.name, name_blind=queries.name_blind(told.name), language=told.language,
        region=told.region or told.address.province, unit_id=told.unit, notes=told.notes, created_at=now(),
    )  # fmt: skip
    made.save(force_insert=True)
    blind, last4 = queries.phone_blind(told.phone), queries.last4_blind(told.phone)
    number = Phone(customer=made, number=told.phone, blind=blind, last4=last4, kind=queries.phone_kind(told.phone), is_primary=True)
    number.save(force_insert=True)
    actions.register_many([told], {told.phone: made})
    Address.objects.unscoped("of the customer just made").filter(customer=made).update(is_primary=True)
    return made
