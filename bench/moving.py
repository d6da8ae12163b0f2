"""A help desk of six years moves in with its history: 65,000 events, then the same file again; then the whole log of a real one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
django.setup()

from bench.inside import answer, database, inside, peak  # noqa: E402
from tests.harness import opened  # noqa: E402
from tests.load import token  # noqa: E402
from tests.migration import helpdesk  # noqa: E402

Row = tuple[str, str, str, bool]
EVENTS, SECONDS, MEGABYTES = 65_000, 90.0, 300.0
# Of a hundred cases of a real desk: how often which course (r received, p in progress, w waits for the customer, s solved).
COURSES = (
    ("rps", 57),
    ("rpws", 8),
    ("rpwps", 7),
    ("rrps", 6),
    ("rs", 5),
    ("rpss", 3),
    ("prps", 3),
    ("rpsps", 2),
    ("rpwpwps", 4),
    ("rpspwpwpwps", 5),
)
WORDS = {"r": "Assign", "p": "Take in charge", "w": "Wait", "s": "Resolve"}
MAPPING = {"Assign": "state:received", "Take in charge": "state:in_progress", "Wait": "state:waiting_customer", "Resolve": "state:solved"}


def measure(quick: bool = False) -> Iterator[Row]:
    """Brought by the very steps that page, job and command take."""
    events = 3_000 if quick else EVENTS
    with opened() as company, database(company):
        token(company)
        first = inside(company, "moving", "move", events=events)
        again = inside(company, "moving", "move", events=events)
    rate = first["written"] / first["seconds"]
    what = f"{first['written']:,} events of {first['cases']:,} cases with their history, {first['lines']:,} lines of the journal"
    yield what, f"{first['seconds']:.1f} s, {rate:,.0f} events/s", f"≤ {SECONDS * events / EVENTS:.0f} s", rate >= EVENTS / SECONDS
    yield "the same file again", f"{again['written']} events, {again['seconds']:.1f} s", "0 events", again["written"] == 0
    yield "its peak of memory", f"{first['memory']:.0f} MB", f"≤ {MEGABYTES:.0f} MB", first["memory"] <= MEGABYTES
    yield real()


def real() -> Row:
    """The log of a real desk, in a company of its own."""
    if not helpdesk.LOG.exists():
        return "a real help desk's whole log", f"skipped: no {helpdesk.LOG.name} (XIUHAO_SHARED)", "all", False
    with opened() as company, database(company):
        token(company)
        told = inside(company, "moving", "move")
        again = inside(company, "moving", "move")
    rate, all_ = told["written"] / told["seconds"], told["made"] == told["cases"] and not told["faults"] and not again["written"]
    what = f"a real help desk's whole log: {told['events']:,} events of {told['cases']:,} cases, {told['lines']:,} lines of the journal"
    said = f"{told['seconds']:.1f} s, {rate:,.0f} events/s, {told['memory']:.0f} MB"
    said += f"; again {again['written']} events, {again['seconds']:.1f} s"
    return what, said, f"all, once, ≥ {EVENTS / SECONDS:,.0f} events/s", all_ and rate >= EVENTS / SECONDS


def log(events: int) -> bytes:
    """A log with so many events: cases of six years, each taking one of the courses, hours to days between its steps."""
    rng, lines, count = Random(7), ["CaseID,ActivityID,CompleteTimestamp"], 0
    courses, shares = zip(*COURSES, strict=True)
    start, number = datetime(2018, 1, 2, 8, tzinfo=UTC), 0
    while count < events:
        number += 1
        at = start + timedelta(minutes=rng.randrange(6 * 365 * 24 * 60))
        for step in rng.choices(courses, shares)[0]:
            lines.append(f"{number},{WORDS[step]},{at:%Y-%m-%d %H:%M:%S}")
            at += timedelta(seconds=int(rng.expovariate(1 / 90_000)) + 15)
            count += 1
    return "\n".join(lines).encode()


def move(events: int = 0) -> dict[str, Any]:
    """Read it, map it, bring it: a log of so many events, else that of the real desk."""
    from tests.cast import actor
    from xiuhao.kernel.models import Journal
    from xiuhao.migration import running

    with TemporaryDirectory() as folder:
        file = Path(folder, "log.csv")
        file.write_bytes(log(events) if events else helpdesk.LOG.read_bytes())
        began = perf_counter()
        run = running.start(actor("manager"), file.name, file.read_bytes())
        running.begin(run, {word: (MAPPING if events else helpdesk.MAPPING)[word] for word in run.words})
        while running.carry_on(run):
            told = running.progress(run)
            if not told["brought"] % 5_000:
                print(
                    f"   {told['brought']} of {run.cases} cases, {told['through'] / (perf_counter() - began):.0f} events/s", file=sys.stderr
                )
        seconds = perf_counter() - began
    told = running.progress(run)
    counted = {"cases": run.cases, "events": run.events, "faults": len(running.faults(run))}
    return {**told, **counted, "seconds": seconds, "lines": Journal.objects.count(), "memory": peak()}


if __name__ == "__main__":
    answer(move)
