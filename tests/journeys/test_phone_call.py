"""A call agent with forty calls a day: known customer, new customer, solved at once, hurried on; by keyboard alone, within seconds."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.harness import fair
from tests.journeys.desk import axe, sit
from tests.tickets import receive
from xiuhao.contract import actions as contracts
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import local, now
from xiuhao.product import actions as products
from xiuhao.product.models import Category, Model
from xiuhao.ticket.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNT = """() => {
    window.counted = {clicks: 0, fields: new Set()};
    addEventListener("click", (e) => { if (e.detail) counted.clicks += 1; }, true);
    addEventListener("input", (e) => {
        if (e.target.matches("input:not([type=radio]), textarea")) counted.fields.add(e.target.name || e.target.id);
    }, true);
}"""


def a_known_customer() -> Case:
    """With two devices and an open ticket."""
    case, bought_on = receive().case, local(now()).date() - timedelta(days=200)
    for serial, key, code in (("XH24A0001234", "fridge", "BCD-1"), ("XH23B0004321", "aircon", "KFR-1")):
        model = products.save_model(SYSTEM, Model(), category=Category.objects.get(key=key), code=code, name="样机")
        bought = products.Purchase(serial=serial, model=model, customer=case.customer_id, purchased_on=bought_on)
        contracts.register_purchase(SYSTEM, bought)
    return case


@pytest.fixture
def desk(live_server: LiveServer, context: BrowserContext) -> Page:
    page = sit(context, live_server.url)
    page.goto(f"{live_server.url}/ticket/call")
    page.evaluate(COUNT)
    return page


def effort(page: Page) -> tuple[int, int]:
    """Clicks made and fields typed into."""
    found = page.evaluate("() => [counted.clicks, counted.fields.size]")
    return found[0], found[1]


def test_a_known_caller_is_a_ticket_without_a_click_with_two_typed_fields(desk: Page) -> None:
    a_known_customer()
    began = time.monotonic()
    desk.keyboard.type("13800138000")
    expect(desk.locator("#who[data-known]")).to_be_visible()
    expect(desk.locator("#receive-device input").first).to_be_focused()
    desk.keyboard.press("2")
    expect(desk.locator("#receive-description")).to_be_focused()
    desk.keyboard.type("冷藏室不制冷")
    expect(desk.locator("#ahead")).to_contain_text("保内")
    assert effort(desk)[0] == 0 and effort(desk)[1] <= 3
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".called")).to_contain_text("由您处理")
    assert time.monotonic() - began <= fair(20)
    ticket = Ticket.objects.latest("pk")
    assert (ticket.description, ticket.serial, ticket.contact_name) == ("冷藏室不制冷", "XH24A0001234", "王小明")
    expect(desk.get_by_role("link", name="继续接听")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("#receive-contact_phone")).to_be_focused()
    expect(desk.locator("#receive-contact_phone")).to_have_value("")


def test_a_new_customer_with_a_device_takes_seven_fields_at_most(desk: Page) -> None:
    desk.keyboard.type("13911112222")
    expect(desk.locator("#receive-contact_name")).to_be_focused()
    desk.keyboard.type("李芳")
    desk.keyboard.press("Enter")
    desk.keyboard.type("浙江省杭州市上城区解放路12号3幢502")
    desk.keyboard.press("Enter")
    expect(desk.locator("#place")).to_contain_text("浙江 杭州市 上城区")
    desk.locator("#receive-category").focus()
    desk.keyboard.type("bx")
    expect(desk.get_by_role("option").first).to_contain_text("冰箱")
    desk.keyboard.press("Enter")
    expect(desk.locator("#receive-serial")).to_be_focused()
    desk.keyboard.type("XH25C0000077")
    desk.locator("#receive-description").focus()
    desk.keyboard.type("漏水")
    clicks, fields = effort(desk)
    assert clicks == 0 and fields <= 7
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".called")).to_be_visible()
    ticket = Ticket.objects.select_related("category").get()
    assert ticket.category is not None
    assert (ticket.contact_name, ticket.category.key, ticket.serial) == ("李芳", "fridge", "XH25C0000077")


def test_what_is_missing_is_said_beside_it_and_nothing_typed_is_lost(desk: Page) -> None:
    desk.keyboard.type("13911112222")
    expect(desk.locator("#receive-contact_name")).to_be_focused()
    desk.keyboard.type("李芳")
    desk.locator("#receive-description").fill("漏水")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("[role=alert]")).to_contain_text("地址")
    expect(desk.locator("#receive-contact_address")).to_be_focused()
    expect(desk.locator("#receive-contact_name")).to_have_value("李芳")
    expect(desk.locator("#receive-description")).to_have_value("漏水")
    desk.locator("[data-saved]").get_by_text("草稿已保存").wait_for()
    desk.reload()
    expect(desk.locator("#receive-description")).to_have_value("漏水")
    expect(desk.locator("#receive-contact_name")).to_have_value("李芳")
    expect(desk.locator("#receive-contact_phone")).to_have_value("13911112222")


def test_a_missing_category_has_the_focus_in_its_list(desk: Page) -> None:
    a_known_customer()
    desk.keyboard.type("13800138000")
    expect(desk.locator("#receive-device input").first).to_be_focused()
    desk.locator("#receive-device input[value='']").check()
    desk.locator("#receive-description").fill("想问问怎么保养")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("[role=alert]")).to_contain_text("品类")
    expect(desk.locator("#receive-category[role=combobox]")).to_be_focused()


def test_solved_at_once_asks_how_first_and_the_urge_stays_on_the_screen(desk: Page) -> None:
    case = a_known_customer()
    desk.keyboard.type("13800138000")
    expect(desk.locator("#receive-device input").first).to_be_focused()
    desk.get_by_role("button", name="催单").click()
    expect(desk.locator("#who")).to_contain_text("已催")
    case.refresh_from_db()
    assert Ticket.objects.get(pk=case.pk).urged_at is not None
    desk.locator("#receive-device input").first.focus()
    desk.keyboard.press("1")
    desk.keyboard.type("设置时间")
    desk.keyboard.press("Alt+Enter")
    expect(desk.locator("#receive-solution")).to_be_focused()
    desk.keyboard.type("已教会")
    desk.keyboard.press("Alt+Enter")
    expect(desk.locator(".called")).to_contain_text("等客户确认")


def test_axe_finds_nothing_on_the_call_and_its_result(desk: Page, live_server: LiveServer) -> None:
    a_known_customer()
    desk.keyboard.type("13800138000")
    expect(desk.locator("#receive-device input").first).to_be_focused()
    assert axe(desk) == {}
    desk.keyboard.press("0")
    expect(desk.locator("[role=listbox]")).to_be_visible()
    assert axe(desk) == {}
    desk.keyboard.press("Escape")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("[role=alert]")).to_be_visible()
    assert axe(desk) == {}
    desk.goto(f"{live_server.url}/ticket/call/done/{Ticket.objects.get().case.number}")
    assert axe(desk) == {}


def test_a_call_that_never_reached_the_server_is_restored_from_this_machine(desk: Page) -> None:
    desk.keyboard.type("13911112222")
    expect(desk.locator("#receive-contact_name")).to_be_focused()
    desk.route("**/drafts/**", lambda route: route.abort())
    desk.keyboard.type("李芳")
    desk.locator("#receive-description").fill("漏水")
    desk.reload()
    expect(desk.locator("#receive-contact_name")).to_have_value("李芳")
    expect(desk.locator("#receive-description")).to_have_value("漏水")
