"""The board with a real mouse and real keys: a job is dragged to somebody, pushed on by keys, taken back; axe finds nothing."""

from __future__ import annotations

import re
from datetime import time, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import becomes
from tests.dispatch import day
from tests.journeys.desk import axe, sit
from xiuhao.dispatch import engine
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.time import local, now
from xiuhao.roster import actions as roster

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def board(live_server: LiveServer, context: BrowserContext) -> tuple[Page, int, str]:
    """Tomorrow's board with two engineers and one job: the page, the second engineer, the job's number."""
    engine.warm()  # else the job's dialog would compile the optimiser, which takes longer than a page may
    tomorrow = local(now()).date() + timedelta(days=1)
    _first, second = people = day.engineers("工程师甲", "工程师乙")
    for account in people:
        roster.set_shift(SYSTEM, account, tomorrow, time(8), time(18))
    case = day.order()
    day.planner()
    page = sit(context, live_server.url, "stationdispatcher")
    page.goto(f"{live_server.url}/dispatch/?day={tomorrow.isoformat()}")
    return page, second, case.number


def placed(number: str) -> tuple[int | None, str]:
    record = WorkOrder.objects.get(case__number=number)
    return record.engineer_id, f"{local(record.planned_at):%H:%M}" if record.planned_at else ""


def test_a_job_is_dragged_pushed_by_keys_and_taken_back(live_server: LiveServer, context: BrowserContext) -> None:
    page, second, number = board(live_server, context)
    wait, track = page.locator(f".wait[data-job='{number}']"), page.locator(f"#line-{second} .track")
    box = track.bounding_box()
    assert box
    wait.hover()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20, steps=8)
    expect(page.locator(".carried b")).to_have_text(re.compile("工程师乙$"))
    page.mouse.up()
    bar = page.locator(f".bar[data-job='{number}']")
    bar.wait_for()
    engineer, at = placed(number)
    assert engineer == second and at[3:] in ("00", "15", "30", "45")
    assert page.locator("#dialog[open]").count() == 0, "a drag is no click"
    bar.press("Shift+ArrowRight")
    becomes(page, "([n, t]) => document.querySelector(`.bar[data-job='${n}'] b`)?.textContent !== t", arg=[number, at])
    assert placed(number)[1] > at
    page.locator(".toast:last-child .btn").click()
    becomes(page, "([n, t]) => document.querySelector(`.bar[data-job='${n}'] b`)?.textContent === t", arg=[number, at])
    assert placed(number) == (second, at)
    assert axe(page) == {}
    bar.click()
    page.locator("#dialog[open] .best").wait_for()
    assert axe(page) == {}
