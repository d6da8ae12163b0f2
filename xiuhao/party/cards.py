"""Purchase cards: what a dealer registered of a purchase and its customer, and whether that registration is complete."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping

from django.db.models import Q

from xiuhao.kernel.crypto import blind
from xiuhao.party.models import PurchaseCard


def card_blind(number: str) -> bytes | None:
    """The hash by which an equal card number is found, however wide or spaced it was typed; None for no number."""
    plain = "".join(unicodedata.normalize("NFKC", number).upper().split())
    return blind(plain, where="party_purchasecard.card_no") if plain else None


def cards(serials: Collection[str], numbers: Collection[str] = ()) -> list[PurchaseCard]:
    """The cards of these pieces, and those with these card numbers, with their customers. One statement.

    For writers that act on what they were given, and for rows already found visible.
    """
    blinds = [hashed for number in numbers if (hashed := card_blind(number))]
    wanted = Q(serial__in=set(serials)) | Q(card_blind__in=blinds)
    rows = PurchaseCard.objects.unscoped("which card a serial or number is, is asked before anything is visible")
    return list(rows.filter(wanted).select_related("customer").order_by("pk")) if serials or blinds else []


def complete(serials: Collection[str]) -> Mapping[str, PurchaseCard]:
    """Serial → its card, for pieces whose registration is complete: number, real name, card, model (YD-3.1; YD-3.6 asks it)."""
    return {card.serial: card for card in cards(serials) if card.complete}
