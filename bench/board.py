"""The dispatcher's board in a real browser: 100 engineers with 1,000 jobs opens, and a job dragged to somebody else settles.

One order is written by the engine; its copies differ in number, place, time and whose they are, which is all that the board reads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import time, timedelta
from decimal import Decimal
from statistics import median
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
django.setup()

import psycopg  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from bench.inside import answer, database, inside  # noqa: E402
from bench.pages import read  # noqa: E402
from bench.statements import session  # noqa: E402
from tests.browser import FLAGS, becomes, chromium  # noqa: E402
from tests.dispatch import day  # noqa: E402
from tests.harness import Company, opened, until  # noqa: E402
from tests.load import token  # noqa: E402
from xiuhao.config import postgres  # noqa: E402
from xiuhao.fieldwork.models import WorkOrder  # noqa: E402
from xiuhao.kernel.access import SYSTEM  # noqa: E402
from xiuhao.kernel.models import Case  # noqa: E402
from xiuhao.kernel.time import local, now  # noqa: E402
from xiuhao.roster import actions as roster  # noqa: E402

Row = tuple[str, str, str, bool]
ENGINEERS, JOBS, EACH = 100, 1_000, 8  # of the jobs so many stand in each row; the rest waits
OPEN, SETTLE, INSERT = 1500, 400, 300  # ms
DRAGS, VISITS, WARM, ASKED = 12, 5, 3, 20


def measure(quick: bool = False) -> Iterator[Row]:
    """Opened until every bar stands in its place; dragged until the new row is drawn; who could do an urgent job, over HTTP."""
    people, jobs = (20, 200) if quick else (ENGINEERS, JOBS)
    with opened() as company:
        with database(company):
            token(company)
            cookie, date, numbers = inside(company, "board", "filled", people=people, jobs=jobs)
            with psycopg.connect(company.dsn(postgres.SUPERUSER), autocommit=True) as connection:
                connection.execute("VACUUM (ANALYZE)")
        company.start(patience=300)
        until(lambda: not inside(company, "statements", "waiting"), 600, "all effects are had")
        asked = [ms for each in read(company, cookie, [_asked(date, n) for n in numbers[:ASKED]], 3 * ASKED).values() for ms in each]
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium(), headless=True, args=list(FLAGS))
            visits, drags = _looked(browser, company, cookie, date)
    what = f"board with {people} engineers × {jobs:,} jobs"
    yield _row(f"{what}: opened, slowest of {VISITS} (median {median(visits):.0f})", max(visits), OPEN)
    yield _row(f"{what}: a drag settles, p95 of {DRAGS} (median {median(drags):.0f})", _p95(drags), SETTLE)
    yield _row(f"{what}: who could do an urgent job, over HTTP, p95 (median {median(asked):.0f})", _p95(asked), INSERT)


def _asked(date: str, number: str) -> str:
    return f"/dispatch/job/{number}?day={date}&bump=1"


def _row(what: str, took: float, most: int) -> Row:
    return what, f"{took:.0f} ms", f"≤ {most} ms", took <= most


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _looked(browser: Browser, company: Company, cookie: str, date: str) -> tuple[list[float], list[float]]:
    """Milliseconds of each visit, after some that warm up both web processes, and of each drag."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    name, _is, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": company.url}])
    page, url = context.new_page(), f"{company.url}/dispatch/?day={date}"
    visits = [visited(page, url) for _ in range(WARM + VISITS)][WARM:]
    drags = [dragged(page, n) for n in range(DRAGS)]
    browser.close()
    return visits, drags


def visited(page: Page, url: str) -> float:
    """Milliseconds until every bar has its place."""
    began = perf_counter()
    page.goto(url, wait_until="commit")
    becomes(page, "() => document.querySelectorAll('.bar').length > 0 && !document.querySelector('.bar:not([data-placed])')")
    return (perf_counter() - began) * 1e3


def dragged(page: Page, n: int) -> float:
    """Milliseconds from letting go of a waiting job over somebody's row until it is drawn there."""
    line = page.locator(".line").nth(n)
    line.scroll_into_view_if_needed()
    wait = page.locator(".wait").first
    number = wait.get_attribute("data-job")
    box = line.locator(".track").bounding_box()
    assert box
    wait.hover()
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 20, steps=4)
    began = perf_counter()
    page.mouse.up()
    page.wait_for_selector(f".bar[data-job='{number}'][data-placed]")
    return (perf_counter() - began) * 1e3


# Inside the company


def filled(people: int, jobs: int) -> Any:
    """A station with so many engineers and jobs tomorrow; the cookie of its dispatcher's session, the day, what waits."""
    tomorrow = local(now()).date() + timedelta(days=1)
    day.planner()
    first = day.order()
    ids = day.engineers(*(f"工程师{n:03d}" for n in range(people)))
    for n, account in enumerate(ids):
        roster.set_shift(SYSTEM, account, tomorrow, time(8), time(18))
        roster.set_home(SYSTEM, account, *_spot(n), Decimal(1))
    _copied(first, ids, jobs, tomorrow)
    waits = Case.objects.unscoped("bench").filter(process="work", state="planned").order_by("pk")
    return session("stationdispatcher"), tomorrow.isoformat(), list(waits.values_list("number", flat=True))


def _spot(n: int) -> tuple[float, float]:
    """Somewhere within some thirty kilometres, always the same."""
    return day.HOME[0] + ((n * 0.618034) % 1 - 0.5) * 0.5, day.HOME[1] + ((n * 0.754878) % 1 - 0.5) * 0.5


def _copied(first: Case, ids: list[int], jobs: int, date: Any) -> None:
    record = WorkOrder.objects.select_related("case").get(pk=first.pk)
    cases, orders = [], []
    midnight = day.at(0, now().astimezone(day.ZONE).replace(year=date.year, month=date.month, day=date.day, second=0, microsecond=0))
    for n in range(1, jobs):
        row, place = divmod(n, len(ids))
        given = ids[place] if row < EACH else None
        case = Case(**{f.attname: getattr(record.case, f.attname) for f in Case._meta.concrete_fields})
        case.pk, case.number, case.state, case.owner_id = first.pk + n, f"PGB{n:07d}", "assigned" if given else "planned", given
        order = WorkOrder(**{f.attname: getattr(record, f.attname) for f in WorkOrder._meta.concrete_fields})
        order.case_id, order.engineer_id, (order.lat, order.lon) = case.pk, given, _spot(1000 + n)
        order.planned_at = midnight + timedelta(minutes=8 * 60 + 70 * row) if given else None
        order.minutes = 45
        cases.append(case)
        orders.append(order)
    Case.objects.unscoped("bench").bulk_create(cases)
    WorkOrder.objects.bulk_create(orders)


if __name__ == "__main__":
    answer(filled)
