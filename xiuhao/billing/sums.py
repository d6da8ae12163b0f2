"""Arithmetic of money: decimals only, two places, half up, each line rounded by itself, so that a list adds up as it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
MOST = Decimal("99999999.99")  # of one line
KINDS = (("part", _("配件")), ("labour", _("工时")), ("travel", _("上门")), ("other", _("其他")))


@dataclass(frozen=True)
class Item:
    """One thing that is charged: `price` is the list price of one. `part` is the key of the part, if it is one; a `fixed` item is not
    reduced by the service tier (what others charge us). `en` is its name in English, for who reads that."""

    kind: str
    name: str
    quantity: Decimal
    price: Decimal
    part: int | None = None
    fixed: bool = False
    en: str = ""


@dataclass(frozen=True)
class Priced:
    """An item with what it costs at list price, and what is asked."""

    item: Item
    listed: Decimal
    amount: Decimal


def yuan(amount: Decimal) -> Decimal:
    """To whole cents, half up: 0.125 is 0.13."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def priced(items: Iterable[Item], share: Decimal) -> list[Priced]:
    """Each item at list price and at the share that the customer pays (0 to 1), each rounded by itself.

    Raises Refused: items_missing, item_bad, share_bad (422).
    """
    if not Decimal(0) <= share <= Decimal(1):
        raise Refused("share_bad", {"share": share}, status=422)
    found = []
    for item in items:
        whole = _checked(item)
        exact = item.quantity * item.price
        found.append(Priced(item, yuan(exact), whole if item.fixed else yuan(exact * share)))
    if not found:
        raise Refused("items_missing", {}, status=422)
    return found


def _checked(item: Item) -> Decimal:
    numbers = item.quantity.is_finite() and item.price.is_finite() and item.price == round(item.price, 2)
    good = numbers and 0 < item.quantity <= 10**6 and item.quantity == round(item.quantity, 3) and item.price >= 0
    if not good or item.kind not in dict(KINDS) or not item.name.strip() or yuan(item.quantity * item.price) > MOST:
        raise Refused("item_bad", {"name": item.name[:40]}, status=422)
    return yuan(item.quantity * item.price)


def total(lines: Sequence[Priced]) -> tuple[Decimal, Decimal]:
    """(at list price, what is asked), the sums of the rounded lines."""
    return sum((one.listed for one in lines), NOTHING), sum((one.amount for one in lines), NOTHING)
