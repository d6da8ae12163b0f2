"""The pages of devices and of the catalogue."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from xiuhao.kernel import policy
from xiuhao.kernel.models import Reveal
from xiuhao.product import actions
from xiuhao.product.actions import Purchase
from xiuhao.product.models import Category, Device, Model

pytestmark = pytest.mark.django_db


@pytest.fixture
def fridge() -> Model:
    policy.current()
    kind = Category.objects.get(key="fridge")
    return actions.save_model(cast.actor("manager"), Model(), category=kind, code="BR-520", name="对开门冰箱", price=Decimal(5999))


@pytest.fixture
def device(fridge: Model) -> Device:
    sold = Purchase("XH24A0001", fridge, customer=7, unit=cast.unit("一组").pk, purchased_on=date(2020, 5, 1))
    return actions.register_device(cast.actor("agent"), sold)


def at(login: str) -> Client:
    browser = Client()
    browser.force_login(cast.account(login), backend="xiuhao.kernel.login.Backend")
    return browser


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def test_a_device_is_listed_and_shown_with_its_verdict_and_the_rule(device: Device) -> None:
    agent = at("agent")
    for url in ("/devices/", "/devices/?q=xh24", f"/devices/?category={device.category_id}"):
        assert "XH24A0001" in text(agent.get(url)), url
    assert "XH24A0001" not in text(agent.get("/devices/?q=XH25"))
    page = text(agent.get(f"/devices/{device.pk}/"))
    for word in ("保外", "2020-05-01", "2021-05-01", "HA-3.2.3", "对开门冰箱"):
        assert word in page, word
    assert "须完整登记；" in page
    agent.cookies["django_language"] = "en"
    page = text(agent.get(f"/devices/{device.pk}/"))
    assert "Complete registration needed; for which products" in page and "须完整登记" not in page
    agent.cookies["django_language"] = "zh-hans"
    assert "XH24A0001" in text(agent.get("/find?q=xh24a"))


def test_who_is_not_concerned_finds_no_device(device: Device) -> None:
    assert at("outsider").get(f"/devices/{device.pk}/").status_code == 404
    assert "XH24A0001" not in text(at("outsider").get("/devices/"))
    assert "XH24A0001" not in text(at("outsider").get("/find?q=xh24a"))
    assert at("admin").get("/devices/").status_code == 403
    assert at("outsider").post(f"/devices/{device.pk}/amend", {"price": "1"}).status_code == 404


def test_facts_of_a_device_are_corrected_with_errors_beside_the_field(device: Device) -> None:
    agent, url = at("agent"), f"/devices/{device.pk}/amend"
    given = {
        "model": str(device.model_id),
        "category": "",
        "purchased_on": "2026-01-02",
        "installed_on": "",
        "price": "5999",
        "channel": "store",
    }
    wrong = agent.post(url, {**given, "installed_on": "2026-01-01"})
    assert wrong.status_code == 422
    assert "安装日期早于购买日期" in text(wrong) and "2026-01-02" in text(wrong)
    assert agent.post(url, given).status_code == 303
    device.refresh_from_db()
    assert (device.purchased_on, device.price, device.channel, device.category) == (date(2026, 1, 2), 5999, "store", device.model.category)
    assert at("finance").post(url, given).status_code in (403, 404)


def test_the_catalogue_is_read_by_all_and_edited_by_its_keepers(fridge: Model) -> None:
    manager, agent = at("manager"), at("agent")
    for url, word in (("/catalogue/", "BR-520"), ("/catalogue/?q=br", "BR-520"), ("/catalogue/categories/", "冰箱")):
        assert word in text(agent.get(url))
    given = {
        "category": str(fridge.category_id),
        "code": "br-600",
        "name": "十字门冰箱",
        "price": "8999",
        "high_end": "true",
        "active": "true",
    }
    assert manager.post("/catalogue/models/new", given).status_code == 303
    made = Model.objects.get(code="BR-600")
    assert (made.high_end, made.price) == (True, 8999)
    assert manager.post("/catalogue/models/new", given).status_code == 422
    assert manager.post(f"/catalogue/models/{made.pk}", {**given, "price": "7999", "high_end": ""}).status_code == 303
    kind = {"key": "sewing", "zh": "缝纫机", "en": "Sewing machine", "industry": "appliance", "skill": "small_appliance", "active": "true"}
    assert manager.post("/catalogue/categories/new", kind).status_code == 303
    sewing = Category.objects.get(key="sewing")
    assert manager.post(f"/catalogue/categories/{sewing.pk}", {**kind, "key": "other", "zh": "缝纫设备"}).status_code == 303
    sewing.refresh_from_db()
    assert (sewing.key, sewing.zh) == ("sewing", "缝纫设备"), "the key stays"
    for url in ("/catalogue/models/new", f"/catalogue/models/{made.pk}", "/catalogue/categories/new"):
        assert agent.get(url).status_code == 403
        assert agent.post(url, given).status_code == 403
    assert manager.get("/catalogue/models/999999").status_code == 404


def test_the_list_of_devices_costs_a_bounded_number_of_statements(fridge: Model) -> None:
    agent, counts = at("agent"), []
    agent.get("/devices/")
    for many in (1, 30):
        unit = cast.unit("一组").pk
        actions.register_many([Purchase(f"SN-{many}-{n:04d}", fridge, customer=n + 1, unit=unit) for n in range(many)])
        with CaptureQueriesContext(connection) as asked:
            agent.get("/devices/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


def test_a_card_number_is_masked_on_the_device_and_shown_once_for_a_reason(device: Device) -> None:
    Device.objects.unscoped("test").filter(pk=device.pk).update(card_no="GK20260001")
    agent, url = at("agent"), f"/reveal/product.card:{device.pk}"
    page = text(agent.get(f"/devices/{device.pk}/"))
    assert "GK20260001" not in page and url in page
    assert url not in text(at("auditor").get(f"/devices/{device.pk}/"))
    assert agent.post(url, {"reason": " "}).status_code == 422 and not Reveal.objects.exists()
    assert "GK20260001" in text(agent.post(url, {"reason": "核对购货卡"}))
    assert (Reveal.objects.get().subject, at("outsider").post(url, {"reason": "看看"}).status_code) == (f"product.card:{device.pk}", 404)
