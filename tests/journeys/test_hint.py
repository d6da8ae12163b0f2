"""What is suggested while the story is typed is taken over by one key, and never touches what was chosen by hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.journeys.desk import axe, sit
from tests.learning.corpus import THINGS
from tests.ticket.test_learned import teach

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def told(context: BrowserContext, live_server: LiveServer, path: str, row: str) -> tuple[Page, Locator]:
    """A form in which somebody has begun to tell, and the suggestion that stands in its row."""
    teach("category", THINGS)
    page = sit(context, live_server.url)
    page.goto(live_server.url + path)
    page.locator("#receive-description").press_sequentially("洗衣机漏水，滚筒不转")
    chip = page.locator(f"{row} [data-hint=category]")
    expect(chip).to_contain_text("建议：洗衣机")
    return page, chip


def test_one_key_takes_the_suggestion_over_and_a_choice_by_hand_stays(live_server: LiveServer, context: BrowserContext) -> None:
    page, chip = told(context, live_server, "/ticket/call", "#hint")
    assert axe(page) == {}
    page.keyboard.press("Alt+j")
    expect(page.locator("#receive-category")).to_have_value("洗衣机")
    expect(page.locator("select[name=category]")).to_have_value("washer")
    expect(chip).to_have_count(0)
    page.locator("#receive-category").fill("冰箱")
    page.get_by_role("option").first.click()
    page.locator("#receive-description").press_sequentially("，脱水时")
    with page.expect_response("**/ticket/call/hint"):
        page.locator("#receive-description").press_sequentially("甩干也不行")
    expect(chip).to_have_count(0)
    expect(page.locator("select[name=category]")).to_have_value("fridge")


def test_the_general_form_suggests_too_and_its_fields_may_be_drawn_anew(live_server: LiveServer, context: BrowserContext) -> None:
    page, chip = told(context, live_server, "/c/ticket/new?verb=receive", ".input #hint")
    with page.expect_response("**/c/ticket/new**"):
        page.locator("#receive-kind").select_option("fault")
    page.locator("#receive-description").press_sequentially("，地上都是水")
    chip.click()
    expect(page.locator("select[name=category]")).to_have_value("washer")
    expect(chip).to_have_count(0)
