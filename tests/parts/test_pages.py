"""What keepers, engineers and leads see of stock, and how many statements it takes, however much there is."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.cast import actor
from tests.parts.test_supply import moved
from tests.shelves import fill, line, part, store, van
from xiuhao.kernel import engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case
from xiuhao.parts import actions
from xiuhao.parts.models import Count, Part, Place

pytestmark = pytest.mark.django_db
BUDGET = 14  # statements of a page of stock


def desk(login: str) -> Client:
    client = Client()
    client.force_login(cast.account(login), backend="xiuhao.kernel.login.Backend")
    return client


def shown(client: Client, url: str) -> str:
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(url)
    assert answer.status_code == 200, url
    assert len(seen) <= BUDGET, f"{url}: {len(seen)}"
    return answer.content.decode()


def test_every_page_of_stock_tells_what_is_there_held_and_coming_within_its_budget() -> None:
    pump, board, shelf, car = part(), part("BOARD-9", tracked=True), store(), van()
    fill(shelf, line(pump, 5), line(board, 1, "SN1"))
    for n in range(30):
        fill(shelf, line(part(f"X-{n:02d}"), 2))
    case = moved(shelf, car, "PUMP-01 2", "engineer")
    for verb in ("pick", "issue"):
        engine.perform("supply", verb, actor=actor("warehouse"), number=case.number)
    actions.use(case.pk, car.pk, [line(part("X-01"))], SYSTEM, offline=True)
    keeper = desk("warehouse")
    stock = shown(keeper, "/stock/?q=PUMP")
    assert "PUMP-01" in stock and "排水泵" in stock and "杭州站" in stock
    assert case.number in shown(keeper, f"/stock/ledger?number={case.number}") and cast.actor("warehouse").name in shown(
        keeper, "/stock/ledger"
    )
    assert "X-01" in shown(keeper, "/stock/?few=owing") and "PUMP" not in shown(keeper, "/stock/?few=owing")
    assert "SN1" in shown(keeper, f"/parts/{board.pk}/") and "账面为负" in shown(keeper, f"/places/{car.pk}/")
    for url in ("/places/", "/parts/?q=pump", "/stock/supply", f"/places/{shelf.pk}/", f"/parts/{pump.pk}/"):
        shown(keeper, url)
    page = desk("engineer").get(f"/c/supply/{case.number}/").content.decode()
    assert "签收" in page and "PUMP-01" in page


def test_a_keeper_makes_parts_prices_places_and_points_and_nobody_else_does() -> None:
    keeper = desk("warehouse")
    given = {"code": "fan-9", "zh": "风机", "unit": "个", "places": "0", "months": "6", "active": "on"}
    assert keeper.post("/parts/new", given).status_code == 303
    made = Part.objects.get(code="FAN-9")
    assert keeper.post(f"/parts/{made.pk}/price", {"since": "2026-01-01", "price": "88"}).status_code == 303
    assert (
        keeper.post(
            "/places/new", {"kind": "warehouse", "name": "浙江分仓", "unit": str(cast.unit("浙江公司").pk), "active": "on"}
        ).status_code
        == 303
    )
    place = Place.objects.unscoped("test").get(name="浙江分仓")
    assert keeper.post(f"/places/{place.pk}/level?part={made.pk}", {"least": "5", "target": "9"}).status_code == 303
    assert keeper.post(f"/places/{place.pk}/level?part={made.pk}", {"least": "9", "target": "5"}).status_code == 422
    fill(place, line(made, 1))
    assert keeper.post(f"/places/{place.pk}/edit", {"name": "x", "unit": str(place.unit_id)}).status_code == 409, "there is something in it"
    assert desk("engineer").post("/parts/new", given).status_code == 403
    assert keeper.post("/places/new", {"kind": "van", "name": "x", "unit": str(cast.unit("四川公司").pk)}).status_code == 422, "not offered"


def test_a_count_is_entered_on_the_page_and_the_form_says_what_is_wrong_with_a_line() -> None:
    pump, car = part(), van()
    fill(car, line(pump, 2))
    engineer = desk("engineer")
    answer = engineer.post("/c/count/new?verb=begin", {"place": str(car.pk), "_key": str(uuid4())})
    assert answer.status_code == 303
    case = Case.objects.unscoped("test").get(process="count")
    wrong = engineer.post(f"/c/count/{case.number}/do/enter", {"lines": "PUMP-01 两个", "_key": str(uuid4())})
    assert wrong.status_code == 422 and "PUMP-01 两个" in wrong.content.decode()
    assert engineer.post(f"/c/count/{case.number}/do/enter", {"lines": "pump-01 1", "_key": str(uuid4())}).status_code == 303
    assert Count.objects.get().amount == 120
