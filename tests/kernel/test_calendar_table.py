"""A calendar from plain data: what is understood, and what is refused with which code."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from xiuhao.kernel.calendar import WEEKDAYS, Calendar, from_table
from xiuhao.kernel.holidays import seed_holidays, shipped_years
from xiuhao.kernel.refusal import Refused

DAY = [["09:00", "12:00"], ["13:00", "18:00"]]
GOOD: dict[str, Any] = {"zone": "Asia/Shanghai", "weekly": {"mon": DAY}}
ROW: dict[str, Any] = {"day": "2026-01-01", "kind": "off", "name": "元旦", "name_en": "New Year's Day"}
MONDAY = datetime(2026, 3, 2, tzinfo=UTC) - timedelta(hours=8)


def hours_of(calendar: Calendar, day: date) -> float:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)
    return calendar.elapsed(start, start + timedelta(days=1)) / 3600


def weekly(**days: object) -> dict[str, Any]:
    return {"zone": "Asia/Shanghai", "weekly": days}


def test_a_calendar_survives_json_and_the_order_of_its_intervals() -> None:
    spec = json.loads(json.dumps(weekly(mon=[*reversed(DAY)], tue=[["18:00", "00:00"]], sun=[["00:00", "24:00"]])))
    found = from_table("x", spec, json.loads(json.dumps([ROW])))
    assert found.weekly[0] == ((540, 720), (780, 1080))
    assert (found.weekly[1], found.weekly[6]) == (((1080, 1440),), ((0, 1440),))
    assert found.known_years == {2026}
    assert hours_of(found, date(2026, 3, 2)) == 8


@pytest.mark.parametrize(
    ("code", "spec"),
    [
        ("calendar_empty", {"zone": "Asia/Shanghai"}),
        ("calendar_empty", weekly()),
        ("calendar_empty", weekly(mon=[])),
        ("calendar_zone_unknown", {**GOOD, "zone": "Asia/Atlantis"}),
        ("calendar_zone_unknown", {**GOOD, "zone": "../etc/passwd"}),
        ("calendar_zone_unknown", {"weekly": {"mon": DAY}}),
        ("calendar_shape_bad", {**GOOD, "weekley": {}}),
        ("calendar_shape_bad", {**GOOD, "always": True}),
        ("calendar_shape_bad", {**GOOD, "always": "yes"}),
        ("calendar_shape_bad", {**GOOD, "weekly": [DAY]}),
        ("calendar_weekday_unknown", weekly(monday=DAY)),
        ("calendar_time_bad", weekly(mon=[["9:00", "12:00"]])),
        ("calendar_time_bad", weekly(mon=[["09:00", "24:01"]])),
        ("calendar_time_bad", weekly(mon=[["09:60", "12:00"]])),
        ("calendar_time_bad", weekly(mon=[["09:00"]])),
        ("calendar_time_bad", weekly(mon="09:00-12:00")),
        ("calendar_interval_bad", weekly(mon=[["09:00", "09:00"]])),
        ("calendar_interval_bad", weekly(mon=[["24:00", "06:00"]])),
        ("calendar_overlap", weekly(mon=[["09:00", "12:00"], ["11:59", "18:00"]])),
        ("calendar_overlap", weekly(mon=[["22:00", "06:00"]], tue=[["05:00", "09:00"]])),
        ("calendar_overlap", weekly(sun=[["22:00", "06:00"]], mon=[["05:00", "09:00"]])),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(code: str, spec: dict[str, Any]) -> None:
    assert from_table("good", GOOD)
    with pytest.raises(Refused) as refused:
        from_table("bad", spec)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("calendar_row_bad", [{**ROW, "kind": "half"}]),
        ("calendar_row_bad", [{**ROW, "day": "2026-02-30"}]),
        ("calendar_row_bad", [{**ROW, "day": datetime(2026, 1, 1, tzinfo=UTC)}]),
        ("calendar_row_bad", [{**ROW, "kind": "work", "like": "monday"}]),
        ("calendar_row_bad", [{"day": "2026-01-01", "kind": "off"}]),
        ("calendar_row_repeats", [ROW, {**ROW, "day": date(2026, 1, 1)}]),
    ],
)
def test_a_holiday_row_that_makes_no_sense_is_refused(code: str, rows: list[Any]) -> None:
    assert from_table("good", GOOD, [ROW])
    with pytest.raises(Refused) as refused:
        from_table("bad", GOOD, rows)
    assert refused.value.code == code


def test_an_extra_working_day_takes_the_hours_of_the_weekday_that_is_named() -> None:
    spec = weekly(mon=DAY, fri=[["09:00", "12:00"]], sat=[["10:00", "12:00"]])
    row = {**ROW, "day": "2026-02-14", "kind": "work"}
    ordinary, monday = from_table("x", spec), from_table("x", spec, [row])
    friday = from_table("x", spec, [{**row, "like": "fri"}])
    assert [hours_of(c, date(2026, 2, 14)) for c in (ordinary, monday, friday)] == [2, 8, 3]
    without_monday = from_table("x", weekly(sat=[["10:00", "12:00"]]), [row])
    assert hours_of(without_monday, date(2026, 2, 14)) == 2


def test_an_extra_working_day_that_a_night_shift_runs_into_counts_no_second_twice() -> None:
    row = {**ROW, "day": "2026-02-14", "kind": "work"}
    found = from_table("x", weekly(mon=[["05:00", "09:00"]], fri=[["22:00", "06:00"]]), [row])
    friday = datetime(2026, 2, 13, 4, tzinfo=UTC)
    parts = [(part.why, part.seconds) for part in found.segments(friday, friday + timedelta(days=1)) if part.seconds]
    assert parts == [("working", 8 * 3600), ("workday", 3 * 3600)]
    assert found.elapsed(friday, friday + timedelta(days=1)) == 11 * 3600


def test_public_holidays_count_only_where_they_are_observed() -> None:
    rows = seed_holidays([2026])
    always = {"zone": "Asia/Shanghai", "always": True}
    festival = date(2026, 2, 17)
    assert hours_of(from_table("x", always, rows), festival) == 24
    assert hours_of(from_table("x", {**always, "holidays": True}, rows), festival) == 0
    daily = weekly(**dict.fromkeys(WEEKDAYS, DAY))
    assert hours_of(from_table("x", daily, rows), festival) == 0
    assert hours_of(from_table("x", {**daily, "holidays": False}, rows), festival) == 8


def test_the_shipped_table_is_the_state_council_notice_of_2026() -> None:
    rows = seed_holidays([2026])
    off = [row["day"] for row in rows if row["kind"] == "off"]
    work = [row["day"] for row in rows if row["kind"] == "work"]
    assert (len(off), len(work)) == (33, 6)
    assert work == [date(2026, *md) for md in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))]
    assert [d.day for d in off if isinstance(d, date) and d.month == 2] == list(range(15, 24))
    assert {"day": date(2026, 2, 14), "kind": "work", "name": "春节", "name_en": "Spring Festival"} in rows
    assert shipped_years() >= set(range(2004, 2027))
    assert all(seed_holidays([year]) for year in shipped_years())
