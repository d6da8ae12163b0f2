"""A token from the button to the other system's first call, on screens that everybody can use."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from tests import cast
from tests.journeys.desk import axe, sit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_token_is_issued_used_and_revoked(live_server: LiveServer, context: BrowserContext) -> None:
    page = sit(context, live_server.url, "admin")
    page.goto(f"{live_server.url}/staff/{cast.account('agent').pk}/")
    page.get_by_role("link", name="签发令牌").click()
    page.get_by_label("用途").fill("商城自动建单")
    page.get_by_label("工单·内部备注").check()
    assert axe(page) == {}
    page.get_by_role("button", name="签发令牌").click()
    raw = page.get_by_label("接口令牌").input_value()
    assert axe(page) == {}
    bearer = {"Authorization": f"Bearer {raw}"}
    assert Client().get("/api/v1/ticket", headers=bearer).status_code == 200
    page.get_by_role("link", name="回到资料页").click()
    assert axe(page) == {}
    page.get_by_role("link", name="撤销 商城自动建单").click()
    page.get_by_role("button", name="撤销令牌").click()
    expect(page.get_by_role("cell", name="已撤销")).to_be_visible()
    assert Client().get("/api/v1/ticket", headers=bearer).status_code == 401
