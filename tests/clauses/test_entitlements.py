"""What is promised to whom, clause by clause: what a tier includes reaches the intake, and what has conditions is refused without them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests import cast
from tests.contract import purchases
from tests.kernel.test_scheduler import MONDAY
from tests.registrations import model, register
from tests.tickets import receive
from xiuhao.contract import actions, queries
from xiuhao.kernel import accounts, engine, figures, policy
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseClock, Journal, Refusal
from xiuhao.kernel.recount import recount
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now, simulated
from xiuhao.party import actions as party
from xiuhao.party.models import Customer
from xiuhao.product.queries import Fault, assess, by_serial
from xiuhao.ticket import caller

pytestmark = pytest.mark.django_db
FACTS = {"industry": "electronics", "category": "phone"}


@pytest.fixture(autouse=True)
def _rules() -> None:
    policy.current()


def today(days: int = 0) -> date:
    return local(now()).date() + timedelta(days=days)


def member(tier: str, **more: object) -> Customer:
    """A customer with a tier, known to the desk of the head."""
    wang = purchases.wang()
    Customer.objects.unscoped("test").filter(pk=wang.pk).update(unit=cast.unit("一组"))
    actions.sell(cast.actor("manager"), wang.pk, tier, **more)  # type: ignore[arg-type]
    return wang


def told(case: Case, verb: str = "receive") -> dict[str, str]:
    """Which clauses the last line of that verb says it kept or broke."""
    return dict(Journal.objects.filter(case_id=case.pk, verb=verb).latest("seq").rules)


def heard(**given: str) -> Case:
    """A question that the customer first says is not solved, then that it is."""
    case = receive(kind="usage_question", description="怎么设置童锁", **given).case
    owner = accounts.actor_of(case.owner_id or 0)
    for verb, more in (
        ("solve", {"solution": "长按三秒"}),
        ("dispute", {"reason": "还是不行"}),
        ("solve", {"solution": "先断电，再长按三秒"}),
        ("record_call", {"direction": "out", "summary": "客户说好了"}),
        ("confirm", {"satisfied": "yes", "confirmed_by": "phone"}),
    ):
        case = engine.perform("ticket", verb, actor=owner, number=case.number, given=more).case
    return case


def word(case: Case, clause: str) -> list[str | None]:
    """What the customer's two words count for a clause; nothing is counted before they are heard."""
    return [told(case, verb).get(clause) for verb in ("receive", "solve", "dispute", "confirm")]


KEPT = [None, None, "broken", "met"]


def beside(clause: str) -> list[tuple[str, str]]:
    """What counts for a clause beside the cases: (verb, outcome)."""
    return list(Refusal.objects.filter(clauses=[clause]).order_by("pk").values_list("verb", "outcome"))


def names(tier: str) -> set[str]:
    return {benefit.name for benefit in queries.benefits(tier, FACTS)}


def screen() -> list[str]:
    """What the phone screen shows of who has the number."""
    return caller.look_up(cast.actor("lead"), "13800138000").benefits


def test_YD_3_6_free_replacement_for_42_months_needs_a_complete_registration() -> None:
    """From the dealer's form to the remedy: the card decides, and the day on which it was handed in."""

    def offered(serial: str, on: date, fault: Fault = Fault()) -> bool:  # noqa: B008
        device = by_serial(cast.actor("manager"), serial)
        assert device is not None
        [one] = [one for one in assess(device, on, fault).remedies if "YD-3.6" in one.basis.clauses]
        return bool(one.open) and one.gives == ("exchange",)

    unregistered = {"phone": "13700137000", "serial": "XH24A0003", "card_no": "GK3"}
    with simulated(MONDAY - timedelta(days=600)):
        known = Customer.objects.unscoped("test").get(pk=party.register(phone=unregistered["phone"]).pk)
        purchases.bought(known, model(), "XH24A0003", purchased_on=date(2025, 3, 20), invoice_no="FP3", card_no="GK3")
        assert not offered("XH24A0003", date(2025, 4, 1)), "all of its facts are known, nobody has registered it"
    with simulated(MONDAY):
        register(invoice_no=None, purchased_on="2026-10-20")
        register(serial="XH24A0002", purchased_on="2026-10-01")
        register(**unregistered, purchased_on="2025-03-20")
    assert offered("XH24A0001", date(2030, 4, 20)) and not offered("XH24A0001", date(2030, 4, 21))
    assert not offered("XH24A0002", date(2026, 12, 1)), "registered too late"
    assert not offered("XH24A0003", date(2026, 12, 1)), "known in time is not registered in time"
    assert not offered("XH24A0001", date(2026, 12, 1), Fault(exclusions=("misuse",)))


def test_SL_1_2_basic_has_warranty_simple_repair_and_routine_advice() -> None:
    member("basic")
    assert names("basic") >= {"保修", "简易维修", "常规咨询"} and not names("basic") & {"全面维修", "深度咨询"}
    assert set(screen()) >= {"保修", "简易维修", "常规咨询"}
    assert word(heard(), "SL-1.2") == KEPT


def test_SL_1_3_intermediate_adds_full_repair_and_deep_advice() -> None:
    member("intermediate")
    assert names("intermediate") - names("basic") >= {"全面维修", "深度咨询", "部分个性化服务"}
    assert "深度咨询" in screen() and word(heard(), "SL-1.3") == KEPT


def test_SL_1_4_advanced_has_a_dedicated_manager_who_is_given_the_requests() -> None:
    wang = member("advanced", manager=cast.account("expert").pk)
    assert {"个性化服务", "专属客户经理"} <= names("advanced")
    case = receive().case
    assert case.owner_id == cast.account("expert").pk and told(case).get("SL-1.4") == "met"
    [held] = queries.entitlements(cast.actor("manager"), customers=[wang.pk])
    actions.change(cast.actor("manager"), held.pk, tier="intermediate", until=None, manager=held.manager_id)
    case = receive().case
    assert case.owner_id == cast.account("agent").pk and "SL-1.4" not in told(case), "the intermediate tier includes no manager"
    actions.sell(cast.actor("manager"), wang.pk, "advanced")
    assert told(receive().case).get("SL-1.4") == "broken", "a manager was promised, and nobody named"


def test_SL_1_5_a_vip_has_a_plan_of_their_own_and_goes_first() -> None:
    member("vip")
    assert {"定制方案", "优先与绿色通道"} <= names("vip") and not {"定制方案", "优先与绿色通道"} & names("advanced")
    assert [b.row.line for b in queries.benefits("vip", {}) if b.priority] == ["green-channel"]
    case = receive(kind="usage_question", description="怎么设置童锁").case
    assert (case.priority, told(case).get("SL-1.5")) == (2, "met"), "a question of anybody else is P3"
    [row] = [row for row in policy.rows("ticket.priority") if row.line == "vip"]
    policy.apply(policy.Change("end", row.table, row.line, row.pk), cast.actor("manager"), "不再优先")
    case = receive(kind="usage_question", description="怎么设置童锁").case
    assert (case.priority, told(case).get("SL-1.5")) == (3, "broken")


def test_SL_1_10_a_vip_keeps_free_technical_support_after_the_tier_has_ended() -> None:
    wang = member("vip", since=today(-400), until=today(-10))
    standing = queries.tier_of(wang.pk)
    assert (standing.tier, standing.former) == ("basic", ("vip",))
    kept = [b.row.line for b in queries.benefits(standing.tier, {}, standing.former) if b.row.value.get("life")]
    assert kept == ["lifetime-support"] and any("终身" in said for said in queries.speech(standing, {}))
    assert word(heard(), "SL-1.10") == KEPT


def test_SL_1_13_advanced_uses_road_rescue_and_emergency_parts_as_often_as_agreed() -> None:
    wang = member("advanced", industry="vehicle")
    agent = cast.actor("agent")
    assert set(queries.counted(wang.pk)) == {"road-rescue", "emergency-parts"}
    keys = [uuid4() for _ in range(3)]
    for key in (*keys, keys[0]):  # the second click is no second use
        actions.use_benefit(agent, wang.pk, "road-rescue", key)
    with pytest.raises(Refused) as refused:
        actions.use_benefit(agent, wang.pk, "road-rescue", uuid4())
    assert refused.value.code == "benefit_used_up"
    case = receive().case
    assert actions.use_benefit(agent, wang.pk, "emergency-parts", uuid4(), number=case.number).used_on == today()
    used, refusal = ("use_benefit", "met"), ("use_benefit", "stopped")
    assert beside("SL-1.13") == [used, used, used, refusal, used] and "SL-1.13" not in told(case)
    assert list(figures.cases("SL-1.13", "met", SYSTEM)) == [case]


def test_SL_2_0_a_tier_is_not_defined_without_all_four_factors() -> None:
    [row] = [row for row in policy.rows(queries.TIERS) if row.line == "basic"]
    weighed = {key: value for key, value in row.value.items() if key != "satisfaction"}
    chief = cast.actor("manager")
    change = policy.Change("version", queries.TIERS, "basic", row.pk, row.edition, match=row.match, value=weighed)
    with pytest.raises(Refused) as refused:
        policy.preview(change, chief)
    assert refused.value.code == "tier_not_weighed" and len(refused.value.params["labels"]) == 1
    weighed = replace(change, value={**row.value, "satisfaction": 81})
    assert policy.preview(weighed, chief).after and policy.apply(weighed, chief, "上调满意度")
    assert beside("SL-2.0") == [("version", "stopped"), ("version", "met")]
    assert all(row.value.keys() >= set(queries.FACTORS) for row in policy.rows(queries.TIERS))


@pytest.mark.django_db(transaction=True)
def test_what_is_promised_is_counted_the_same_by_figure_and_recount() -> None:
    wang = member("vip")
    heard()
    receive(category="car")
    for key in (uuid4(), uuid4()):
        actions.use_benefit(cast.actor("agent"), wang.pk, "emergency-parts", key)
    figures.fold()
    shown = figures.totals(SYSTEM)
    assert {clause: (shown[clause].met, shown[clause].broken) for clause in ("SL-1.2", "SL-1.3", "SL-1.10", "SL-1.5", "SL-1.13")} == {
        "SL-1.2": (1, 1), "SL-1.3": (1, 1), "SL-1.10": (1, 1), "SL-1.5": (2, 0), "SL-1.13": (2, 0),
    }  # fmt: skip
    assert (shown["SL-1.4"].met, shown["SL-1.4"].broken) == (0, 2) and recount().differences == []


def test_SL_2_6_an_emergency_of_an_advanced_phone_is_answered_within_24_hours_around_the_clock() -> None:
    member("advanced")
    case = receive(category="phone", urgency="danger", description="手机电池鼓包发烫").case
    clock = CaseClock.objects.select_related("policy", "calendar").get(case=case, key="service_response")
    assert "SL-2.6" in clock.clauses and abs(clock.due_at - case.opened_at - timedelta(hours=24)) < timedelta(seconds=2)


def test_SL_3_3_who_takes_a_call_tells_tier_content_and_time_and_it_is_counted() -> None:
    member("vip")
    assert [told(receive(tier_told=tick).case).get("SL-3.3") for tick in (True, False)] == ["met", "broken"]
    ahead = caller.ahead(cast.actor("agent"), {"kind": "fault", "contact_phone": "13800138000", "category": "fridge", "channel": "phone"})
    assert ahead and ahead.speech[:2] == ["您的服务级别是VIP。", "我们会在 12 小时内响应。"] and len(ahead.speech) > 10


def test_a_tier_that_ends_soon_is_on_the_list_and_an_upgrade_leaves_what_held_before() -> None:
    wang, chief = member("advanced", since=today(-100), until=today(20)), cast.actor("manager")
    [held] = queries.expiring(chief)
    made = actions.change(chief, held.pk, tier="vip", until=today(400), manager=None)
    assert not queries.expiring(chief).exclude(until__lt=today()).exists()
    assert [queries.tier_of(wang.pk, on=day).tier for day in (today(-1), today())] == ["advanced", "vip"]
    assert made.since == today()
