"""Inside the company: clocks that run, that fall due in one second, that have closed; and what a round of the scheduler costs."""

from __future__ import annotations

import os
import statistics
from datetime import datetime, timedelta
from random import Random
from time import perf_counter, sleep

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.fill import BATCH, CANCELLED, done, request  # noqa: E402
from bench.inside import answer  # noqa: E402
from tests.cast import actor  # noqa: E402
from xiuhao.kernel import scheduler  # noqa: E402
from xiuhao.kernel.engine import Request, perform_many  # noqa: E402
from xiuhao.kernel.models import Case, CaseClock, Journal  # noqa: E402
from xiuhao.kernel.time import database_now  # noqa: E402

ROUNDS = 200
STEP = 0.01  # seconds between two looks at the journal


def idle() -> dict[str, float]:
    """Time (ms, the quickest quarter's, since others use the machine too) and statements of a round in which nothing is due, and how many
    clocks run."""
    with CaptureQueriesContext(connection) as seen:
        _still()
    taken = []
    for _ in range(ROUNDS):
        began = perf_counter()
        _still()
        taken.append((perf_counter() - began) * 1e3)
    running = CaseClock.objects.filter(stopped_at=None).exclude(since=None).count()
    return {"ms": statistics.quantiles(taken, n=4)[0], "statements": len(seen), "running": running}


def _still() -> None:
    if scheduler.round():
        raise RuntimeError("something fell due in a round that should have been idle")


def start(count: int) -> int:
    """New tickets until so many clocks run."""
    rng, serial = Random(3), 0
    while (running := CaseClock.objects.filter(stopped_at=None).exclude(since=None).count()) < count:
        _born([request(rng, serial + n) for n in range(min(BATCH, max(1, (count - running) // 3)))])
        serial += BATCH
    return running


def fall(count: int, seconds: int) -> dict[str, str | int]:
    """So many promises that all fall due in one second, so many seconds from now; that second, and the journal's last line before it."""
    rng, due = Random(4), (database_now() + timedelta(seconds=seconds)).replace(microsecond=0)
    for first in range(0, count, BATCH):
        _born([{**request(rng, 10**6 + n), "promised_at": due.isoformat()} for n in range(first, min(first + BATCH, count))])
    last = Journal.objects.latest("pk").pk
    if database_now() > due:
        raise RuntimeError("the machine is too slow: they were born after their deadline")
    return {"due": due.isoformat(), "last": last}


def _born(given: list[dict[str, str]]) -> None:
    done(perform_many("ticket", [Request("receive", each) for each in given], actor=actor("agent"), waive=True))


def fired(due: str, last: int, count: int, patience: float) -> dict[str, float | list[float]]:
    """Read the journal again and again until as many breaches of that second stand in it, and a little longer for one too many.

    The lag (s) of each is from the moment at which its clock was due to the first reading that saw its line, which is after the commit
    of its batch: what `recorded_at` says is when the batch was begun.
    """
    second = datetime.fromisoformat(due)
    begun = perf_counter() + (second - database_now()).total_seconds()
    if perf_counter() > begun + 1:
        raise RuntimeError("the machine is too slow: they may have fired before anybody looked")
    rows = Journal.objects.filter(
        pk__gt=last, verb="clock_breach", data__clock="promise", occurred_at__gte=second, occurred_at__lt=second + timedelta(seconds=1)
    )
    sleep(max(0.0, begun - perf_counter()))
    lags: list[float] = []
    while len(lags) < count and perf_counter() - begun < patience:
        visible = rows.count()
        lags += [perf_counter() - begun] * (visible - len(lags))
        sleep(STEP)
    sleep(3)
    return {"lines": rows.count(), "cases": rows.values("case_id").distinct().count(), "lags": lags}


def close() -> int:
    """Every open ticket is cancelled; how many of their clocks still run. The duties that the scheduler has opened meanwhile go on."""
    while numbers := list(Case.objects.of("ticket", actor("manager")).filter(is_open=True).values_list("number", flat=True)[:BATCH]):
        done(perform_many("ticket", [Request("cancel", CANCELLED, number=n) for n in numbers], actor=actor("manager"), waive=True))
    return CaseClock.objects.filter(stopped_at=None, case__process="ticket").count()


if __name__ == "__main__":
    answer(idle, start, fall, fired, close)
