"""Which tier holds for whom, and what follows from it: decided by rows that anybody may read and the manager may edit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.contract import purchases
from tests.contract.purchases import bought, limit, model
from xiuhao.contract import actions, queries
from xiuhao.contract.models import Entitlement
from xiuhao.kernel import policy
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.party import actions as party
from xiuhao.party.models import Customer, Staff
from xiuhao.product import actions as products
from xiuhao.product.actions import Purchase
from xiuhao.product.models import Category

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    policy.current()


@pytest.fixture
def wang() -> Customer:
    return purchases.wang()


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
    assert [s.tier for s in found] == ["intermediate", "basic", "intermediate", "intermediate", "basic"]
    assert len([q for q in statements if "contract_entitlement" in q["sql"]]) == len(statements) == 2
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


def test_every_industry_and_tier_has_a_response_time_and_better_tiers_never_wait_longer() -> None:
    def hours(**facts: str) -> int:
        return int(limit(**facts)[0].removesuffix("h"))

    for industry in ("appliance", "electronics", "vehicle"):
        waits = [hours(industry=industry, tier=tier) for tier in queries.offered()]
        assert waits == sorted(waits, reverse=True), industry
    assert hours() == 48
    assert hours(tier="vip") == 24, "nobody who has bought a better tier is told the longest while the device is not known yet"


def test_a_dedicated_manager_takes_calls_and_stays_while_off_duty(wang: Customer) -> None:
    lead, agent, keeper = cast.actor("manager"), cast.account("agent"), cast.account("manager")
    assert str(agent.pk) in queries.managers() and str(keeper.pk) not in queries.managers()
    with pytest.raises(Refused, match="not_offered"):
        actions.sell(lead, wang.pk, "vip", manager=keeper.pk)
    sold = actions.sell(lead, wang.pk, "vip", manager=agent.pk)
    Staff.objects.unscoped("test").filter(account=agent).update(on_duty=False)
    policy.moved("roster")
    assert str(agent.pk) not in queries.managers()
    client = Client()
    client.force_login(keeper)
    form = client.get(f"/entitlements/{sold.pk}/change").content.decode()
    assert f'<option value="{agent.pk}" selected>' in form
    assert actions.change(lead, sold.pk, tier="vip", until=None, manager=agent.pk).manager_id == agent.pk
