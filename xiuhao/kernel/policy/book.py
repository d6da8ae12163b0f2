"""The policy rows as this process keeps them, and the question that everything else asks: which row fits?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Hashable, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from django.db import connection

from xiuhao.kernel.models import PolicyRow, Stamp
from xiuhao.kernel.time import now

STAMP = "policy"
REMEMBERED = 2000  # answers a table


class Line(Protocol):
    """What a binding needs of a row: stored, or only a seed."""

    @property
    def table(self) -> str: ...

    @property
    def line(self) -> str: ...

    @property
    def clauses(self) -> list[str]: ...


class _Table:
    """The rows of a table, by position, latest version first; `found` are the answers that were given, by what they depend on: the
    stretch between two changes of the table, and the facts that its rows look at."""

    def __init__(self, rows: Sequence[PolicyRow]) -> None:
        self.rows = rows
        self.facts = sorted({key for row in rows for key in row.match})
        self.changes = sorted({at for row in rows for at in (row.since, row.until) if at is not None})
        self.found: dict[tuple[Any, ...], tuple[PolicyRow, ...]] = {}

    def in_force(self, at: datetime) -> list[PolicyRow]:
        return [r for r in self.rows if r.since <= at and (r.until is None or at < r.until) and not _hidden.intersection(r.clauses)]

    def fitting(self, facts: Mapping[str, Any], at: datetime) -> tuple[PolicyRow, ...]:
        told = [facts.get(key) for key in self.facts]
        asked = (bisect_right(self.changes, at), _hidden, *[v if type(v) is str else (type(v), _frozen(v)) for v in told])
        if (found := self.found.get(asked)) is None:
            if len(self.found) >= REMEMBERED:
                self.found.clear()
            found = self.found[asked] = tuple(row for row in self.in_force(at) if fits(row.match, facts))
        return found


def _frozen(value: Any) -> Any:
    return value if isinstance(value, Hashable) else tuple(value)


class _Book:
    """Every row of every table."""

    def __init__(self) -> None:
        tables: dict[str, list[PolicyRow]] = {}
        for found in PolicyRow.objects.order_by("position", "line", "-since"):
            tables.setdefault(found.table, []).append(found)
        self.tables = {name: _Table(rows) for name, rows in tables.items()}
        self.by_id = {row.pk: row for rows in tables.values() for row in rows}


_kept: tuple[int, _Book] | None = None
_edition: ContextVar[int | None] = ContextVar("policy_edition", default=None)
_hidden: frozenset[str] = frozenset()


def refresh(edition: int) -> None:
    """Take the rows of this edition of the stamp "policy" as valid from here on; they are read again when they are not."""
    _edition.set(edition)


def current() -> int:
    """Ask the stamp and refresh: for pages, once a request. One statement."""
    edition = Stamp.objects.filter(name=STAMP).values_list("edition", flat=True).first() or 0
    refresh(edition)
    return edition


def _book() -> _Book:
    global _kept
    wanted = _edition.get()
    if wanted is None:
        wanted = current()
    # Read after the stamp: never older than the edition it is kept under, and reread as soon as that moves.
    kept = _kept
    if kept is None or kept[0] != wanted:
        kept = _kept = (wanted, _Book())
    return kept[1]


def moved(name: str) -> int:
    """Move a stamp, within the transaction of the edit; other edits wait for its end. Returns the new edition.

    Editions are microseconds of the database's clock, at least one more than before: an edition that was rolled back never
    comes again, so that no process keeps what was never committed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_stamp AS s (name, edition) VALUES (%s, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) "
            "ON CONFLICT (name) DO UPDATE SET edition = greatest(s.edition + 1, excluded.edition) RETURNING edition",
            [name],
        )
        edition: int = cursor.fetchone()[0]
    return edition


def every(table: str) -> list[PolicyRow]:
    """All versions of all lines of a table, by position, line and latest first."""
    found = _book().tables.get(table)
    return list(found.rows) if found else []


def rows(table: str, at: datetime | None = None) -> list[PolicyRow]:
    """The rows of a table in force at a moment (now), in order of position."""
    found = _book().tables.get(table)
    return found.in_force(at or now()) if found else []


def in_force(at: datetime | None = None) -> list[PolicyRow]:
    """The rows of all tables in force at a moment (now)."""
    at = at or now()
    return [row for table in sorted(_book().tables) for row in rows(table, at)]


def row(pk: int) -> PolicyRow | None:
    """The row of that id, in force or not."""
    return _book().by_id.get(pk)


def decide(table: str, facts: Mapping[str, Any], at: datetime | None = None) -> PolicyRow | None:
    """The first row by position in force at a moment (now) whose match fits the facts; None if none does."""
    return next(iter(fitting(table, facts, at)), None)


def fitting(table: str, facts: Mapping[str, Any], at: datetime | None = None) -> tuple[PolicyRow, ...]:
    """All rows by position in force at a moment (now) whose match fits the facts."""
    found = _book().tables.get(table)
    return found.fitting(facts, at or now()) if found else ()


def fits(match: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """True if every key of `match` is met: by an equal value, one of a list, or a number within {"min", "max"} (both included).

    A fact that is missing or None meets nothing. A fact that is itself a collection is met if one of its items is.
    """
    for key, want in match.items():
        have = facts.get(key)
        if have is None:
            return False
        if isinstance(have, str | bytes) or not isinstance(have, Collection):
            if not _meets(want, have):
                return False
        elif not any(item is not None and _meets(want, item) for item in have):
            return False
    return True


def _meets(want: Any, item: Any) -> bool:
    if isinstance(want, Mapping):
        number = Decimal(str(item))
        least, most = want.get("min"), want.get("max")
        return (least is None or number >= Decimal(str(least))) and (most is None or number <= Decimal(str(most)))
    if isinstance(want, list | tuple):
        return any(_meets(one, item) for one in want)
    if isinstance(item, Decimal):
        return item == Decimal(str(want))
    return bool(want == item)


def hidden() -> frozenset[str]:
    """Clauses whose rows are out of force in this process (`rulebook.without`)."""
    return _hidden


def hide(clauses: frozenset[str]) -> None:
    """Put the rows of these clauses out of force, for tests of what the clauses carry."""
    global _hidden
    _hidden = clauses
