"""axe finds nothing on any screen of the desk, in light and dark, at three widths; nothing is wider than the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from tests import cast
from tests.journeys.desk import axe, sit
from tests.tickets import receive
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case, CaseClock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def a_full_case() -> Case:
    """A ticket with everything on its page: words of customer and staff, an open ask, clocks."""
    case = receive("agent").case
    for verb, given in (
        ("reply", {"text": "您好"}),
        ("note", {"text": "老客户"}),
        ("record_call", {"direction": "out", "summary": "已约时间"}),
    ):
        engine.perform("ticket", verb, actor=cast.actor("agent"), number=case.number, given=given)
    given = {"to": cast.account("colleague").pk, "reason": "休假"}
    engine.perform("ticket", "transfer", actor=cast.actor("agent"), number=case.number, given=given)
    return case


SCREENS = {
    "home": "/", "queue": "/c/ticket/", "empty": "/c/ticket/?q=查无此事&kind=fault", "case": "/c/ticket/{number}/", "new": "/c/ticket/new",
    "step": "/c/ticket/{number}/do/record_call", "trace": "/c/ticket/{number}/clock/{clock}", "find": "/find?q={number}", "asked": "/asked",
    "inbox": "/inbox", "settings": "/settings", "lost": "/c/ticket/XX/", "refused": "/c/ticket/{number}/do/confirm",
}  # fmt: skip


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(screen: str, live_server: LiveServer, context: BrowserContext) -> None:
    case = a_full_case()
    clock = CaseClock.objects.filter(case=case).first()
    assert clock
    page = sit(context, live_server.url, "colleague" if screen == "asked" else "lead")
    page.goto(live_server.url + SCREENS[screen].format(number=case.number, clock=clock.pk))
    assert page.locator("h1").count() == 1
    assert axe(page) == {}


def test_axe_finds_nothing_in_dialog_drawer_palette_and_menus(live_server: LiveServer, context: BrowserContext) -> None:
    case = a_full_case()
    page = sit(context, live_server.url, "lead")
    page.goto(f"{live_server.url}/c/ticket/")
    page.locator(f"[data-row='{case.number}'] [hx-target='#drawer']").click()
    page.locator("#drawer h2").wait_for()
    assert axe(page) == {}
    page.keyboard.press("Escape")
    page.goto(f"{live_server.url}/c/ticket/{case.number}/")
    page.locator(".acts [hx-get]").first.click()
    page.locator("#dialog[open] form").wait_for()
    page.locator("#dialog [data-submit-step]").click()
    page.locator("#dialog [aria-invalid]").first.wait_for()
    assert axe(page) == {}
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.locator("#hits a").first.wait_for()
    assert axe(page) == {}


def test_english_is_as_accessible_and_no_wider(live_server: LiveServer, context: BrowserContext) -> None:
    case = a_full_case()
    page = sit(context, live_server.url, "lead")
    context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    page.goto(f"{live_server.url}/c/ticket/{case.number}/")
    assert page.locator("html").get_attribute("lang") == "en"
    assert axe(page) == {}
