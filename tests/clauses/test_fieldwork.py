"""Work on site, clause by clause: dispatch, the way, the visit."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests import works
from tests.cast import actor
from tests.contract import purchases
from tests.pictures import photo
from tests.tickets import receive
from tests.works import BADGE, DIAGNOSIS, arrived, assigned, booked, do, plan, who, window
from tests.works import station_at_work as station_at_work
from xiuhao.contract import actions as contracts
from xiuhao.contract.models import BenefitUse
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel.models import Account, Case, CaseClock, Journal, Outbox
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now

pytestmark = pytest.mark.django_db


def order(case: Case) -> WorkOrder:
    return WorkOrder.objects.get(pk=case.pk)


def told(case: Case, template: str) -> bool:
    """Whether a notice of that template waits to go out for the case."""
    return any(row.body.get("template") == template for row in Outbox.objects.filter(case_id=case.pk, kind="notice"))


def clock(case: Case, key: str) -> CaseClock:
    return CaseClock.objects.get(case_id=case.pk, key=key)


def hours(row: CaseClock) -> float:
    return round((row.due_at - row.started_at) / timedelta(hours=1), 2) if row.due_at else 0


def refused(case: Case, verb: str, by: str = "engineer", **given: object) -> Refused:
    with pytest.raises(Refused) as caught:
        do(case, verb, by, **given)
    return caught.value


def test_HA_3_2_4_a_dispatch_hands_the_engineer_everything_that_the_ticket_knows() -> None:
    ticket = receive().case
    case = plan(ticket)
    record = order(case)
    assert (record.contact_phone, record.trouble, record.category and record.category.key) == (
        "+8613800138000",
        "冰箱不制冷，冷藏室结冰",
        "fridge",
    )
    assert case.unit.name == works.STATION and not record.charged
    assigned(case)
    assert told(case, "work_assigned"), "the engineer is told, with the way to the whole case"


def test_HA_3_2_7_the_engineer_calls_the_customer_within_24_hours_of_getting_the_job() -> None:
    case = assigned(plan())
    row = clock(case, "contact")
    assert hours(row) == 24 and "dispatcher" in {level["to"] for level in row.levels}
    do(case, "accept")
    do(case, "contact", way="phone")
    assert clock(case, "contact").stopped_at is not None


def test_HA_3_3_1_who_agreed_on_a_time_is_there_by_then_and_shows_it() -> None:
    case = booked(plan())
    promised = order(case)
    row = clock(case, "arrival")
    assert promised.window_to and row.due_at and (row.due_at - promised.window_to).total_seconds() == pytest.approx(15 * 60, abs=1)
    do(case, "depart", loaded=True)
    assert refused(case, "arrive").code == "no_proof_of_place"
    do(case, "arrive", position="30.2741,120.1551")
    assert clock(case, "arrival").stopped_at and Journal.objects.get(case_id=case.pk, verb="arrive").data["in_time"] is True


def test_HA_3_3_2_on_arrival_dress_badge_and_certificate_are_shown() -> None:
    case = booked(plan())
    do(case, "depart", loaded=True)
    do(case, "arrive", note="地下车库没有定位")
    assert refused(case, "show_badge", uniform=True, badge=True).code == "incomplete"
    do(case, "show_badge", **BADGE)


def test_HA_3_3_3_nothing_is_repaired_before_symptom_cause_and_a_measure_that_fits_it() -> None:
    case = arrived(plan())
    assert refused(case, "repair", measure="mend").code == "wrong_state"
    without = {key: value for key, value in DIAGNOSIS.items() if key != "cause"}
    assert "cause" in refused(case, "diagnose", **without).fields
    do(case, "diagnose", **DIAGNOSIS)
    assert refused(case, "repair", measure="teach").code == "measure_unfit"
    assert do(case, "repair", measure="mend").state == "repairing"


def test_JD_2_1_a_root_cause_stands_on_two_sources_and_has_its_class() -> None:
    case = arrived(plan())
    assert refused(case, "diagnose", **{**DIAGNOSIS, "from_user": False}).code == "cause_ungrounded"
    do(case, "diagnose", **DIAGNOSIS)
    assert order(case).root == "hardware_compat"


def test_JD_2_2_who_else_is_hit_sets_the_priority_and_core_business_goes_on_first() -> None:
    case = arrived(plan())
    wide = {**DIAGNOSIS, "impact": "enterprise", "core": True}
    assert "interim" in refused(case, "diagnose", **wide).fields
    do(case, "diagnose", **wide, interim="先接备用机")
    assert Case.objects.unscoped("test").get(pk=case.pk).priority == 1


def test_JD_2_5_nobody_leaves_without_tools_and_spares() -> None:
    case = booked(plan())
    assert "loaded" in refused(case, "depart").fields
    assert do(case, "depart", loaded=True).state == "travelling"


def test_JD_2_7_remote_work_goes_by_a_secure_channel_with_consent_and_a_recording() -> None:
    case = assigned(plan(receive(kind="usage_question").case), "engineer")
    do(case, "accept")
    given = {"channel": "company", "consent": True}
    assert "recording" in refused(case, "remote_session", **given).fields
    assert do(case, "remote_session", **given, recording=[photo(who("engineer"))]).state == "remote"


def test_JD_4_1_each_step_has_a_reason_and_somebody_who_answers_for_it() -> None:
    case = assigned(plan())
    assert "reason" in refused(case, "refuse").fields
    do(case, "refuse", reason="当天请假")
    assert Case.objects.unscoped("test").get(pk=case.pk).state == "planned"


def test_YD_1_1_a_window_is_booked_only_while_somebody_of_the_station_is_free() -> None:
    span = window(30)
    for _place in range(3):
        do(plan(), "book", "planner", **span)
    full = plan()
    assert refused(full, "book", "planner", **span).code == "window_full"
    do(full, "book", "planner", **window(60))


def test_YD_1_3_time_is_estimated_and_out_of_warranty_the_parts_too() -> None:
    case = arrived(plan())
    assert "minutes" in refused(case, "diagnose", **{**DIAGNOSIS, "minutes": None}).fields
    do(case, "diagnose", **DIAGNOSIS)
    WorkOrder.objects.filter(pk=case.pk).update(verdict="out")
    assert "parts_cost" in refused(case, "quote", reason="已过保修期", minutes=60).fields
    assert do(case, "quote", reason="已过保修期", minutes=60, parts_cost="120").state == "quoted"


def test_HA_3_2_5_out_of_warranty_nothing_begins_before_reason_price_and_consent() -> None:
    case = arrived(plan())
    WorkOrder.objects.filter(pk=case.pk).update(verdict="out")
    do(case, "diagnose", **DIAGNOSIS)
    assert refused(case, "repair", measure="mend").code == "not_agreed"
    assert "reason" in refused(case, "quote", minutes=60, parts_cost="120").fields
    do(case, "quote", reason="已过保修期", minutes=60, parts_cost="120")
    do(case, "agree", how="signature", signature=[photo(who("engineer"))])
    assert do(case, "repair", measure="mend").state == "repairing"


def test_SL_3_5_a_dangerous_fault_goes_to_a_senior_engineer_only() -> None:
    case = plan(receive(urgency="danger").case)
    assert order(case).grade == "senior"
    code = refused(case, "assign", "planner", to=Account.objects.get(login="engineer").pk)
    assert code.code == "not_qualified" and code.clauses == ("SL-3.5",)
    assert assigned(case, "senior").state == "assigned"


def today(days: int = 0) -> date:
    return local(now()).date() + timedelta(days=days)


def _device(tier: str, category: str, **given: object) -> Case:
    wang = purchases.wang()
    contracts.sell(actor("manager"), wang.pk, tier, until=today(300))
    return receive(category=category, **given).case


def test_SL_1_7_electronics_intermediate_has_somebody_on_site_in_48_hours() -> None:
    row = clock(plan(_device("intermediate", "phone")), "onsite")
    assert hours(row) == 48 and "SL-1.7" in row.clauses


def test_SL_1_8_electronics_advanced_in_24_hours() -> None:
    row = clock(plan(_device("advanced", "phone")), "onsite")
    assert hours(row) == 24 and "SL-1.8" in row.clauses


def test_SL_1_9_a_vip_of_electronics_is_fetched_from_within_24_hours() -> None:
    row = clock(plan(_device("vip", "phone"), service="delivery"), "onsite")
    assert hours(row) == 24 and "SL-1.9" in row.clauses


def test_SL_2_6_an_emergency_of_an_advanced_phone_is_rescued_within_24_hours() -> None:
    row = clock(plan(_device("advanced", "phone", urgency="high")), "onsite")
    assert hours(row) == 24 and "SL-2.6" in row.clauses


def test_SL_1_13_road_rescue_of_the_advanced_is_free_and_counted() -> None:
    ticket = _device("advanced", "car", serial=None)
    cases = [plan(ticket, service="rescue") for _time in range(4)]
    free = [order(case).free for case in cases]
    assert free == [True, True, True, False], "three a year; the fourth is charged like any other"
    assert BenefitUse.objects.unscoped("test").count() == 3


def test_SL_3_9_the_customer_hears_of_each_step_as_it_happens() -> None:
    case = booked(plan())
    do(case, "depart", loaded=True)
    assert told(case, "work_booked") and told(case, "work_coming")


def test_the_order_is_the_engineers_and_another_province_sees_nothing_of_it() -> None:
    case = assigned(plan())
    seen = {
        name: Case.objects.visible_to(who(name)).filter(pk=case.pk).exists()
        for name in ("engineer", "engineer2", "planner", "agent", "outsider")
    }
    assert seen == {"engineer": True, "engineer2": True, "planner": True, "agent": True, "outsider": False}
    with pytest.raises(Refused) as caught:
        do(case, "accept", "engineer2")
    assert caught.value.status == 403
    key = uuid4()
    ticket = receive().case
    assert plan(ticket, key=key).pk == plan(ticket, key=key).pk, "a double click makes one order"
