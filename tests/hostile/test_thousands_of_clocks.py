"""C8 at its size: a policy and a calendar are edited while 5,000 clocks run and two schedulers fire them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

import pytest
from django.db import connections
from django.db.models import Count

from tests.sample.fixtures import LEVELS, Office
from xiuhao.kernel import calendar_edits, engine, jobs, policy, scheduler
from xiuhao.kernel.calendar_edits import CalendarChange
from xiuhao.kernel.engine import Request
from xiuhao.kernel.models import CaseClock, Journal, PolicyRow, WorkCalendar
from xiuhao.kernel.policy import Change
from xiuhao.kernel.time import simulated

CLOCKS, PIECE = 5_000, 500
SECONDS = 300  # twenty on a machine of its own: beyond it something waits for something else; how fast it is the bench says
MORNING = datetime.fromisoformat("2026-11-23T09:00:00+08:00")  # a Monday
SHORTER = {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def open_errands(office: Office) -> None:
    """Each with a clock of an hour to answer, and one of eight working hours to finish."""
    for _ in range(0, CLOCKS, PIECE):
        engine.perform_many("errand", [Request("order", {"what": "送修"})] * PIECE, actor=office.actor())


@contextmanager
def firing(at: datetime) -> Iterator[list[BaseException]]:
    """Two schedulers at work at that moment; what they died of."""
    stop, wrong = threading.Event(), []

    def work() -> None:
        try:
            with simulated(at):
                while not stop.is_set():
                    scheduler.round()
        except BaseException as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield wrong
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def drain() -> None:
    while scheduler.round(limit=1_000):
        continue


def often(verb: str, clock: str) -> dict[int, int]:
    """How many cases have so many lines of this kind."""
    each = Journal.objects.filter(verb=verb, data__clock=clock).values("case_id").annotate(n=Count("id")).values_list("n", flat=True)
    found: dict[int, int] = {}
    for n in each:
        found[n] = found.get(n, 0) + 1
    return found


def due(key: str) -> set[float]:
    """After how many hours the clocks of this kind are due, each once."""
    rows = CaseClock.objects.filter(key=key).values_list("started_at", "due_at")
    return {round((end - start).total_seconds() / 3600, 3) for start, end in rows}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_C8_five_thousand_clocks_move_with_a_correction_and_an_edit_and_nothing_fires_twice(office: Office) -> None:
    begun = monotonic()
    with simulated(MORNING):
        open_errands(office)
    correct_under_fire(office)
    with simulated(MORNING + timedelta(hours=4, minutes=5)):
        drain()
        assert often("clock_warn", "response") == often("clock_breach", "response") == {1: CLOCKS}
        edit_the_calendar(office)
    assert monotonic() - begun < SECONDS


def correct_under_fire(office: Office) -> None:
    """While warnings are fired, the hour is corrected to four: everything moves once, what fired before stays fired."""
    row = PolicyRow.objects.get(table="clock.errand.response")
    value = {"limit": "4h", "calendar": "always", "levels": LEVELS}
    change = Change("correction", row.table, row.line, row.pk, row.edition, value=value, clauses=("JD-4.2",))
    with simulated(MORNING + timedelta(minutes=50)), firing(MORNING + timedelta(minutes=50)) as wrong:
        seen = policy.preview(change, office.actor("manager"))
        assert (seen.running, seen.stays) == (CLOCKS, False)
        while not Journal.objects.filter(verb="clock_warn").exists():
            assert not wrong
        policy.apply(change, office.actor("manager"), "原文是四小时")
        assert jobs.recompute_clocks(policy_rows=[row.pk], calendars=[], why="原文是四小时") == CLOCKS
    assert wrong == []
    assert jobs.recompute_clocks(policy_rows=[row.pk], calendars=[], why="原文是四小时") == 0
    assert due("response") == {4.0}
    assert often("clock_moved", "response") == {1: CLOCKS}
    warned = CaseClock.objects.filter(key="response", fired=["warn"]).count()
    assert often("clock_warn", "response") == {1: warned}
    assert 0 < warned <= CLOCKS


def edit_the_calendar(office: Office) -> None:
    """The office closes an hour earlier: the clocks by its hours move, the others stay."""
    row = WorkCalendar.objects.get(key="office")
    fields = {name: getattr(row, name) for name in ("key", "name", "name_en", "zone", "always", "weekly", "region", "edition")}
    change = replace(CalendarChange(**fields), weekly=SHORTER)
    seen = calendar_edits.preview_calendar(change, office.actor("manager"))
    assert seen.running == CLOCKS
    calendar_edits.apply_calendar(change, office.actor("manager"), "五点下班")
    assert jobs.recompute_clocks(policy_rows=[], calendars=[row.pk], why="五点下班") == CLOCKS
    assert {moved.new for moved in seen.clocks} == set(CaseClock.objects.filter(key="finish").values_list("due_at", flat=True).distinct())
    drain()
    assert often("clock_warn", "response") == often("clock_breach", "response") == {1: CLOCKS}
