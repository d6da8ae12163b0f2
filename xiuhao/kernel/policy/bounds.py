"""Where the company's own numbers are wider than the regulation that they carry out: said before and after, never forbidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xiuhao.kernel import calendars
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.refusal import Refused

_LETTERS = {"minute": "m", "hour": "h", "day": "d"}
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "wd": 86_400}


@dataclass(frozen=True)
class Wider:
    """A row that gives more time than a clause that it names allows; both limits in words."""

    row: PolicyRow
    clause: str
    allowed: str
    given: str


def wider(row: PolicyRow) -> list[Wider]:
    """The deadlines among the row's clauses that its limit exceeds; a working day counts as a day."""
    limit = str(row.value.get("limit", ""))
    found = []
    for id_ in row.clauses:
        allowed = allowed_by(id_)
        if allowed and limit and _length(limit) > _length(allowed):
            found.append(Wider(row, id_, calendars.limit_text(allowed), calendars.limit_text(limit)))
    return found


def departures(rows: Iterable[PolicyRow]) -> dict[str, list[Wider]]:
    """Clause → the rows that are wider than it."""
    found: dict[str, list[Wider]] = {}
    for each in (each for row in rows for each in wider(row)):
        found.setdefault(each.clause, []).append(each)
    return found


def allowed_by(clause: str) -> str:
    """The time that a clause of the regulation itself gives ("1h"); "" if it gives none in figures."""
    from xiuhao.kernel import rulebook

    said = rulebook.clauses().get(clause)
    value = said.params.get("value") if said and said.kind == "deadline" else None
    letter = _LETTERS.get(str(said.params.get("unit"))) if said else None
    return f"{value}{letter}" if isinstance(value, int) and letter else ""


def _length(limit: str) -> int:
    try:
        text = calendars.clean_limit(limit)
    except Refused:
        return 0
    unit = "wd" if text.endswith("wd") else text[-1]
    return int(text.removesuffix(unit)) * _SECONDS.get(unit, 1)
