"""What a sheet can be of: its columns, how its cells are understood, what is made of a row. Customers, devices, staff, spare parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from xiuhao.kernel import roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.migration.models import SheetRun
from xiuhao.party import queries as people
from xiuhao.ui import spreadsheet
from xiuhao.ui.cells import plain
from xiuhao.ui.spreadsheet import Cell

KEEPERS = frozenset({roles.MANAGER, roles.ADMIN})
DIGITS = frozenset({"phone", "serial", "invoice_no", "card_no"})  # columns of which each digit counts
Fault = tuple[str, Refused]  # key of the column, "" for the row


@dataclass(frozen=True)
class Column:
    """A column of the template; a file may call it by any of `aliases`, by its label in either language, or by its key."""

    key: str
    label: Any
    aliases: tuple[str, ...] = ()
    must: bool = False
    example: str = ""
    width: int = 14
    mask: Callable[[str], str] = str
    offered: Callable[[], Sequence[tuple[Any, Any]]] | None = None  # (what it is to us, what the reader calls it)


@dataclass
class Piece:
    """What became of some rows: rows that brought something new, rows that did not, new devices, and what is wrong by row number."""

    made: int = 0
    known: int = 0
    devices: int = 0
    faults: dict[int, list[Fault]] = field(default_factory=dict)

    def fault(self, number: int, key: str, why: Refused) -> None:
        """Note what is wrong with a row."""
        self.faults.setdefault(number, []).append((key, why))

    def read(
        self, number: int, given: Mapping[str, str], value: Callable[[str, str], Any], must: Iterable[tuple[str, Any]]
    ) -> dict[str, Any]:
        """The cells of a row as `value(key, text)` reads them; what it refuses is noted, and what of `must` (key, label) is missing."""
        read: dict[str, Any] = {}
        for key, text in given.items():
            try:
                read[key] = value(key, text)
            except Refused as why:
                self.fault(number, key, why)
        for key, label in must:
            if key not in given:
                self.fault(number, key, Refused("missing", {"label": label}, status=422))
        return read


Rows = Sequence[tuple[int, dict[str, str]]]  # row number in the file, text by column


@dataclass(frozen=True)
class Subject:
    """`check` looks at rows and writes nothing; `bring` writes them in the caller's transaction. Both tell what (would) become of them.

    `same` is what makes two rows of a file the same one, as a key of its cells; `piece` rows are one transaction.
    """

    key: str
    label: Any
    columns: tuple[Column, ...]
    piece: int
    check: Callable[[Actor, Rows], Piece]
    bring: Callable[[Actor, SheetRun, Rows], Piece]
    same: Callable[[Mapping[str, str]], str]

    def known(self) -> dict[str, str]:
        """Header as it is compared → key of the column."""
        found = {plain(alias): column.key for column in self.columns for alias in (*column.aliases, column.key)}
        for language in ("zh-hans", "en"):
            with translation.override(language):
                found |= {plain(str(column.label)): column.key for column in self.columns}
        return found

    def match(self, headers: Sequence[str]) -> list[str]:
        """The key of each column of a file, "" for one that is not ours. Raises Refused (422): sheet_twice, sheet_without."""
        known = self.known()
        keys = [known.get(plain(header), "") for header in headers]
        for column in self.columns:
            if keys.count(column.key) > 1:
                raise Refused("sheet_twice", {"label": column.label}, status=422)
        if missing := [str(column.label) for column in self.columns if column.must and column.key not in keys]:
            raise Refused("sheet_without", {"labels": missing}, status=422)
        return keys


def told(keys: Sequence[str], cells: Sequence[Cell]) -> tuple[dict[str, str], list[str]]:
    """The text of a row by column, and the columns whose numbers the spreadsheet has rounded."""
    given: dict[str, str] = {}
    rounded: list[str] = []
    for key, cell in zip(keys, cells, strict=False):
        text = (cell if isinstance(cell, str) else cell[0]).strip()
        if not key or not text:
            continue
        given[key] = text
        if spreadsheet.lost(cell, key in DIGITS):
            rounded.append(key)
    return given, rounded


# What cells say


def labels(column: Column) -> dict[str, Any]:
    """What a reader may write in a column of choices, as it is compared → what it is to us."""
    found: dict[str, Any] = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            found |= {plain(str(label)): value for value, label in (column.offered() if column.offered else ())}
    return found


def day(text: str, label: Any) -> date:
    """A day as people write it. Raises Refused day_unreadable (422)."""
    try:
        return date.fromisoformat(spreadsheet.day(text))
    except ValueError:
        raise Refused("day_unreadable", {"label": label, "value": text[:40]}, status=422) from None


class Units:
    """The units that somebody keeps, by name; a name that two of them have is written with the one above: "浙江公司/杭州站"."""

    def __init__(self, actor: Actor) -> None:
        self.of: dict[str, list[Unit]] = {}
        every = list(people.units_below(actor).filter(active=True))
        names = {unit.pk: unit.name for unit in every}
        for unit in every:
            if not actor.holds(*KEEPERS, path=unit.path):
                continue
            for name in {unit.name, f"{names.get(unit.parent_id or 0, '')}/{unit.name}"}:
                self.of.setdefault(_name(name), []).append(unit)

    def find(self, text: str) -> Unit:
        """The one unit of this name. Raises Refused unit_unknown, unit_ambiguous (422)."""
        found = self.of.get(_name(text), [])
        if len(found) == 1:
            return found[0]
        raise Refused("unit_ambiguous" if found else "unit_unknown", {"unit": text[:40]}, status=422)


def _name(text: str) -> str:
    return "".join(text.casefold().split())


def may(actor: Actor) -> bool:
    """Whether somebody may bring people in by a sheet: managers and administrators, for the units they keep."""
    return actor.kind == "staff" and actor.verbs is None and actor.holds(*KEEPERS)


def allowed(actor: Actor) -> Actor:
    """The actor, if they may. Refused not_allowed (403)."""
    if not may(actor):
        raise Refused("not_allowed", {"verb": _("导入客户与员工")}, status=403)
    return actor
