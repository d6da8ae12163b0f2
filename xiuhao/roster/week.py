"""A station's week as the roster's page shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from xiuhao.kernel import roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Absence, Account, Unit
from xiuhao.party.queries import Hand
from xiuhao.roster import queries
from xiuhao.roster.models import PLANNERS, Leave, Shift


@dataclass(frozen=True)
class Cell:
    """One day of one engineer: the hours ("" is a day off), whether they differ from the pattern, what leave cuts out of it."""

    day: date
    hours: str
    own: bool
    away: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One engineer's week. `edits` where the actor plans for them."""

    account: int
    name: str
    cells: tuple[Cell, ...]
    total: float
    edits: bool


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def span(unit: Unit, day: date) -> tuple[datetime, datetime]:
    """A whole day on the unit's clock."""
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(unit.zone))
    return start, start + timedelta(days=1)


def stations(actor: Actor) -> list[Unit]:
    """The units with engineers that the actor plans or reads, one's own first."""
    own = [actor.unit] if actor.unit else []
    paths = tuple(path for role, path in actor.grants if role in PLANNERS | roles.READERS)
    found = [unit for unit in Unit.objects.filter(pk__in=queries.units(), active=True).order_by("path")
             if (paths and unit.path.startswith(paths)) or unit.pk in own]  # fmt: skip
    return sorted(found, key=lambda unit: unit.pk not in own)


def planned_by(actor: Actor) -> list[Account]:
    """The engineers for whom an actor plans, by name; oneself too."""
    hands = [hand for hand in queries.on_roster() if actor.holds(*PLANNERS, path=hand.unit_path) or hand.account == actor.id]
    rows = Account.objects.filter(pk__in=[hand.account for hand in hands], is_active=True).select_related("unit")
    return list(rows.order_by("name", "pk"))


def read(actor: Actor, unit: int, first: date) -> list[Line]:
    """Every engineer at or below a unit whom the actor may see; five statements, however many they are."""
    path = Unit.objects.values_list("path", flat=True).get(pk=unit)
    hands = [hand for hand in queries.on_roster() if hand.unit_path.startswith(path)]
    if not actor.holds(*PLANNERS, *roles.READERS, path=path):
        hands = [hand for hand in hands if hand.account == actor.id]
    ids = [hand.account for hand in hands]
    days = [first + timedelta(days=n) for n in range(7)]
    shifts = {(row.account_id, row.day): row for row in Shift.objects.visible_to(actor).filter(account__in=ids, day__in=days)}
    zones = {row.pk: ZoneInfo(row.zone) for row in Unit.objects.filter(pk__in={hand.unit for hand in hands})}
    leaves = _leaves(actor, ids, first)
    made = []
    for hand in sorted(hands, key=lambda hand: (hand.name, hand.account)):
        cells, total = [], 0.0
        for day in days:
            cell, hours = _cell(hand, day, zones[hand.unit], shifts.get((hand.account, day)), leaves.get(hand.account, ()))
            cells.append(cell)
            total += hours
        made.append(Line(hand.account, hand.name, tuple(cells), round(total, 1), actor.holds(*PLANNERS, path=hand.unit_path)))
    return made


Gone = tuple[str, datetime, datetime]


def _leaves(actor: Actor, ids: list[int], first: date) -> dict[int, list[Gone]]:
    """Leave and absences that touch the week, each with what it is called."""
    low = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo("UTC")) - timedelta(days=1)
    high = low + timedelta(days=9)
    found: dict[int, list[Gone]] = {}
    rows = Leave.objects.visible_to(actor).filter(account__in=ids, withdrawn_at=None, until__gt=low, since__lt=high)
    for row in rows:
        found.setdefault(row.account_id, []).append((str(row), row.since, row.until))
    for gone in Absence.objects.filter(account__in=ids, until__gt=low, since__lt=high).select_related("deputy"):
        found.setdefault(gone.account_id, []).append((gone.deputy.name, gone.since, gone.until))
    return found


def _cell(hand: Hand, day: date, zone: ZoneInfo, shift: Shift | None, gone: Iterable[Gone]) -> tuple[Cell, float]:
    worked = queries.hours(hand, day, zone, shift)
    if worked is None:
        return Cell(day, "", shift is not None, ()), 0.0
    start, end, lunch = worked
    away = tuple(
        f"{what} {max(since, start).astimezone(zone):%H:%M}–{min(until, end).astimezone(zone):%H:%M}"
        for what, since, until in gone
        if since < end and until > start
    )
    lost = sum((min(until, end) - max(since, start)).total_seconds() for _what, since, until in gone if since < end and until > start)
    rest = (lunch[1] - lunch[0]).total_seconds() if lunch else 0.0
    worth = max(0.0, (end - start).total_seconds() - rest - lost) / 3600
    return Cell(day, f"{start:%H:%M}–{end:%H:%M}", shift is not None, away), worth
