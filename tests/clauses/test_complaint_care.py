"""A complaint is taken in whole, graded, passed on, answered in time and within authority, settled by options, and learned from."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.cast import account, actor
from tests.complaints import ANSWER, GIVEN, PLAN, answered, complain, do, later, model, planned, rules
from tests.kernel.test_scheduler import MONDAY, fire
from tests.pictures import photo
from tests.tickets import receive
from xiuhao.complaint.models import Complaint, Option
from xiuhao.kernel import dispatcher, engine, recount
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Case, CaseAsk, CaseClock, Journal, Message
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated

pytestmark = pytest.mark.django_db
SETTLE = {"text": "非常抱歉，今天下午上门重新安装", "fault": "ours", "apologised": True, "basis": "服务规范第 3 条"}


def refused(case: Case, verb: str, who: str = "agent", **given: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        do(case, verb, who, **given)
    return caught.value


def unborn(**given: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        complain(**given)
    return caught.value


def clock(case: Case, key: str) -> CaseClock:
    return CaseClock.objects.filter(case_id=case.pk, key=key).latest("pk")


def told(case: Case) -> set[str]:
    while dispatcher.round():
        continue
    return {row.template.split("/")[-1].removesuffix(".txt") for row in Message.objects.filter(case_id=case.pk, channel="sms")}


def authorise(case: Case, amount: str) -> None:
    engine.perform("complaint", "authorise", actor=SYSTEM, number=case.number, given={"amount": amount, "note": "核决"})


def executed(**given: Any) -> Case:
    case = planned(**given)
    do(case, "offer", way="phone", text="先为您更换压缩机")
    do(case, "confirm", way="phone", note="电话里同意")
    do(case, "execute", outcome="已换压缩机", basis="三包规定", proof=[photo("agent")])
    return case


CLOSING = {"summary": "压缩机批次不良", "improvement": "来料加严检验"}
CONTENT = {"satisfied": "yes", "opinion": "很好"}


def test_HA_5_2_model_symptom_and_when_it_was_bought_are_recorded() -> None:
    for key in ("model", "symptom", "purchased_on"):
        wrong = unborn(**{key: None})
        assert key in wrong.fields and "HA-5.2" in wrong.clauses
    assert complain(content="service", model=None, purchased_on=None).number, "a person has no model"
    assert rules(complain(serial="XH24A0002", contact_phone="13800138001"), "receive")["HA-5.2"] == "met"
    ticket = receive(kind="complaint", purchased_on=None).case
    given = {"content": "quality", "loss": "some", "demand": "repair", "restated": "漏水", "agreed": "yes", "promised_at": later()}
    with pytest.raises(Refused) as caught:
        engine.perform("complaint", "raise", actor=actor("agent"), given=given, parent=ticket.number)
    assert set(caught.value.fields) == {"model", "purchased_on"} and "HA-5.2" in caught.value.clauses, "what the ticket tells is not asked"
    full = {**given, "model": model(), "purchased_on": "2026-03-01"}
    case = engine.perform("complaint", "raise", actor=actor("agent"), given=full, parent=ticket.number).case
    assert Complaint.objects.get(pk=case.pk).symptom and case.customer_id == ticket.customer_id


def test_HA_5_3_it_goes_to_the_department_of_its_content_at_once() -> None:
    with simulated(MONDAY):
        case, late = complain(), complain(contact_phone="13800138002", serial="XH24A0003")
        assert "HA-5.3" in clock(case, "dispatch").clauses
        do(case, "assign")
    assert Complaint.objects.get(pk=case.pk).department == "quality" and rules(case, "assign")["HA-5.3"] == "met"
    assert CaseAsk.put_to(actor("quality")).filter(case=case).exists()
    fire(MONDAY + timedelta(hours=3))
    assert Journal.objects.get(case_id=late.pk, verb="clock_breach").rules["HA-5.3"] == "broken"
    assert refused(late, "assign", department="sales").code == "department_unexplained"
    do(late, "assign", department="sales", reason="运输造成")
    assert rules(late, "assign")["HA-5.3"] == "broken", "overruled, with its reason"
    assert not recount.recount().differences


def test_HA_5_5_the_department_speaks_with_the_customer_and_answers_in_time() -> None:
    with simulated(MONDAY):
        case, grave = complain(), complain(safety=True, contact_phone="13800138003", serial="XH24A0004")
        do(case, "assign")
        do(grave, "assign")
    assert clock(case, "answer").due_at == MONDAY + timedelta(hours=24)
    assert clock(grave, "answer").due_at == MONDAY + timedelta(hours=1)
    for key in ("contacted", "facts", "text"):
        assert key in refused(case, "answer", "quality", **{**ANSWER, key: None, "promised_at": later()}).fields
    with simulated(MONDAY + timedelta(hours=2)):
        do(case, "send_back", "quality", reason="运输问题")
        do(case, "assign", department="sales", reason="运输问题")
    assert clock(case, "answer").due_at == MONDAY + timedelta(hours=24), "the customer waits no longer for it"
    with simulated(MONDAY + timedelta(hours=3)):
        do(case, "answer", "sales", promised_at=(MONDAY + timedelta(hours=30)).isoformat(), **ANSWER)
    assert clock(case, "answer").status == "met" and rules(case, "answer")["HA-5.5"] == "met"
    fire(MONDAY + timedelta(hours=2))
    assert Journal.objects.filter(case_id=grave.pk, verb="clock_breach", data__clock="answer").exists()


def test_HA_5_6_nothing_is_carried_out_before_there_is_a_plan() -> None:
    case = answered()
    assert refused(case, "execute", outcome="换机", basis="规定", proof=[photo("agent")]).code == "wrong_state"
    assert do(case, "plan", "quality", **PLAN).case.state == "planned", "the department's own"
    assert rules(case, "plan")["HA-5.6"] == "met"


def test_CS2_5_content_and_severity_choose_the_way() -> None:
    case = complain(safety=True)
    record = Complaint.objects.get(pk=case.pk)
    assert record.severity == "critical" and rules(case, "receive")["CS2-5"] == "met"
    assert refused(case, "settle", **SETTLE).code == "not_at_once"
    assert unborn(severity="critical", contact_phone="13800138004", serial="XH24A0005").code == "severity_unexplained"
    graver = complain(severity="critical", why="客户在媒体工作", contact_phone="13800138004", serial="XH24A0005")
    assert rules(graver, "receive")["CS2-5"] == "broken", "overruled, with its reason"
    assert clock(graver, "dispatch").limit < clock(complain(contact_phone="13800138005", serial="XH24B00006"), "dispatch").limit
    assert not recount.recount().differences


def test_CS2_6_a_serious_complaint_is_told_of_at_once_and_again_until_it_is_closed() -> None:
    with simulated(MONDAY):
        case, plain = complain(safety=True), complain(contact_phone="13800138006", serial="XH24B00007")
    first = clock(case, "update")
    assert first.due_at == MONDAY + timedelta(hours=1) and "CS2-6" in first.clauses
    assert not CaseClock.objects.filter(case_id=plain.pk, key="update").exists()
    with simulated(MONDAY + timedelta(minutes=30)):
        do(case, "inform", text="专人已到厂里取样", remedy="substitute", promised_at=(MONDAY + timedelta(hours=5)).isoformat())
    assert clock(case, "update").due_at == MONDAY + timedelta(hours=4, minutes=30)
    fire(MONDAY + timedelta(hours=4, minutes=31))
    lines = Journal.objects.filter(case_id=case.pk, verb="clock_breach", data__clock="update")
    assert lines.get().rules["CS2-6"] == "broken"


def test_CS3_4_1_what_is_decided_has_its_proof_and_its_written_ground() -> None:
    case = planned()
    do(case, "offer", way="phone", text="更换压缩机")
    do(case, "confirm", way="phone", note="同意")
    for key in ("basis", "proof"):
        given = {"outcome": "已换", "basis": "三包规定", "proof": [photo("agent")], key: None}
        wrong = refused(case, "execute", **given)
        assert key in wrong.fields and "CS3-4.1" in wrong.clauses
    do(case, "execute", outcome="已换", basis="三包规定", proof=[photo("agent")])
    assert rules(case, "execute")["CS3-4.1"] == "met"


def test_CS3_4_2_causes_and_suggestions_are_drawn_from_it() -> None:
    case = executed()
    do(case, "survey", **CONTENT)
    for key in CLOSING:
        assert key in refused(case, "close", **{**CLOSING, key: None}).fields
    assert do(case, "close", cause="quality", **CLOSING).case.state == "closed"
    assert rules(case, "close")["CS3-4.2"] == "met"


def test_CS3_4_3_disputes_and_reports_of_wrongdoing_are_taken_too() -> None:
    case = complain(content="dispute")
    do(case, "assign")
    assert Complaint.objects.get(pk=case.pk).department == "manager" and rules(case, "assign").get("CS3-4.3") == "met"
    told = {"person": "仓库某人", "concerns": "outside", "matter": "私卖备件", "anonymous": True}
    report = engine.perform("tipoff", "file", actor=actor("agent"), given=told).case
    assert Journal.objects.get(case_id=report.pk).rules.get("CS3-4.3") == "met"
    assert not Case.objects.visible_to(actor("manager")).filter(pk=report.pk).exists()
    assert Case.objects.visible_to(actor("office")).filter(pk=report.pk).exists()


def test_CS4_1_1_points_are_restated_and_agreed_to_before_there_is_a_plan() -> None:
    assert "restated" in unborn(restated=None).fields
    case = complain(channel="mail", restated=None, agreed=None)
    do(case, "assign")
    do(case, "answer", "quality", promised_at=later(), **ANSWER)
    assert refused(case, "plan", **PLAN).code == "complaint_unheard"
    do(case, "restate", restated="三次不制冷", agreed="no")
    assert "CS4-1.1" in refused(case, "plan", **PLAN).clauses
    do(case, "restate", restated="三次不制冷，食物坏了", agreed="yes")
    assert do(case, "plan", **PLAN).case.state == "planned" and rules(case, "restate")["CS4-1.1"] == "met"


def test_CS4_1_2_a_small_complaint_within_authority_is_answered_at_once() -> None:
    case = complain()
    assert "proof" in refused(case, "settle", amount="150", **SETTLE).fields
    assert do(case, "settle", amount="150", proof=[photo("agent")], **SETTLE).case.state == "executed"
    assert rules(case, "settle")["CS4-1.2"] == "met"
    with simulated(MONDAY):
        once = complain(contact_phone="13800138007", serial="XH24B00008", at_once=True, promised_at=None)
    assert clock(once, "promise").due_at == MONDAY + timedelta(minutes=30), "what is said to be answered at once is"
    assert unborn(contact_phone="13800138017", serial="XH24B00018", safety=True, at_once=True).code == "not_at_once"
    assert not recount.recount().differences


def test_CS4_1_3_what_is_not_answered_at_once_has_a_promised_time() -> None:
    wrong = unborn(promised_at=None)
    assert "promised_at" in wrong.fields and "CS4-1.3" in wrong.clauses
    assert "CS4-1.3" in clock(complain(), "promise").clauses


def test_CS4_1_4_by_the_promised_time_there_is_an_answer_and_the_next_promise() -> None:
    with simulated(MONDAY):
        case = complain(promised_at=(MONDAY + timedelta(hours=4)).isoformat())
        late = complain(contact_phone="13800138008", serial="XH24B00009", promised_at=(MONDAY + timedelta(hours=4)).isoformat())
    with simulated(MONDAY + timedelta(hours=5)):
        assert refused(late, "inform", text="还在查").code == "promise_missing"
    with simulated(MONDAY + timedelta(hours=3)):
        do(case, "inform", text="还在查，明天答复您", promised_at=(MONDAY + timedelta(hours=8)).isoformat())
    assert clock(case, "promise").due_at == MONDAY + timedelta(hours=8) and rules(case, "inform")["CS4-1.4"] == "met"
    fire(MONDAY + timedelta(hours=5))
    assert Journal.objects.get(case_id=late.pk, verb="clock_breach", data__clock="promise").rules["CS4-1.4"] == "broken"
    assert not Journal.objects.filter(case_id=case.pk, verb="clock_breach", data__clock="promise").exists()


def test_CS4_2_1_who_is_wrong_apologises_first() -> None:
    case = complain()
    do(case, "assign")
    wrong = refused(case, "answer", "quality", **{**ANSWER, "apologised": False, "promised_at": later()})
    assert "apologised" in wrong.fields and "CS4-2.1" in wrong.clauses
    do(case, "answer", "quality", **{**ANSWER, "promised_at": later()})
    assert Complaint.objects.get(pk=case.pk).apologised_at and rules(case, "answer")["CS4-2.1"] == "met"
    early = unborn(evident=True, contact_phone="13800138029", serial="XH24B00029")
    assert "apologised" in early.fields and "CS4-2.1" in early.clauses, "whoever hears it first is sorry first"
    heard = complain(evident=True, apologised=True, contact_phone="13800138029", serial="XH24B00029")
    record = Complaint.objects.get(pk=heard.pk)
    assert record.apologised_at and not record.fault and rules(heard, "receive")["CS4-2.1"] == "met", "an apology finds no fault"
    assert "fault" in refused(complain(contact_phone="13800138009", serial="XH24B00010"), "settle", **{**SETTLE, "fault": ""}).fields


def test_CS4_2_2_three_options_the_best_is_offered_first_the_next_on_objection() -> None:
    case = answered()
    assert "option_3" in refused(case, "plan", **{**PLAN, "option_3": None}).fields
    assert refused(case, "plan", **{**PLAN, "option_2": " 更换压缩机，并延保一年。"}).code == "options_alike", "twice the same"
    do(case, "plan", **PLAN)
    do(case, "offer", way="phone", text="更换压缩机")
    assert refused(case, "offer", way="phone", text="更换整机").code == "nothing_to_offer", "one at a time"
    do(case, "object", reason="不放心")
    do(case, "offer", way="phone", text="更换整机")
    rows = Option.objects.unscoped("test").filter(case=case)
    assert [(one.rank, one.answer, one.offered_at is not None) for one in rows] == [(1, "refused", True), (2, "", True), (3, "", False)]
    assert rules(case, "offer")["CS4-2.2"] == "met"


def test_CS4_2_3_only_what_the_customer_confirmed_is_carried_out() -> None:
    case = planned()
    assert refused(case, "confirm", way="phone", note="同意").code == "nothing_offered"
    do(case, "offer", way="phone", text="更换压缩机")
    done = {"outcome": "已换", "basis": "三包规定", "proof": [photo("agent")]}
    assert refused(case, "execute", **done).code == "wrong_state"
    do(case, "confirm", way="phone", note="电话里同意")
    assert do(case, "execute", **done).case.state == "executed"


def test_CS4_2_4_after_the_solution_the_customer_is_asked_usually_twice() -> None:
    with simulated(MONDAY):
        case = executed()
    assert clock(case, "opinion").due_at == MONDAY + timedelta(days=2)
    assert refused(case, "close", **CLOSING).code == "not_surveyed"
    with simulated(MONDAY + timedelta(days=1)):
        do(case, "survey", **CONTENT)
    assert clock(case, "opinion").due_at == MONDAY + timedelta(days=6), "and once more"
    with simulated(MONDAY + timedelta(days=2)):
        do(case, "survey", **{**CONTENT, "satisfied": "no"}, promised_at=(MONDAY + timedelta(days=4)).isoformat())
    assert Case.objects.unscoped("test").get(pk=case.pk).state == "answered", "another plan"
    assert rules(case, "survey")["CS4-2.4"] == "met"


def test_CS4_4_the_customer_hears_of_each_step_before_they_ask() -> None:
    case = executed()
    stages = {"received", "passed_on", "reply", "offer", "confirmed", "executed"}
    assert {f"complaint_{stage}" for stage in stages} <= told(case)
    do(case, "chase", note="客户来电问进展")
    assert rules(case, "chase")["CS4-4"] == "broken" and rules(case, "offer")["CS4-4"] == "met"
    assert not recount.recount().differences


def test_CS4_6_what_the_customer_wants_most_is_known_and_whether_it_was_exceeded() -> None:
    wrong = unborn(demand=None)
    assert "demand" in wrong.fields and "CS4-6" in wrong.clauses
    case = executed()
    do(case, "survey", better="yes", **CONTENT)
    assert Complaint.objects.get(pk=case.pk).better and rules(case, "receive")["CS4-6"] == "met"


def test_JD_1_8_the_core_demand_is_asked_and_a_repeated_complaint_is_noticed() -> None:
    assert "JD-1.8" in unborn(demand=None).clauses
    complain()
    again = Complaint.objects.get(pk=complain(symptom="又坏了").pk)
    assert again.repeats == 1 and again.severity == "serious" and rules(again.case, "receive")["JD-1.8"] == "met"


def test_JD_4_6_news_of_a_serious_complaint_name_compensation_or_a_substitute() -> None:
    case = complain(safety=True)
    assert refused(case, "inform", text="还在查", promised_at=later()).code == "remedy_missing"
    do(case, "inform", text="还在查，先送备用机", remedy="substitute", promised_at=later())
    assert rules(case, "inform")["JD-4.6"] == "met" and "complaint_progress" in told(case)
    assert "JD-4.6" in clock(case, "update").clauses


def test_CS5_3_what_has_cost_nobody_anything_is_an_anomaly() -> None:
    wrong = unborn(loss="none")
    assert wrong.code == "no_loss" and wrong.clauses == ("CS5-3",) and "异常处理单" in str(wrong.sentence)
    told = {"content": "quality", "text": "包装箱印刷模糊，未造成损失"}
    slip = engine.perform("anomaly", "report", actor=actor("sales"), given=told).case
    assert slip.number.startswith("YC") and rules(slip, "report").get("CS5-3") == "met"
    do(slip, "answer", "production", process="anomaly", cause="墨辊磨损", measure="更换墨辊")
    assert do(slip, "send_back", "quality", process="anomaly", why="第二批仍模糊").case.state == "reported", "it did not help"
    do(slip, "answer", "production", process="anomaly", cause="墨辊磨损", measure="更换墨辊和轴承")
    assert do(slip, "close", "quality", process="anomaly", checked="连续三批清晰").case.state == "closed"


def test_CS5_9_14_nobody_answers_offers_or_promises_beyond_what_is_authorised() -> None:
    case = answered()
    for given in ({"amount": "5000"}, {"text": "我们赔偿您 5,000 元"}, {"text": "给您退还1.2万元"}, {"text": "补偿您三千五百元"}):
        wrong = refused(case, "inform", **{"text": "请放心", "promised_at": later(), **given})
        assert wrong.code == "beyond_authorised" and wrong.clauses == ("CS5-9.14",)
    assert refused(case, "inform", text="给您全额退款", promised_at=later()).clauses == ("CS5-9.14",), "it names no amount"
    unclear = complain(contact_phone="13800138019", serial="XH24B00019")
    assert refused(unclear, "inform", text="全部是我们的责任", promised_at=later()).clauses == ("CS5-9.14",), "not found yet"
    do(case, "inform", text="您花 8000 元买的冰箱我们负责修好", promised_at=later())
    do(case, "plan", **{**PLAN, "amount_1": "3000"})
    assert refused(case, "offer", way="phone", text="更换整机").code == "beyond_authorised"
    authorise(case, "3000")
    do(case, "offer", way="phone", text="更换整机，补偿您 3000 元")
    do(case, "confirm", way="phone", note="同意")
    authorise(case, "2000")
    given = {"outcome": "已换", "basis": "核决", "proof": [photo("agent")]}
    assert refused(case, "execute", **given).code == "beyond_authorised", "decided anew meanwhile"
    assert Complaint.objects.get(pk=case.pk).authorised == Decimal(2000)


def test_CS5_9_15_the_customer_gets_a_letter_or_a_call_and_never_the_form(client: Client) -> None:
    case = executed()
    authorise(case, "150")
    do(case, "survey", **CONTENT)
    assert refused(case, "close", **CLOSING).code == "not_relayed"
    assert "way" in refused(case, "relay", way="copy", text="处理表复印件").fields
    do(case, "relay", way="letter", text="核决补偿 150 元，随函奉上")
    assert rules(case, "relay")["CS5-9.15"] == "met"
    client.force_login(account("agent"))
    paper = client.get(f"/c/complaint/{case.number}/paper/letter")
    assert paper.status_code == 200 and paper["Content-Type"] == "application/pdf"
    customer = Actor("customer", customer=case.customer_id, cases=frozenset({case.pk}), proven=True)
    assert not Option.objects.visible_to(customer).exists() and not engine.open_verbs(customer, case)
    assert do(case, "close", **CLOSING).case.state == "closed"
    assert GIVEN["contact_phone"] not in client.get(f"/c/complaint/{case.number}/").content.decode()
