"""What a tier makes of a repair's price is said wherever the tier is: on the phone screen, the case, the device and the customer; only
what holds for the case is read out; and the top tiers' longer warranty ships as rows that can be edited."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.test import Client

from tests.cast import account, actor
from tests.clauses.test_entitlements import member
from tests.contract.purchases import bought, model
from tests.tickets import receive
from xiuhao.contract import queries
from xiuhao.kernel import policy
from xiuhao.product.facts import Facts
from xiuhao.product.queries import verdict
from xiuhao.ticket import caller

pytestmark = pytest.mark.django_db
OLD = date(2022, 3, 1)
SAID = "保修期外的维修，按原价的 60% 收费。"


def test_the_discount_is_shown_and_read_out_on_the_phone_screen_the_case_the_device_and_the_customer(client: Client) -> None:
    wang = member("advanced")
    phone = bought(wang, model("phone", "P-1", 2999), "SN-1", purchased_on=OLD)
    bought(wang, model("tv", "T-1", 2999), "SN-2", purchased_on=OLD)
    receive()
    screen = caller.look_up(actor("agent"), "13800138000")
    assert [each.price for each in screen.devices if each.device.pk == phone.pk] == [SAID]
    told = {"kind": "fault", "contact_phone": "13800138000", "device": str(phone.pk), "channel": "phone", "description": "碎屏"}
    ahead = caller.ahead(actor("agent"), told)
    assert ahead and ahead.price == SAID and SAID in ahead.speech[:3]
    case = receive(device=str(phone.pk), category="phone", serial="SN-1", description="碎屏").case
    client.force_login(account("manager"))
    for address in (f"/c/ticket/{case.number}/", f"/devices/{phone.pk}/", f"/customers/{wang.pk}/"):
        page = client.get(address).content.decode()
        assert SAID in page, address
    assert queries.prices(wang.pk) == [(str(phone), SAID)]


def test_only_what_holds_for_the_case_is_read_out() -> None:
    wang = member("advanced")
    found, facts = queries.tier_of(wang.pk), {"industry": "electronics", "category": "phone"}
    everything = queries.speech(found, facts)
    assert "您可以通过电话、网页、在线、门店、经销商、专属客户经理联系我们。" in everything, "the channels of the tier are read out"
    assert "您可以享受保修。" in everything and "您可以享受保修。" not in queries.speech(found, facts, "out")
    assert queries.price_words("advanced", "in", facts) == "在保修期内，这次维修不收费。" in queries.speech(found, facts, "in")
    basic = queries.Standing("basic")
    soon = {channel: queries.speech(basic, {"industry": "electronics"}, "", {"channel": channel})[1] for channel in ("phone", "web")}
    assert soon == {"phone": "我们会在 4 小时内响应。", "web": "我们会在 48 小时内响应。"}


def test_the_top_tiers_warranty_lasts_for_years_or_life_by_rows_that_can_be_edited() -> None:
    sold = Facts("appliance", "fridge", purchased_on=date(2020, 1, 1), delivered_on=date(2020, 1, 1), registered=True)
    ways = {
        tier: [verdict(replace(sold, tier=tier), day).outcome for day in (date(2024, 12, 1), date(2026, 1, 1))]
        for tier in ("basic", "advanced", "vip")
    }
    assert ways == {"basic": ["out", "out"], "advanced": ["in", "out"], "vip": ["in", "in"]} or ways["basic"][1] == "uncertain"
    assert verdict(replace(sold, tier="vip", registered=False), date(2026, 1, 1)).outcome != "in"
    lines = {row.line: row for row in policy.rows("warranty.promise")}
    assert lines["extension-vip"].ours and lines["extension-advanced"].value["months"] == 60
