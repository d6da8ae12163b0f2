"""The past behind the demo is filled in by the worker, a day a job: who is killed in the middle goes on with the same day."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import get_native_id

from django.db import connections
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

BREATHE = 0.15  # times as long as a day took the job rests, so that pages stay quick
KIND = 10  # what the thread of a job adds to its niceness
TOLD = 10  # days between two lines on the terminal
_QUEUE = "history"


def begin() -> None:
    """Queue the next day; queued already is as good. Two at once do no harm: a day is done under the lock of its mark."""
    try:
        fill_day.configure(queueing_lock=_QUEUE).defer()
    except AlreadyEnqueued:
        return


@app.task(name="simulate.fill_day", retry=20)
def fill_day() -> int:
    """A part of what the demo opened without, else one day of the past, and the next one queued; how many days are done. What is done
    is not done again."""
    from xiuhao.simulate import history, queries, rest

    mark = queries.unfinished()
    if mark is None:
        return 0

    def live() -> bool:
        if mark.rest:
            return rest.live_part() is None
        if not mark.done:
            history.settle()
        return history.fill(_tell, most=1, breathe=BREATHE)

    if kindly(live):
        learn()
    else:
        begin()
    return mark.done + (not mark.rest)


def learn() -> None:
    """What otherwise waits for the night: suggestions are learned from the past now that it is whole."""
    try:
        app.configure_task("ticket.learn", queueing_lock="ticket.learn").defer(timestamp=0)
    except AlreadyEnqueued:
        return


def kindly(work: Callable[[], bool]) -> bool:
    """Do something in a thread that gives way to everybody else."""

    def run() -> bool:
        os.setpriority(os.PRIO_PROCESS, get_native_id(), KIND)  # on Linux a thread has a niceness of its own
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1, thread_name_prefix="history") as alone:
        return alone.submit(run).result()


def _tell(line: str) -> None:
    from xiuhao.simulate import queries

    mark = queries.history()
    if mark is not None and (mark.done % TOLD == 0 or mark.done in (1, mark.days)):
        sys.stdout.write(f"  {line}\n")
        sys.stdout.flush()
