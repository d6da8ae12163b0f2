"""The service tiers, clause by clause: the rows that the product ships say what the regulation says, and the product obeys them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests import cast
from tests.contract import purchases
from tests.contract.purchases import bought, limit, model
from xiuhao.contract import actions, queries
from xiuhao.contract.models import Entitlement
from xiuhao.kernel import calendars, policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    policy.current()


def share(tier: str, verdict: str, category: str = "phone", industry: str = "electronics") -> Decimal | None:
    found = queries.price_share(tier, verdict, {"category": category, "industry": industry})
    return found[0] if found else None


def test_SL_1_1_there_are_four_tiers_and_each_of_them_holds_for_whom_it_was_given() -> None:
    assert list(queries.offered()) == ["basic", "intermediate", "advanced", "vip"]
    wang = purchases.wang()
    for tier in ("intermediate", "advanced", "vip"):
        actions.sell(cast.actor("manager"), wang.pk, tier)
        assert queries.tier_of(wang.pk).tier == tier


def test_SL_3_1_type_and_price_decide_the_tier_at_registration() -> None:
    wang = purchases.wang()
    ordinary = bought(wang, model("fridge", "F-1", 2999), "SN-1")
    dear = bought(wang, model("fridge", "F-2", 9999), "SN-2")
    high_end = bought(wang, model("phone", "P-1", 2999, high_end=True), "SN-3")
    cheap_deal = bought(wang, model("tv", "T-1", 9999), "SN-4", price=Decimal(3999))
    tiers = {
        e.device_id: (e.tier, e.source, e.policy and e.policy.clauses)
        for e in Entitlement.objects.unscoped("test").select_related("policy")
    }
    assert tiers == {
        ordinary.pk: ("basic", "auto", ["SL-3.1"]), dear.pk: ("advanced", "auto", ["SL-3.1"]),
        high_end.pk: ("advanced", "auto", ["SL-3.1"]), cheap_deal.pk: ("basic", "auto", ["SL-3.1"]),
    }  # fmt: skip
    assert queries.tier_of(wang.pk, dear).tier == "advanced"
    assert queries.tier_of(wang.pk).tier == "basic", "a device's tier is not its owner's"


def test_SL_1_6_electronics_basic_has_phone_advice_around_the_clock() -> None:
    _limit, calendar, clauses = limit(industry="electronics", tier="basic", channel="phone")
    assert "SL-1.6" in clauses
    assert calendars.named(calendar).always


def test_SL_1_7_electronics_intermediate_is_answered_within_48_hours() -> None:
    assert limit(industry="electronics", tier="intermediate") == ("48h", "always", ["SL-1.7"])


def test_SL_1_8_electronics_advanced_is_answered_within_24_hours_and_goes_first() -> None:
    assert limit(industry="electronics", tier="advanced") == ("24h", "always", ["SL-1.8"])
    assert any(b.priority for b in queries.benefits("advanced", {"industry": "electronics"}))
    assert not any(b.priority for b in queries.benefits("basic", {"industry": "electronics"}))


def test_SL_1_9_a_vip_of_electronics_waits_24_hours_for_the_pick_up() -> None:
    assert limit(industry="electronics", tier="vip") == ("24h", "always", ["SL-1.9"])
    assert [b.hours for b in queries.benefits("vip", {"industry": "electronics"}) if b.row.clauses == ["SL-1.9"]] == [24]


def test_SL_2_1_appliance_basic_is_answered_within_48_hours() -> None:
    assert limit(industry="appliance", tier="basic") == ("48h", "always", ["SL-2.1"])
    assert share("basic", "in", "fridge", "appliance") == 0


def test_SL_2_2_appliance_intermediate_is_answered_within_24_hours_and_has_emergency_rescue() -> None:
    assert limit(industry="appliance", tier="intermediate") == ("24h", "always", ["SL-2.2"])
    assert [b.row.line for b in queries.benefits("intermediate", {"industry": "appliance"}) if "SL-2.2" in b.row.clauses] == [
        "emergency-rescue"
    ]


def test_SL_2_8_advanced_repairs_succeed_in_98_of_100() -> None:
    assert queries.target("advanced", "repair_success") == 98


def test_SL_2_9_advanced_satisfies_90_of_100() -> None:
    assert queries.target("advanced", "satisfaction") == 90
