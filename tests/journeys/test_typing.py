"""Nothing typed is ever lost: reload, conflict, a server that is away, an ended log-in, a closed dialog, a double click."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests import cast
from tests.browser import becomes
from tests.journeys.desk import case, desk, sit
from xiuhao.kernel import engine
from xiuhao.kernel.models import Attachment, Case, Draft, Journal

__all__ = ["case", "desk"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TYPED = "王先生您好，压缩机明天到货"


def box(page: Page) -> object:
    return page.locator("#reply-text")


def lines(case: Case, verb: str = "reply") -> int:
    return Journal.objects.filter(case=case, verb=verb).count()


def test_a_draft_is_on_the_server_within_two_seconds_and_there_after_a_reload(desk: Page, case: Case) -> None:
    taken: list[float] = []
    for text in (TYPED[:4], TYPED[:8], TYPED):  # the best one counts: others may be busy on this machine
        began = time.monotonic()
        with desk.expect_response(lambda r: "/drafts/" in r.url and r.request.method == "PUT") as saved:
            desk.locator("#reply-text").fill(text)
        taken.append(time.monotonic() - began)
        assert saved.value.status == 200
    assert min(taken) <= 2
    expect(desk.locator("#form-reply [data-saved]")).to_contain_text("草稿已保存")
    desk.reload()
    expect(desk.locator("#reply-text")).to_have_value(TYPED)
    expect(desk.locator("#form-reply [data-messages]")).to_contain_text("已恢复")


def test_what_the_server_never_got_is_kept_here(desk: Page, case: Case) -> None:
    desk.route("**/drafts/**", lambda route: route.abort())
    desk.locator("#reply-text").fill(TYPED)
    desk.reload()
    expect(desk.locator("#reply-text")).to_have_value(TYPED)
    desk.unroute("**/drafts/**")
    desk.locator("#reply-text").press("End")
    desk.locator("#reply-text").type("。")
    expect(desk.locator("#form-reply [data-saved]")).to_contain_text("草稿已保存")
    becomes(desk, "() => !Object.keys(localStorage).some((k) => k.startsWith('draft:'))")  # each letter may be saved alone


def test_P4_a_double_click_answers_once_and_the_button_is_busy(desk: Page, case: Case) -> None:
    held: list[Route] = []
    desk.route("**/do/reply", lambda route: held.append(route))
    desk.locator("#reply-text").fill(TYPED)
    button = desk.locator("#form-reply [data-submit-step]")
    button.dblclick()
    expect(button).to_be_disabled()
    expect(button).to_have_attribute("aria-busy", "true")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_timeout(100)
    assert len(held) == 1
    held[0].continue_()
    expect(desk.locator("#timeline")).to_contain_text(TYPED)
    expect(desk.locator("#toasts")).to_contain_text("完成")
    assert lines(case) == 1
    expect(desk.locator("#reply-text")).to_have_value("")
    assert not Draft.objects.filter(key__endswith=":reply").exists()


def test_K5_a_colleague_was_faster_and_the_text_is_still_there(desk: Page, case: Case) -> None:
    desk.locator("#reply-text").fill(TYPED)
    engine.perform("ticket", "reply", actor=cast.actor("lead"), number=case.number, given={"text": "同事的回复"})
    desk.locator("#form-reply [data-submit-step]").click()
    expect(desk.locator("#form-reply [role=alert]")).to_contain_text("组长林")
    expect(desk.locator("#form-reply [role=alert]")).to_be_focused()
    expect(desk.locator("#reply-text")).to_have_value(TYPED)
    desk.get_by_role("button", name=re.compile("仍然提交")).click()
    expect(desk.locator("#timeline")).to_contain_text(TYPED)
    assert lines(case) == 2


def test_K2_a_server_that_is_away_is_asked_again_with_the_same_key(desk: Page, case: Case) -> None:
    keys: list[str] = []

    def away(route: Route) -> None:
        found = re.search(r'name="_key"\r\n\r\n([0-9a-f-]{36})', route.request.post_data or "")
        keys.append(found[1] if found else "")
        if len(keys) < 2:
            route.fulfill(status=503, headers={"Retry-After": "3"}, body="<!doctype html><main id=failure><h1>服务暂时不可用</h1></main>")
        else:
            route.continue_()

    desk.route("**/do/reply", away)
    desk.locator("#reply-text").fill(TYPED)
    desk.locator("#form-reply [data-submit-step]").click()
    expect(desk.locator("#form-reply [role=alert]")).to_contain_text("服务暂时不可用")
    expect(desk.locator("#reply-text")).to_have_value(TYPED)
    expect(desk.locator("#timeline")).to_contain_text(TYPED)
    assert keys[0] == keys[1] != ""
    assert lines(case) == 1


def test_an_ended_log_in_keeps_the_text_and_says_what_to_do(desk: Page, case: Case, context: BrowserContext) -> None:
    context.clear_cookies(name="sessionid")
    desk.locator("#reply-text").fill(TYPED)
    desk.locator("#form-reply [data-submit-step]").click()
    expect(desk.locator("#form-reply [role=alert]").first).to_contain_text("重新登录")
    expect(desk.locator("#reply-text")).to_have_value(TYPED)
    assert lines(case) == 0


def test_a_dialog_with_text_does_not_close_by_itself(desk: Page, case: Case) -> None:
    desk.get_by_text("更多").click()
    desk.locator("[data-verb=promise]").click()
    reason = desk.locator("#dialog [name=reason]")
    reason.fill("客户改约")
    desk.mouse.click(5, 500)
    expect(reason).to_be_visible()
    desk.once("dialog", lambda asked: asked.dismiss())
    desk.keyboard.press("Escape")
    expect(reason).to_have_value("客户改约")


def test_an_error_is_focused_beside_its_field(desk: Page, case: Case) -> None:
    desk.get_by_role("tab", name="电话记录").click()
    desk.locator("#form-record_call [data-submit-step]").click()
    expect(desk.locator("#form-record_call [role=alert]")).to_contain_text("通话内容")
    expect(desk.locator("#record_call-summary")).to_have_attribute("aria-invalid", "true")
    desk.locator("#form-record_call [role=alert] a").last.click()
    expect(desk.locator("#record_call-summary")).to_be_focused()


def test_a_photo_goes_up_when_chosen_and_comes_with_the_reply(desk: Page, case: Case) -> None:
    from tests.pictures import png

    desk.locator("#form-reply input[type=file]").set_input_files({"name": "漏水.png", "mimeType": "image/png", "buffer": png()})
    expect(desk.locator("#form-reply .shot img")).to_be_visible()
    desk.locator("#reply-text").fill("见照片")
    desk.locator("#form-reply [data-submit-step]").click()
    expect(desk.locator("#timeline .shot img")).to_be_visible()


def test_what_is_typed_while_the_stars_are_drawn_anew_stays(desk: Page) -> None:
    held: list[Route] = []
    desk.goto(desk.url.split("/c/")[0] + "/c/ticket/new?verb=receive")
    desk.route("**/c/ticket/new?verb=receive", lambda route: held.append(route))
    with desk.expect_request(lambda request: request.method == "POST"):
        desk.locator("#receive-at_once").check()
    desk.locator("#receive-description").fill(TYPED)
    desk.locator("#receive-solution").fill(TYPED)
    for route in held:
        route.continue_()
    expect(desk.locator("#receive-solution[required]")).to_have_value(TYPED)
    expect(desk.locator("#receive-solution")).to_be_focused()
    expect(desk.locator("#receive-description")).to_have_value(TYPED)


def test_what_is_too_long_is_said_and_not_cut(desk: Page, case: Case) -> None:
    long = "冰箱不制冷。" * 16_700
    desk.locator("#reply-text").fill(long)
    desk.locator("#reply-text").press("End")
    desk.keyboard.type("完")
    desk.locator("#form-reply [data-submit-step]").click()
    expect(desk.locator("#form-reply [role=alert]").first).to_contain_text(f"现在是 {len(long) + 1} 个")  # the draft may say it too
    assert len(desk.locator("#reply-text").input_value()) == len(long) + 1
    assert not Journal.objects.filter(case=case, verb="reply").exists()


def test_what_is_no_photo_is_refused_when_it_is_chosen_and_stays_in_no_draft(desk: Page, case: Case) -> None:
    field = desk.locator("#form-reply input[type=file]")
    assert field.get_attribute("accept") == "image/jpeg,image/png,image/webp,image/gif"
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    field.set_input_files({"name": "x.svg", "mimeType": "image/svg+xml", "buffer": svg})
    expect(desk.locator("#form-reply [role=alert]")).to_contain_text("只收图片")
    expect(desk.locator("#form-reply .shot")).to_have_count(0)
    assert not Attachment.objects.unscoped("test").exists()


def test_without_scripts_a_ticket_is_answered_all_the_same(live_server: LiveServer, browser: object, case: Case) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")  # type: ignore[attr-defined]
    page = sit(context, live_server.url)
    page.goto(f"{live_server.url}/c/ticket/{case.number}/")
    page.locator("#reply-text").fill(TYPED)
    page.locator("#form-reply [data-submit-step]").click()
    expect(page.locator("#timeline")).to_contain_text(TYPED)
    page.locator("#form-record_call [data-submit-step]").click()
    expect(page.locator("[role=alert]")).to_contain_text("通话内容")
    context.close()


def test_a_menu_closes_when_one_of_its_verbs_opens_a_dialog(desk: Page, case: Case) -> None:
    menu = desk.locator(".case-head details.menu")
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    menu.get_by_text("修改资料").click()
    expect(desk.locator("#form-edit")).to_be_visible()
    expect(menu).not_to_have_attribute("open", "")
    desk.locator("#dialog [data-close]").last.click()
    expect(menu.locator("summary")).to_be_focused()
