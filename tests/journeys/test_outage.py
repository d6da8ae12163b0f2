"""The database is away for a moment, and the visitor at the public form need do nothing, or press one button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from xiuhao.kernel.time import now
from xiuhao.portal import actions
from xiuhao.portal.models import Quarantined
from xiuhao.ticket.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TYPED = "冰箱“不制冷”\n<b>漏水</b>，很急"


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The database goes away under the first report; the keys that came."""
    keys: list[str] = []
    real: Callable[..., Any] = actions.take_in

    def take_in(report: Any, actor: Any) -> Any:
        keys.append(str(report.key))
        if len(keys) == 1:
            raise OperationalError("the connection is closed")
        return real(report, actor)

    monkeypatch.setattr(actions, "take_in", take_in)
    return keys


def fill(page: Page, url: str) -> None:
    """Tell what happened, no faster than people do."""
    page.goto(f"{url}/portal/report")
    begun = now()
    page.locator("[name=kind][value=fault]").check(force=True)
    page.locator("[name=category]").select_option("fridge")
    page.locator("[name=description]").fill(TYPED)
    page.locator("[name=contact_phone]").fill("13800138000")
    page.wait_for_timeout(max(0.0, 2_200 - (now() - begun).total_seconds() * 1000))
    page.get_by_role("button", name="提交", exact=True).click()


def is_one_ticket(gone: list[str]) -> None:
    assert gone[0] == gone[1]
    assert [t.case.title != "" for t in Ticket.objects.select_related("case")] == [True]
    assert not Quarantined.objects.unscoped("looking").exists()


def test_K2_the_page_of_an_outage_tries_again_by_itself(live_server: LiveServer, page: Page, gone: list[str]) -> None:
    fill(page, live_server.url)
    expect(page.locator("#failure h1")).to_contain_text("您填写的内容都在这一页里")
    expect(page.locator("#failure [role=status]")).to_contain_text("秒后自动再试")
    expect(page.locator("main")).to_contain_text("GD")
    is_one_ticket(gone)


def test_K2_without_a_script_one_button_sends_it_again(live_server: LiveServer, browser: Browser, gone: list[str]) -> None:
    visitor: BrowserContext = browser.new_context(locale="en-GB", java_script_enabled=False)
    page = visitor.new_page()
    page.goto(f"{live_server.url}/portal/report?lang=zh-hans")
    fill(page, live_server.url)
    expect(page.locator("#failure p[lang=en]")).to_contain_text("Everything you typed")
    page.get_by_role("button", name="再试一次").click()
    expect(page.locator("main")).to_contain_text("GD")
    visitor.close()
    is_one_ticket(gone)
