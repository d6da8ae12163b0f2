"""The month-end of complaints: 20,000 claims closed in a month summed up; the reports and the ledger over 100,000 complaints."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
django.setup()

from bench.inside import answer, database, inside  # noqa: E402
from tests.harness import opened  # noqa: E402
from tests.load import token  # noqa: E402

Row = tuple[str, str, str, bool]
CLOSED, COMPLAINTS = 20_000, 100_000
SECONDS, PAGE = 5.0, 1.0
LISTED, STATEMENTS = 300, 12  # milliseconds of a list at the 95th percentile, and what it may ask the database (`queue` of `pages`)


def measure(quick: bool = False) -> Iterator[Row]:
    """In a company's own database, through the scheduler's own door and the page itself."""
    closed, complaints = (1_000, 2_000) if quick else (CLOSED, COMPLAINTS)
    with opened() as company, database(company):
        token(company)
        month = inside(company, "months", "sum_up", count=closed)
        pages = inside(company, "months", "look", count=complaints - closed)
        lists = inside(company, "months", "leaf", rounds=5 if quick else 40)
    said = f"{month['seconds']:.2f} s, {month['entries']:,} ratios, {month['statements']} statements"
    kept = month["seconds"] < SECONDS and month["closed"] == closed
    yield f"{closed:,} claims closed in a month, their statistics drawn up", said, f"< {SECONDS:.0f} s", kept
    yield f"reports over {complaints:,} complaints, twelve months", f"{pages['all']:.2f} s", f"< {PAGE:.0f} s", pages["all"] < PAGE
    yield "the same of one month", f"{pages['month']:.2f} s", f"< {PAGE:.0f} s", pages["month"] < PAGE
    for what, (ms, statements) in lists.items():
        said = f"{ms:.0f} ms, {statements} statements"
        yield f"{what} with {complaints:,} complaints, p95", said, f"≤ {LISTED} ms, {STATEMENTS}", ms <= LISTED and statements <= STATEMENTS


def analysed() -> None:
    """What the database does by itself after a while: it looks at what its tables hold."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def sum_up(count: int) -> dict[str, Any]:
    """So many claims closed last month, each with a liability of two departments; then the duty of the month."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.liability.claims import closed, liable
    from xiuhao.kernel import duties
    from xiuhao.kernel.time import database_now, local
    from xiuhao.statistics.models import Entry, Monthly
    from xiuhao.statistics.process import STATISTICS

    first = local(database_now()).replace(day=1, hour=0, minute=0)
    liable(closed(count, at=first - timedelta(days=2)))
    analysed()
    began = perf_counter()
    with CaptureQueriesContext(connection) as seen:
        duties.open_due(STATISTICS)
    took = perf_counter() - began
    entries = Entry.objects.unscoped("counted").count()
    return {"seconds": took, "closed": Monthly.objects.get().closed, "entries": entries, "statements": len(seen)}


def look(count: int) -> dict[str, float]:
    """The reports page after so many more complaints over twelve months: the second look of each."""
    from django.test import Client

    from tests.cast import account
    from tests.liability.claims import closed
    from xiuhao.kernel.time import database_now, local

    now: datetime = database_now()
    for back in range(12):
        closed(count // 12, at=now - timedelta(days=30 * back + 2))
    analysed()
    desk, found = Client(SERVER_NAME="localhost"), {}
    desk.force_login(account("quality"))
    for key, query in (("all", ""), ("month", f"?month={local(now):%Y-%m}")):
        for _twice in range(2):
            began = perf_counter()
            answered = desk.get(f"/reports/complaints{query}")
            assert answered.status_code == 200, answered.status_code
            found[key] = perf_counter() - began
    return found


NUMBERED = """
UPDATE claim_claim AS claim SET registered_at = listed.opened_at, ledger_no = to_char(listed.opened_at, 'YYYYMM-') || listed.serial
FROM (SELECT id, opened_at, row_number() OVER (PARTITION BY to_char(opened_at, 'YYYYMM') ORDER BY opened_at, id) AS serial
      FROM kernel_case WHERE process = 'claim') AS listed
WHERE listed.id = claim.case_id
"""
LEAVES = {
    "ledger": "/c/claim/?view=ledger",
    "ledger of a cause and market": "/c/claim/?view=ledger&cause=quality&market=overseas",
    "ledger, one found by number": "/c/claim/?view=ledger&q={number}",
    "list of complaints": "/c/complaint/?view=all",
}


def leaf(rounds: int) -> dict[str, tuple[float, int]]:
    """The ledger with a number for each claim, and the list of complaints: milliseconds at the 95th percentile and statements."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.cast import account
    from xiuhao.claim.models import Claim

    with connection.cursor() as cursor:
        cursor.execute(NUMBERED)
    analysed()
    desk, found = Client(SERVER_NAME="localhost"), {}
    desk.force_login(account("quality"))
    number = Claim.objects.order_by("ledger_no").values_list("ledger_no", flat=True)[0]
    for what, url in LEAVES.items():
        times, asked = [], 0
        for _round in range(rounds + 1):
            began = perf_counter()
            with CaptureQueriesContext(connection) as seen:
                answered = desk.get(url.format(number=number))
            times.append((perf_counter() - began) * 1e3)
            asked = len(seen)
            assert answered.status_code == 200, answered.status_code
        found[what] = sorted(times[1:])[int(rounds * 0.95)], asked
    return found


if __name__ == "__main__":
    answer(sum_up, look, leaf)
