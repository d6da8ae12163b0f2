"""The end of a span is filled in beside its beginning, and never over what somebody typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.journeys.desk import case, desk
from xiuhao.kernel.models import Case

__all__ = ["case", "desk"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_end_follows_the_beginning_until_somebody_says_otherwise(desk: Page, live_server: LiveServer, case: Case) -> None:
    desk.goto(f"{live_server.url}/c/work/new?verb=plan&parent={case.number}")
    begin, end = desk.locator("[name=window_from]"), desk.locator("[name=window_to]")
    begin.fill("2031-12-01T09:30")
    expect(end).to_have_value("2031-12-01T11:30")
    begin.fill("2031-12-01T22:30")
    expect(end).to_have_value("2031-12-02T00:30")
    end.fill("2031-12-02T08:00")
    begin.fill("2031-12-01T23:00")
    expect(end).to_have_value("2031-12-02T08:00")
    begin.fill("2031-12-02T09:00")
    expect(end).to_have_value("2031-12-02T11:00")
