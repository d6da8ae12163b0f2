"""In the demo no text message leaves the house: a visitor reads the code in the outbox and goes on with it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from tests import cast
from tests.journeys.desk import axe
from tests.portal.visitor import Visitor, link, ticket
from xiuhao.kernel import dispatcher
from xiuhao.kernel.time import now
from xiuhao.simulate.models import Demo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_visitor_of_the_demo_reads_the_code_in_the_outbox(live_server: LiveServer, context: BrowserContext) -> None:
    Demo(pk=1, made_until=now(), seed=1, token="t").save(force_insert=True)
    made = Visitor().reported()
    page = context.new_page()
    page.goto(live_server.url + link(made))
    page.get_by_role("link", name="用短信验证码验证").click()
    page.get_by_role("button", name="发送验证码").click()
    with context.expect_page() as opened:
        page.get_by_role("link", name="在发件箱里看验证码").click()
    desk = opened.value
    desk.locator("[name=login]").first.fill("lead")
    desk.locator("[name=password]").first.fill(cast.PASSWORD)
    desk.get_by_role("button", name="登录", exact=True).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("发件箱")
    dispatcher.drain()
    desk.reload()
    code = re.search(r"验证码是 (\d{6})", desk.locator("#list").inner_text())
    assert code and axe(desk) == {}
    page.get_by_label("短信里的 6 位数字").fill(code[1])
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("alert")).to_be_visible()  # the log-in made the form stale; what was typed is kept
    page.get_by_role("button", name="确定").click()
    page.wait_for_url(re.compile(r"/portal/mine/GD"))
    page.get_by_role("button", name="催").click()
    page.wait_for_url(re.compile(r"/portal/mine/GD"))
    expect(page.get_by_role("status").first).to_be_visible()
    assert ticket(made.case.number).urged_at
