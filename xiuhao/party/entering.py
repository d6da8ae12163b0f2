"""A keeper writes a customer down by hand. Nothing is told of those whom they may not see."""

from __future__ import annotations

from django.db import transaction

from xiuhao.kernel.access import Actor
from xiuhao.party import actions, queries
from xiuhao.party.actions import Newcomer
from xiuhao.party.models import Address, Customer
from xiuhao.party.registering import customer_of, phone_of


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
    made = customer_of(told)
    made.save(force_insert=True)
    number = phone_of(made, told.phone)
    number.identity = None
    number.save(force_insert=True)
    actions.register_many([told], {told.phone: made})
    Address.objects.unscoped("of the customer just made").filter(customer=made).update(is_primary=True)
    return made
