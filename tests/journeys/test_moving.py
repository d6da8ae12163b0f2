"""Finding, moving, choosing: by keyboard and mouse; and others' changes that disturb nobody."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests import cast
from tests.journeys.desk import sit
from tests.tickets import receive
from tests.ui.desk import foreign
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case, Journal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HINT = 'retry: 100000\n\nevent: live\ndata: ["queue:ticket"]\n\n'


@pytest.fixture
def cases(live_server: LiveServer) -> list[Case]:
    return [receive("agent").case for _ in range(3)]


@pytest.fixture
def desk(live_server: LiveServer, context: BrowserContext, cases: list[Case]) -> Page:
    """The list, open at a lead's desk."""
    page = sit(context, live_server.url, "lead")
    page.goto(f"{live_server.url}/c/ticket/")
    return page


def stream(page: Page, event: str) -> None:
    """Let the next live stream say this."""
    body = f"retry: 100000\n\nevent: live\ndata: {event}\n\n"
    page.route("**/live?*", lambda route: route.fulfill(status=200, content_type="text/event-stream", body=body))


def given_to(who: str, **given: str) -> Case:
    """A ticket that lies with this member of the cast, whoever the routing would have chosen."""
    case = receive(who, **given).case
    Case.objects.unscoped("arranging a test").filter(pk=case.pk).update(owner=cast.account(who))
    return case


def test_the_palette_finds_and_opens_with_two_actions(desk: Page, cases: list[Case]) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type(cases[1].number)
    expect(desk.locator("#hits a").first).to_contain_text(cases[1].number)
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/{cases[1].number}/")
    desk.keyboard.press("/")
    desk.keyboard.type("备注")
    expect(desk.locator("#hits a").first).to_contain_text("内部备注")
    desk.keyboard.press("Escape")
    expect(desk.locator("#palette")).to_be_hidden()


def test_keys_walk_choose_open_and_stay_out_of_the_way_while_typing(desk: Page, cases: list[Case]) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("x")
    expect(desk.locator("tr.chosen")).to_have_count(1)
    expect(desk.locator("#chosen-count")).to_contain_text("已选 1 条")
    desk.locator("#q").fill("")
    desk.locator("#q").press_sequentially("jx/c?")
    expect(desk.locator("#q")).to_have_value("jx/c?")
    desk.evaluate("document.activeElement.blur()")
    desk.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'c', bubbles: true, isComposing: true}))")
    assert desk.url.endswith("/c/ticket/")
    desk.keyboard.press("?")
    expect(desk.locator("#dialog")).to_contain_text("键盘快捷键")
    desk.keyboard.press("Escape")
    desk.evaluate("document.documentElement.dataset.keys = 'off'")
    desk.keyboard.press("?")
    expect(desk.locator("#dialog")).to_be_hidden()
    desk.evaluate("document.documentElement.dataset.keys = 'on'")
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/c/ticket/GD*/")
    shown = desk.url
    desk.keyboard.press("[")
    desk.wait_for_url(lambda url: url != shown)


def test_a_query_is_an_address_and_back_is_back(desk: Page) -> None:
    desk.locator("#f-state").select_option("in_progress")
    desk.get_by_role("button", name="查询").click()
    desk.wait_for_url("**state=in_progress**")
    expect(desk.locator("h1")).to_be_visible()
    expect(desk.locator("body")).not_to_be_focused()
    address = desk.url
    desk.get_by_role("link", name="重置").click()
    desk.wait_for_url(lambda url: "state=in_progress" not in url)
    desk.go_back()
    desk.wait_for_url(address)
    expect(desk.locator("#f-state")).to_have_value("in_progress")


def test_what_would_change_in_the_open_list_is_announced_and_moves_nothing(live_server: LiveServer, context: BrowserContext) -> None:
    mine = [given_to("agent"), given_to("agent")]
    desk, streams = sit(context, live_server.url), list[Route]()
    desk.route("**/live?*", lambda route: streams.append(route))
    places = "rows => rows.map((row) => [row.dataset.row, row.getBoundingClientRect().top])"

    def hear() -> None:
        while not streams:  # the page opens its stream once it has settled
            desk.evaluate("new Promise(requestAnimationFrame)")
        with desk.expect_response("**/c/ticket/fresh?**"):
            streams.pop().fulfill(content_type="text/event-stream", body=HINT * 2)

    desk.goto(f"{live_server.url}/c/ticket/?view=mine&kind=fault")
    before = desk.locator("[data-row]").evaluate_all(places)
    assert len(before) == 2
    foreign(), given_to("colleague"), given_to("agent", kind="complaint")
    hear()
    expect(desk.locator("#fresh")).to_have_count(0)  # another unit's, a colleague's, and what the filter leaves out
    desk.reload()
    new = given_to("agent")
    engine.perform("ticket", "note", actor=cast.actor("agent"), number=mine[0].number, given={"text": "新的备注"})
    hear()
    expect(desk.locator("#fresh")).to_contain_text("有 2 条更新")
    assert desk.locator("[data-row]").evaluate_all(places) == before
    desk.locator("#fresh button").click()
    expect(desk.locator(f"[data-row='{new.number}']")).to_be_visible()
    expect(desk.locator("#fresh")).to_have_count(0)


def test_an_update_leaves_what_is_being_typed_alone(live_server: LiveServer, context: BrowserContext, cases: list[Case]) -> None:
    page = sit(context, live_server.url)
    case = cases[0]
    stream(page, json.dumps([f"case:{case.pk}"]))
    page.goto(f"{live_server.url}/c/ticket/{case.number}/")
    page.locator("#reply-text").fill("写到一半")
    engine.perform("ticket", "note", actor=cast.actor("lead"), number=case.number, given={"text": "新的备注"})
    page.locator("#fresh button").click()
    expect(page.locator("#timeline")).to_contain_text("新的备注")
    expect(page.locator("#reply-text")).to_have_value("写到一半")


def test_rows_are_chosen_and_assigned_with_a_report(desk: Page, cases: list[Case]) -> None:
    for case in cases[:2]:
        desk.locator(f"[data-row='{case.number}'] [name=n]").check()
    desk.get_by_role("button", name="分派").click()
    expect(desk.locator("#dialog")).to_contain_text("将对 2 条执行")
    desk.locator("#dialog select").select_option(index=1)
    desk.locator("#dialog").get_by_role("button", name="分派").click()
    expect(desk.locator("#toasts")).to_contain_text("成功 2 条")
    expect(desk.locator("#rows")).to_be_visible()  # who goes on choosing stays on the list
    given = set(Case.objects.unscoped("looking").filter(pk__in=[case.pk for case in cases[:2]]).values_list("owner", flat=True))
    assert len(given) == 1
    desk.locator("#toasts").get_by_role("button", name="撤销").click()
    expect(desk.locator("#toasts")).to_contain_text("撤销分派：成功 2 条")
    assert Journal.objects.filter(case__in=cases[:2], verb="unassign").count() == 2
    desk.locator("#toasts").get_by_role("link", name="查看结果").click()
    expect(desk.locator("#list")).to_contain_text(cases[0].number)


def test_look_and_density_change_at_once_and_stay(desk: Page) -> None:
    desk.locator(".top details").last.locator("summary").click()
    with desk.expect_response("**/settings"):
        desk.get_by_role("button", name="深色").click()
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
    desk.wait_for_load_state("networkidle")
    height = desk.locator("tbody tr").first.bounding_box()
    desk.get_by_label("密度").first.click()
    with desk.expect_response("**/settings"):
        desk.get_by_role("button", name="紧凑").click()
    expect(desk.locator("html")).to_have_attribute("data-density", "compact")
    smaller = desk.locator("tbody tr").first.bounding_box()
    assert height and smaller and smaller["height"] < height["height"]
    desk.reload()
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
    expect(desk.locator("html")).to_have_attribute("data-density", "compact")


def test_a_deadline_explains_itself_one_click_away(desk: Page, cases: list[Case]) -> None:
    desk.locator(".chip").first.click()
    expect(desk.locator("#dialog")).to_contain_text("合计等于限时")
    desk.keyboard.press("Escape")
    expect(desk.locator("#dialog")).to_be_hidden()
