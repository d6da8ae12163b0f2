"""Claims, clause by clause: the form, the chain, the limits, the decision by authority, the copies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import account, actor
from tests.claims import CHAIN, FORM, UNCERTIFIED, along, at, clock, do, inboxes, record, refused, settled, submitted, told
from tests.kernel.test_scheduler import MONDAY, fire
from xiuhao.accounts.models import Hold
from xiuhao.claim.elements import STAGE_CLOCKS
from xiuhao.claim.models import Improvement
from xiuhao.claim.pages import facts
from xiuhao.kernel import calendars, engine, policy
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseAsk, Journal, Link
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated
from xiuhao.ui.words import money

pytestmark = pytest.mark.django_db
GIVEN = {verb: given for _state, verb, _who, given in CHAIN}
DAY = timedelta(days=1)


def without(verb: str, name: str) -> dict[str, Any]:
    return {key: value for key, value in GIVEN[verb].items() if key != name}


def lacking(act: Any) -> set[str]:
    """The fields that a refusal names as missing."""
    with pytest.raises(Refused) as caught:
        act()
    return {name for name, wrong in caught.value.fields.items() if wrong.code == "missing"}


def test_CS5_5_an_investigation_says_whether_people_or_quality_caused_it() -> None:
    case = at("investigate")
    assert lacking(lambda: do(case, "investigate", "quality", **without("investigate", "cause"))) == {"cause"}
    do(case, "investigate", "quality", **{**GIVEN["investigate"], "cause": "human"})
    assert record(case).cause == "human"


def test_CS5_7_1_each_department_gives_what_it_owes() -> None:
    with pytest.raises(Refused) as caught:
        engine.perform("claim", "submit", actor=actor("sales"), given={**FORM, "order_no": ""}, parent=_complaint().number)
    assert "order_no" in caught.value.fields
    case = at("investigate")
    assert lacking(lambda: do(case, "investigate", "quality", **without("investigate", "liable"))) == {"liable"}
    case = along(case, "analyse")
    owed = ("analysis", "countermeasure", "machine_shift", "operators", "produced_on")
    for name in owed:
        assert lacking(lambda name=name: do(case, "analyse", "production", **without("analyse", name))) == {name}
    assert do(case, "analyse", "production", **GIVEN["analyse"]).state == "analysed"


def _complaint() -> Case:
    from tests.complaints import complain

    return complain()


def test_CS5_8_1_the_ledger_number_is_year_month_serial_and_begins_anew_each_month() -> None:
    numbers = []
    for at_, count in ((MONDAY, 2), (MONDAY + 30 * DAY, 1)):
        with simulated(at_):
            for _ in range(count):
                case = do(submitted(), "register", "office")
                numbers.append(record(case).ledger_no)
    assert numbers == ["202611-001", "202611-002", "202612-001"]


def test_CS5_9_1_the_form_comes_with_its_details_its_demand_the_sample_and_an_opinion() -> None:
    for name in ("order_no", "part_no", "ship_date", "defect_quantity", "demand", "sample", "advice"):
        assert name in lacking(lambda name=name: submitted(**{name: None}))
    case = submitted()
    assert (record(case).sample_place, record(case).sample_with) == ("样品柜 A3", "quality")
    do(case, "move_sample", "quality", sample_place="实验室", sample_with="research")
    assert (record(case).sample_place, record(case).sample_with) == ("实验室", "research")


def test_CS5_9_2_a_quantity_that_is_open_is_said_to_be_and_asked_for_again() -> None:
    assert lacking(lambda: submitted(quantity=None)) == {"quantity"}
    with pytest.raises(Refused) as caught:
        submitted(in_process=True)
    assert caught.value.code == "quantity_unsaid", "both at once contradict each other"
    with simulated(MONDAY):
        case = submitted(quantity=None, in_process=True)
    assert clock(case, "quantity").due_at == MONDAY + 7 * DAY
    case = along(case, "close")
    assert refused(case, "close", "office").code == "quantity_open"
    do(case, "fill_quantity", "sales", quantity="88")
    assert record(case).quantity == 88 and not record(case).in_process and clock(case, "quantity").stopped_at
    assert do(case, "close", "office", note=UNCERTIFIED).state == "closed"


def test_CS5_9_3_the_report_is_due_three_days_after_the_investigation() -> None:
    with simulated(MONDAY):
        case = at("report")
    assert clock(case, "report").due_at == MONDAY + 3 * DAY
    fire(MONDAY + 3 * DAY + timedelta(minutes=1))
    line = Journal.objects.get(case_id=case.pk, verb="clock_breach", data__clock="report")
    assert line.rules["CS5-9.3"] == "broken"
    with simulated(MONDAY):
        other = along(at("report"), "analyse")
    assert clock(other, "report").status == "met"


def test_CS5_9_3_the_report_is_put_to_the_general_manager_who_comments_on_it() -> None:
    case = at("analyse")
    assert CaseAsk.objects.get(case=case, key="instruction").to_role == "director"
    assert Journal.objects.get(case=case, verb="report").rules["CS5-9.3"] == "met"
    for who in ("manager", "deputy", "quality"):
        assert refused(case, "instruct", who, text="同意").status == 403
    case = do(case, "instruct", "director", text="加快换线检验")
    assert case.state == "reported" and told(case, "claim_instructed") == {"quality", "office"}
    other = along(at("analyse"), "execute")
    assert not CaseAsk.objects.filter(case=other, key="instruction", outcome="").exists(), "decided: waited for no more"


def test_CS5_9_4_a_claim_is_numbered_and_goes_from_department_to_department() -> None:
    case = submitted()
    for place, (state, verb, who, given) in enumerate(CHAIN):
        assert case.state == state
        ahead = next((step for step in CHAIN[place:] if step[0] != state), None)
        if ahead:
            assert refused(case, ahead[1], ahead[2], **ahead[3]).code == "wrong_state", "no department is passed over"
        case = do(case, verb, who, **given)
        if verb == "register":
            assert record(case).ledger_no
    assert case.state == "closed"


def test_CS5_9_6_sales_negotiates_at_once_and_its_head_reads_the_result() -> None:
    with simulated(MONDAY):
        case = at("negotiate")
        assert clock(case, "negotiation").due_at == MONDAY + 3 * DAY
        case = do(case, "negotiate", "sales", **GIVEN["negotiate"])
    assert case.state == "negotiating", "not read yet"
    assert CaseAsk.objects.get(case=case, key="reading").to_role == "sales_head"
    assert refused(case, "read", "sales").status == 403
    assert refused(case, "negotiate", "sales", **GIVEN["negotiate"]).code == "being_read"
    assert do(case, "read", "sales_head").state == "negotiated"


def test_CS5_9_7_the_comprehensive_opinion_is_due_within_a_day() -> None:
    with simulated(MONDAY):
        case = at("opine")
    assert clock(case, "opinion").due_at == MONDAY + DAY
    fire(MONDAY + DAY + timedelta(minutes=1))
    assert Journal.objects.get(case_id=case.pk, verb="clock_breach", data__clock="opinion").rules["CS5-9.7"] == "broken"


def table() -> None:
    """A table of authority put into force, as the sample that ships has it."""
    for role, most in (("sales_head", 1000), ("deputy", 10000)):
        change = policy.Change(
            "add",
            "authority.claim.decision",
            role,
            position=most // 10,
            match={"amount": {"max": most}},
            value={"role": role},
            clauses=("CS5-11",),
        )
        policy.apply(change, SYSTEM, "公司核定")


def test_CS5_9_8_the_decision_is_made_by_whom_the_authority_table_names() -> None:
    case = at("approve")
    assert CaseAsk.objects.get(case=case, key="decision").to_role == "director"
    for who in ("sales_head", "deputy", "office", "manager"):
        assert refused(case, "approve", who, why="同意").status in (403, 404)
    assert do(case, "approve", "director", why="同意").state == "decided"


def test_CS5_9_9_what_quality_caused_is_tracked_and_an_oversight_is_exempt_with_its_reason() -> None:
    case = at("review")
    exempt = {"handling": "折让", "tracking": "exempt", "exempt_reason": "看错单"}
    assert refused(case, "review", "office", **exempt).code == "not_exempt"
    assert "handling" in lacking(lambda: do(case, "review", "office", **without("review", "handling")))
    do(case, "review", "office", **GIVEN["review"])
    settled()
    assert Improvement.objects.get(claim_id=case.pk).unit == "production"
    human = at("review", investigate={"cause": "human"})
    assert lacking(lambda: do(human, "review", "office", **{**exempt, "exempt_reason": ""})) == {"exempt_reason"}
    do(human, "review", "office", **exempt)
    settled()
    assert record(human).tracked is False and not Improvement.objects.filter(claim_id=human.pk).exists()


def test_CS5_9_11_the_closed_form_goes_out_in_five_copies_and_each_is_acknowledged() -> None:
    case = along(at("close"), "")
    settled()
    five = {"quality", "production", "sales", "finance", "office"}
    assert set(CaseAsk.objects.filter(case=case, key="copies", outcome="").values_list("to_role", flat=True)) == five
    for who in sorted(five):
        do(case, "acknowledge", who)
    assert not CaseAsk.objects.filter(case=case, key="copies", outcome="").exists()
    assert refused(case, "acknowledge", "office").code == "answered"


def test_CS5_9_12_whom_the_outcome_does_not_satisfy_gets_a_new_form_with_the_old_attached() -> None:
    early = at("opine")
    again = {"reason": "客户要求退货，不接受折让"}
    with pytest.raises(Refused) as caught:
        engine.perform("claim", "resubmit", actor=actor("sales"), given=again, parent=early.number)
    assert caught.value.code == "previous_undecided"
    old = along(early, "execute")
    new = engine.perform("claim", "resubmit", actor=actor("sales"), given=again, parent=old.number).case
    assert record(new).previous_id == old.pk and record(new).part_no == FORM["part_no"] and record(new).ledger_no is None
    assert set(Link.objects.filter(child=new).values_list("parent_id", flat=True)) == {old.pk, record(old).complaint_id}


def test_CS5_9_12_after_the_complaint_has_ended_the_new_form_is_filed_on_a_new_one_with_the_old_attached() -> None:
    old = along(at("close"), "")
    Case.objects.unscoped("arranging a test").filter(pk=record(old).complaint_id).update(is_open=False, state="closed")
    with pytest.raises(Refused) as caught:
        engine.perform("claim", "resubmit", actor=actor("sales"), given={"reason": "不接受"}, parent=old.number)
    assert caught.value.code == "complaint_ended" and old.number in str(caught.value.sentence)
    for number in ("KS9912000001", at("approve").number):
        with pytest.raises(Refused, match=r"previous_unknown|previous_undecided"):
            submitted(replaces=number)
    new = submitted(replaces=old.number)
    assert record(new).previous_id == old.pk and Link.objects.filter(parent=old, child=new, kind="claim").exists()
    assert Journal.objects.get(case=new, verb="submit").rules["CS5-9.12"] == "met"
    assert "CS5-9.12" not in Journal.objects.get(case=submitted(), verb="submit").rules
    with pytest.raises(Refused, match="resubmitted_already"):
        submitted(replaces=old.number)
    settled()
    assert record(old).case.state == "closed"
    [already] = [fact.value for fact in facts(record(new), actor("office")) if str(fact.label) == "原表已执行"]
    assert money(record(old).amount) in str(already), "whoever decides anew sees what was given"


def test_a_form_that_was_replaced_is_not_carried_out_and_is_replaced_once() -> None:
    def again(old: Case) -> Case:
        return engine.perform("claim", "resubmit", actor=actor("sales"), given={"reason": "客户不接受"}, parent=old.number).case

    old = at("execute")
    settled()
    new = again(old)
    assert refused(old, "execute", "sales", **GIVEN["execute"]).code == "form_replaced"
    assert refused(old, "amend", "office", amount="1", why="x").code == "form_replaced"
    with pytest.raises(Refused) as caught:
        again(old)
    assert caught.value.code == "resubmitted_already"
    settled()
    old.refresh_from_db()
    assert old.state == "closed" and record(old).complaint.authorised == 0
    new = along(new, "", opine={"amount": "900"})
    settled()
    assert new.state == "closed" and record(new).complaint.authorised == 900


def test_CS5_9_16_a_department_that_disagrees_reports_it_and_it_is_decided_anew() -> None:
    case = at("execute")
    case = do(case, "object", "production", objection="责任应由供应商分担")
    assert case.state == "deciding" and record(case).objection
    assert refused(case, "execute", "sales", **GIVEN["execute"]).code == "wrong_state"
    assert do(case, "refuse", "director", why="重新综合意见").state == "negotiated"


def test_CS5_9_17_what_is_liable_outside_is_handled_jointly_before_the_opinion() -> None:
    case = at("opine", investigate={"origin": "supplier", "liable": "板材供应商"})
    assert refused(case, "opine", "office", **GIVEN["opine"]).code == "party_outside"
    do(case, "involve", "office", external_party="华南板材", origin="supplier", joint_handling="会同到厂确认，承担一半", recourse="300")
    assert (record(case).external_party, record(case).recourse) == ("华南板材", 300)
    assert do(case, "opine", "office", **GIVEN["opine"]).state == "deciding"


def test_CS5_9_18_what_is_not_upheld_is_told_to_finance_and_collected_in_time() -> None:
    rejected = {"outcome": "rejected", "amount": "0"}
    with simulated(MONDAY):
        case = at("execute", opine=rejected)
    assert told(case, "claim_not_upheld") == {"finance", "sales"}
    assert clock(case, "collection").due_at == MONDAY + 7 * DAY
    assert refused(case, "close", "office").code == "not_executed"
    do(case, "collect", "sales", collected="1500", executed_on="2026-11-01")
    assert clock(case, "collection").stopped_at and do(case, "close", "office").state == "closed"
    assert record(case).collected == 1500
    upheld = at("execute")
    assert (
        not told(upheld, "claim_not_upheld")
        and refused(upheld, "collect", "sales", collected="1", executed_on="2026-11-01").code == "upheld"
    )


@pytest.mark.parametrize(("market", "days"), [("domestic", 15), ("overseas", 20)])
def test_CS5_10_1_a_claim_is_closed_within_15_days_at_home_and_20_abroad(market: str, days: int) -> None:
    with simulated(MONDAY):
        waiting = submitted(market=market)
    with simulated(MONDAY + DAY):
        case = do(waiting, "register", "office")
    assert clock(case, "total").due_at == MONDAY + (1 + days) * DAY, "from the registration on"
    fire(MONDAY + (1 + days) * DAY + timedelta(minutes=1))
    line = Journal.objects.get(case_id=case.pk, verb="clock_breach", data__clock="total")
    assert line.rules["CS5-10.1"] == "broken"


def test_CS5_10_3_each_stage_has_its_own_limit_and_together_they_stay_within_the_whole() -> None:
    rows = {key: policy.rows(f"clock.claim.{key}") for key in (*STAGE_CLOCKS, "total")}
    assert all(rows.values())
    limits = {key: max(calendars.seconds(row.value["limit"], calendars.named("always")) for row in found) for key, found in rows.items()}
    shortest = min(calendars.seconds(row.value["limit"], calendars.named("always")) for row in rows["total"])
    assert sum(limits[key] for key in STAGE_CLOCKS) <= shortest
    with simulated(MONDAY):
        case = submitted()
    assert clock(case, "registration").due_at == MONDAY + DAY / 2
    with simulated(MONDAY + DAY / 4):
        case = do(case, "register", "office")
    assert clock(case, "registration").status == "met" and clock(case, "quality").due_at == MONDAY + DAY / 4 + 3 * DAY


def test_CS5_10_4_what_is_overdue_is_told_to_its_department_the_next_level_and_the_office() -> None:
    with simulated(MONDAY):
        case = at("analyse")
    fire(MONDAY + 2 * DAY + timedelta(minutes=1))
    with simulated(MONDAY + 2 * DAY + timedelta(minutes=2)):
        settled()
        assert Journal.objects.get(case=case, verb="chase").data["given"]["clock"] == "production"
        assert inboxes(case, "claim_overdue") == {"office"} and "production" in inboxes(case, "clock_breach")
    fire(MONDAY + 3 * DAY + timedelta(minutes=1))
    with simulated(MONDAY + 3 * DAY + timedelta(minutes=2)):
        settled()
    assert "deputy" in inboxes(case)


def test_CS5_11_who_decides_depends_on_the_amount_and_another_amount_is_decided_anew() -> None:
    assert not policy.rows("authority.claim.decision"), "the sample ships out of force: the highest decides"
    assert CaseAsk.objects.get(case=at("approve", opine={"amount": "10"}), key="decision").to_role == "director"
    table()
    for amount, who in (("1000", "sales_head"), ("10000", "deputy"), ("10000.01", "director")):
        case = at("approve", opine={"amount": amount})
        lower = {"sales_head": "office", "deputy": "sales_head", "director": "deputy"}[who]
        assert refused(case, "approve", lower, why="同意").status in (403, 404)
        case = do(case, "approve", who, why="同意")
        assert case.state == "decided"
    do(case, "amend", "office", amount="900", why="客户让步")
    outcomes = list(CaseAsk.objects.filter(case=case, key="decision").order_by("pk").values_list("outcome", "to_role"))
    assert outcomes == [("void", "director"), ("", "sales_head")]
    assert refused(case, "execute", "sales", **GIVEN["execute"]).code == "wrong_state"
    assert do(case, "approve", "sales_head", why="同意").state == "decided"


def test_CS5_9_18_what_the_customer_disputes_goes_up_and_is_held_up_again() -> None:
    def held(case: Case) -> bool:
        return Hold.objects.unscoped("test").filter(case=case, released_at=None).exists()

    case = at("execute", opine={"outcome": "rejected", "amount": "0"})
    assert not held(case)
    part = refused(case, "collect", "sales", collected="1499.99", executed_on="2026-11-01")
    assert part.code == "collected_partly" and part.clauses == ("CS5-9.18",) and "1,500.00" in str(part.sentence)
    assert refused(at("execute"), "dispute", "sales", objection="不付").code == "upheld"
    case = do(case, "dispute", "sales", objection="客户认为检验方法不对，不肯付款")
    assert case.state == "deciding" and held(case), "in dispute until it is decided anew"
    assert CaseAsk.objects.filter(case=case, key="decision", outcome="").get().to_role == "director"
    assert Journal.objects.get(case=case, verb="dispute").rules["CS5-9.18"] == "met"
    case = do(case, "approve", "director", why="维持")
    do(case, "collect", "sales", collected="1500", executed_on="2026-11-01")
    assert refused(case, "dispute", "sales", objection="又有异议").code == "collected_already"


def test_CS5_9_18_a_dispute_is_decided_above_who_decided_before_whatever_the_table_says_of_an_amount_of_nothing() -> None:
    table()
    case = at("approve", opine={"outcome": "rejected", "amount": "0"})
    for who, above in (("sales_head", "deputy"), ("deputy", "director"), ("director", "director")):
        case = do(case, "approve", who, why="不成立")
        case = do(case, "dispute", "sales", objection="检验方法不对")
        waits = CaseAsk.objects.get(case=case, key="decision", outcome="")
        assert (waits.to_role, waits.asked_by) == (above, account("sales").id)
        if who == "sales_head":
            assert refused(case, "approve", "sales_head", why="维持").status in (403, 404)
