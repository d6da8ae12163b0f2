"""The clauses of taking a request in."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.cast import actor
from tests.kernel.test_hints import told
from tests.portal.visitor import Visitor
from tests.ticket.test_channels import by_api, by_excel, by_phone, by_web
from tests.tickets import GIVEN, receive
from tests.ui.desk import numbers, sit
from xiuhao.kernel import engine
from xiuhao.kernel.hints import Hints
from xiuhao.kernel.models import Case, CaseAsk, CaseClock, Journal, Outbox
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def rules(case: Case, verb: str = "receive") -> dict[str, str]:
    """The clauses that the line of a verb kept or broke."""
    return dict(Journal.objects.filter(case_id=case.pk, verb=verb).latest("seq").rules)


def refused(**given: object) -> dict[str, str]:
    """What a request lacks, field by field."""
    with pytest.raises(Refused) as caught:
        receive(**given)
    return {name: wrong.code for name, wrong in caught.value.fields.items()}


def queue(who: str, **asked: str) -> list[str]:
    """The numbers in somebody's list of open tickets."""
    return numbers(sit(who).get("/c/ticket/", {"view": "open", **asked}))  # type: ignore[arg-type]


def test_HA_3_1_1_a_fault_and_a_question_both_open_a_request_by_phone() -> None:
    desk = sit("agent")
    for kind, verdict in (("fault", "uncertain"), ("usage_question", "")):
        told = {**GIVEN, "kind": kind, "description": f"{kind}：显示E1"}
        assert desk.post(f"/ticket/call?call={(key := uuid4())}", {"_key": key, "then": "save", **told}).status_code == 303
        made = Ticket.objects.select_related("case").get(kind=kind)
        assert (made.channel, made.case.state, made.case.owner_id) == ("phone", "in_progress", actor("agent").id)
        assert (made.verdict, made.answered_at is not None, made.promised_at is not None) == (verdict, True, True), (
            "each is judged by its type"
        )
        assert rules(made.case).get("HA-3.1.1") == "met" and made.case.number in queue("agent", kind=kind)
    blank = desk.post(f"/ticket/call?call={(key := uuid4())}", {"_key": key, "then": "save", **GIVEN, "kind": ""})
    assert "类型" in blank.content.decode() and Ticket.objects.count() == 2, "what it is about is asked while the customer is there"


def test_HA_3_1_2_a_fault_needs_who_where_and_what() -> None:
    assert refused(contact_name=None, contact_address=None, category=None) == dict.fromkeys(
        ("contact_name", "contact_address", "category"), "missing"
    )
    assert rules(receive().case)["HA-3.1.2"] == "met"


def test_JD_1_1_contact_description_and_urgency_are_asked_always() -> None:
    assert refused(contact_phone=None, description=None, urgency=None, channel="web") == dict.fromkeys(
        ("contact_phone", "description", "urgency"), "missing"
    )
    assert rules(receive().case)["JD-1.1"] == "met"


def test_CS6_2_a_call_without_a_record_is_refused() -> None:
    case = receive().case
    with pytest.raises(Refused) as caught:
        engine.perform("ticket", "record_call", actor=actor("agent"), number=case.number, given={"direction": "in"})
    assert caught.value.fields["summary"].code == "missing" and "CS6-2" in caught.value.clauses
    engine.perform("ticket", "record_call", actor=actor("agent"), number=case.number, given={"direction": "in", "summary": "问进度"})
    assert rules(case, "record_call")["CS6-2"] == "met"


def test_CS3_2_1_online_and_hotline_before_and_after_the_sale_are_screened_and_handed_over() -> None:
    asked = {"kind": "usage_question", "category": "car", "description": "想了解保养套餐"}
    made = {(c, s): receive(channel=c, stage=s, **asked).case for c in ("chat", "phone") for s in ("pre_sale", "after_sale")}
    for (channel, stage), case in made.items():
        row = Ticket.objects.get(pk=case.pk)
        assert (row.channel, row.stage) == (channel, stage)
        assert row.skill == ("consultation" if stage == "pre_sale" else "automotive")
        assert (case.owner_id == actor("agent").id) is (stage == "pre_sale"), (
            "advice the taker can give; after the sale it goes to who knows cars"
        )
        assert queue("lead", channel=channel, stage=stage) == [case.number]
        assert rules(case).get("CS3-2.1") == "met"
    assert refused(channel=None) == {"channel": "missing"}


def test_SL_3_2_phone_online_and_shop_lead_to_one_queue() -> None:
    by_phone()
    online = Visitor().reported(description="网上报修：洗衣机不转")
    shop = receive(channel="store", description="门店报修：空调漏水")
    cases = {row.channel: row.case for row in Ticket.objects.select_related("case")}
    assert set(cases) == {"phone", "web", "store"} and {online.case.number, shop.case.number} < {c.number for c in cases.values()}
    listed = queue("manager")
    for channel, case in cases.items():
        assert case.number in listed and queue("manager", channel=channel) == [case.number]
        assert {"promise", "resolution"} <= set(CaseClock.objects.filter(case=case).values_list("key", flat=True)), "and are owed the same"
        assert rules(case).get("SL-3.2") == "met"
    assert refused(channel=None) == {"channel": "missing"}, "what comes by no channel comes into no queue"


def test_JD_4_3_every_channel_writes_the_same_ticket_and_everybody_sees_it_at_once() -> None:
    ways = (("phone", by_phone), ("web", by_web), ("api", by_api), ("import", by_excel))
    for seen, (channel, come) in enumerate(ways, 1):
        come()
        ticket = Ticket.objects.select_related("case", "category").latest("pk")
        line = Journal.objects.get(case=ticket.case)
        assert (ticket.channel, line.verb, line.data["given"]["channel"]) == (channel, "receive", channel)
        assert (ticket.category and ticket.category.key, ticket.description, ticket.contact_phone) == ("fridge", "不制冷", "+8613900000001")
        assert len(queue("manager")) == seen and ticket.case.number in queue("manager"), "no list of its own, no waiting for a transfer"
        assert rules(ticket.case).get("JD-4.3") == "met"
    assert refused(channel=None) == {"channel": "missing"} and refused(channel="fax") == {"channel": "not_offered"}


@pytest.mark.django_db(transaction=True)
def test_JD_4_3_a_birth_by_any_channel_is_told_at_once_to_every_open_queue() -> None:
    reader = Hints()
    for come in (by_phone, by_web, by_api, by_excel):
        reader.round()
        with told() as sent:
            come()
            reader.round()
        case = Ticket.objects.select_related("case").latest("pk").case
        topics = {topic for part in sent for topic in json.loads(part)}
        assert {"queue:ticket", f"case:{case.pk}"} <= topics, come.__name__


def test_JD_1_2_the_type_of_a_ticket_chooses_the_skill_group() -> None:
    repair = receive(category="phone", kind="fault").case
    assert Ticket.objects.get(pk=repair.pk).skill == "mobile"
    returned = receive(kind="return_exchange", category="fridge").case
    assert Ticket.objects.get(pk=returned.pk).skill == "return_exchange" and returned.owner_id == actor("colleague").id


def test_JD_1_3_a_complex_ticket_is_reviewed_by_a_person_before_anybody_works_on_it() -> None:
    case = receive(urgency="danger").case
    assert case.state == "in_review" and CaseAsk.objects.get(case_id=case.pk).to_role == "lead"
    with pytest.raises(Refused):
        engine.perform("ticket", "assign", actor=actor("lead"), number=case.number, given={"to": actor("expert").id})
    given = {"to": actor("expert").id, "note": "请专家上门"}
    done = engine.perform("ticket", "release", actor=actor("lead"), number=case.number, given=given)
    assert done.case.state == "in_progress" and done.case.owner_id == actor("expert").id
    plain = receive(description="插头有点松").case
    assert plain.state == "in_progress"
    found = engine.perform("ticket", "edit", actor=actor("agent"), number=plain.number, given={"urgency": "danger"})
    assert found.case.state == "in_review" and rules(plain, "edit").get("JD-1.3") == "met", "what turns out to be complex is reviewed too"
    with pytest.raises(Refused):
        engine.perform("ticket", "solve", actor=actor("agent"), number=plain.number, given={"solution": "已更换插头"})
    engine.perform("ticket", "simplify", actor=actor("lead"), number=plain.number, given={"note": "只是插座的问题"})
    again = engine.perform("ticket", "edit", actor=actor("agent"), number=plain.number, given={"purchased_on": "2026-01-01"})
    assert again.case.state != "in_review", "what a person found simple stays so while the same is said of it"


def test_JD_1_9_what_stays_open_has_a_time_and_a_way_and_the_customer_is_told() -> None:
    case = receive().case
    row = Ticket.objects.get(pk=case.pk)
    assert row.promised_at and row.promise_way
    assert Outbox.objects.filter(case_id=case.pk, kind="notice", body__template="ticket_received").exists()
    with pytest.raises(Refused) as caught:
        engine.perform("ticket", "promise", actor=actor("agent"), number=case.number, given={"reason": "等件"})
    assert set(caught.value.fields) == {"promised_at", "promise_way"}
    given = {"promised_at": (now() + timedelta(days=1)).isoformat(), "promise_way": "sms", "reason": "等件"}
    engine.perform("ticket", "promise", actor=actor("agent"), number=case.number, given=given)
    assert Outbox.objects.filter(case_id=case.pk, kind="notice", body__template="ticket_promise").exists(), "the new time is told too"


def test_CS1_8_1_who_takes_the_first_contact_answers_for_it_and_a_hand_off_must_be_accepted() -> None:
    case = receive("agent").case
    assert Ticket.objects.get(pk=case.pk).case.keeper_id == actor("agent").id
    given = {"to": actor("colleague").id, "reason": "换班"}
    engine.perform("ticket", "transfer", actor=actor("agent"), number=case.number, given=given)
    assert Ticket.objects.get(pk=case.pk).case.keeper_id == actor("agent").id, "asked is not yet handed over"
    engine.perform("ticket", "accept", actor=actor("colleague"), number=case.number)
    assert Ticket.objects.get(pk=case.pk).case.keeper_id == actor("colleague").id
