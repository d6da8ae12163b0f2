"""The browser that journeys drive: it shows our pages, and sees when a page does what it must not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser import PATIENCE, Watch
from tests.harness import until

pytestmark = pytest.mark.browser


@pytest.mark.django_db(transaction=True)
def test_a_visitor_is_asked_to_log_in_in_chinese(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    assert "登录" in page.locator("body").inner_text()
    assert page.locator("input[type=password]").is_visible()


@pytest.mark.django_db(transaction=True)
def test_an_inline_script_is_blocked_and_seen(live_server: LiveServer, browser: Browser) -> None:
    with browser.new_context() as context:
        watch = Watch(context)
        page = context.new_page()
        page.goto(f"{live_server.url}/accounts/login/")
        assert watch.wrongs == []
        page.evaluate("() => { const s = document.createElement('script'); s.text = 'window.evil = 1'; document.head.append(s); }")
        assert page.evaluate("() => window.evil") is None
        until(lambda: page.evaluate("() => 1") and any("Content Security Policy" in wrong for wrong in watch.wrongs), PATIENCE)
