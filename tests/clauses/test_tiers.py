"""The service tiers, clause by clause: what is received is owed to its tier by the hour that the regulation names, day and night."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests import cast
from tests.clauses.test_entitlements import member, told
from tests.contract import purchases
from tests.contract.purchases import bought, model
from tests.kernel.test_scheduler import MONDAY, fire
from tests.tickets import receive
from tests.ui.desk import sit, text
from xiuhao.contract import actions, queries
from xiuhao.contract.models import Entitlement
from xiuhao.kernel import accounts, engine, policy
from xiuhao.kernel.models import Case, CaseClock, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated
from xiuhao.ticket import caller

pytestmark = pytest.mark.django_db
NIGHT = MONDAY - timedelta(hours=6)  # three in the morning of a working day in Shanghai: the office is shut


@pytest.fixture(autouse=True)
def _rules() -> None:
    policy.current()


def clock(case: Case) -> CaseClock:
    """Within which time the tier is owed an answer."""
    return CaseClock.objects.get(case=case, key="service_response")


def owed(clause: str, hours: int, tier: str = "basic", **given: str) -> Case:
    """A request of that tier is received at night and owed an answer so many hours later: given by then it keeps the clause, later
    it breaks it. Gives the request back."""
    with simulated(NIGHT):
        if tier != "basic":
            member(tier)
        answered, forgotten = receive(**given).case, receive(**given).case
    due = NIGHT + timedelta(hours=hours)
    for case in (answered, forgotten):
        assert clock(case).due_at == due and clause in clock(case).clauses
    with simulated(due - timedelta(minutes=1)):
        owner = accounts.actor_of(answered.owner_id or 0)
        engine.perform("ticket", "reply", actor=owner, number=answered.number, given={"text": "您好，工程师马上回电"})
    fire(due + timedelta(minutes=1))
    assert (clock(answered).status, told(answered, "reply").get(clause)) == ("met", "met")
    breach = Journal.objects.get(case=forgotten, verb="clock_breach", data__clock="service_response")
    assert (clock(forgotten).status, breach.rules.get(clause)) == ("broken", "broken")
    return answered


def read_out(category: str) -> list[str]:
    """What the desk tells who calls about such a product."""
    given = {"kind": "fault", "contact_phone": "13800138000", "category": category, "channel": "phone"}
    ahead = caller.ahead(cast.actor("agent"), given)
    assert ahead
    return ahead.speech


def shown(clause: str) -> str:
    """The line of the page of the tiers that carries a clause, as text."""
    page = text(sit("agent").get("/tiers/"))  # type: ignore[arg-type]
    return " ".join(row for row in page.split("<tr") if clause in row)


def test_SL_1_1_there_are_four_tiers_and_each_of_them_has_its_own_answer() -> None:
    with simulated(NIGHT):
        wang, found = purchases.wang(), []
        for tier in ("basic", "intermediate", "advanced", "vip"):
            if tier != "basic":
                actions.sell(cast.actor("manager"), wang.pk, tier)
            row = clock(receive().case)
            assert row.due_at and row.policy
            found.append((queries.tier_of(wang.pk).tier, row.policy.line, (row.due_at - NIGHT) // timedelta(hours=1)))
        with pytest.raises(Refused, match="not_offered"):
            actions.sell(cast.actor("manager"), wang.pk, "gold")
    assert found == [
        ("basic", "appliance-basic", 48), ("intermediate", "appliance-intermediate", 24),
        ("advanced", "appliance-advanced", 24), ("vip", "appliance-vip", 12),
    ]  # fmt: skip


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


def test_SL_1_6_electronics_basic_is_advised_by_phone_at_night_too() -> None:
    owed("SL-1.6", 4, category="phone", kind="usage_question", channel="phone")
    with simulated(NIGHT):
        online = clock(receive(category="phone", kind="usage_question", channel="web").case)
    assert online.due_at == NIGHT + timedelta(hours=48) and "SL-1.6" not in online.clauses, "around the clock is the telephone's"


def test_SL_1_7_electronics_intermediate_is_answered_within_48_hours() -> None:
    owed("SL-1.7", 48, "intermediate", category="phone")


def test_SL_1_8_electronics_advanced_is_answered_within_24_hours_and_goes_first() -> None:
    with simulated(NIGHT):
        ordinary = receive(category="phone", contact_phone="13911112222").case
    first = owed("SL-1.8", 24, "advanced", category="phone")
    assert (first.priority, ordinary.priority) == (2, 3) and told(first).get("SL-1.8") == "met"


def test_SL_1_9_a_vip_of_electronics_is_answered_within_24_hours_and_is_told_of_the_pick_up() -> None:
    owed("SL-1.9", 24, "vip", category="phone")
    with simulated(NIGHT):
        assert "您可以享受24 小时内上门取送。" in read_out("phone")


def test_SL_2_1_appliance_basic_is_answered_within_48_hours() -> None:
    owed("SL-2.1", 48, category="fridge")


def test_SL_2_2_appliance_intermediate_is_answered_within_24_hours_and_has_emergency_rescue() -> None:
    with simulated(NIGHT):
        receive()
        assert "您可以享受紧急救援。" not in read_out("fridge")
    owed("SL-2.2", 24, "intermediate", category="fridge")
    with simulated(NIGHT):
        assert "您可以享受紧急救援。" in read_out("fridge") and "您可以享受紧急救援。" not in read_out("phone")


def test_SL_2_8_that_advanced_repairs_shall_succeed_in_98_of_100_is_shown() -> None:
    assert "98 %" in shown("SL-2.8")


def test_SL_2_9_that_advanced_shall_satisfy_90_of_100_is_shown() -> None:
    assert "90 %" in shown("SL-2.9")
