"""Working time: which seconds of the world count, and the arithmetic on them.

Whole seconds since 1970 inside, aware datetimes outside; fractions of a second are cut off.
Years are laid out one by one, when first touched, as prefix sums that bisect searches.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from xiuhao.kernel.refusal import Refused

Interval = tuple[int, int]
"""Local minutes after midnight, end exclusive; an end beyond 1440 is on the next day."""
Kind = Literal["off", "work"]
Why = Literal["working", "workday", "off_hours", "rest_day", "holiday"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_YEAR, LAST_YEAR = 1900, 2200

_DAY, _REMEMBERED = 1440, 4_096  # minutes; sums of a calendar
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_SECOND = timedelta(seconds=1)
_KINDS: dict[str, Kind] = {"off": "off", "work": "work"}


@dataclass(frozen=True, slots=True)
class Day:
    """A date that differs: a public holiday ("off") or an extra working day ("work", 调休).

    `like` is the weekday (0 = Monday) whose hours an extra working day takes.
    """

    kind: Kind
    name: str
    name_en: str
    like: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time with one reason; `seconds` counts the working ones (all or none).

    `why` rest_day: that weekday has no hours; `day` names the holiday or the extra working day (workday).
    """

    start: datetime
    end: datetime
    seconds: int
    why: Why
    day: Day | None = None


@dataclass(slots=True)
class _Year:
    """The working intervals of one local year, clipped to it, in epoch seconds."""

    number: int
    begin: int
    end: int
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    sums: list[int] = field(default_factory=list)
    days: list[Day | None] = field(default_factory=list)
    total: int = 0

    def append(self, start: int, end: int, day: Day | None) -> None:
        start = max(start, self.begin, self.ends[-1] if self.ends else self.begin)
        end = min(end, self.end)
        if start >= end:
            return
        if self.ends and self.ends[-1] == start and self.days[-1] is day:
            self.ends[-1] = end
        else:
            self.starts.append(start)
            self.ends.append(end)
            self.sums.append(self.total)
            self.days.append(day)
        self.total += end - start

    def worked(self, at: int) -> int:
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return 0
        return self.sums[index] + min(at, self.ends[index]) - self.starts[index]


@dataclass(frozen=True, eq=False)
class Calendar:
    """A weekly pattern in a time zone, with public holidays and extra working days.

    Build it once and keep it: years are laid out at first use and stay. `weekly` has seven tuples of intervals, Monday first.
    `known_years` are those whose holiday table is known; in others the weekly pattern holds and results are provisional.
    `observes=False`: public holidays mean nothing here. An interval belongs to the day on which it begins, past midnight too.
    Refuses: calendar_zone_unknown, calendar_interval_bad, calendar_overlap, calendar_empty; and every question
    time_without_zone, calendar_range (years 1900 to 2200).
    """

    key: str
    zone: str
    weekly: tuple[tuple[Interval, ...], ...]
    holidays: Mapping[date, Day] = field(default_factory=dict, repr=False)
    known_years: frozenset[int] = frozenset()
    observes: bool = True
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False)
    _added: dict[tuple[datetime, int], datetime] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        _check_week(self.key, self.weekly)
        _ = self._tz  # an unknown zone is refused here, not at the first question

    def add(self, start: datetime, seconds: int) -> datetime:
        """The earliest moment by which `seconds` of working time have passed since `start` (UTC).

        0 gives `start` itself. `elapsed(start, add(start, n)) == n`. Refuses: seconds_negative.
        """
        if (known := self._added.get((start, seconds))) is None:  # cases born together have the same terms from the same moment on
            if len(self._added) >= _REMEMBERED:
                self._added.clear()
            known = self._added[start, seconds] = self._add(start, seconds)
        return known

    def _add(self, start: datetime, seconds: int) -> datetime:
        at = epoch(start)
        if seconds < 1:
            return _nothing(at, seconds)
        year = self._year_of(at, start.year)
        need = year.worked(at) + seconds
        while need > year.total:
            need -= year.total
            year = self._year(year.number + 1)
        index = bisect_left(year.sums, need) - 1
        return moment(year.starts[index] + need - year.sums[index])

    def back(self, end: datetime, seconds: int) -> datetime:
        """The latest moment at which `seconds` of working time were left until `end` (UTC).

        An hour before 08:30 of a day that begins at 08:00: half an hour before the previous close.
        Refuses: seconds_negative.
        """
        at = epoch(end)
        if seconds < 1:
            return _nothing(at, seconds)
        year = self._year_of(at, end.year)
        left = year.worked(at) - seconds
        while left < 0:
            year = self._year(year.number - 1)
            left += year.total
        index = bisect_right(year.sums, left) - 1
        return moment(year.starts[index] + left - year.sums[index])

    def elapsed(self, start: datetime, end: datetime) -> int:
        """Working seconds from `start` to `end`; negative when `end` comes first."""
        a, b = epoch(start), epoch(end)
        first, last = self._year_of(a, start.year), self._year_of(b, end.year)
        if first is last:
            return first.worked(b) - first.worked(a)
        if a > b:
            return -self.elapsed(end, start)
        between = sum(self._year(n).total for n in range(first.number, last.number))
        return between - first.worked(a) + last.worked(b)

    def opens(self, at: datetime) -> datetime:
        """The first working moment at or after `at` (UTC); `at` itself when it is one."""
        return self.back(self.add(at, 1), 1)

    def provisional(self, start: datetime, end: datetime) -> bool:
        """Whether [start, end) touches a local year whose holidays are not known yet (暂估)."""
        if not self.observes:
            return False
        a, b = sorted((epoch(start), epoch(end)))
        first, last = self._date(a).year, self._date(max(a, b - 1)).year
        return any(n not in self.known_years for n in range(first, last + 1))

    def hours(self, day: date) -> tuple[Interval, ...]:
        """The intervals that begin on a local date, holidays and extra working days considered."""
        own = self.weekly[day.weekday()]
        special = self._day(day)
        if special is None:
            return own
        return () if special.kind == "off" else self.weekly[special.like] or own

    def segments(self, start: datetime, end: datetime) -> list[Segment]:
        """Every working stretch and every gap of [start, end), in order, nothing left out.

        The working seconds add up to `elapsed(start, end)`. Refuses: calendar_span_reversed.
        """
        at, b = epoch(start), epoch(end)
        if b < at:
            raise _bad("calendar_span_reversed", start=start.isoformat(), end=end.isoformat())
        found: list[Segment] = []
        for begin, close, day in self._working(at, b):
            self._gap(found, at, begin)
            _extend(found, begin, close, "workday" if day else "working", day)
            at = close
        self._gap(found, at, b)
        return found

    @cached_property
    def _tz(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError, TypeError) as error:
            raise _bad("calendar_zone_unknown", zone=self.zone) from error

    def _day(self, day: date) -> Day | None:
        return self.holidays.get(day) if self.observes else None

    def _working(self, a: int, b: int) -> Iterator[tuple[int, int, Day | None]]:
        number = self._year_of(a, self._date(a).year).number
        while a < b:
            year = self._year(number)
            for index in range(bisect_right(year.ends, a), bisect_left(year.starts, b)):
                begin, close = max(a, year.starts[index]), min(b, year.ends[index])
                yield begin, close, year.days[index]
            a, number = year.end, number + 1

    def _gap(self, found: list[Segment], a: int, b: int) -> None:
        day = self._date(a)
        while a < b:
            special, tomorrow = self._day(day), day + timedelta(days=1)
            # Never backwards: a clock set back over midnight shows the day before once more.
            stop = max(a, min(b, self._instant(tomorrow, 0)))
            if special and special.kind == "off":
                _extend(found, a, stop, "holiday", special)
            else:
                _extend(found, a, stop, "off_hours" if self.hours(day) else "rest_day")
            a, day = stop, tomorrow

    def _date(self, at: int) -> date:
        return datetime.fromtimestamp(at, self._tz).date()

    def _instant(self, day: date, minute: int) -> int:
        """The first instant at which the local clock shows that minute or a later one.

        So a shift begins and ends once where the clock is set back; one that begins in a skipped hour begins after it.
        """
        wall = datetime(day.year, day.month, day.day, tzinfo=self._tz) + timedelta(minutes=minute)
        shown = (day.toordinal() - _EPOCH_DAY) * 86_400 + minute * 60
        before = (wall.utcoffset() or timedelta()) // _SECOND
        after = (wall.replace(fold=1).utcoffset() or timedelta()) // _SECOND
        if before >= after:
            return shown - before
        low, high = shown - after, shown - before
        while high - low > 1:
            middle = (low + high) // 2
            offset = datetime.fromtimestamp(middle, self._tz).utcoffset() or timedelta()
            low, high = (middle, high) if offset // _SECOND < after else (low, middle)
        return high

    def _year_of(self, at: int, guess: int) -> _Year:
        year = self._years.get(guess) or self._year(guess)
        while at < year.begin:
            year = self._year(year.number - 1)
        while at >= year.end:
            year = self._year(year.number + 1)
        return year

    def _year(self, number: int) -> _Year:
        if (known := self._years.get(number)) is not None:
            return known
        if not FIRST_YEAR <= number <= LAST_YEAR:
            raise _bad("calendar_range", year=number)
        first, next_first = date(number, 1, 1), date(number + 1, 1, 1)
        year = _Year(number, self._instant(first, 0), self._instant(next_first, 0))
        for ordinal in range(first.toordinal() - 1, next_first.toordinal()):
            day = date.fromordinal(ordinal)
            for start, end in self.hours(day):
                year.append(self._instant(day, start), self._instant(day, end), self._day(day))
        return self._years.setdefault(number, year)


def from_table(
    key: str,
    spec: Mapping[str, object],
    rows: Iterable[Mapping[str, Any]] = (),
    known_years: Iterable[int] | None = None,
) -> Calendar:
    """A calendar from plain data, as a page or a file holds it.

    `spec`: {"zone": IANA name, "weekly": {"mon": [["09:00", "12:00"], ["13:00", "18:00"]], …}} or {"zone": …, "always": true} for 7×24;
    an end before its start is on the next day; "holidays" says whether public holidays count (by default with "weekly" only).
    `rows`: {"day": date or ISO text, "kind": "off" or "work", "name", "name_en", "like": the weekday whose hours an extra working day
    takes, by default "mon"}. `known_years`: by default every year that has a row. Refuses what `Calendar` refuses, and
    calendar_shape_bad, calendar_weekday_unknown, calendar_time_bad, calendar_row_bad, calendar_row_repeats.
    """
    always, weekly = spec.get("always", False), spec.get("weekly") or {}
    observes = spec.get("holidays", not always)
    strange = sorted(set(spec) - {"zone", "weekly", "always", "holidays"})
    if strange or not isinstance(always, bool) or not isinstance(observes, bool):
        raise _bad("calendar_shape_bad", key=key, strange=strange)
    if not isinstance(weekly, Mapping) or (always and weekly):
        raise _bad("calendar_shape_bad", key=key, strange=strange)
    days = _days(rows)
    return Calendar(
        key=key,
        zone=str(spec.get("zone", "")),
        weekly=(((0, _DAY),),) * 7 if always else _week(weekly),
        holidays=days,
        known_years=frozenset({day.year for day in days} if known_years is None else known_years),
        observes=observes,
    )


def epoch(at: datetime) -> int:
    """Whole seconds since 1970 of an aware datetime. Refuses: time_without_zone."""
    if at.tzinfo is None:
        raise _bad("time_without_zone", at=at.isoformat())
    return (at - _EPOCH) // _SECOND


def moment(seconds: int) -> datetime:
    """The UTC datetime of so many seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def _nothing(at: int, seconds: int) -> datetime:
    if seconds:
        raise _bad("seconds_negative", seconds=seconds)
    return moment(at)


def _extend(found: list[Segment], start: int, end: int, why: Why, day: Day | None = None) -> None:
    if start == end:
        return
    begin, seconds = moment(start), end - start if why in ("working", "workday") else 0
    if found and found[-1].why == why and found[-1].day == day:
        begin, seconds = found[-1].start, found.pop().seconds + seconds
    found.append(Segment(begin, moment(end), seconds, why, day))


def _check_week(key: str, weekly: tuple[tuple[Interval, ...], ...]) -> None:
    spread: list[tuple[int, int, str]] = []
    for index, (name, hours) in enumerate(zip(WEEKDAYS, weekly, strict=True)):
        for start, end in hours:
            if not (0 <= start < _DAY and start < end <= start + _DAY):
                raise _bad("calendar_interval_bad", day=name, interval=[start, end])
            spread.append((index * _DAY + start, index * _DAY + end, name))
    if not spread:
        raise _bad("calendar_empty", key=key)
    # The week is a ring: Sunday's night shift may run into Monday.
    round_again = (spread[0][0] + 7 * _DAY, 0, spread[0][2])
    for (_, end, name), (start, _, following) in pairwise([*spread, round_again]):
        if start < end:
            raise _bad("calendar_overlap", day=name, following=following)


def _week(weekly: Mapping[str, object]) -> tuple[tuple[Interval, ...], ...]:
    if strange := sorted(set(weekly) - set(WEEKDAYS)):
        raise _bad("calendar_weekday_unknown", days=strange)
    return tuple(_hours(name, weekly.get(name) or ()) for name in WEEKDAYS)


def _hours(name: str, pairs: object) -> tuple[Interval, ...]:
    hours: list[Interval] = []
    for pair in pairs if isinstance(pairs, list | tuple) else (pairs,):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise _bad("calendar_time_bad", day=name, value=str(pair))
        start, end = (_minute(name, text) for text in pair)
        if start == end:
            raise _bad("calendar_interval_bad", day=name, interval=[start, end])
        hours.append((start, end if end > start else end + _DAY))
    return tuple(sorted(hours))


def _minute(name: str, text: object) -> int:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)|24:00", str(text), re.ASCII)
    if not found:
        raise _bad("calendar_time_bad", day=name, value=str(text))
    return int(found[1]) * 60 + int(found[2]) if found[1] else _DAY


def _days(rows: Iterable[Mapping[str, Any]]) -> dict[date, Day]:
    days: dict[date, Day] = {}
    for row in rows:
        try:
            told = row["day"]
            on = date.fromisoformat(told) if isinstance(told, str) else told
            day = Day(_KINDS[row["kind"]], row["name"], row["name_en"], WEEKDAYS.index(row.get("like") or "mon"))
        except (KeyError, ValueError) as error:
            raise _bad("calendar_row_bad", row=str(row)) from error
        if type(on) is not date:
            raise _bad("calendar_row_bad", row=str(row))
        if on in days:
            raise _bad("calendar_row_repeats", day=on.isoformat())
        days[on] = day
    return days


def _bad(code: str, **params: object) -> Refused:
    return Refused(code, params, status=422)
