"""What held for a clock, stretch by stretch, as its case's journal tells it: nothing of the row but which clock it is.

A line on which a clock begins, or on which its facts give it other terms, tells them: `terms` = {clock: [calendar, seconds]}. What had
been consumed stays consumed. A `clock_moved` tells terms that correct the last ones from their beginning. Lines from before terms
were told name the policy row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from xiuhao.kernel import calendars, policy
from xiuhao.kernel.clockwork import Held, Patchwork, Span, due
from xiuhao.kernel.models import CaseClock, Journal, PolicyRow

MOVED = "clock_moved"


@dataclass(frozen=True, slots=True)
class Adopted:
    """Terms that a clock took on with a line: the id of its calendar, working seconds, and the policy row."""

    line: Journal
    calendar: int
    limit: int
    policy: int | None

    @property
    def corrects(self) -> bool:
        return self.line.verb == MOVED


def lines_of(row: CaseClock, lines: Sequence[Journal]) -> Iterator[Journal]:
    """The lines of a clock's life, from the one that began it up to the one that ended it (left out)."""
    begun = False
    for line in lines:
        begins = not begun and (line.occurred_at, line.round) == (row.started_at, row.round) and not line.verb.startswith("clock_")
        if begun and (line.round > row.round or row.key in line.data.get("clocks", ())):
            return
        if begins or begun:
            begun = True
            yield line


def adopted(row: CaseClock, lines: Sequence[Journal]) -> list[Adopted]:
    """The terms of a clock in the order in which it took them on; the first are those it began with."""
    found: list[Adopted] = []
    told_by_line = False
    for line in lines_of(row, lines):
        held = _named(row, line)
        if (told := line.data.get("terms", {}).get(row.key)) is not None:
            calendar, limit = told
            found.append(Adopted(line, calendars.named(calendar).pk, limit, held.pk if held else None))
            told_by_line = True
        elif held is not None and not line.verb.startswith("clock_"):
            calendar_row = calendars.named(held.value["calendar"])
            found.append(Adopted(line, calendar_row.pk, calendars.seconds(held.value["limit"], calendar_row), held.pk))
            told_by_line = False
        elif not found:
            found.append(Adopted(line, row.calendar_id, row.limit, row.policy_id))
    if found and not told_by_line:  # of an older line only the row knows for sure
        found[-1] = Adopted(found[-1].line, row.calendar_id, row.limit, row.policy_id)
    return found


def _named(row: CaseClock, line: Journal) -> PolicyRow | None:
    table = f"clock.{row.case.process}.{row.key}"
    return next((held for pk in line.policies if (held := policy.row(pk)) is not None and held.table == table), None)


def patchwork(row: CaseClock, told: Sequence[Adopted], before: datetime | None = None) -> Patchwork:
    """These terms as one calendar, each calendar as it stood before that moment (None: as it is now)."""
    found: list[Held] = []
    for each in told:
        at = each.line.occurred_at
        since = found[-1].since if each.corrects and found else at
        found.append(Held(at, since, calendars.stood(each.calendar, before), each.limit, each.policy))
    return Patchwork(found or [Held(row.started_at, row.started_at, calendars.stood(row.calendar_id, before), row.limit, row.policy_id)])


def latest(row: CaseClock, lines: Sequence[Journal]) -> Patchwork:
    """What counts the seconds of a clock: its calendars as they are, of one that has ended as they were at its end."""
    return patchwork(row, adopted(row, lines), _ended(row, lines))


def judging(row: CaseClock, lines: Sequence[Journal], history: Sequence[Span]) -> Patchwork:
    """What decides when a clock is due. A calendar that is edited moves what is not due yet; a deadline that had passed by the calendar
    of its day has passed."""
    told, ended = adopted(row, lines), _ended(row, lines)
    known = told[0].line.recorded_at if told else row.started_at  # of an imported past: by the calendars of the import
    for at in calendars.edited({each.calendar for each in told}):
        if known < at and (ended is None or at < ended):
            then = patchwork(row, [each for each in told if each.line.recorded_at <= at], at)
            passed = due(then, then.limit, history)
            if passed is not None and passed < at.replace(microsecond=0):
                return then
    return patchwork(row, told, ended)


def _ended(row: CaseClock, lines: Sequence[Journal]) -> datetime | None:
    """When the end of a clock was written down."""
    if row.stopped_at is None:
        return None
    return next((line.recorded_at for line in lines if line.occurred_at == row.stopped_at), row.stopped_at)
