"""Tickets whose clock gets other terms on the way: what explains it, what counts it and the clock itself agree, whatever is corrected."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.cast import actor
from tests.clauses.test_handling import SOLUTION, do
from tests.kernel.test_scheduler import MONDAY, fire, web
from tests.migration.logs import csv
from tests.migration.test_bring import bring
from tests.ui.desk import sit
from xiuhao.kernel import calendar_edits, calendars, clocks, jobs, policy, recount, registry
from xiuhao.kernel.calendar_edits import CalendarChange, HolidayChange
from xiuhao.kernel.models import Case, CaseClock, Holiday, Journal, PolicyRow, WorkCalendar
from xiuhao.kernel.policy import Change
from xiuhao.kernel.time import now, simulated

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = ("mon", "tue", "wed", "thu", "fri")


def later(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def lives(case: Case, *moves: tuple[float, str, dict[str, Any]]) -> None:
    """Verbs at hours after Monday nine, with the scheduler at work."""
    for hours, verb, given in moves:
        fire(later(hours))
        with simulated(later(hours)):
            do(case, verb, who="lead" if verb == "prioritise" else "agent", **given)


def agree(at: datetime) -> None:
    """Of every clock the row, its explanation and what the recount finds by itself are one; so are figures and recount."""
    for row in CaseClock.objects.select_related("case"):
        lines = clocks.lines_of([row.case_id])[row.case_id]
        trace, terms = clocks.explained(row, lines, at)
        assert trace.due == (row.breached_at or (trace.due if row.stopped_at else row.due_at)), (row.key, row.status)
        assert trace.due is None or trace.counted == row.limit == terms[-1].limit, row.key
        running = calendars.of(row.calendar_id).elapsed(row.since, at) if row.since else 0
        assert trace.spent == row.spent + running, (row.key, row.status)
        if row.stopped_at and not row.void:
            silent = [line for line in lines if line.verb != "clock_breach"]
            told = [outcome for _place, outcome in recount._clock(registry.process("ticket"), row, silent, None)]
            assert told == ["broken" if row.breached_at else "met"], row.key
    report = recount.recount()
    assert report.differences == [] and {"HA-4.1", "HA-3.2.1"} & report.clauses


def clock(case: Case, key: str = "resolution") -> CaseClock:
    return CaseClock.objects.select_related("case").filter(case=case, key=key).latest("pk")


def prioritise(hours: float, to: int) -> tuple[float, str, dict[str, Any]]:
    return hours, "prioritise", {"priority": str(to), "reason": "情况有变"}


def test_what_was_used_by_office_hours_stays_used_when_the_clock_goes_on_round_the_clock() -> None:
    case = web(MONDAY)
    lives(case, prioritise(0.5, 3), (1, "reply", {"text": "马上看"}), prioritise(2, 2), (6, "wait_customer", {"text": "请发照片"}))
    lives(case, (24, "answer", {"text": "已发"}), prioritise(25, 3), prioritise(33, 1))
    row = clock(case)
    trace = clocks.trace(row, later(33))
    # Monday 09–12 and 13–15, Tuesday 09–12 and 13–18: office hours until 18:00; four hours round the clock were used up long ago.
    assert (row.spent, row.limit, trace.spent) == (13 * 3600, 13 * 3600, 13 * 3600) and row.due_at == later(33) == trace.due
    assert [(line.held.calendar.key, line.held.limit) for line in trace.lines if line.held][-2:] == [
        ("office", 24 * 3600),
        ("always", 13 * 3600),
    ]
    told = Journal.objects.filter(case=case, data__terms__has_key="resolution").order_by("seq")
    assert [line.data["terms"]["resolution"] for line in told][-1] == ["always", 13 * 3600]
    fire(later(40))
    lives(case, prioritise(41, 2))
    assert clock(case).breached_at == later(33) == clocks.trace(clock(case), later(50)).due, "what is broken stays broken by its own terms"
    agree(later(50))
    shown(sit(), case)


def shown(client: Client, case: Case) -> None:
    page = client.get(f"/c/ticket/{case.number}/clock/{clock(case).pk}").content.decode()
    for said in (
        "起算：限时",
        "限时由 24:00:00 改为 08:00:00",
        "日历由办公时间改为全天候",
        "此前已用的照计",
        "已经用完，即刻到期",
        "办公时间 → 全天候",
    ):
        assert said in page, said
    assert "各段相加与限时不符" not in page


def corrects(line: str, **value: Any) -> None:
    row = PolicyRow.objects.get(table="clock.ticket.resolution", line=line, until=None)
    change = Change("correction", row.table, row.line, row.pk, row.edition, position=row.position, match=row.match)
    change = replace(change, clauses=tuple(row.clauses), value={**row.value, **value})
    policy.apply(change, actor("admin"), "原文有误")
    jobs.recompute_clocks(policy_rows=[row.pk], calendars=[], why="原文有误")


def shortens(hours: list[list[str]], off: int = 48) -> None:
    """Other office hours, and a day off that nobody knew of."""
    row = WorkCalendar.objects.get(key="office")
    fields = {name: getattr(row, name) for name in ("key", "name", "name_en", "zone", "always", "region", "edition")}
    calendar_edits.apply_calendar(CalendarChange(**fields, weekly=dict.fromkeys(WEEK, hours)), actor("admin"), "作息调整")
    days = [(day.day, day.kind, day.name) for day in Holiday.objects.filter(day__year=2026)]
    day_off = (later(off).date(), "off", "停电")
    calendar_edits.apply_holidays(HolidayChange(2026, tuple(sorted([*days, day_off]))), actor("admin"), "停电一天")
    jobs.recompute_clocks(policy_rows=[], calendars=[row.pk], why="作息调整")


def test_C8_a_correction_of_row_or_calendar_moves_what_runs_and_leaves_what_is_broken_or_over_where_it_was() -> None:
    broken, met, runs, waits, turned = (web(MONDAY, f"1391111000{n}") for n in range(5))
    lives(broken, prioritise(0.5, 2))
    lives(met, prioritise(0.5, 2), (4, "judge", {"verdict": "in", "reason": "发票"}), (5, "solve", SOLUTION))
    lives(runs, prioritise(0.5, 3))
    lives(waits, prioritise(0.5, 3), (3, "wait_customer", {"text": "请发照片"}))
    lives(turned, prioritise(0.5, 1), prioritise(2, 3))
    fire(later(26))
    was = clock(broken)
    assert was.breached_at and clock(met).status == "met"
    agree(later(26))
    before = {case.pk: clocks.trace(clock(case), later(26)).due for case in (broken, met)}
    with simulated(later(26.5)):
        corrects("p2", limit="30h")
        corrects("p3", limit="20h")
        agree(later(26.5))
    with simulated(later(27)):
        shortens([["10:00", "12:00"], ["13:00", "17:00"]])
        agree(later(27))
    lives(waits, (28, "answer", {"text": "已发"}), prioritise(29, 2))
    lives(turned, prioritise(29, 1))
    agree(later(29))
    fire(later(24 * 12))
    agree(later(24 * 12))
    assert {case.pk: clocks.trace(clock(case), later(99)).due for case in (broken, met)} == before
    assert clock(broken).breached_at == before[broken.pk]
    assert Journal.objects.filter(case=runs, verb="clock_moved").count() == 2 and clock(runs).limit == 20 * 3600
    assert any(len(clocks.explained(clock(c), clocks.lines_of([c.pk])[c.pk], later(99))[1]) > 3 for c in (waits, turned))


def test_an_imported_past_is_explained_by_the_calendars_of_its_import_before_and_after_they_are_edited_again() -> None:
    shortens([["10:00", "12:00"], ["13:00", "17:00"]])
    bring(csv())
    broken = [(row.pk, row.breached_at) for row in CaseClock.objects.exclude(breached_at=None).order_by("pk")]
    assert broken
    agree(now())
    shortens([["08:00", "12:00"], ["13:00", "20:00"]], 72)
    agree(now())
    assert [(row.pk, row.breached_at) for row in CaseClock.objects.exclude(breached_at=None).order_by("pk")] == broken
