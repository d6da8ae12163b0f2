"""One deadline: pauses taken from history, levels at their true moments, and an explanation that adds up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiuhao.kernel.calendar import WEEKDAYS, Calendar, from_table
from xiuhao.kernel.clockwork import RUNNING, Level, Limit, Span, due, moments, spans, spent, trace
from xiuhao.kernel.holidays import seed_holidays
from xiuhao.kernel.refusal import Refused

HOUR = 3600
ROWS = seed_holidays(range(2024, 2027))


def office(first: str = "09:00", lunch: str = "13:00") -> Calendar:
    hours = [[first, "12:00"], [lunch, "18:00"]]
    weekly = dict.fromkeys(WEEKDAYS[:5], hours)
    return from_table("office", {"zone": "Asia/Shanghai", "weekly": weekly}, ROWS)


OFFICE, ALWAYS = office(), from_table("always", {"zone": "Asia/Shanghai", "always": True})
WARN, BREACH = Level("warn", 0.75, "warn", "assignee"), Level("breach", 1, "breach", "lead")
SECOND, THIRD = Level("level2", 1.5, "escalate", "manager"), Level("level3", Fraction(2), "escalate", "director")
FULL = Limit(8 * HOUR, (THIRD, SECOND, BREACH, WARN))


def march(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A moment in March 2026, whose second day is a Monday."""
    return datetime(2026, 3, day, hour, minute, second, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def history(*cuts: datetime, stop: datetime | None = None) -> list[Span]:
    """Running from the first cut, paused from the second, running from the third, and so on."""
    changes = [(cut, "waiting" if index % 2 else "open") for index, cut in enumerate(cuts)]
    return spans(changes, cuts[0], stop, running=lambda state: state == "open", waiting=lambda state: state == "waiting")


def keys(levels: list[tuple[Level, datetime]]) -> list[str]:
    return [level.key for level, _ in levels]


def test_levels_come_at_their_share_and_go_on_after_the_breach_while_the_clock_runs() -> None:
    assert moments(OFFICE, FULL, history(march(2, 9))) == [
        (WARN, march(2, 16)),
        (BREACH, march(2, 18)),
        (SECOND, march(3, 14)),
        (THIRD, march(3, 18)),
    ]
    assert keys(moments(OFFICE, FULL, history(march(2, 9), march(3, 10)))) == ["warn", "breach"]


def test_a_paused_clock_is_due_never_and_resumes_where_it_was() -> None:
    paused = history(march(2, 9), march(2, 11))
    assert due(OFFICE, 8 * HOUR, paused) is None
    assert moments(OFFICE, FULL, paused) == []
    assert spent(OFFICE, paused, march(20)) == 2 * HOUR
    assert due(OFFICE, 8 * HOUR, [*history(march(2, 9), march(2, 11), march(4, 10))]) == march(4, 17)


def test_C4_a_pause_at_the_deadline_second_comes_in_time_and_one_second_later_does_not() -> None:
    in_time, late = history(march(2, 9), march(2, 18)), history(march(2, 9), march(2, 18, 0, 1))
    assert (due(OFFICE, 8 * HOUR, in_time), keys(moments(OFFICE, FULL, in_time))) == (None, ["warn"])
    assert (due(OFFICE, 8 * HOUR, late), keys(moments(OFFICE, FULL, late))) == (march(2, 18), ["warn", "breach"])
    resumed = history(march(2, 9), march(2, 18), march(4, 11))
    assert due(OFFICE, 8 * HOUR, resumed) == march(4, 11), "nothing was left when it resumed"
    told = trace(OFFICE, 8 * HOUR, resumed, march(4, 12))
    assert (told.counted, told.lines[-1].kind, told.lines[-1].end) == (8 * HOUR, "pause", march(4, 11))


def test_C4_a_stop_at_the_deadline_second_keeps_it_and_an_evening_stop_breaks_it() -> None:
    kept, broken = history(march(2, 9), stop=march(2, 18)), history(march(2, 9), stop=march(2, 20))
    assert due(OFFICE, 8 * HOUR, kept) == due(OFFICE, 8 * HOUR, broken) == march(2, 18)
    assert keys(moments(OFFICE, FULL, kept)) == ["warn"]
    # No working second passed after the due moment, and yet it was missed.
    assert spent(OFFICE, broken, march(3)) == 8 * HOUR
    assert keys(moments(OFFICE, FULL, broken)) == ["warn", "breach"]


def test_C4_a_hundred_pauses_consume_just_what_ran() -> None:
    cuts = [march(2, 9) + timedelta(minutes=7 * n + n % 5) for n in range(201)]
    ran = sum((end - start for start, end in zip(cuts[::2], cuts[1::2], strict=False)), timedelta())
    clock = history(*cuts)
    assert len(clock) == 201
    assert spent(ALWAYS, clock, cuts[-1]) == ran.total_seconds()
    minutes = [march(2, 9) + timedelta(minutes=n) for n in range(0, 1500, 3)]
    consumed = [spent(OFFICE, clock, at) for at in minutes]
    assert consumed == sorted(consumed), "consumed time never falls"
    limit = int(ran.total_seconds()) + HOUR
    assert due(ALWAYS, limit, clock) == cuts[-1] + timedelta(hours=1)
    assert trace(ALWAYS, limit, clock, cuts[50]).counted == limit


def test_C4_a_reopened_case_starts_a_new_round_and_the_first_one_stays() -> None:
    first = history(march(2, 9), march(2, 10), march(2, 11), stop=march(2, 14))
    second = history(march(4, 9))
    moments_in_time = [march(2, 9) + timedelta(hours=n) for n in range(72)]
    totals = [spent(OFFICE, first, at) + spent(OFFICE, second, at) for at in moments_in_time]
    assert totals == sorted(totals)
    assert spent(OFFICE, first, march(20)) == 3 * HOUR
    assert due(OFFICE, 8 * HOUR, second) == march(4, 18)
    assert moments(OFFICE, FULL, first) == []


def test_C9_a_warning_an_hour_before_due_falls_on_working_time() -> None:
    early = office("08:00")
    limit = Limit(9 * HOUR + HOUR // 2, (Level("soon", None, "warn", "assignee", offset=-HOUR), BREACH))
    friday = history(march(6, 8))
    assert moments(early, limit, friday) == [(limit.levels[0], march(6, 17, 30)), (BREACH, march(9, 8, 30))]
    assert early.back(march(9, 8, 30), HOUR) == march(6, 17, 30)
    later = Limit(11 * HOUR, limit.levels)
    assert moments(early, later, friday)[0][1] == march(9, 9), "not the evening before"
    short = Limit(HOUR // 2, limit.levels)
    assert moments(early, short, history(march(7, 12)))[0][1] == march(9, 8), "not on the Saturday of the call"
    half = Limit(2 * HOUR, (limit.levels[0], Level("half", 0.5, "warn", "assignee")))
    assert moments(early, half, history(march(6, 17))) == [(half.levels[1], march(6, 18)), (half.levels[0], march(9, 8))]
    after = Limit(HOUR, (Level("late", None, "escalate", "lead", offset=HOUR),))
    assert moments(early, after, friday)[0][1] == march(6, 10)


def test_history_is_read_from_states() -> None:
    changes = [
        (march(1), "new"),
        (march(2, 9), "open"),
        (march(2, 10), "waiting"),
        (march(2, 10), "open"),
        (march(2, 11), "diagnosed"),
        (march(2, 12), "waiting"),
        (march(2, 13), "parts"),
        (march(2, 15), "closed"),
    ]
    found = spans(
        changes,
        march(2, 8),
        march(2, 15),
        running=lambda state: state in {"new", "open", "diagnosed"},
        waiting=lambda state: state == "waiting",
    )
    assert found == [
        Span(march(2, 8), march(2, 12), True, RUNNING),
        Span(march(2, 12), march(2, 13), False, "waiting"),
        Span(march(2, 13), march(2, 15), False, "parts"),
    ]


def test_history_is_read_in_order_of_time_and_to_the_second() -> None:
    start = march(2, 9).replace(microsecond=900_000)
    changes = [(march(2, 10), "waiting"), (start, "open")]
    found = spans(changes, start, running=lambda _: True, waiting=lambda state: state == "waiting")
    assert found == [Span(march(2, 9), march(2, 10), True, RUNNING), Span(march(2, 10), None, False, "waiting")]
    at_once = spans(changes, start, start, running=lambda _: True, waiting=lambda _: False)
    assert at_once == [Span(march(2, 9), march(2, 9), True, RUNNING)]
    assert due(OFFICE, HOUR, at_once) == march(2, 10)


@pytest.mark.parametrize(
    ("code", "changes", "stop"),
    [("clock_stops_before_start", [(march(2), "open")], march(1)), ("clock_without_state", [(march(4), "open")], None)],
)
def test_history_that_cannot_be_is_refused(code: str, changes: list[tuple[datetime, str]], stop: datetime | None) -> None:
    with pytest.raises(Refused) as refused:
        spans(changes, march(3), stop, running=lambda _: True, waiting=lambda _: False)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("code", "seconds", "levels"),
    [
        ("limit_not_positive", 0, ()),
        ("level_repeats", 60, (WARN, WARN)),
        ("level_bad", 60, (Level("x", None, "warn", "lead"),)),
        ("level_bad", 60, (Level("x", 0.5, "warn", "lead", offset=-60),)),
        ("level_bad", 60, (Level("x", 0, "warn", "lead"),)),
        ("level_bad", 60, (Level("x", -1, "warn", "lead"),)),
        ("level_bad", 60, (Level("x", 0, "warn", "lead", offset=60),)),
        ("level_bad", 60, (Level("x", float("nan"), "warn", "lead"),)),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(code: str, seconds: int, levels: tuple[Level, ...]) -> None:
    with pytest.raises(Refused) as refused:
        Limit(seconds, levels)
    assert refused.value.code == code
    assert Level("some", 0.29, "warn", "lead").consumed(100) == 29, "a share is the decimal that was written"


CUTS = st.lists(st.integers(0, 20 * 86_400), min_size=1, max_size=12, unique=True).map(sorted)


@settings(max_examples=200)
@given(st.sampled_from([OFFICE, ALWAYS, office("08:00", "14:00")]), CUTS, st.integers(1, 60 * HOUR), st.integers(0, 30 * 86_400))
def test_a_trace_adds_up_to_the_second(calendar: Calendar, cuts: list[int], limit: int, later: int) -> None:
    at = [datetime(2026, 2, 5, tzinfo=UTC) + timedelta(seconds=cut) for cut in cuts]
    clock, now = history(*at), at[-1] + timedelta(seconds=later)
    told = trace(calendar, limit, clock, now)
    assert told.due == due(calendar, limit, clock)
    assert [line.total for line in told.lines] == list(accumulate(line.seconds for line in told.lines))
    assert all(one.end == two.start for one, two in pairwise(told.lines))
    assert told.spent == spent(calendar, clock, now)
    assert told.counted == (limit if told.due else told.spent)
    end = told.due or now
    if told.lines:
        assert (told.lines[0].start, told.lines[-1].end) == (at[0], end)
    counted = sum((line.end - line.start for line in told.lines if line.kind == "working"), timedelta())
    assert counted.total_seconds() == told.counted


def test_a_trace_names_each_pause_and_each_gap() -> None:
    told = trace(OFFICE, 6 * HOUR, history(march(6, 15), march(6, 16), march(6, 17)), march(6, 17, 30))
    assert [(line.kind, line.why, line.seconds, line.total) for line in told.lines] == [
        ("working", "working", HOUR, HOUR),
        ("pause", "waiting", 0, HOUR),
        ("working", "working", HOUR, 2 * HOUR),
        ("gap", "off_hours", 0, 2 * HOUR),
        ("gap", "rest_day", 0, 2 * HOUR),
        ("gap", "off_hours", 0, 2 * HOUR),
        ("working", "working", 3 * HOUR, 5 * HOUR),
        ("gap", "off_hours", 0, 5 * HOUR),
        ("working", "working", HOUR, 6 * HOUR),
    ]
    assert (told.due, told.spent, told.provisional) == (march(9, 14), 3 * HOUR // 2, False)


def test_C1_a_trace_into_a_year_without_a_table_is_provisional() -> None:
    eve = datetime(2026, 12, 31, 9, tzinfo=UTC)
    assert trace(OFFICE, 8 * HOUR, history(eve), eve).provisional
    assert not trace(OFFICE, HOUR, history(eve), eve).provisional
    assert not trace(ALWAYS, 80 * HOUR, history(eve), eve).provisional
