"""In the ledger of claims the number and the days are there whole: what tells two claims apart is the end of the number."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from tests.claims import at
from tests.journeys.desk import sit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CUT = """() => [...document.querySelectorAll("#rows :is(td.is-ledger_no, td.is-used)")]
  .filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent.trim())"""


@pytest.mark.parametrize("width", [1280, 1440])
def test_number_and_days_are_not_cut(width: int, live_server: LiveServer, context: BrowserContext) -> None:
    at("approve"), at("close")
    page = sit(context, live_server.url, "office")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/c/claim/?view=ledger")
    assert page.locator("#rows td.is-ledger_no").count() == 2 and page.evaluate(CUT) == []
    assert page.locator(".wide").evaluate("box => box.scrollWidth - box.clientWidth") == 0
