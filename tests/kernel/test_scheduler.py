"""Clocks that fall due fire once each, with their true due time, however late or many the schedulers are."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tests.cast import actor
from tests.harness import until
from tests.tickets import receive
from xiuhao.kernel import chores, clocks, engine, scheduler
from xiuhao.kernel.models import Case, CaseClock, Journal
from xiuhao.kernel.time import simulated
from xiuhao.kernel.verification import verify

MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai, a working day


def web(at: datetime, phone: str = "13911112222") -> Case:
    with simulated(at):
        return receive(channel="web", contact_phone=phone).case


def fire(at: datetime) -> int:
    with simulated(at):
        done = 0
        while found := scheduler.round():
            done += found
        return done


def fired(case: Case) -> list[tuple[str, str]]:
    lines = Journal.objects.filter(case_id=case.pk, verb__startswith="clock_").order_by("seq")
    return [(line.data["clock"], line.data["level"]) for line in lines]


@pytest.mark.django_db
def test_a_clock_warns_breaks_and_escalates_once_at_its_own_moments() -> None:
    case = web(MONDAY)
    assert fire(MONDAY + timedelta(minutes=47)) == 0
    assert fire(MONDAY + timedelta(minutes=49)) == 1  # 80 % of the hour
    assert fire(MONDAY + timedelta(minutes=61)) == 1
    assert fire(MONDAY + timedelta(minutes=61)) == 0
    assert fired(case) == [("first_response", "warn"), ("first_response", "breach")]
    row = CaseClock.objects.get(case_id=case.pk, key="first_response")
    assert (row.status, row.breached_at) == ("broken", MONDAY + timedelta(hours=1))
    breach = Journal.objects.get(case_id=case.pk, verb="clock_breach")
    assert breach.rules["HA-3.2.1"] == "broken" and breach.occurred_at == row.breached_at
    assert verify(Case.objects.unscoped("read").get(pk=case.pk)).intact


@pytest.mark.django_db
def test_C7_a_scheduler_that_was_down_three_hours_fires_everything_once_with_its_true_due_time() -> None:
    case = web(MONDAY)
    back = MONDAY + timedelta(hours=3)
    fire(back)
    assert fired(case)[:3] == [("first_response", "warn"), ("first_response", "breach"), ("first_response", "level3")]
    breach = Journal.objects.get(case_id=case.pk, verb="clock_breach", data__clock="first_response")
    assert breach.occurred_at == MONDAY + timedelta(hours=1) and breach.data["recorded"] == back.isoformat()
    before = Journal.objects.count()
    assert fire(back) == 0 and Journal.objects.count() == before


@pytest.mark.django_db
def test_an_answer_stops_the_clock_and_a_wait_pauses_it() -> None:
    case = web(MONDAY)
    with simulated(MONDAY + timedelta(minutes=30)):
        engine.perform("ticket", "wait_customer", actor=actor("agent"), number=case.number, given={"text": "请提供照片"})
    first = CaseClock.objects.get(case_id=case.pk, key="first_response")
    paused = CaseClock.objects.get(case_id=case.pk, key="resolution")
    assert (first.status, paused.status, paused.due_at, paused.next_at) == ("met", "paused", None, None)
    assert Journal.objects.get(case_id=case.pk, verb="wait_customer").rules["HA-3.2.1"] == "met"
    assert fire(MONDAY + timedelta(hours=5)) == 0 or "resolution" not in dict(fired(case))
    again = MONDAY + timedelta(days=1)
    with simulated(again):
        engine.perform("ticket", "answer", actor=actor("agent"), number=case.number, given={"text": "已提供"})
    row = CaseClock.objects.get(case_id=case.pk, key="resolution")
    assert row.status == "running" and row.spent == 30 * 60
    trace = clocks.trace(row, again)
    assert trace.due == row.due_at and trace.counted == row.limit and any(line.kind == "pause" for line in trace.lines)


@pytest.mark.django_db
def test_a_promise_renewed_in_time_begins_anew() -> None:
    case = web(MONDAY)
    until = MONDAY + timedelta(days=5)
    with simulated(MONDAY + timedelta(hours=2)):
        given = {"promised_at": until.isoformat(), "promise_way": "phone", "reason": "等配件"}
        engine.perform("ticket", "promise", actor=actor("agent"), number=case.number, given=given)
    row = CaseClock.objects.get(case_id=case.pk, key="promise")
    assert (row.due_at, row.status, row.fired) == (until, "running", [])


@pytest.mark.django_db
def test_the_cost_of_an_idle_round_does_not_depend_on_how_many_clocks_run() -> None:
    with simulated(MONDAY), CaptureQueriesContext(connection) as empty:
        scheduler.round()
    for i in range(20):
        web(MONDAY, f"1391111{i:04d}")
    with simulated(MONDAY), CaptureQueriesContext(connection) as full:
        scheduler.round()
    assert len(empty) == len(full) <= 4
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT case_id FROM kernel_caseclock WHERE next_at < now() ORDER BY next_at LIMIT 200")
        assert "clock_next" in "\n".join(row[0] for row in cursor.fetchall())


def _rounds(at: datetime, barrier: threading.Barrier, failures: list[BaseException]) -> None:
    try:
        barrier.wait()
        fire(at)
    except BaseException as error:
        failures.append(error)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_four_schedulers_at_once_fire_every_level_exactly_once() -> None:
    cases = [web(MONDAY, f"1391111{i:04d}") for i in range(40)]
    failures: list[BaseException] = []
    barrier = threading.Barrier(4)
    threads = [threading.Thread(target=_rounds, args=(MONDAY + timedelta(minutes=61), barrier, failures)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    fire(MONDAY + timedelta(minutes=61))  # what one scheduler passed over because another held it
    found = Counter(Journal.objects.filter(verb__startswith="clock_").values_list("case_id", "data__clock", "data__level"))
    assert set(found.values()) == {1}
    assert sum(1 for case in cases if found[(case.pk, "first_response", "breach")]) == 40


@pytest.mark.django_db(transaction=True)
def test_no_long_chore_holds_a_clock_up(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, begun, go_on = threading.Event(), threading.Event(), threading.Event()

    def long() -> None:
        begun.set()
        assert go_on.wait(30)

    monkeypatch.setattr(chores, "EVERY", {long: 60.0})
    running = threading.Thread(target=_until, args=(stop,))
    running.start()
    try:
        assert begun.wait(30)
        web(MONDAY)
        until(lambda: Journal.objects.filter(verb="clock_breach").exists(), 30, "the clock fires beside the chore")
        assert not go_on.is_set()
    finally:
        go_on.set()
        stop.set()
        running.join()


def _until(stop: threading.Event) -> None:
    try:
        scheduler.run(stop)
    finally:
        connections.close_all()
