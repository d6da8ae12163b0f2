"""How well receivables are collected, without what a complaint holds up: collected ÷ (due − disputed) (CS5-13.7). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT, NONE = Decimal("0.01"), Decimal(0)


@dataclass(frozen=True)
class Collection:
    """Amounts of a month in the currency. `rate` is in percent with two places, half-up; None while nothing was to be collected."""

    due: Decimal
    disputed: Decimal
    collected: Decimal

    @property
    def base(self) -> Decimal:
        """What was to be collected."""
        return self.due - self.disputed

    @property
    def rate(self) -> Decimal | None:
        return (100 * self.collected / self.base).quantize(CENT, ROUND_HALF_UP) if self.base > 0 else None


@dataclass(frozen=True)
class Row:
    """What one salesperson had due for one part number, with the part of the dispute that falls to it."""

    salesperson: int
    part_no: str
    sums: Collection


@dataclass(frozen=True)
class Result:
    """The whole, row by row and person by person; `unmatched` is held up by part numbers of which nothing was due."""

    whole: Collection
    rows: Sequence[Row] = ()
    people: Mapping[int, Collection] = field(default_factory=dict)
    unmatched: Mapping[str, Decimal] = field(default_factory=dict)


def result(due: Sequence[tuple[int, str, Decimal, Decimal]], held: Mapping[str, Decimal]) -> Result:
    """`due` are (salesperson, part number, due, collected), `held` what is disputed of each part number.

    A dispute counts at most as much as is due of its part number, and falls to its salespeople in proportion to that. A part number is the
    same however it is typed: small letters, spaces around it.
    """
    by_part: dict[str, list[int]] = {}
    disputes: dict[str, Decimal] = {}
    for part_no, much in held.items():
        disputes[same(part_no)] = disputes.get(same(part_no), NONE) + much
    for place, (_who, part_no, _due, _collected) in enumerate(due):
        by_part.setdefault(same(part_no), []).append(place)
    disputed = dict.fromkeys(range(len(due)), NONE)
    for part_no, places in by_part.items():
        dues = [due[place][2] for place in places]
        disputed |= zip(places, portions(min(disputes.get(part_no, NONE), sum(dues, NONE)), dues), strict=True)
    rows = [Row(who, part_no, Collection(owed, disputed[n], got)) for n, (who, part_no, owed, got) in enumerate(due)]
    people = {who: total([row.sums for row in rows if row.salesperson == who]) for who in dict.fromkeys(row.salesperson for row in rows)}
    lost = {part_no: much for part_no, much in sorted(held.items()) if same(part_no) not in by_part}
    return Result(total([row.sums for row in rows]), rows, people, lost)


def same(part_no: str) -> str:
    """A part number as it is compared."""
    return part_no.strip().upper()


def total(found: Sequence[Collection]) -> Collection:
    """Several taken together."""
    return Collection(*(sum((getattr(one, key) for one in found), NONE) for key in ("due", "disputed", "collected")))


def portions(whole: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """An amount split by weights to the cent; the cents left go one each to those that lost most. The parts add up to it."""
    weight = sum(weights, NONE)
    if not weight:
        return [NONE for _ in weights]
    exact = [whole * one / weight for one in weights]
    parts = [one.quantize(CENT, ROUND_DOWN) for one in exact]
    left = int((whole - sum(parts, NONE)) / CENT)
    for place in sorted(range(len(parts)), key=lambda n: parts[n] - exact[n])[:left]:
        parts[place] += CENT
    return parts
