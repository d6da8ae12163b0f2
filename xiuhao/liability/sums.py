"""What a loss is and how it is divided: pure arithmetic in yuan, halves rounded up, parts that add up to the whole to the cent.

The standards that CS5-9.10 refers to were not published with it; what is computed here was recovered from related regulations
(see the decision tables `liability.*`, which hold every figure).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
HUNDRED = Decimal(100)


def cents(value: Decimal) -> Decimal:
    """Yuan to the cent, halves up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def portions(whole: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """`whole` (yuan) divided by weights: each part is rounded where the running sum stands, so that the parts add up to the whole
    exactly and none is off by more than a cent. ValueError for weights that are negative or all nothing."""
    total = sum((Decimal(weight) for weight in weights), Decimal(0))
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must be positive")
    whole, run, given, parts = cents(whole), Decimal(0), NOTHING, []
    for weight in weights:
        run += Decimal(weight)
        upto = cents(whole * run / total)
        parts.append(upto - given)
        given = upto
    return parts


def percents(watchers: int, share: Decimal) -> list[Decimal]:
    """The percentages of the department at fault and of so many that could have caught it: `share` (30) is what these bear together,
    in equal parts to a hundredth; without any the first bears all. They sum to 100."""
    return [HUNDRED - share, *portions(share, [1] * watchers)] if watchers and share else [HUNDRED, *[NOTHING] * watchers]


@dataclass(frozen=True)
class Returned:
    """Goods that came back: how many, sold again at which price each, against the price of grade A; what the rest is lost for."""

    quantity: Decimal
    sold: Decimal
    grade_a: Decimal
    sold_at: Decimal
    actual: Decimal


def of_allowance(granted: Decimal) -> Decimal:
    """The loss of an allowance is what was actually granted (客诉损失金额核算基准: 折扣损失为实际折让额)."""
    return cents(granted)


def of_return(goods: Returned) -> Decimal:
    """The loss of returned goods in yuan: of pieces sold again what they brought less than grade A, of the rest the actual loss (same
    standard: one month to be sold again). Sold above grade A is no gain. ValueError if more was sold than came back."""
    if goods.sold > goods.quantity:
        raise ValueError("more sold than returned")
    short = max(goods.grade_a - goods.sold_at, Decimal(0))
    rest = goods.actual if goods.sold < goods.quantity else NOTHING
    return cents(goods.sold * short + rest)


def resale_until(returned: date) -> date:
    """The last day on which returned goods may still be sold again: the same day of the next month, or its last."""
    first = (returned.replace(day=1) + timedelta(days=31)).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(returned.day, last.day))


def borne(
    share: Decimal, places: Sequence[Decimal | int], points: Sequence[Sequence[Decimal | int]]
) -> tuple[list[list[Decimal]], Decimal]:
    """A department's `share` (yuan) among its people: `places` are the percentages of person, first and second superior, `points` the
    base points of who stands in each. Within a place: its part ÷ all points × one's points (客诉罚扣判定基准). Gives the amounts place by
    place, and what stays with the department because nobody stands there; together they are the share."""
    found, rest = [], NOTHING
    for part, those in zip(portions(share, places), points, strict=True):
        if those:
            found.append(portions(part, those))
        else:
            found.append([])
            rest += part
    return found, rest


def cap(bonus: Decimal | None, percent: Decimal | int) -> Decimal | None:
    """The most that could be charged in one month: so many percent of the month's efficiency bonus; None where that is not known."""
    return None if bonus is None else cents(bonus * Decimal(percent) / HUNDRED)
