"""The arithmetic of one deadline: a limit of working time, consumed while the clock runs.

Nothing is stored here: the history of a clock is derived from the journal as spans, and due
moment, levels and explanation are computed from them. A limit is kept by a stop at or before its
due moment; a level is reached in a stretch of running that goes on after the level's moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from functools import cache
from math import inf
from operator import itemgetter
from typing import Literal, NamedTuple

from xiuhao.kernel.calendar import Calendar, Day, Segment, epoch, moment
from xiuhao.kernel.refusal import Refused

RUNNING = "running"


@cache
def _exact(share: Fraction | float | None) -> Fraction:
    """A share as it is written: 0.1 is a tenth."""
    return Fraction(str(share))


@dataclass(frozen=True, slots=True)
class Level:
    """A moment on the way: at a `share` of the limit, or `offset` working seconds from its end.

    `offset` -3600 is an hour of working time before due; it falls on a working moment (09:00,
    not the evening before), while a share is reached as soon as that much is consumed.
    `to` is the role that is told or takes over.
    """

    key: str
    share: Fraction | float | None
    kind: Literal["warn", "breach", "escalate"]
    to: str
    offset: int | None = None

    def consumed(self, limit: int) -> int:
        """Working seconds consumed when this level of a limit (seconds) is reached."""
        if self.offset is not None:
            return max(0, limit + self.offset)
        share = _exact(self.share)
        return share.numerator * limit // share.denominator


@dataclass(frozen=True, slots=True)
class Limit:
    """Working seconds allowed, and the levels on the way and beyond.

    Refuses: limit_not_positive, level_repeats, level_bad (needs a positive share, or an offset).
    """

    seconds: int
    levels: tuple[Level, ...] = ()

    def __post_init__(self) -> None:
        if self.seconds < 1:
            raise Refused("limit_not_positive", {"seconds": self.seconds}, status=422)
        if len({level.key for level in self.levels}) < len(self.levels):
            raise Refused("level_repeats", {}, status=422)
        for level in self.levels:
            if not _sound(level):
                raise Refused("level_bad", {"level": level.key}, status=422)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a clock's life; `end` is None while it lasts. `why`: running, or the state that pauses it."""

    start: datetime
    end: datetime | None
    running: bool
    why: str


@dataclass(frozen=True, slots=True)
class Held:
    """Terms of a clock: `calendar` counts its seconds from `since` on and `limit` (seconds) is allowed in all. They were told at
    `told`: later than `since` where they correct what was wrong until then, and nothing is due by them in a stretch that had ended."""

    told: datetime
    since: datetime
    calendar: Calendar
    limit: int
    policy: int | None = None


class Patchwork:
    """Calendars one after the other, each for its time: what a clock consumed by one stays consumed when another takes its place.

    Answers as a `Calendar` does. `held` are the terms in the order in which they were told; of those from the same moment the last count.
    """

    def __init__(self, held: Sequence[Held]) -> None:
        self.held = tuple(held)
        self._pieces = sorted({epoch(each.since): each.calendar for each in held}.items(), key=itemgetter(0))

    @property
    def limit(self) -> int:
        """What is allowed by the last terms, in seconds."""
        return self.held[-1].limit

    @property
    def cuts(self) -> list[datetime]:
        """Where one calendar ends and the next begins."""
        return [moment(at) for at, _calendar in self._pieces[1:]]

    def elapsed(self, start: datetime, end: datetime) -> int:
        """Working seconds from `start` to a later `end`."""
        return sum(calendar.elapsed(a, b or end) for calendar, a, b in self._parts(start, end))

    def add(self, start: datetime, seconds: int) -> datetime:
        """The earliest moment by which `seconds` of working time have passed since `start`."""
        for calendar, begin, end in self._parts(start, None):
            if end is None or seconds <= (within := calendar.elapsed(begin, end)):
                return calendar.add(begin, seconds)
            seconds -= within
        raise AssertionError("the last piece has no end")

    def provisional(self, start: datetime, end: datetime) -> bool:
        """Whether it touches a year whose holidays a calendar in force then does not know yet."""
        return any(calendar.provisional(a, b or end) for calendar, a, b in self._parts(start, end))

    def segments(self, start: datetime, end: datetime) -> list[Segment]:
        """Every working stretch and every gap of [start, end), cut where calendars change."""
        return [part for calendar, a, b in self._parts(start, end) for part in calendar.segments(a, b or end)]

    def _parts(self, start: datetime, end: datetime | None) -> Iterator[tuple[Calendar, datetime, datetime | None]]:
        """(calendar, from, to) of each piece within; the last one of an endless time has no end."""
        for place, (_since, calendar) in enumerate(self._pieces):
            begins = start if place == 0 else max(start, moment(self._pieces[place][0]))
            last = place + 1 == len(self._pieces)
            ends = end if last else min(filter(None, (end, moment(self._pieces[place + 1][0]))))
            if ends is None or begins < ends:
                yield calendar, begins, ends


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation: `seconds` counted in it, `total` counted so far.

    `why` is a segment's reason (see `calendar.Segment`) or, with kind "pause", the state. Kind "terms" takes no time: from here on
    `held` holds (a correction: `held.since` on, as if it had been told then).
    """

    start: datetime
    end: datetime
    kind: Literal["working", "gap", "pause", "terms"]
    why: str
    seconds: int
    total: int
    day: Day | None = None
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a deadline is when it is. With a due moment, `lines` lead to it and `counted` is the limit.

    Without one (paused) they lead to now. `spent` is what was consumed until now or the stop.
    """

    start: datetime
    lines: tuple[Line, ...]
    counted: int
    spent: int
    due: datetime | None
    provisional: bool


def _sound(level: Level) -> bool:
    if level.share is None:
        return level.offset is not None
    return level.offset is None and 0 < level.share < inf


class _Leg(NamedTuple):
    """A stretch of running, with what was consumed before it and (if it has ended) after it."""

    start: datetime
    end: datetime | None
    before: int
    after: int | None


def spans(
    changes: Iterable[tuple[datetime, str]],
    started_at: datetime,
    stopped_at: datetime | None = None,
    *,
    running: Callable[[str], bool],
    waiting: Callable[[str], bool],
) -> list[Span]:
    """The history of one round of a clock, from the states that its case went through.

    `changes` are (moment, state entered); those before the start tell the state at the start.
    The clock runs in states that run and do not wait. Stretches shorter than a second vanish.
    Refuses: clock_stops_before_start, clock_without_state.
    """
    start, stop = epoch(started_at), None if stopped_at is None else epoch(stopped_at)
    if stop is not None and stop < start:
        raise Refused("clock_stops_before_start", {"start": moment(start).isoformat(), "stop": moment(stop).isoformat()})
    entered = sorted(((epoch(at), state) for at, state in changes), key=itemgetter(0))
    # Of several changes in one second the last one is the state; a change by the stop itself is outside.
    states = {max(at, start): state for at, state in entered if at <= start or stop is None or at < stop}
    if start not in states:
        raise Refused("clock_without_state", {"start": moment(start).isoformat()})
    found: list[Span] = []
    for at, state in states.items():
        runs = running(state) and not waiting(state)
        why = RUNNING if runs else state
        if found and (found[-1].running, found[-1].why) == (runs, why):
            continue
        if found:
            found[-1] = replace(found[-1], end=moment(at))
        found.append(Span(moment(at), None, runs, why))
    if stop is not None:
        found[-1] = replace(found[-1], end=moment(stop))
    return found


def spent(calendar: Calendar | Patchwork, history: Sequence[Span], until: datetime) -> int:
    """Working seconds consumed until that moment; never falls as `until` grows."""
    return sum(calendar.elapsed(span.start, min(span.end or until, until)) for span in history if span.running and span.start < until)


def due(calendar: Calendar | Patchwork, limit: int, history: Sequence[Span]) -> datetime | None:
    """The moment at which the limit (working seconds) is used up; None while paused.

    For a clock that was stopped while it ran: when it would have been. A stop after it broke it.
    """
    legs = _legs(calendar, _onward(history))
    if isinstance(calendar, Patchwork):
        told = moment(epoch(calendar.held[-1].told))
        legs = [leg for leg in legs if leg.end is None or leg.end > told]
    return _reached(calendar, legs, limit)


def moments(calendar: Calendar, limit: Limit, history: Sequence[Span]) -> list[tuple[Level, datetime]]:
    """The true moment of every level that was reached or will be if nothing changes, in order.

    Levels that a pause or a stop leaves open are missing.
    """
    legs = _legs(calendar, history)
    found: list[tuple[datetime, int, Level]] = []
    for level in limit.levels:
        consumed = level.consumed(limit.seconds)
        at = _reached(calendar, legs, consumed, opening=(level.offset or 0) < 0)
        if at is not None:
            found.append((at, consumed, level))
    return [(level, at) for at, _, level in sorted(found, key=itemgetter(0, 1))]


def trace(calendar: Calendar | Patchwork, limit: int, history: Sequence[Span], now: datetime) -> Trace:
    """The explanation of a deadline: each working stretch, gap and pause, each change of terms, adding up to the second."""
    at = due(calendar, limit, history)
    end = moment(epoch(at or history[-1].end or max(now, history[-1].start)))
    lines = tuple(_lines(calendar, history, end))
    return Trace(
        start=history[0].start,
        lines=lines,
        counted=lines[-1].total if lines else 0,
        spent=spent(calendar, history, now),
        due=at,
        provisional=calendar.provisional(history[0].start, end),
    )


def _lines(calendar: Calendar | Patchwork, history: Sequence[Span], end: datetime) -> Iterator[Line]:
    """The lines of an explanation up to `end`."""
    told = list(calendar.held[1:]) if isinstance(calendar, Patchwork) else []
    total = 0
    for span in _cut(_onward(history), [moment(epoch(held.told)) for held in told]):
        if span.start > end:
            return
        while told and epoch(told[0].told) <= epoch(span.start):
            yield Line(span.start, span.start, "terms", "", 0, total, held=told.pop(0))
        close = min(span.end or end, end)
        if span.start >= close:
            continue
        if not span.running:
            yield Line(span.start, close, "pause", span.why, 0, total)
            continue
        for part in calendar.segments(span.start, close):
            total += part.seconds
            kind: Literal["working", "gap"] = "working" if part.seconds else "gap"
            yield Line(part.start, part.end, kind, part.why, part.seconds, total, part.day)


def _cut(history: Sequence[Span], at: Sequence[datetime]) -> Iterator[Span]:
    """The same history with its spans cut at these moments."""
    for span in history:
        rest = span
        for cut in at:
            if rest.start < cut and (rest.end is None or cut < rest.end):
                yield replace(rest, end=cut)
                rest = replace(rest, start=cut)
        yield rest


def _onward(history: Sequence[Span]) -> list[Span]:
    """The history of a stopped clock as if it had not been stopped."""
    return [*history[:-1], replace(history[-1], end=None)]


def _legs(calendar: Calendar | Patchwork, history: Sequence[Span]) -> list[_Leg]:
    legs: list[_Leg] = []
    before = 0
    for span in _cut(history, calendar.cuts if isinstance(calendar, Patchwork) else ()):
        if span.running:
            after = before + calendar.elapsed(span.start, span.end) if span.end else None
            legs.append(_Leg(span.start, span.end, before, after))
            before = after or 0
    return legs


def _reached(calendar: Calendar | Patchwork, legs: Sequence[_Leg], consumed: int, *, opening: bool = False) -> datetime | None:
    for leg in legs:
        if leg.after is None or consumed <= leg.after:
            at = calendar.add(leg.start, max(0, consumed - leg.before))
            at = calendar.opens(at) if opening and isinstance(calendar, Calendar) else at
            # A pause or stop at that very second comes in time: nothing ran beyond it.
            if leg.end is None or at < leg.end:
                return at
    return None
