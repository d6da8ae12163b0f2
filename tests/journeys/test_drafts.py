"""The twelve ways in which people lose what they typed, each tried in the browser: none loses a word.

Reload, 409, 503 and the ended log-in stand in test_typing.py beside the other ways of sending; here are the rest.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from hashlib import sha256

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests import cast
from tests.browser import FLAGS, PATIENCE, chromium
from tests.harness import Company, company, until
from tests.journeys.desk import case, desk, sit
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case, Draft, Journal

__all__ = ["case", "company", "desk"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TYPED = "王先生您好，压缩机明天到货"


def kept(page: Page, text: str = TYPED) -> None:
    """Type a reply and wait until the server has it."""
    with page.expect_response(lambda r: "/drafts/" in r.url and r.request.method == "PUT" and r.status == 200):
        page.locator("#reply-text").fill(text)


def there(page: Page) -> None:
    expect(page.locator("#reply-text")).to_have_value(TYPED)


def sent(page: Page, case: Case) -> None:
    page.locator("#form-reply [data-submit-step]").click()
    expect(page.locator("#timeline")).to_contain_text(TYPED)
    assert Journal.objects.filter(case=case, verb="reply").count() == 1
    assert not Draft.objects.filter(key__endswith=":reply").exists()


def test_after_a_log_out_it_waits_for_the_next_log_in(desk: Page, live_server: LiveServer, context: BrowserContext, case: Case) -> None:
    kept(desk)
    desk.locator(".top details").last.locator("summary").click()
    desk.get_by_role("button", name="退出").click()
    desk.wait_for_url(lambda url: "/c/ticket/" not in url)
    again = sit(context, live_server.url)
    again.goto(f"{live_server.url}/c/ticket/{case.number}/")
    there(again)
    sent(again, case)


def test_what_one_left_on_this_machine_is_not_put_into_the_mouth_of_the_next_who_sits_there(
    desk: Page, live_server: LiveServer, context: BrowserContext, case: Case
) -> None:
    context.route("**/drafts/**", lambda route: route.abort())  # the server never had it
    desk.locator("#reply-text").fill(TYPED)
    expect(desk.locator("#form-reply [data-saved]")).not_to_be_empty()
    desk.close()
    next_one = sit(context, live_server.url, "lead")
    next_one.goto(f"{live_server.url}/c/ticket/{case.number}/")
    expect(next_one.locator("#reply-text")).to_have_value("")
    next_one.close()
    again = sit(context, live_server.url)
    again.goto(f"{live_server.url}/c/ticket/{case.number}/")
    there(again)


def test_a_save_that_reaches_the_server_after_the_reply_does_not_bring_it_back(desk: Page, case: Case) -> None:
    saves: list[Route] = []
    desk.route("**/drafts/**", lambda route: saves.append(route) if route.request.method == "PUT" else route.continue_())

    def overtaken(route: Route) -> None:
        answer = route.fetch()
        assert saves[0].fetch().ok and Draft.objects.filter(key__endswith=":reply").exists(), "the save that was under way is in"
        route.fulfill(response=answer)

    desk.route("**/do/reply", overtaken)
    desk.locator("#reply-text").fill(TYPED)
    until(lambda: desk.evaluate("1") and saves, PATIENCE, "the save has begun")
    desk.locator("#form-reply [data-submit-step]").click()
    expect(desk.locator("#timeline")).to_contain_text(TYPED)
    until(lambda: desk.evaluate("1") and not Draft.objects.filter(key__endswith=":reply").exists(), PATIENCE, "and out again")


def test_when_the_owner_changes_meanwhile(desk: Page, case: Case) -> None:
    kept(desk)
    engine.perform(
        "ticket", "assign", actor=cast.actor("lead"), number=case.number, given={"to": str(cast.account("colleague").pk), "note": "换人"}
    )
    there(desk)
    desk.reload()
    there(desk)
    sent(desk, case)


def test_when_the_browser_is_killed(browser: Browser, live_server: LiveServer, case: Case) -> None:
    doomed = browser.browser_type.launch(executable_path=chromium(), headless=True, args=list(FLAGS))
    page = sit(doomed.new_context(locale="zh-CN"), live_server.url)
    page.goto(f"{live_server.url}/c/ticket/{case.number}/")
    kept(page)
    found = doomed.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    gone = threading.Event()
    doomed.on("disconnected", lambda _browser: gone.set())
    os.kill(next(each["id"] for each in found if each["type"] == "browser"), signal.SIGKILL)  # -9: the page is told nothing
    fresh = browser.new_context(locale="zh-CN")  # another machine: nothing of the first is there
    page = sit(fresh, live_server.url)
    page.goto(f"{live_server.url}/c/ticket/{case.number}/")
    there(page)
    assert gone.is_set()
    fresh.close()


def test_after_the_back_button(desk: Page, live_server: LiveServer) -> None:
    desk.locator("#reply-text").fill(TYPED)  # and away at once, before anything was saved
    desk.goto(f"{live_server.url}/c/ticket/")
    desk.go_back()
    there(desk)


def test_when_a_dialog_is_closed_on_purpose_and_opened_again(desk: Page, case: Case) -> None:
    desk.get_by_text("更多").click()
    desk.locator("[data-verb=promise]").click()
    with desk.expect_response(lambda r: "/drafts/" in r.url and r.status == 200):
        desk.locator("#dialog [name=reason]").fill("客户改约")
    desk.once("dialog", lambda asked: asked.accept())
    desk.keyboard.press("Escape")
    expect(desk.locator("#dialog")).to_be_hidden()
    desk.get_by_text("更多").click()
    desk.locator("[data-verb=promise]").click()
    expect(desk.locator("#dialog [name=reason]")).to_have_value("客户改约")


def test_in_the_middle_of_a_composition(desk: Page, case: Case) -> None:
    desk.locator("#reply-text").focus()
    ime = desk.context.new_cdp_session(desk)
    for part in ("w", "wang", "王先生"):
        ime.send("Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)})
    desk.keyboard.press("Enter")  # ends the composition; it must not send anything
    ime.send("Input.insertText", {"text": TYPED})
    value = desk.locator("#reply-text").input_value()
    assert TYPED in value
    expect(desk.locator("#form-reply [data-saved]")).to_contain_text("草稿已保存")
    assert not Journal.objects.filter(case=case, verb="reply").exists()
    desk.reload()
    expect(desk.locator("#reply-text")).to_have_value(value)


def test_in_two_tabs_each_keeps_its_own_words(desk: Page, context: BrowserContext, live_server: LiveServer, case: Case) -> None:
    other = context.new_page()
    other.goto(f"{live_server.url}/c/ticket/{case.number}/")
    kept(other, "另一个标签里写的")
    kept(desk)
    there(desk)
    expect(other.locator("#reply-text")).to_have_value("另一个标签里写的")
    sent(desk, case)
    other.locator("#form-reply [data-submit-step]").click()  # stopped once: a reply went out since this tab was opened
    expect(other.locator("#form-reply [role=alert]")).to_contain_text("您打开后新增了 1 条")
    expect(other.locator("#form-reply [role=alert]")).to_contain_text(TYPED)
    expect(other.locator("#reply-text")).to_have_value("另一个标签里写的")


def test_with_an_expired_csrf_token(desk: Page, context: BrowserContext, case: Case) -> None:
    kept(desk)
    desk.wait_for_timeout(1500)  # what the page still loads by itself brings the cookie again
    context.clear_cookies(name="csrftoken")
    desk.locator("#form-reply [data-submit-step]").click()
    expect(desk.locator("#form-reply [role=alert]").first).to_be_visible()
    there(desk)
    desk.reload()
    there(desk)
    sent(desk, case)


PREPARE = """
from bench.statements import session
from tests import cast
from tests.tickets import receive
cast.build()
print("MADE", receive("agent").case.number, session("agent"))
"""
SAYS = "from xiuhao.kernel.models import Journal; print('SAID', Journal.objects.filter(case__number={number!r}, verb='reply').count())"


def newer(company: Company) -> None:
    """Another version of the page's scripts and styles takes the place of the one that is served, as `collectstatic --clear` does."""
    root = company.folder / "static"
    told = json.loads((root / "staticfiles.json").read_text())
    for name in [name for name in told["paths"] if name.startswith("ui/") and name.endswith((".js", ".css"))]:
        old = root / told["paths"][name]
        text = old.read_text() + "\n/* the next version */\n"
        told["paths"][name] = f"{name.rpartition('.')[0]}.{sha256(text.encode()).hexdigest()[:12]}.{name.rpartition('.')[2]}"
        (root / told["paths"][name]).write_text(text)
        old.unlink()
        old.with_name(f"{old.name}.gz").unlink(missing_ok=True)
    (root / "staticfiles.json").write_text(json.dumps(told))


def test_across_a_deploy(browser: Browser, company: Company) -> None:
    """The web part is replaced by a newer one, of which the open page knows nothing: it goes on, and so does whoever loads it anew."""
    with company.cluster.available():
        said = company.manage("shell", "-c", PREPARE)
    number, cookie = next(line.split()[1:] for line in said.splitlines() if line.startswith("MADE"))
    company.start()
    visitor = browser.new_context(locale="zh-CN")  # not watched: requests that fail are the point
    visitor.add_cookies([{"name": cookie.partition("=")[0], "value": cookie.partition("=")[2], "url": company.url}])
    desk = visitor.new_page()
    desk.goto(f"{company.url}/c/ticket/{number}/")
    kept(desk, "王先生您好")
    script = desk.locator("script[src*='ui/drafts']")
    version = script.get_attribute("src")
    newer(company)
    before = set(company.web_workers())
    os.kill(company.pids()["web"], signal.SIGHUP)
    desk.locator("#reply-text").fill(TYPED)  # the old page goes on while the workers are replaced
    until(lambda: (now := set(company.web_workers())) and not now & before, 120, "every web worker is another")
    until(lambda: company.get("/healthz") == 200, 120, company.log[-3000:])
    expect(desk.locator("#form-reply [data-saved]")).to_contain_text("草稿已保存", timeout=60_000)
    desk.reload()
    assert script.get_attribute("src") != version
    there(desk)
    desk.locator("#form-reply [data-submit-step]").click()
    expect(desk.locator("#timeline")).to_contain_text(TYPED)
    assert "SAID 1" in company.manage("shell", "-c", SAYS.format(number=number))
    visitor.close()


@pytest.mark.parametrize("reached", [True, False], ids=["on-the-server", "on-this-machine"])
def test_K5_a_draft_undoes_no_correction_that_came_between(desk: Page, case: Case, live_server: LiveServer, reached: bool) -> None:
    address = f"{live_server.url}/c/ticket/{case.number}/do/edit"
    desk.goto(address)
    if not reached:
        desk.route("**/drafts/**", lambda route: route.abort())
    desk.locator("#form-edit [name=serial]").fill("AB12345")
    expect(desk.locator("#form-edit [data-saved]")).to_contain_text("草稿已保存" if reached else "草稿已存在本机")
    seen = desk.locator("#form-edit [name=_version]").input_value()
    corrected = engine.perform("ticket", "edit", actor=cast.actor("lead"), number=case.number, given={"description": "冰箱不制冷，还漏水"})
    desk.goto(address)
    desk.unroute("**/drafts/**")
    expect(desk.locator("#form-edit [name=serial]")).to_have_value("AB12345")
    expect(desk.locator("#form-edit [name=description]")).to_have_value("冰箱不制冷，还漏水")
    assert desk.locator("#form-edit [name=_version]").input_value() == seen != str(corrected.case.version)
    desk.locator("#form-edit [data-submit-step]").click()
    desk.wait_for_url(lambda url: "/do/edit" not in url)
    record = corrected.record
    record.refresh_from_db()
    assert (record.serial, record.description) == ("AB12345", "冰箱不制冷，还漏水")
