"""Purchase cards: what a dealer registered of a purchase and its customer, and whether that registration is complete."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import datetime
from functools import cache

from django.db.models import OuterRef, Q, QuerySet

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


@cache
def whole() -> QuerySet[PurchaseCard, datetime]:
    """When the piece `OuterRef("serial")` was registered whole, with number, real name, card and model (YD-3.1): a part of another
    statement, no row where it was not."""
    rows = PurchaseCard.objects.unscoped("of pieces that the outer statement reaches")
    return rows.filter(serial=OuterRef("serial"), complete=True).values_list("registered_at", flat=True)
