"""Calendars as rows: kept until the stamp moves, edited with a preview, provisional until a year's table is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.kernel.test_policy import clock
from tests.sample.fixtures import Office
from xiuhao.kernel import calendar_edits, calendars, jobs, scheduler
from xiuhao.kernel.calendar_edits import CalendarChange, HolidayChange, parse_holidays
from xiuhao.kernel.models import Holiday, Journal, PolicyEdit, WorkCalendar
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated

NEXT = """日期\t类别\t名称
2027-01-01\t休\t元旦
2027年2月5日至2027年2月11日  休  春节
2027/2/20,班,春节
"""
NOVEMBER = datetime(2026, 11, 20, 2, tzinfo=UTC)  # a Friday, ten in the morning in Shanghai


def office_hours(**fields: object) -> CalendarChange:
    row = WorkCalendar.objects.get(key="office")
    whole = CalendarChange("office", row.name, row.name_en, row.zone, row.always, row.weekly, row.region, row.edition)
    return replace(whole, **fields)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_the_shipped_calendars_know_their_hours(errand: object) -> None:
    assert {row.key for row in calendars.rows()} >= {"always", "office", "station", "night", "hotline"}
    office, station = calendars.of(calendars.named("office").pk), calendars.of(calendars.named("station").pk)
    friday = datetime(2026, 10, 9, 9, 30, tzinfo=UTC)  # half past five; Saturday the tenth is a working day
    assert office.add(friday, 3600).isoformat() == "2026-10-10T01:30:00+00:00"
    assert station.add(friday, 3600).isoformat() == "2026-10-10T01:00:00+00:00"
    assert calendars.is_workday(date(2026, 10, 10)) and not calendars.is_workday(date(2026, 10, 1))
    assert calendars.seconds("3wd", calendars.named("office")) == 3 * 8 * 3600
    assert calendars.seconds("2d", calendars.named("office")) == 2 * 86_400
    with pytest.raises(Refused, match="calendar_unknown"):
        calendars.named("moon")


@pytest.mark.django_db
def test_calendars_are_read_once_until_the_stamp_moves(errand: object) -> None:
    calendars.of(calendars.named("office").pk).add(NOVEMBER, 3600)
    with CaptureQueriesContext(connection) as spent:
        calendars.current()
        calendars.of(calendars.named("office").pk).add(NOVEMBER, 7200)
    assert len(spent) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("limit", "text", "code"),
    [
        ("30m", "30 分钟", ""),
        ("48 h", "48 小时", ""),
        ("3wd", "3 个工作日", ""),
        ("0h", "", "limit_not_positive"),
        ("soon", "", "limit_unreadable"),
        ("-1h", "", "limit_unreadable"),
    ],
)
def test_a_limit_is_a_number_and_a_unit(limit: str, text: str, code: str) -> None:
    if not code:
        assert calendars.limit_text(limit) == text
        return
    with pytest.raises(Refused, match=code):
        calendars.clean_limit(limit)


def test_a_table_is_read_as_it_is_pasted() -> None:
    days = parse_holidays(NEXT)
    assert (len(days), days[0], days[-1]) == (9, (date(2027, 1, 1), "off", "元旦"), (date(2027, 2, 20), "work", "春节"))
    for wrong in ("2027-02-30 休 春节", "2027-01-01 元旦", "一月一日 休 元旦", "2027-03-01~2027-01-01 休 x", "2027-01-01~2029-01-01 休 x"):
        with pytest.raises(Refused) as refused:
            parse_holidays(f"2027-01-01 休 元旦\n{wrong}")
        assert (refused.value.code, refused.value.params["line"]) == ("holidays_unreadable", 2)


@pytest.mark.django_db
def test_C1_a_year_without_a_table_is_provisional_until_it_arrives(office: Office) -> None:
    with simulated(NOVEMBER + timedelta(days=40)):  # 30 December: three working days reach into 2027
        assert calendars.missing_years(now()) == [2027]
        case = office.order(size=12)
        found = clock(case, "finish")
        assert found.provisional
        change = HolidayChange(2027, parse_holidays(NEXT))
        seen = calendar_edits.preview_holidays(change, office.actor("manager"))
        assert (seen.running, len(seen.changes)) == (1, 9)
        assert seen.clocks[0].new and seen.clocks[0].old == found.due_at and seen.clocks[0].new > seen.clocks[0].old
        assert not Holiday.objects.filter(day__year=2027).exists(), "a preview writes nothing"
        assert calendar_edits.apply_holidays(change, office.actor("manager"), "国办通知") == 9
        concerned = [row.pk for row in calendars.rows() if row.region == "CN"]
        assert jobs.recompute_clocks(policy_rows=[], calendars=concerned, why="国办通知") == 1
        moved = clock(case, "finish")
        assert (moved.due_at, moved.provisional) == (seen.clocks[0].new, False)
        assert Journal.objects.filter(case=case, verb="clock_moved").count() == 1
        assert calendars.missing_years(now()) == []
    assert (PolicyEdit.objects.get().kind, PolicyEdit.objects.get().before) == ("holiday", [])
    assert Holiday.objects.get(day=date(2027, 1, 1)).name_en == "New Year's Day"


@pytest.mark.django_db
def test_C8_an_edit_of_a_calendar_moves_what_runs_and_what_fired_never_fires_again(office: Office) -> None:
    with simulated(NOVEMBER):
        case = office.order()
    with simulated(NOVEMBER + timedelta(hours=8)):  # six in the evening: seven of eight working hours are gone
        assert scheduler.round() >= 1
        before = clock(case, "finish")
        assert before.fired == ["warn"]
        weekly = {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
        seen = calendar_edits.preview_calendar(office_hours(weekly=weekly), office.actor("manager"))
        assert seen.running >= 1 and [c[0] for c in seen.changes] == ["mon", "tue", "wed", "thu", "fri"]
        row = calendar_edits.apply_calendar(office_hours(weekly=weekly), office.actor("manager"), "五点下班")
        assert jobs.recompute_clocks(policy_rows=[], calendars=[row.pk], why="五点下班") == 1
        after = clock(case, "finish")
        assert after.due_at == next(m.new for m in seen.clocks if m.clock == "办结时限")
        assert (after.spent, after.fired) == (0, ["warn"]) and after.due_at and before.due_at and after.due_at > before.due_at
    with simulated(NOVEMBER + timedelta(days=3, hours=-1)):  # Monday at nine: six hours of eight again, and no second warning
        scheduler.round()
        assert Journal.objects.filter(case=case, verb="clock_warn", data__clock="finish").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("calendar_empty", {"weekly": {}}),
        ("calendar_overlap", {"weekly": {"mon": [["09:00", "12:00"], ["11:00", "18:00"]]}}),
        ("calendar_time_bad", {"weekly": {"mon": [["9", "12:00"]]}}),
        ("calendar_zone_unknown", {"zone": "Mars/Olympus"}),
        ("calendar_key_bad", {"key": "Büro", "edition": None}),
        ("policy_changed", {"edition": 99}),
        ("policy_unchanged", {}),
        ("missing", {"name": " "}),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(office: Office, code: str, fields: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        calendar_edits.apply_calendar(office_hours(**fields), office.actor("manager"), "试试")
    assert refused.value.code == code
    assert not PolicyEdit.objects.exists()
    made = calendar_edits.apply_calendar(office_hours(key="evening", name="晚间", edition=None), office.actor("manager"), "新班次")
    assert calendars.named("evening").pk == made.pk


@pytest.mark.django_db
def test_a_table_cut_short_or_of_another_year_is_refused(office: Office) -> None:
    days = parse_holidays(NEXT)
    for code, change in (
        ("holidays_too_few", HolidayChange(2027, days[:3])),
        ("holidays_other_year", HolidayChange(2026, days)),
        ("holidays_repeat", HolidayChange(2027, (*days, days[0]))),
    ):
        with pytest.raises(Refused) as refused:
            calendar_edits.apply_holidays(change, office.actor("manager"), "试试")
        assert refused.value.code == code
    with pytest.raises(Refused, match="not_allowed"):
        calendar_edits.apply_holidays(HolidayChange(2027, days), office.actor("agent"), "试试")
    calendar_edits.apply_holidays(HolidayChange(2027, days), office.actor("manager"), "好")
    with pytest.raises(Refused, match="policy_unchanged"):
        calendar_edits.apply_holidays(HolidayChange(2027, days), office.actor("manager"), "再来")
