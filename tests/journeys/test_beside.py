"""Working down a list by keyboard: preview, cells, the strip beside the case, the next one; and seeing that a colleague is there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import cast
from tests.journeys.desk import sit
from tests.tickets import receive
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cases(live_server: LiveServer) -> list[Case]:
    return [receive("agent", kind="complaint").case for _ in range(3)]


@pytest.fixture
def desk(live_server: LiveServer, context: BrowserContext, cases: list[Case]) -> Page:
    page = sit(context, live_server.url, "lead")
    page.goto(f"{live_server.url}/c/ticket/?kind=complaint&order=opened")
    return page


def test_down_the_list_by_keys_alone(desk: Page, cases: list[Case]) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("Space")
    expect(desk.locator("#drawer")).to_contain_text(cases[0].number)
    desk.wait_for_load_state("networkidle")
    desk.keyboard.press("Escape")
    expect(desk.locator("#drawer")).to_be_hidden()
    desk.keyboard.press("a")
    expect(desk.locator("#form-assign")).to_be_visible()
    desk.wait_for_load_state("networkidle")
    desk.keyboard.press("Escape")
    expect(desk.locator("#form-assign")).to_be_hidden()
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/{cases[0].number}/")
    strip = desk.locator("#queue-rows")
    expect(strip.locator("li")).to_have_count(3)
    expect(strip.locator("[aria-current]")).to_contain_text(cases[0].number)
    desk.keyboard.press("]")
    desk.wait_for_url(f"**/{cases[1].number}/")
    expect(strip.locator("[aria-current]")).to_contain_text(cases[1].number)
    desk.keyboard.press("e")  # the main verb, and then the next one
    address = desk.locator("#dialog form").get_attribute("action") or ""
    assert re.search(rf"/{cases[1].number}/do/", address)
    expect(desk.locator("#dialog [name=_next]")).to_have_value(f"/c/ticket/{cases[2].number}/")
    desk.keyboard.press("Escape")
    desk.locator("[data-fold-strip]").click()
    expect(strip).to_be_hidden()
    desk.reload()
    expect(strip).to_be_hidden()


def test_a_cell_is_changed_where_it_stands_and_the_list_stays(desk: Page, cases: list[Case]) -> None:
    desk.locator(f"[data-row='{cases[1].number}'] [data-verb=prioritise]").click()
    desk.locator("#dialog").get_by_text("P1 特急").click()
    desk.locator("#dialog [name=reason]").fill("媒体关注")
    desk.locator("#dialog [data-submit-step]").click()
    expect(desk.locator(f"[data-row='{cases[1].number}']")).to_contain_text("P1")
    assert "kind=complaint" in desk.url
    expect(desk.locator("#toasts").get_by_role("button", name="撤销")).to_be_visible()


def test_a_colleague_who_views_and_writes_is_seen_and_a_stale_reply_stops_once(
    desk: Page, browser: Browser, live_server: LiveServer, cases: list[Case]
) -> None:
    url = f"{live_server.url}/c/ticket/{cases[0].number}/"
    desk.goto(url)
    other = browser.new_context(locale="zh-CN")
    colleague = sit(other, live_server.url, "agent")
    colleague.goto(url)
    expect(colleague.locator("#present .view")).to_contain_text("组长林 正在查看")
    desk.evaluate("document.dispatchEvent(new Event('presence'))")  # as the live channel would say
    expect(desk.locator("#present .view")).to_contain_text("客服安 正在查看")
    with colleague.expect_response(lambda r: r.url.endswith("/here")):
        colleague.locator("#reply-text").fill("我来答复")
    desk.evaluate("document.dispatchEvent(new Event('presence'))")
    expect(desk.locator("#present .edit")).to_contain_text("客服安 正在编辑")
    engine.perform("ticket", "reply", actor=cast.actor("lead"), number=cases[0].number, given={"text": "压缩机周五到"})
    colleague.locator("#form-reply [data-submit-step]").click()
    stopped = colleague.locator("#form-reply [role=alert]")
    expect(stopped).to_contain_text("您打开后新增了 1 条")
    expect(stopped).to_contain_text("压缩机周五到")
    expect(colleague.locator("#reply-text")).to_have_value("我来答复")
    colleague.get_by_role("button", name="仍然提交").click()
    expect(colleague.locator("#timeline")).to_contain_text("我来答复")
    other.close()


def test_a_view_is_saved_changed_and_dropped_where_it_stands(desk: Page, cases: list[Case]) -> None:
    desk.get_by_role("link", name="保存为视图").click()
    desk.locator("#view-name").fill("我的投诉")
    desk.locator("#dialog").get_by_role("button", name="保存").click()
    tab = desk.locator(".views [aria-current]")
    expect(tab).to_contain_text("我的投诉 3")
    desk.locator("#f-state").select_option("received")
    desk.get_by_role("button", name="查询").click()
    expect(tab).to_contain_text("已改动")
    desk.get_by_role("link", name="修改视图 我的投诉").click()
    desk.locator("#dialog").get_by_role("button", name="保存").click()
    expect(tab).not_to_contain_text("已改动")
    desk.get_by_role("link", name="修改视图 我的投诉").click()
    desk.get_by_role("button", name="删除视图").click()
    expect(desk.locator(".views")).not_to_contain_text("我的投诉")
