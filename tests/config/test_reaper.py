"""K3: the job of a worker that was killed runs again; a living worker's job is left alone; a queued twin is not doubled."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from tests.loop import run
from xiuhao.config import reaper


def deferred(lock: str) -> int:
    return app.configure_task("kernel.recompute_clocks", queueing_lock=lock).defer(policy_rows=[], calendars=[], why="test")


def taken(job: int, seconds_ago: int) -> None:
    """As if a worker that last gave a sign of life so long ago were at it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "with w as (insert into procrastinate_workers (last_heartbeat) values (now() - make_interval(secs => %s)) returning id) "
            "update procrastinate_jobs set status = 'doing', worker_id = (select id from w) where id = %s",
            [seconds_ago, job],
        )


def status(job: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select status from procrastinate_jobs where id = %s", [job])
        return str(cursor.fetchone()[0])


def reaped() -> list[int]:
    async def once() -> list[int]:
        connector: Any = app.connector
        with app.replace_connector(connector.get_worker_connector()):
            async with app.open_async():
                return await reaper.reap(app)

    return run(once())


@pytest.mark.django_db(transaction=True)
def test_K3_the_job_of_a_dead_worker_is_queued_again_and_a_living_ones_is_not() -> None:
    dead, living = deferred("dead"), deferred("living")
    taken(dead, 60)
    taken(living, 1)
    assert reaped() == [dead]
    assert (status(dead), status(living)) == ("todo", "doing")
    assert reaped() == []


@pytest.mark.django_db(transaction=True)
def test_K3_a_dead_job_whose_twin_waits_is_failed_so_that_the_twin_can_run() -> None:
    dead = deferred("one at a time")
    taken(dead, 60)
    twin = deferred("one at a time")
    assert reaped() == [dead]
    assert (status(dead), status(twin)) == ("failed", "todo")
