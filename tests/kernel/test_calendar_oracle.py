"""The calendar and the clock against an oracle that shares no code with them: it walks the minutes of the wall clock."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from xiuhao.kernel.calendar import WEEKDAYS, Calendar, from_table
from xiuhao.kernel.clockwork import due, spans, spent, trace

CALENDARS, CASES_EACH, DAYS = 334, 30, 16
OFFICE = [["09:00", "12:00"], ["13:00", "18:00"]]
NIGHT = [["22:00", "06:00"]]
# A zone and the first days of windows with something in them: a clock set forward, back, a day that never was.
PLACES = [
    ("Asia/Shanghai", "2026-02-10 2025-12-28 2024-09-25 1986-05-01 1988-09-08 1991-04-10 1991-09-10"),
    ("America/New_York", "2026-03-04 2026-10-28 2025-12-25 2004-10-27"),
    ("Australia/Lord_Howe", "2025-04-02 2025-10-01"),
    ("America/Sao_Paulo", "2017-10-11 2018-02-14"),
    ("America/St_Johns", "2010-11-04"),
    ("Pacific/Apia", "2011-12-25"),
    ("Asia/Kathmandu", "2026-06-01"),
    ("UTC", "2024-02-25 2025-12-24"),
]


@cache
def shown(zone: str, first: int) -> list[tuple[date, int]]:
    """The local date and minute of the day in each minute of a window."""
    minutes: list[tuple[date, int]] = []
    furthest, place = datetime(1, 1, 1), ZoneInfo(zone)
    for at in range(first - 4 * 3600, first + DAYS * 86_400, 60):
        # When the clock is set back, the shift goes on from where the clock had been.
        furthest = max(furthest, datetime.fromtimestamp(at, place).replace(tzinfo=None))
        minutes.append((furthest.date(), furthest.hour * 60 + furthest.minute))
    return minutes[240:]


class Walk:
    """Which minutes of a window are worked, found by looking at the wall clock in each of them."""

    def __init__(self, spec: dict[str, Any], rows: list[dict[str, Any]], first: int) -> None:
        self.always, self.weekly = spec.get("always"), spec.get("weekly", {})
        self.rows = {row["day"]: row for row in rows}
        self.first = first
        wall = shown(spec["zone"], first)
        known = {day: self.minutes(day) for day in {day for day, _ in wall}}
        self.open = bytearray(minute in known[day] for day, minute in wall)
        self.sums = [0, *accumulate(self.open)]

    def minutes(self, today: date) -> set[int]:
        yesterday = today - timedelta(days=1)
        own = {m for a, b in self.hours(today) for m in range(a, b)}
        late = {m - 1440 for a, b in self.hours(yesterday) for m in range(a, b)}
        return {m for m in own | late if 0 <= m < 1440}

    def hours(self, day: date) -> list[tuple[int, int]]:
        row, name = self.rows.get(day), WEEKDAYS[day.weekday()]
        if self.always:
            return [(0, 1440)]
        if row and row["kind"] == "off":
            return []
        texts = (row and self.weekly.get(row.get("like") or "mon")) or self.weekly.get(name, [])
        pairs = [[int(text[:2]) * 60 + int(text[3:]) for text in pair] for pair in texts]
        return [(a, b if b > a else b + 1440) for a, b in pairs]

    def worked(self, at: int) -> int:
        minute, second = divmod(at - self.first, 60)
        return self.sums[minute] * 60 + (second and self.open[minute] * second)

    def earliest(self, total: int) -> int | None:
        """The first second by which so many were worked since the window began."""
        minute = bisect_left(self.sums, -(-total // 60))
        if minute == len(self.sums):
            return None
        return self.first + minute * 60 - (-total % 60)


def some_week(random: Random) -> dict[str, Any]:
    shape = random.randrange(6)
    if shape == 0:
        return {"always": True}
    if shape == 1:
        return {"weekly": dict.fromkeys(WEEKDAYS[:5], OFFICE)}
    if shape == 2:
        return {"weekly": dict.fromkeys(WEEKDAYS[: random.choice((5, 7))], NIGHT)}
    weekly: dict[str, Any] = {}
    for name in random.sample(WEEKDAYS, random.randint(1, 7)):
        cuts = sorted(random.sample(range(360, 1440), 2 * random.randint(1, 3)))
        pairs = [list(pair) for pair in zip(cuts[::2], cuts[1::2], strict=True)]
        if random.random() < 0.3:
            pairs[-1][1] = random.choice((0, random.randint(1, 360)))
        weekly[name] = [[f"{m // 60:02}:{m % 60:02}" for m in pair] for pair in pairs]
    return {"weekly": weekly}


def some_rows(random: Random, first: date) -> list[dict[str, Any]]:
    return [
        {
            "day": first + timedelta(days=offset),
            "kind": random.choice(("off", "work")),
            "name": "假",
            "name_en": "Day",
            "like": random.choice((None, *WEEKDAYS)),
        }
        for offset in random.sample(range(-1, DAYS), random.randint(0, 6))
    ]


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def check_arithmetic(random: Random, calendar: Calendar, walk: Walk) -> None:
    end = walk.first + DAYS * 86_400
    a, b = sorted(random.randrange(walk.first, end) for _ in range(2))
    assert calendar.elapsed(at(a), at(b)) == walk.worked(b) - walk.worked(a)
    assert calendar.elapsed(at(b), at(a)) == walk.worked(a) - walk.worked(b)
    seconds = random.choice((1, 60, random.randrange(1, 200_000)))
    expected, found = walk.earliest(walk.worked(a) + seconds), calendar.add(at(a), seconds)
    assert found == at(expected) if expected is not None else found > at(end)
    if (left := walk.worked(b) - seconds) >= 0:
        latest = calendar.back(at(b), seconds)
        assert walk.worked(int(latest.timestamp())) == left
        assert walk.worked(int(latest.timestamp()) + 1) == left + 1


def check_clock(random: Random, calendar: Calendar, walk: Walk) -> None:
    minutes = DAYS * 1440
    cuts = sorted(random.sample(range(minutes // 2), 1 + 2 * random.randint(0, 5)))
    start, pauses = cuts[0], list(zip(cuts[1::2], cuts[2::2], strict=True))
    runs = bytearray(start) + walk.open[start:]
    for a, b in pauses:
        runs[a:b] = bytes(b - a)
    moments = [walk.first + 60 * cut for cut in cuts]
    history = spans(
        [(at(m), "waiting" if i % 2 else "open") for i, m in enumerate(moments)],
        at(moments[0]),
        running=lambda state: state == "open",
        waiting=lambda state: state == "waiting",
    )
    until = random.randrange(start, minutes)
    assert spent(calendar, history, at(walk.first + 60 * until)) == 60 * runs.count(1, 0, until)
    if not (worked := runs.count(1)):
        return
    # Often the limit ends exactly where a pause begins.
    exact = runs.count(1, 0, pauses[0][0]) * 60 if pauses and random.random() < 0.2 else 0
    limit = exact or random.randrange(1, min(worked * 60, 100_000) + 1)
    minute = bisect_left(range(minutes), -(-limit // 60), key=lambda m: runs.count(1, 0, m))
    expected = walk.first + 60 * minute - (-limit % 60)
    for a, b in pauses:
        if expected == walk.first + 60 * a:
            expected = walk.first + 60 * b
    assert due(calendar, limit, history) == at(expected)
    told = trace(calendar, limit, history, at(moments[-1]))
    assert (told.counted, told.due) == (limit, at(expected))
    assert sum(line.seconds for line in told.lines) == told.lines[-1].total == limit
    assert all(before.end == after.start for before, after in pairwise(told.lines))
    assert (told.lines[0].start, told.lines[-1].end) == (at(moments[0]), at(expected))


@pytest.mark.parametrize("part", range(4))
def test_C3_C4_C6_ten_thousand_random_cases_equal_the_minute_walk(part: int) -> None:
    cases = 0
    for number in range(part, CALENDARS, 4):
        random = Random(number)
        zone, days = random.choice(PLACES)
        first = date.fromisoformat(random.choice(days.split()))
        spec, rows = {"zone": zone, **some_week(random)}, some_rows(random, first)
        begin = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
        calendar, walk = from_table(f"number {number}", spec, rows), Walk(spec, rows, begin)
        for _ in range(CASES_EACH):
            check_arithmetic(random, calendar, walk)
            check_clock(random, calendar, walk)
            cases += 1
    assert cases >= 2_490
