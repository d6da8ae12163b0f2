"""Which tier holds for whom, and what follows from it: decided by rows that anybody may read and the manager may edit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from xiuhao.contract import actions, queries
from xiuhao.contract.models import Entitlement
from xiuhao.kernel import calendars, policy, rulebook
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.party import actions as party
from xiuhao.party.models import Customer
from xiuhao.product import actions as products
from xiuhao.product.actions import Purchase
from xiuhao.product.models import Category, Device, Model

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    policy.current()


@pytest.fixture
def wang() -> Customer:
    return party.register(phone="13800138000", name="王小明")


def model(category: str, code: str, price: int, high_end: bool = False) -> Model:
    kind = Category.objects.get(key=category)
    return products.save_model(cast.actor("manager"), Model(), category=kind, code=code, name=code, price=Decimal(price), high_end=high_end)


def bought(customer: Customer, of: Model, serial: str, **more: object) -> Device:
    purchase = Purchase(serial, of, customer=customer.pk, **more)  # type: ignore[arg-type]
    return actions.register_purchase(cast.actor("manager"), purchase)


def limit(**facts: str) -> tuple[str, str, list[str]]:
    row = policy.decide("clock.ticket.service_response", facts)
    assert row is not None
    return row.value["limit"], row.value["calendar"], row.clauses


def test_SL_1_1_there_are_four_tiers_and_each_of_them_holds_for_whom_it_was_given(wang: Customer) -> None:
    assert list(queries.offered()) == ["basic", "intermediate", "advanced", "vip"]
    for tier in ("intermediate", "advanced", "vip"):
        actions.sell(cast.actor("manager"), wang.pk, tier)
        assert queries.tier_of(wang.pk).tier == tier


def test_SL_3_1_type_and_price_decide_the_tier_at_registration(wang: Customer) -> None:
    ordinary = bought(wang, model("fridge", "F-1", 2999), "SN-1")
    dear = bought(wang, model("fridge", "F-2", 9999), "SN-2")
    high_end = bought(wang, model("phone", "P-1", 2999, high_end=True), "SN-3")
    cheap_deal = bought(wang, model("tv", "T-1", 9999), "SN-4", price=Decimal(3999))
    tiers = {e.device_id: (e.tier, e.source, e.policy.clauses) for e in Entitlement.objects.unscoped("test").select_related("policy")}
    assert tiers == {
        ordinary.pk: ("basic", "auto", ["SL-3.1"]), dear.pk: ("advanced", "auto", ["SL-3.1"]),
        high_end.pk: ("advanced", "auto", ["SL-3.1"]), cheap_deal.pk: ("basic", "auto", ["SL-3.1"]),
    }  # fmt: skip
    assert queries.tier_of(wang.pk, dear).tier == "advanced"
    assert queries.tier_of(wang.pk).tier == "basic", "a device's tier is not its owner's"


def test_a_tier_promised_at_registration_outlives_a_change_of_the_rule(wang: Customer) -> None:
    dear = bought(wang, model("fridge", "F-2", 9999), "SN-2")
    unregistered = products.register_many([Purchase("SN-9", dear.model, customer=wang.pk)])[0]
    assert queries.tier_of(wang.pk, unregistered).tier == "advanced", "what has no entitlement is graded by the rule of the moment"
    PolicyRow.objects.filter(table="contract.tier", line="appliance-price").update(value={"tier": "intermediate"})
    policy.moved("policy")
    policy.current()
    assert queries.tier_of(wang.pk, unregistered).tier == "intermediate"
    assert queries.tier_of(wang.pk, dear).tier == "advanced"


def test_the_highest_tier_that_applies_holds_within_its_days_and_industry(wang: Customer) -> None:
    fridge, phone = bought(wang, model("fridge", "F-1", 2999), "SN-1"), bought(wang, model("phone", "P-1", 999), "SN-2")
    manager, today = cast.actor("manager"), local(now()).date()
    actions.sell(manager, wang.pk, "intermediate", industry="appliance", until=today + timedelta(days=30))
    actions.sell(manager, wang.pk, "vip", device=fridge.pk, since=today + timedelta(days=10))
    asked = [(wang.pk, fridge), (wang.pk, phone), (wang.pk, None), (wang.pk, None, Category.objects.get(key="tv")), (None, None)]
    with CaptureQueriesContext(connection) as statements:
        found = queries.tiers_of(asked)
    assert [s.tier for s in found] == ["intermediate", "basic", "basic", "intermediate", "basic"]
    assert len([q for q in statements if "contract_entitlement" in q["sql"]]) == len(statements) == 1
    assert queries.tiers_of(asked, today + timedelta(days=10))[0].tier == "vip"
    assert [s.tier for s in queries.tiers_of(asked, today + timedelta(days=31))] == ["vip", "basic", "basic", "basic", "basic"]


def test_a_sold_tier_does_not_pass_to_the_next_owner_of_the_device(wang: Customer) -> None:
    fridge = bought(wang, model("fridge", "F-1", 2999), "SN-1")
    actions.sell(cast.actor("manager"), wang.pk, "vip", device=fridge.pk)
    assert queries.tier_of(wang.pk, fridge).tier == "vip"
    fridge.customer_id = party.register(phone="13900139000").pk
    assert queries.tier_of(fridge.customer_id, fridge).tier == "basic"


def test_tiers_are_sold_and_ended_by_who_may_and_for_customers_they_see(wang: Customer) -> None:
    manager = cast.actor("manager")
    sold = actions.sell(manager, wang.pk, "vip")
    for status, act in (
        (403, lambda: actions.sell(cast.actor("agent"), wang.pk, "vip")),
        (404, lambda: actions.sell(cast.actor("lead"), wang.pk, "vip")),
        (404, lambda: actions.sell(manager, wang.pk, "vip", device=1)),
        (422, lambda: actions.sell(manager, wang.pk, "king")),
        (422, lambda: actions.sell(manager, wang.pk, "vip", until=date(2020, 1, 1))),
        (422, lambda: actions.end(manager, sold.pk, "")),
        (403, lambda: actions.end(cast.actor("agent"), sold.pk, "误售")),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.status == status
    assert Entitlement.objects.unscoped("test").count() == 1
    ended = actions.end(manager, sold.pk, "客户退订")
    assert ended.until == local(now()).date()
    assert queries.tier_of(wang.pk, on=ended.until + timedelta(days=1)).tier == "basic"


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


def test_SL_2_2_appliance_intermediate_is_answered_within_24_hours_and_has_emergency_rescue() -> None:
    assert limit(industry="appliance", tier="intermediate") == ("24h", "always", ["SL-2.2"])
    assert [b.row.line for b in queries.benefits("intermediate", {"industry": "appliance"}) if "SL-2.2" in b.row.clauses] == [
        "emergency-rescue"
    ]


def share(tier: str, verdict: str) -> Decimal | None:
    found = queries.price_share(tier, verdict, {"category": "phone", "industry": "electronics"})
    return found[0] if found else None


def test_SL_2_3_a_phone_of_basic_is_repaired_free_in_warranty_and_for_80_percent_outside() -> None:
    assert (share("basic", "in"), share("basic", "out")) == (0, Decimal("0.8"))


def test_SL_2_4_a_phone_of_intermediate_pays_70_percent() -> None:
    assert share("intermediate", "out") == Decimal("0.7")


def test_SL_2_5_a_phone_of_advanced_pays_60_percent() -> None:
    assert share("advanced", "out") == Decimal("0.6")


def test_SL_2_6_a_phone_of_advanced_is_rescued_around_the_clock_within_24_hours() -> None:
    facts = {"industry": "electronics", "category": "phone"}
    [rescue] = [b for b in queries.benefits("advanced", facts) if "SL-2.6" in b.row.clauses]
    assert (rescue.hours, rescue.row.value["calendar"]) == (24, "always")
    assert not [b for b in queries.benefits("basic", facts) if "SL-2.6" in b.row.clauses]


def test_SL_2_8_advanced_repairs_succeed_in_98_of_100() -> None:
    assert queries.target("advanced", "repair_success") == 98


def test_SL_2_9_advanced_satisfies_90_of_100() -> None:
    assert queries.target("advanced", "satisfaction") == 90


def test_every_industry_and_tier_has_a_response_time_and_better_tiers_never_wait_longer() -> None:
    def hours(**facts: str) -> int:
        return int(limit(**facts)[0].removesuffix("h"))

    for industry in ("appliance", "electronics", "vehicle"):
        waits = [hours(industry=industry, tier=tier) for tier in queries.offered()]
        assert waits == sorted(waits, reverse=True), industry
    assert hours() == 48


def test_a_clause_taken_away_takes_its_effect_away(wang: Customer) -> None:
    dear = bought(wang, model("fridge", "F-2", 9999), "SN-2")
    with rulebook.without("SL-3.1"):
        assert queries.grade(queries.product_facts(dear)).row is None
    with rulebook.without("SL-1.1"):
        assert queries.tier_of(wang.pk, dear).tier == "basic"
        assert queries.offered() == {}
    with rulebook.without("SL-2.3"):
        assert share("basic", "out") is None
    assert queries.tier_of(wang.pk, dear).tier == "advanced"
