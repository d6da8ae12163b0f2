"""On a phone, a tablet and a desk everybody reads in one glance what a ticket is, how it stands and until when."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests import cast
from tests.journeys.desk import sit
from tests.tickets import receive
from xiuhao.kernel import engine
from xiuhao.kernel.models import Account, CaseClock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Parts of these that lie outside the screen or under something else, as texts.
HIDDEN = """(names) => names.flatMap((name) => [...document.querySelectorAll(name)]).filter((each) => {
    const box = each.getBoundingClientRect();
    if (!box.width) return true;
    return [box.left + 1, (box.left + box.right) / 2, box.right - 1].some((x) => {
      each.scrollIntoView({block: "center"});
      const now = each.getBoundingClientRect(), top = document.elementFromPoint(x, (now.top + now.bottom) / 2);
      return x < 0 || x > innerWidth || !top || !(each.contains(top) || top.contains(each));
    });
  }).map((each) => each.textContent)"""
# Moments that stand on more than one line.
BROKEN = """() => [...document.querySelectorAll("time, td.at, td.num")].filter((each) => {
    const range = document.createRange();
    range.selectNodeContents(each);
    return new Set([...range.getClientRects()].map((box) => Math.round(box.top / 12))).size > 1;
  }).map((each) => each.textContent)"""

# The height of a cell of a narrow table whose label is longer than its column.
LABELLED = """() => {
    document.querySelector("#main").insertAdjacentHTML("beforeend", `<div class="wide"><table class="table plain cards"><tbody><tr>
      <td id="labelled" data-label="这是一个很长很长的需要三行才写得下的标签">1</td></tr></tbody></table></div>`);
    return document.querySelector("#labelled").getBoundingClientRect().height;
  }"""


def at(page: Page, width: int, url: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(url)


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_number_state_deadline_and_time_of_every_row_are_in_sight(width: int, live_server: LiveServer, context: BrowserContext) -> None:
    for _n in range(3):
        receive("agent")
    page = sit(context, live_server.url, "lead")
    at(page, width, f"{live_server.url}/c/ticket/")
    assert page.evaluate(HIDDEN, ["tbody .col-title a", "tbody .col-state .state", "tbody .chip", "tbody .col-time time"]) == []
    assert page.locator("tbody .chip").count() == 3


@pytest.mark.parametrize("width", [1024, 1440])
def test_the_queue_fits_in_english_too(width: int, live_server: LiveServer, context: BrowserContext) -> None:
    case = receive("agent").case
    given = {"priority": "1", "reason": "The customer has been waiting for three weeks and calls every day"}
    engine.perform("ticket", "prioritise", actor=cast.actor("lead"), number=case.number, given=given)
    Account.objects.filter(login="lead").update(language="en")
    page = sit(context, live_server.url, "lead")
    context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    at(page, width, f"{live_server.url}/c/ticket/")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator(".wide").evaluate("box => box.scrollWidth - box.clientWidth") == 0


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_no_moment_is_broken_into_pieces(width: int, live_server: LiveServer, context: BrowserContext) -> None:
    case = receive("agent").case
    clock = CaseClock.objects.filter(case=case).order_by("-limit").first()
    assert clock
    page = sit(context, live_server.url, "manager")
    for url in (f"/c/ticket/{case.number}/clock/{clock.pk}", "/policies/clock.ticket.first_response/", "/c/ticket/", "/"):
        at(page, width, live_server.url + url)
        assert page.evaluate(BROKEN) == [], url
    at(page, width, f"{live_server.url}/policies/clock.ticket.first_response/")
    name = page.locator("td code", has_text="everybody").first
    if width == 390:
        assert page.evaluate(LABELLED) >= 3 * 16, "a label of three lines lies on the row below it"
    lines = "(key) => { const r = document.createRange(); r.selectNodeContents(key); return r.getClientRects().length; }"
    assert name.evaluate(lines) == 1
