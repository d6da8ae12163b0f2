"""A guided call by keyboard alone: from the line that pops up to the saved ticket and the goodbye; and the words that are marked."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.calls.line import event, switchboard
from tests.harness import fair
from tests.journeys.desk import axe, sit
from tests.journeys.test_phone_call import a_known_customer
from tests.tickets import receive
from xiuhao.calls.models import Call, CallStep
from xiuhao.kernel.models import Link
from xiuhao.ticket.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(live_server: LiveServer, context: BrowserContext) -> Page:
    return sit(context, live_server.url)


def said(page: Page, words: str) -> None:
    expect(page.locator("#script .say")).to_contain_text(words)


def talked(desk: Page) -> None:
    """From the greeting to the next step, by Enter and one digit."""
    desk.keyboard.press("F2")
    expect(desk.locator("#script-value")).to_be_focused()
    desk.keyboard.type("王")
    desk.keyboard.press("Enter")
    said(desk, "王您好")
    desk.keyboard.press("3")
    said(desk, "您的全名")
    desk.keyboard.press("Enter")  # it is on file, and nobody has said it
    said(desk, "……，对吗")
    desk.keyboard.press("Enter")
    expect(desk.locator("#script [role=alert]")).to_contain_text("还没有说出全名")
    desk.locator("[data-back]").click()
    expect(desk.locator("#script-value")).to_be_focused()
    desk.keyboard.type("王小明")
    desk.keyboard.press("Enter")
    said(desk, "日月明")
    desk.keyboard.press("Enter")
    said(desk, "手机号码")
    desk.keyboard.press("Enter")
    said(desk, "138 0013 8000")
    desk.keyboard.press("Enter")
    said(desk, "接下来我为您登记")


def test_a_known_customers_call_from_pop_to_saved_ticket_by_keyboard_alone(desk: Page, live_server: LiveServer) -> None:
    a_known_customer()
    token = switchboard()
    event(token, "c-1", "ring", caller="13800138000", agent="agent")
    desk.goto(live_server.url)
    expect(desk.locator(".pop.ringing")).to_contain_text("138****8000 王*明")
    began = time.monotonic()
    desk.keyboard.press("F2")
    event(token, "c-1", "answer", agent="agent")
    expect(desk.locator("#receive-contact_phone")).to_have_value("13800138000")
    expect(desk.locator("#receive-device input").first).to_be_focused()
    said(desk, "请问您贵姓")
    talked(desk)
    desk.keyboard.press("F2")
    desk.keyboard.press("2")
    expect(desk.locator("#receive-description")).to_be_focused()
    desk.keyboard.type("冷藏室不制冷")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".called")).to_contain_text("由您处理")
    assert time.monotonic() - began <= fair(20)
    said(desk, "接下来我为您登记")
    desk.keyboard.press("F4")
    said(desk, "还有其他需要")
    desk.keyboard.press("F4")
    said(desk, "感谢您的来电")
    desk.keyboard.press("F4")
    expect(desk.locator("[data-countdown]")).to_have_text("0")
    desk.keyboard.press("Alt+1")
    expect(desk.locator("[data-branch='1']")).to_have_attribute("aria-pressed", "true")
    event(token, "c-1", "end", ended_by="customer")
    call = Call.objects.select_related("case").get()
    assert (call.case.state, call.replied) == ("ended", True) and call.pause is not None and call.pause >= 3
    assert Link.objects.get(child_id=call.pk, kind="call").parent_id == Ticket.objects.latest("pk").pk
    assert set(CallStep.objects.values_list("done", flat=True)) == {True}


def test_axe_finds_nothing_on_the_script_and_nothing_steals_the_focus_of_who_types(desk: Page, live_server: LiveServer) -> None:
    receive()
    event(switchboard(), "c-2", "ring", caller="13800138000", agent="agent")
    desk.goto(f"{live_server.url}/ticket/call?call={Call.objects.get().screen}")
    said(desk, "贵姓")
    assert axe(desk) == {}
    for key, words in (("F4", "您好"), ("Alt+1", "请您稍等")):
        desk.keyboard.press(key)
        said(desk, words)
    desk.keyboard.type("滤网")
    desk.keyboard.press("Enter")  # it looks the word up; whether it was found the agent says
    desk.keyboard.press("Alt+2")
    said(desk, "很抱歉")
    desk.locator("#receive-description").focus()
    desk.keyboard.press("F4")
    said(desk, "您的全名")
    desk.set_viewport_size({"width": 1280, "height": 900})
    assert (desk.locator("#receive-purchased_on").bounding_box() or {"width": 0})["width"] >= 130, "a day is cut off"
    expect(desk.locator("#receive-description")).to_be_focused()
    desk.goto(f"{live_server.url}/calls/script")
    assert axe(desk) == {}


def test_a_forbidden_word_is_marked_while_it_is_typed(desk: Page, live_server: LiveServer) -> None:
    number = receive().case.number
    desk.goto(f"{live_server.url}/c/ticket/{number}/")
    box = desk.locator("#composer textarea[name=text]").first
    box.click()
    desk.keyboard.type("这事不归我们管")
    expect(desk.locator("#composer mark")).to_have_text("不归我们管")
    expect(box).to_be_focused()
    assert axe(desk) == {}
    box.fill("您好，没办法今天上门")
    expect(desk.locator("#composer [name=worded]")).to_be_visible()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#composer [role=alert]").first).to_be_visible()
    desk.locator("#composer [name=worded]").check()
    desk.locator("#composer").get_by_role("button", name="回复客户").click()
    expect(desk.locator("#timeline")).to_contain_text("没办法今天上门")
