"""A person forgotten: names, numbers, addresses, mails, contacts and cards are gone; that there was a customer stays."""

from __future__ import annotations

from django.db import transaction

from xiuhao.kernel.access import Actor
from xiuhao.party.families import family
from xiuhao.party.models import Address, Contact, Customer, Email, Merge, Phone, PurchaseCard
from xiuhao.party.organisation import note

NOTHING = {"name": "", "name_blind": None, "aliases": "", "notes": ""}


@transaction.atomic
def erase(actor: Actor, customer: int, reason: str) -> None:
    """Forget a customer and whoever is the same person. Whether they may be forgotten was settled by the caller; for good."""
    ids = list(family([customer]))
    rows = Customer.objects.unscoped("a person who asked to be forgotten").filter(pk__in=ids)
    for row in rows.order_by("pk").select_for_update(of=("self",)):
        for name, value in NOTHING.items():
            setattr(row, name, value)
        row.save(update_fields=list(NOTHING))
        note(actor, "erase", f"party.customer:{row.pk}", reason)
    for model in (Contact, Phone, Address, Email):
        model.objects.unscoped("of a person who asked to be forgotten").filter(customer__in=ids).delete()
    for card in PurchaseCard.objects.unscoped("of a person who asked to be forgotten").filter(customer__in=ids):
        card.card_no, card.card_blind, card.complete = "", None, False
        forget_identity(card)
    for merge in Merge.objects.unscoped("of a person who asked to be forgotten").filter(into__in=ids, undone_at=None):
        merge.moved = {**merge.moved, "names": []}
        merge.save(update_fields=["moved"])


def forget_identity(card: PurchaseCard) -> None:
    """The number of the identity card is no longer needed."""
    card.id_no, card.id_need = "", ""
    card.save()
