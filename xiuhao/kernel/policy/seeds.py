"""The policy rows that ship with the modules: `xiuhao/<module>/policies.yaml`, a mapping of table → lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.apps import apps

from xiuhao.kernel import facts
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.policy.book import STAMP, moved, refresh
from xiuhao.kernel.policy.tables import table_of
from xiuhao.kernel.time import zone

SINCE = datetime(2000, 1, 1, tzinfo=UTC)
FILE = "policies.yaml"
_KEYS = {"line", "position", "match", "value", "clauses", "ours", "note", "since", "until"}


@dataclass(frozen=True)
class Seed:
    """One line as a module ships it; `ours` marks a default of ours where the regulation gives no figure. In force from `since` until
    before `until`, where they are given."""

    table: str
    line: str
    position: int
    match: dict[str, Any]
    value: dict[str, Any]
    clauses: list[str] = field(default_factory=list)
    ours: bool = False
    note: str = ""
    since: date | None = None
    until: date | None = None


def files() -> list[Path]:
    """The seed files of the modules, lowest module last in the settings first."""
    ours = [app for app in apps.get_app_configs() if app.name.startswith("xiuhao.")]
    return [path for app in ours if (path := Path(app.path) / FILE).exists()]


def seeds() -> list[Seed]:
    """Every shipped line. ValueError for one that is misspelt, stands twice or names an unknown clause."""
    from xiuhao.kernel import rulebook

    found: list[Seed] = []
    for path in files():
        for table, lines in (facts.read(path) or {}).items():
            found += [_seed(path, table, place, line) for place, line in enumerate(lines)]
    keys = [(seed.table, seed.line) for seed in found]
    twice = {key for key in keys if keys.count(key) > 1}
    unknown = rulebook.unknown(id_ for seed in found for id_ in seed.clauses)
    if twice or unknown:
        raise ValueError(f"policies.yaml: lines twice {sorted(twice)}, unknown clauses {sorted(set(unknown))}")
    return found


def _seed(path: Path, table: str, place: int, line: dict[str, Any]) -> Seed:
    strange = set(line) - _KEYS
    if strange or not line.get("line"):
        raise ValueError(f"{path.parent.name}/{path.name}: {table} line {place + 1}: unknown keys {sorted(strange)} or no line")
    return Seed(
        table, str(line["line"]), int(line.get("position", (place + 1) * 10)), dict(line.get("match", {})), dict(line.get("value", {})),
        list(line.get("clauses", ())), bool(line.get("ours", False)), str(line.get("note", "")), line.get("since"), line.get("until"),
    )  # fmt: skip


def _midnight(day: date | None) -> datetime | None:
    """The moment at which a row of a day comes into force, or leaves it."""
    return datetime(day.year, day.month, day.day, tzinfo=zone()) if day else None


def load_seeds() -> int:
    """Enter the lines that are in no version in the database yet; what was edited or ended stays. Returns how many.

    Needs the calendars (`calendars.load_seeds` first). Raises Refused for a value that its table does not allow.
    """
    have = set(PolicyRow.objects.values_list("table", "line"))
    made = []
    for seed in seeds():
        if (seed.table, seed.line) in have:
            continue
        declared = table_of(seed.table)
        made.append(
            PolicyRow(
                table=seed.table,
                line=seed.line,
                position=seed.position,
                match=declared.clean_match(seed.match),
                value=declared.clean_value(seed.value),
                clauses=seed.clauses,
                since=_midnight(seed.since) or SINCE,
                until=_midnight(seed.until),
                ours=seed.ours,
                note=seed.note,
            )
        )
    PolicyRow.objects.bulk_create(made, ignore_conflicts=True)
    if made:
        refresh(moved(STAMP))  # what tables offer may have been looked up while they were empty
    return len(made)
