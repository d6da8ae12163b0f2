"""The database is away for a moment, and the visitor at the public form need do nothing, or press one button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.journeys.desk import sit
from tests.tickets import receive
from xiuhao.kernel.time import now
from xiuhao.portal import actions
from xiuhao.portal.models import Quarantined
from xiuhao.ticket.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUSY = '<!doctype html><div id="failure"><h1>服务器正忙，请稍后重试。</h1></div>'
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
    page.route("**/healthz", lambda route: route.abort())  # until the page has been read
    fill(page, live_server.url)
    expect(page.locator("#failure h1")).to_contain_text("您填写的内容都在这一页里")
    expect(page.locator("#failure [role=status]")).to_contain_text("秒后自动再试")
    page.unroute("**/healthz")
    expect(page.locator("main")).to_contain_text("GD", timeout=30_000)
    is_one_ticket(gone)


def test_K2_a_busy_server_takes_no_form_away_and_is_asked_again(live_server: LiveServer, context: BrowserContext) -> None:
    page, case = sit(context, live_server.url), receive("agent").case
    answers = [{"status": 503, "headers": {"Retry-After": "3"}, "content_type": "text/html; charset=utf-8", "body": BUSY}]
    for path in ("**/do/note", "**/ticket/?**"):
        page.route(path, lambda route: route.fulfill(**answers.pop()) if answers else route.continue_())
    page.goto(f"{live_server.url}/c/ticket/{case.number}/")
    page.get_by_role("tab", name="内部备注").click()
    page.locator("#note-text").fill(TYPED)
    page.locator("form[action$='/do/note'] [type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("服务器正忙")
    expect(page.locator("#note-text")).to_have_value(TYPED)
    expect(page.locator("#timeline")).to_contain_text("很急")  # sent again by itself, with the same key
    page.goto(f"{live_server.url}/c/ticket/")
    answers.append({"status": 503, "content_type": "text/html; charset=utf-8", "body": BUSY})
    page.locator("#q").fill("查无此事")
    page.get_by_role("button", name="查询").click()
    expect(page.locator("#toasts")).to_contain_text("服务器正忙")
    expect(page.locator("#q")).to_have_value("查无此事")
    page.locator("#toasts").get_by_role("button", name="重试").click()
    expect(page.locator("#list")).to_contain_text("没有符合条件的单据")


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
