"""A part is picked, not typed: found by name, number or model, with what is free in the van, the station and the warehouse; by keys too."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from tests import works
from tests.billing.test_printing import desk
from tests.cast import actor
from tests.contract import purchases
from tests.journeys.desk import axe, overflow, sit
from tests.shelves import fill, line, part, store, van
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import policy
from xiuhao.kernel.models import Case
from xiuhao.parts import picking
from xiuhao.product.models import Model

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(db: None) -> Case:
    """A job of `engineer` at a fridge F-1, which takes a board; pumps in the van, the station and the warehouse."""
    policy.current()
    works.crew()
    pump, board = part(), part("BOARD-9", zh="主控板", en="Main board")
    fill(van(), line(pump, 2))
    fill(store(), line(pump, 5))
    fill(store("浙江公司", "warehouse"), line(pump, 12), line(board, 1))
    made = works.assigned(works.plan())
    fridge = purchases.bought(purchases.wang(), purchases.model("fridge", "F-1", 2999), "SN-1")
    WorkOrder.objects.filter(pk=made.pk).update(device=fridge)
    board.fits.add(Model.objects.get(code="F-1"))
    return made


def told(job: Case, *words: str, who: str = "engineer") -> Sequence[tuple[str, bool, list[str]]]:
    found = picking.offers(works.who(who), job, words)
    return [(one.part.code, one.fits, [free for _where, free in one.at]) for one in found]


def test_parts_are_found_by_name_number_or_model_with_what_is_free_nearest_first(job: Case) -> None:
    assert told(job, "排水") == [("PUMP-01", False, ["2", "5", "12"])] == told(job, "pump-01")
    assert told(job, "F-1") == [("BOARD-9", True, ["0", "0", "1"])] == told(job), "without words what fits the device"
    assert told(job, "排水", "F-1") == [] and picking.offers(actor("manager"), job, ["pump"])[0].at[0] == ("随车", "2")
    page = desk("engineer").get(f"/stock/found?of={job.number}&into=x&_q=pump").content.decode()
    assert 'data-add="x" value="PUMP-01"' in page and re.search("随车 2.*12", page, re.DOTALL)
    level = desk("manager").get(f"/places/{store().pk}/level")  # a form of no case
    assert level.status_code == 200 and "/stock/found?into=" in level.content.decode()
    assert "没有找到" in desk("engineer").get("/stock/found?into=x&_q=nothing").content.decode()
    assert Client().get("/stock/found?_q=pump").status_code == 302 and desk("dealer").get("/stock/found?_q=pump").status_code == 403


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_by_keys_and_on_a_phone_a_request_is_picked_together(job: Case, live_server: LiveServer, context: BrowserContext) -> None:
    page = sit(context, live_server.url, "engineer")
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{live_server.url}/c/supply/new?verb=request&parent={job.number}")
    search, lines = page.locator(".picker input"), page.locator("textarea[name=lines]")
    search.focus()
    expect(page.locator(".hit")).to_have_count(1)
    search.fill("pump")
    expect(page.locator(".hit")).to_contain_text("随车 2")
    assert page.locator(".hit").bounding_box()["height"] >= 44 and axe(page) == {} and overflow(page) == []  # type: ignore[index]
    search.press("Enter")
    search.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(lines).to_have_value("PUMP-01 2")
    page.get_by_role("button", name="申请备件").click()
    expect(page.locator("h1")).to_contain_text("LL")
