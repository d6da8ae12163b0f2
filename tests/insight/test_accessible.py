"""axe finds nothing on the regulation's pages and dialogs, in light and dark, at three widths; nothing is wider than the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.journeys.desk import axe, sit
from xiuhao.kernel.models import PolicyRow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEY = "clock.ticket.first_response"
SCREENS = (
    "/rules/?regulation=HA", "/rules/HA-3.2.1/", "/policies/", f"/policies/{KEY}/", f"/policies/{KEY}/add",
    "/calendars/", "/calendars/office/edit", "/calendars/holidays/CN/2026/", "/outbox/",
)  # fmt: skip


@pytest.fixture
def page(live_server: LiveServer, context: BrowserContext) -> Page:
    return sit(context, live_server.url, "manager")


def test_axe_finds_nothing(live_server: LiveServer, page: Page) -> None:
    found = {}
    for screen in SCREENS:
        page.goto(live_server.url + screen)
        found[screen] = axe(page)
    assert {screen: wrong for screen, wrong in found.items() if wrong} == {}


def test_a_number_is_corrected_from_the_button_to_the_toast(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/policies/{KEY}/")
    page.click("tr:has-text('everybody') >> text=更正")
    page.fill("#dialog [name='then.limit']", "2")
    page.click("#dialog button[value=look]")
    page.wait_for_selector("#policy-reason")
    assert "2 小时" in page.inner_text("#dialog")
    assert axe(page) == {}
    page.fill("#policy-reason", "原文是两小时")
    page.click("#dialog button[value=do]")
    expect(page.locator(".toast")).to_have_count(1)  # before the page, which may come later than it stays
    page.wait_for_selector("#main :text('原文是两小时')")
    assert PolicyRow.objects.get(table=KEY, line="everybody").value["limit"] == "2h"
