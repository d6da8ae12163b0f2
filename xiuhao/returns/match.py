"""The three quantities of a return against each other, and what was lost by it. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Match:
    """`outcome`: equal, under, within (over, inside the tolerance), over (beyond it), slip (the slip exceeds what was approved), unknown.

    `booked` is what accounting takes, None where it must not. `most` is the largest quantity that the tolerance admits.
    """

    outcome: str
    booked: Decimal | None = None
    most: Decimal | None = None

    @property
    def differs(self) -> bool:
        return self.outcome != "equal"


def match(approved: Decimal | None, slip: Decimal | None, actual: Decimal | None, tolerance: Decimal = Decimal(0)) -> Match:
    """Approved, on the slip, received, in one unit; `tolerance` is the share above the approved quantity that is still taken, per cent.

    Source: CS5-13.4 (accounting books only when the quantities agree) and CS5-13.5 (fewer than approved, or more within the tolerance, is
    booked at the actual quantity; beyond it back to approval). What is not known yet is not booked. No errors: quantities are not negative.
    """
    if approved is None or slip is None or actual is None:
        return Match("unknown")
    if slip > approved:
        return Match("slip")
    most = approved * (100 + tolerance) / 100
    if actual > most:
        return Match("over", None, most)
    return Match("equal" if actual == approved else "under" if actual < approved else "within", actual, most)


def loss_of(booked: Decimal, price: Decimal, resale: Decimal) -> Decimal:
    """What is lost on returned goods that were sold again, in the currency: their value at the price of grade A less what they brought,
    never below nothing. Source: the basis of loss (损失金额核算基准) in the notes to CS5; of what is not sold within the month the loss is
    what it really was.
    """
    return max(Decimal(0), booked * price - resale).quantize(CENT, ROUND_HALF_UP)
