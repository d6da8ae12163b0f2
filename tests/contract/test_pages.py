"""The pages of tiers: what they promise, a trial of the rule, what a customer has; and the registration of a purchase."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import cast
from tests.contract import purchases
from tests.contract.purchases import bought, model
from xiuhao.contract import queries
from xiuhao.contract.models import Entitlement
from xiuhao.kernel import policy
from xiuhao.party.models import Customer
from xiuhao.product.models import Category, Device

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    policy.current()


@pytest.fixture
def wang() -> Customer:
    found = purchases.wang()
    Customer.objects.unscoped("test").filter(pk=found.pk).update(unit=cast.unit("一组"))
    return found


def at(login: str) -> Client:
    browser = Client()
    browser.force_login(cast.account(login), backend="xiuhao.kernel.login.Backend")
    return browser


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def test_the_tiers_are_shown_with_their_times_benefits_and_clauses() -> None:
    page = text(at("agent").get("/tiers/"))
    for word in (
        "初级",
        "中级",
        "高级",
        "VIP",
        "48 小时",
        "24 小时",
        "SL-2.1",
        "SL-2.2",
        "SL-1.8",
        "专属客户经理",
        "我方默认",
        "技术支持与咨询免费",
        "≥ 8000",
        "80 %",
        "维修成功率",
    ):
        assert word in page, word


def test_the_trial_shows_the_tier_and_the_row_that_decides_and_writes_nothing() -> None:
    agent = at("agent")
    assert agent.get("/tiers/try").status_code == 200
    dear = text(agent.post("/tiers/try", {"category": "fridge", "price": "8000"}))
    for word in ("高级", "appliance-price", "SL-3.1", "我方默认"):
        assert word in dear, word
    plain = text(agent.post("/tiers/try", {"category": "fridge", "price": "7999.99"}))
    assert "ordinary" in plain and "没有更靠前的行适用" in plain
    assert "high-end" in text(agent.post("/tiers/try", {"category": "phone", "price": "100", "high_end": "true"}))
    assert agent.post("/tiers/try", {"category": "spaceship"}).status_code == 422
    assert not Entitlement.objects.unscoped("test").exists()


def test_a_purchase_is_registered_with_its_tier(wang: Customer) -> None:
    agent, fridge = at("agent"), model("fridge", "F-2", 9999)
    given = {"serial": " xh24a0001 ", "model": str(fridge.pk), "purchased_on": "2026-01-02", "channel": "store"}
    made = agent.post(f"/purchases/new?customer={wang.pk}", given)
    device = Device.objects.unscoped("test").get(serial="XH24A0001")
    assert (made.status_code, made["Location"]) == (303, f"/devices/{device.pk}/")
    assert (device.customer_id, device.unit, device.registered_by) == (wang.pk, cast.unit("一组"), cast.account("agent").pk)
    assert queries.tier_of(wang.pk, device).tier == "advanced"
    for url in (f"/customers/{wang.pk}/", f"/devices/{device.pk}/"):
        page = text(agent.get(url))
        assert "高级" in page and "XH24A0001" in page, url
    by_phone = {**given, "serial": "XH24A0002", "phone": "13800138000"}
    assert agent.post("/purchases/new", by_phone).status_code == 303
    assert Device.objects.unscoped("test").get(serial="XH24A0002").customer_id == wang.pk


def test_a_purchase_that_cannot_be_is_refused_and_what_was_typed_stays(wang: Customer) -> None:
    agent, fridge = at("agent"), model("fridge", "F-2", 9999)
    bought(wang, fridge, "TAKEN-1")
    given = {"serial": "XH24A0001", "model": str(fridge.pk), "phone": "13900139000"}
    unknown = agent.post("/purchases/new", given)
    assert unknown.status_code == 422
    assert "没有这个号码的客户" in text(unknown) and "XH24A0001" in text(unknown)
    for status, more in ((422, {"serial": "!"}), (422, {"purchased_on": "2199-01-01", "phone": ""}), (422, {"price": "-1", "phone": ""})):
        assert agent.post("/purchases/new", {**given, **more}).status_code == status, more
    outsiders = at("outsider")
    assert outsiders.post("/purchases/new", {**given, "serial": "TAKEN-1", "phone": ""}).status_code == 409
    assert Device.objects.unscoped("test").get(serial="TAKEN-1").customer_id == wang.pk
    assert outsiders.get(f"/purchases/new?customer={wang.pk}").status_code == 404
    assert at("finance").get("/purchases/new").status_code == 403
    assert Device.objects.unscoped("test").count() == 1


def test_tiers_are_sold_and_ended_on_the_customers_page(wang: Customer) -> None:
    lead = at("lead")
    given = {"tier": "vip", "industry": "appliance", "since": "2026-01-01", "until": "2030-01-01"}
    assert lead.post(f"/customers/{wang.pk}/tiers/new", given).status_code == 303
    assert queries.tier_of(wang.pk, category=Category.objects.get(key="fridge")).tier == "vip"
    page = text(lead.get(f"/customers/{wang.pk}/"))
    assert "VIP" in page and "开通服务级别" in page
    sold = Entitlement.objects.unscoped("test").get()
    assert at("agent").post(f"/entitlements/{sold.pk}/end", {"reason": "误售"}).status_code == 403
    assert at("outsider").post(f"/customers/{wang.pk}/tiers/new", given).status_code == 403
    assert lead.post(f"/entitlements/{sold.pk}/end", {"reason": ""}).status_code == 422
    assert lead.post(f"/entitlements/{sold.pk}/end", {"reason": "客户退订"}).status_code == 303
    assert lead.post(f"/entitlements/{sold.pk}/end", {"reason": "再来一次"}).status_code == 409
