"""In the ledger of claims the number and the days are there whole: what tells two claims apart is the end of the number. The way of a
claim fits, and on a phone the reports are read by rows."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from tests.claims import at
from tests.journeys.desk import sit
from xiuhao.kernel.models import CaseClock
from xiuhao.kernel.time import now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CUT = """() => [...document.querySelectorAll("#rows :is(td.is-ledger_no, td.is-used)")]
  .filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent.trim())"""


@pytest.mark.parametrize("width", [1024, 1280, 1440])
def test_number_and_days_are_not_cut(width: int, live_server: LiveServer, context: BrowserContext) -> None:
    at("approve"), CaseClock.objects.filter(case=at("close", opine={"amount": "12720"}), key="total").update(breached_at=now())
    page = sit(context, live_server.url, "office")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/c/claim/?view=ledger")
    assert page.locator("#rows td.is-ledger_no").count() == 2 and page.evaluate(CUT) == []
    assert page.locator("#rows td.is-used .tag").count() == 1, "the late one says so"
    assert page.locator(".wide").evaluate("box => box.scrollWidth - box.clientWidth") == 0


def test_every_stage_of_a_claim_is_in_sight_and_reports_are_read_by_rows_on_a_phone(
    live_server: LiveServer, context: BrowserContext
) -> None:
    case = at("close")
    page = sit(context, live_server.url, "office")
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(f"{live_server.url}/c/claim/{case.number}/")
    assert page.locator(".steps").evaluate("box => box.scrollWidth - box.clientWidth") == 0
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/reports/complaints")
    rows = page.locator(".reports tbody tr").evaluate_all("rows => rows.map((row) => row.offsetHeight)")
    assert len(rows) >= 12 and max(rows) < 90, "a row is its name and its numbers beside each other"
    assert page.locator(".reports thead").evaluate_all("heads => heads.filter((head) => head.offsetHeight).length") == 0
