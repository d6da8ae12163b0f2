"""A macro from the key m to its report, and a duplicate noticed while the form is typed, in the browser."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import actor
from tests.journeys.desk import sit
from tests.tickets import receive
from xiuhao.kernel import engine, registry
from xiuhao.kernel.models import Case
from xiuhao.ticket import macros

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def look(page: Page, name: str) -> None:
    if where := os.environ.get("LOOK"):
        page.screenshot(path=f"{where}/{name}.png", full_page=True)


def test_m_shows_every_change_and_does_it(live_server: LiveServer, context: BrowserContext) -> None:
    case = receive().case
    part = engine.perform(
        "ticket", "split", actor=actor("agent"), given={"kind": "other", "description": "顺便问以旧换新"}, parent=case.number
    )
    macro = macros.make(actor("agent"), "等件", shared=False)
    macros.add(macro, registry.process("ticket").verb("reply"), {"text": "{customer}您好，备件已订"})
    macros.add(macro, registry.process("ticket").verb("wait_parts"), {"note": "已订"})
    page = sit(context, live_server.url)
    page.goto(f"{live_server.url}/c/ticket/{case.number}/")
    expect(page.get_by_text("子单").first).to_be_visible()
    expect(page.get_by_role("link", name=part.case.number).first).to_be_visible()
    look(page, "case")
    page.keyboard.press("m")
    page.locator("#panel").get_by_role("link", name="等件").click()
    expect(page.locator("#dialog")).to_contain_text("王*明您好，备件已订")  # the sent text has the name whole
    look(page, "macro")
    page.locator("#dialog").get_by_role("button", name="执行").click()
    expect(page.locator("#dialog")).to_contain_text("全部完成")
    assert Case.objects.unscoped("look").get(pk=case.pk).state == "waiting_parts"
    page.goto(f"{live_server.url}/ticket/macros/{macro.pk}?verb=reply")
    look(page, "macro_edit")
    page.goto(f"{live_server.url}/ticket/macros")
    look(page, "macros")


def test_a_duplicate_is_noticed_while_the_form_is_typed(live_server: LiveServer, context: BrowserContext) -> None:
    case = receive().case
    page = sit(context, live_server.url)
    page.goto(f"{live_server.url}/c/ticket/new?verb=receive")
    page.fill("[name=description]", "冰箱不制冷，冷藏室结冰很厚")
    page.locator("[name=serial]").focus()
    expect(page.locator("#duplicates")).to_contain_text(case.number)
    look(page, "duplicate")
    page.goto(f"{live_server.url}/ticket/call")
    page.fill("[name=description]", "冰箱不制冷，冷藏室结冰很厚")
    page.locator("[name=contact_phone]").focus()
    expect(page.locator("#ahead")).to_contain_text(case.number)
    look(page, "call")
    page = sit(context, live_server.url, "lead")
    page.goto(f"{live_server.url}/c/ticket/{case.number}/do/assign")
    look(page, "assign")
    page.goto(f"{live_server.url}/c/ticket/")
    look(page, "queue")
