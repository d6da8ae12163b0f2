"""The only source of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from xiuhao.kernel import time

AT = datetime(2026, 2, 14, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def counted(monkeypatch):
    """Elsewhere the clock's own statement is not counted."""
    monkeypatch.setattr(time, "database_now", time.database_now.__wrapped__)


def test_now_is_the_database_clock_and_is_not_asked_again_within_a_second(django_assert_num_queries):
    time._reading.set(None)
    with django_assert_num_queries(1):
        first, second = time.now(), time.now()
    assert timedelta(0) <= second - first < timedelta(seconds=1)
    assert second <= time.database_now() < second + timedelta(minutes=1)


def test_C5_a_stepped_wall_clock_of_this_machine_changes_nothing(monkeypatch):
    time._reading.set(None)
    before = time.now()
    monkeypatch.setattr("time.time", lambda: 0.0)  # this machine believes that it is 1970
    assert timedelta(0) <= time.now() - before < timedelta(minutes=1)


def test_a_reading_older_than_a_second_is_taken_anew(monkeypatch, django_assert_num_queries):
    ticks = iter([100.0, 100.0, 100.5, 100.5, 200.0, 200.0, 200.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(ticks))
    time._reading.set(None)
    with django_assert_num_queries(2):
        first, same, anew = time.now(), time.now(), time.now()
    assert same - first == timedelta(seconds=0.5)
    assert anew - first < timedelta(seconds=60), "the second reading is the database's, not the counter's"
    time._reading.set(None)


def test_the_moment_of_a_transaction_stands_still_and_a_simulated_one_stands_above_it():
    with time.moment(AT):
        assert time.now() == AT == time.now()
        with time.simulated(AT - timedelta(days=1)):
            assert time.now() == AT - timedelta(days=1)
            assert time.is_simulated()
        assert time.now() == AT
    assert time.now() != AT
    with pytest.raises(ValueError), time.simulated(datetime(2026, 1, 1)):
        raise AssertionError("unreachable")


def test_a_day_starts_at_local_midnight_summer_time_included(settings):
    assert time.zone() == ZoneInfo("Asia/Shanghai")
    assert time.start_of_day(AT) == datetime(2026, 2, 13, 16, 0, tzinfo=UTC)
    assert time.local(AT).hour == 12
    summer = datetime(1988, 7, 1, 12, 0, tzinfo=UTC)
    assert time.start_of_day(summer) == datetime(1988, 6, 30, 15, 0, tzinfo=UTC), "Shanghai kept +09:00 in the summers to 1991"
    new_york = ZoneInfo("America/New_York")
    assert time.start_of_day(datetime(2026, 3, 8, 16, 0, tzinfo=UTC), new_york) == datetime(2026, 3, 8, 5, 0, tzinfo=UTC)


def test_a_reading_that_comes_along_in_simulated_time_does_not_outlive_it():
    with time.simulated(AT):
        time.prime(AT)
        assert time.now() == AT
    assert abs(time.database_now() - time.now()) < timedelta(minutes=1)


def test_after_a_step_the_present_is_not_before_it_however_late_the_reading_carried_so_far_came_in(office):
    time._reading.set((time.database_now() - timedelta(milliseconds=600), time.monotonic()))  # its answer waited so long for a processor
    case = office.order()
    assert case.changed_at <= time.now() <= time.database_now()
