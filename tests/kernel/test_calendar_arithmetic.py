"""Adding, counting and going back in working time; what the calendar does at the edges of what is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiuhao.kernel.calendar import WEEKDAYS, Calendar, from_table
from xiuhao.kernel.holidays import seed_holidays, shipped_years
from xiuhao.kernel.refusal import Refused

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
HOUR = 3600
LUNCH = [["09:00", "12:00"], ["13:00", "18:00"]]
NIGHT = [["22:00", "06:00"]]


def calendar(hours: list[list[str]], days: int = 5, zone: str = "Asia/Shanghai", **spec: bool) -> Calendar:
    rows = seed_holidays(range(2024, 2027))
    return from_table("test", {"zone": zone, "weekly": dict.fromkeys(WEEKDAYS[:days], hours), **spec}, rows)


OFFICE = calendar(LUNCH)
ALWAYS = from_table("always", {"zone": "Asia/Shanghai", "always": True})
SHIFT = calendar(NIGHT, days=7, holidays=False)
CALENDARS = st.sampled_from([OFFICE, ALWAYS, SHIFT, calendar(NIGHT, zone="America/New_York"), calendar(LUNCH, days=1)])
MOMENTS = st.datetimes(datetime(2023, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
SECONDS = st.integers(0, 400 * HOUR)


def here(*parts: int, zone: ZoneInfo = SHANGHAI, fold: int = 0) -> datetime:
    # In UTC, since an hour that comes twice equals no moment of another zone (PEP 495).
    return datetime(*parts, tzinfo=zone, fold=fold).astimezone(UTC)  # type: ignore[arg-type,misc]


@given(CALENDARS, MOMENTS, SECONDS)
def test_adding_and_counting_are_inverse(which: Calendar, start: datetime, seconds: int) -> None:
    end = which.add(start, seconds)
    assert which.elapsed(start, end) == seconds
    assert which.elapsed(which.back(end, seconds), end) == seconds
    assert end.utcoffset() == timedelta(0)
    if seconds:
        assert which.elapsed(start, end - timedelta(seconds=1)) == seconds - 1


@given(CALENDARS, MOMENTS, SECONDS, SECONDS)
def test_two_steps_are_one_step(which: Calendar, start: datetime, first: int, second: int) -> None:
    assert which.elapsed(start, which.add(which.add(start, first), second)) == first + second


@settings(deadline=None)  # years are laid out at first use
@given(MOMENTS, SECONDS)
def test_excluding_weekends_lengthens_and_never_shortens(start: datetime, seconds: int) -> None:
    whole_week = calendar(LUNCH, days=7, holidays=False)
    work_days = calendar(LUNCH, days=5, holidays=False)
    assert work_days.add(start, seconds) >= whole_week.add(start, seconds) >= ALWAYS.add(start, seconds)
    friday = here(2026, 3, 6, 17)
    assert work_days.add(friday, 2 * HOUR) - whole_week.add(friday, 2 * HOUR) == timedelta(days=2)


@settings(max_examples=50)
@given(CALENDARS, MOMENTS, st.integers(0, 40 * 24 * HOUR))
def test_segments_leave_nothing_out_and_add_up(which: Calendar, start: datetime, length: int) -> None:
    end = start + timedelta(seconds=length)
    found = which.segments(start, end)
    assert sum(part.seconds for part in found) == which.elapsed(start, end)
    assert sum((part.end - part.start for part in found), timedelta()) == timedelta(seconds=length)
    for part in found:
        assert part.seconds == which.elapsed(part.start, part.end) >= 0
    assert all(one.end == two.start and one != two for one, two in pairwise(found))


def test_C1_a_missing_year_is_provisional_and_never_an_exception() -> None:
    start = here(2026, 12, 31, 17)
    due = OFFICE.add(start, 2 * HOUR)
    assert due == here(2027, 1, 1, 10), "the weekly pattern holds where no table is known"
    assert OFFICE.provisional(start, due)
    assert not OFFICE.provisional(start, here(2027, 1, 1)), "the last second was in 2026"
    new_year = {"day": date(2027, 1, 1), "kind": "off", "name": "元旦", "name_en": "New Year's Day"}
    rows = [*seed_holidays([2026]), new_year]
    spec = {"zone": "Asia/Shanghai", "weekly": dict.fromkeys(WEEKDAYS[:5], LUNCH)}
    known = from_table("office", spec, rows)
    assert known.add(start, 2 * HOUR) == here(2027, 1, 4, 10)
    assert not known.provisional(start, here(2027, 1, 4, 10))
    assert not ALWAYS.provisional(start, due), "who never closes does not wait for a table"
    with pytest.raises(Refused) as refused:
        seed_holidays([2026, max(shipped_years()) + 1])
    assert refused.value.code == "holidays_unknown"


def test_C2_the_workday_saturday_and_the_spring_festival_of_2026_are_exact() -> None:
    saturday = here(2026, 2, 14, 17)
    assert OFFICE.add(saturday, 4 * HOUR) == here(2026, 2, 24, 12)
    found = [(part.seconds, part.why, part.day and part.day.name) for part in OFFICE.segments(saturday, here(2026, 2, 24, 12))]
    assert found == [
        (HOUR, "workday", "春节"),
        (0, "off_hours", None),
        (0, "holiday", "春节"),
        (0, "off_hours", None),
        (3 * HOUR, "working", None),
    ]
    days = [date(2026, 2, 9) + timedelta(days=n) for n in range(20)]
    worked = [d.day for d in days if OFFICE.elapsed(here(2026, 2, d.day), here(2026, 2, d.day) + timedelta(days=1))]
    assert worked == [9, 10, 11, 12, 13, 14, 24, 25, 26, 27, 28]


def test_C3_round_the_clock_loses_no_second_at_midnight() -> None:
    start = here(2026, 2, 14, 23, 59)
    assert ALWAYS.add(start, 120) == here(2026, 2, 15, 0, 1)
    assert ALWAYS.elapsed(here(2025, 12, 31, 12), here(2027, 1, 1, 12)) == 366 * 86_400
    (only,) = ALWAYS.segments(here(2025, 12, 1), here(2026, 2, 1))
    assert only.seconds == 62 * 86_400


def test_C3_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    assert SHIFT.add(here(2025, 12, 31, 21), 9 * HOUR) == here(2026, 1, 1, 23)
    assert SHIFT.elapsed(here(2026, 3, 2, 12), here(2026, 3, 3, 12)) == 8 * HOUR
    week_nights = calendar(NIGHT, days=5)
    assert week_nights.elapsed(here(2026, 2, 15), here(2026, 2, 15, 12)) == 6 * HOUR, "the shift of the workday Saturday"
    assert week_nights.elapsed(here(2026, 2, 15, 12), here(2026, 2, 24, 22)) == 0


def test_C3_lunch_is_not_worked_and_a_due_moment_falls_on_its_first_side() -> None:
    assert OFFICE.add(here(2026, 3, 2, 9), 3 * HOUR) == here(2026, 3, 2, 12)
    assert OFFICE.add(here(2026, 3, 2, 9), 3 * HOUR + 1) == here(2026, 3, 2, 13, 0, 1)
    assert OFFICE.opens(here(2026, 3, 2, 12)) == here(2026, 3, 2, 13)
    assert OFFICE.opens(here(2026, 3, 2, 17, 59, 59)) == here(2026, 3, 2, 17, 59, 59)


def test_C6_a_shift_through_the_clock_change_of_new_york_has_its_real_length() -> None:
    night = calendar(NIGHT, days=7, zone="America/New_York", holidays=False)
    spring, autumn = here(2026, 3, 7, 22, zone=NEW_YORK), here(2026, 10, 31, 22, zone=NEW_YORK)
    assert night.elapsed(spring, spring + timedelta(hours=14)) == 7 * HOUR
    assert night.elapsed(autumn, autumn + timedelta(hours=14)) == 9 * HOUR
    assert night.add(autumn, 4 * HOUR) == here(2026, 11, 1, 1, zone=NEW_YORK, fold=1)
    skipped = calendar([["02:30", "04:00"]], days=7, zone="America/New_York", holidays=False)
    assert skipped.opens(here(2026, 3, 8, zone=NEW_YORK)) == here(2026, 3, 8, 3, zone=NEW_YORK)
    twice = calendar([["00:30", "01:30"]], days=7, zone="America/New_York", holidays=False)
    day = here(2026, 11, 1, zone=NEW_YORK)
    assert twice.elapsed(day, day + timedelta(days=1)) == HOUR, "a shift ends once, though 01:30 comes twice"


def test_C6_a_clock_set_back_over_midnight_repeats_no_day() -> None:
    newfoundland = ZoneInfo("America/St_Johns")
    sundays = from_table("sundays", {"zone": "America/St_Johns", "weekly": {"sun": LUNCH}})
    again, nine = (here(2010, 11, *parts, zone=newfoundland, fold=1) for parts in ((6, 23, 30), (7, 9)))
    # At 00:01 on Sunday the clock went back to 23:01 on Saturday; the day of rest was over by then.
    assert [(part.start, part.end, part.why) for part in sundays.segments(again, nine)] == [(again, nine, "off_hours")]


def test_C6_shanghai_had_summer_time_from_1986_to_1991() -> None:
    assert OFFICE.opens(here(1986, 4, 30)) == datetime(1986, 4, 30, 1, tzinfo=UTC)
    assert OFFICE.opens(here(1986, 7, 1)) == datetime(1986, 7, 1, 0, tzinfo=UTC)
    begins = here(1986, 5, 3, 12)
    assert ALWAYS.elapsed(begins, here(1986, 5, 4, 12)) == 23 * HOUR
    assert ALWAYS.add(begins, 23 * HOUR) == here(1986, 5, 4, 12)
    assert OFFICE.elapsed(here(1991, 9, 2), here(1991, 9, 30)) == 20 * 8 * HOUR


def test_C9_an_hour_before_half_past_eight_is_in_the_evening_of_the_workday_before() -> None:
    early = calendar([["08:00", "12:00"], ["13:00", "18:00"]])
    assert early.back(here(2026, 3, 2, 8, 30), HOUR) == here(2026, 2, 28, 17, 30), "the 28th was a workday Saturday"
    assert early.back(here(2026, 3, 9, 8, 30), HOUR) == here(2026, 3, 6, 17, 30)
    assert early.back(here(2026, 2, 24, 8, 30), HOUR) == here(2026, 2, 14, 17, 30)
    assert early.back(here(2026, 3, 9, 9), HOUR) == here(2026, 3, 9, 8)
    assert early.back(here(2026, 1, 4, 9), HOUR) == here(2026, 1, 4, 8), "the first working hour of the year"


def test_ten_years_of_working_time_are_added_by_laying_out_those_years_only() -> None:
    which = calendar(LUNCH)
    start, seconds = here(2025, 1, 2, 9), 10 * 250 * 8 * HOUR
    end = which.add(start, seconds)
    assert which.elapsed(start, end) == seconds
    assert end.year - start.year in (9, 10)
    assert len(which._years) <= 11


@pytest.mark.parametrize(
    ("code", "act"),
    [
        ("time_without_zone", lambda: OFFICE.add(datetime(2026, 1, 1), 1)),
        ("time_without_zone", lambda: OFFICE.elapsed(here(2026, 1, 1), datetime(2026, 1, 1))),
        ("seconds_negative", lambda: OFFICE.add(here(2026, 1, 1), -1)),
        ("seconds_negative", lambda: OFFICE.back(here(2026, 1, 1), -1)),
        ("calendar_span_reversed", lambda: OFFICE.segments(here(2026, 1, 2), here(2026, 1, 1))),
        ("calendar_range", lambda: OFFICE.add(here(2199, 1, 1), 10**12)),
        ("calendar_range", lambda: OFFICE.back(here(1900, 1, 10), 10**9)),
    ],
)
def test_what_cannot_be_computed_is_refused(code: str, act: object) -> None:
    assert OFFICE.add(here(2026, 1, 1), 0) == here(2026, 1, 1)
    with pytest.raises(Refused) as refused:
        act()  # type: ignore[operator]
    assert refused.value.code == code


def test_fractions_of_a_second_are_cut_off() -> None:
    start = here(2026, 3, 2, 9, 0, 0, 999_999)
    assert OFFICE.add(start, 60) == here(2026, 3, 2, 9, 1)
    assert OFFICE.elapsed(start, here(2026, 3, 2, 9, 0, 1)) == 1
