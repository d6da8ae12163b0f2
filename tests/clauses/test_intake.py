"""The clauses of taking a request in."""

from __future__ import annotations

import pytest

from tests.cast import actor
from tests.tickets import receive
from xiuhao.kernel import engine, registry
from xiuhao.kernel.models import Case, CaseAsk, Journal, Outbox
from xiuhao.kernel.refusal import Refused
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


def test_HA_3_1_1_a_fault_and_a_question_both_open_a_request_by_phone() -> None:
    for kind in ("fault", "usage_question"):
        assert receive(kind=kind, channel="phone").case.is_open
    assert refused(kind=None) == {"kind": "missing"}


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


def test_CS3_2_1_channel_and_stage_stand_on_every_contact() -> None:
    assert refused(channel=None) == {"channel": "missing"}
    row = Ticket.objects.get(pk=receive(channel="chat", stage="pre_sale").case.pk)
    assert (row.channel, row.stage) == ("chat", "pre_sale")


def test_SL_3_2_phone_online_and_shop_lead_to_one_queue() -> None:
    assert refused(channel=None) == {"channel": "missing"}, "what comes by no channel comes into no queue"
    numbers = {receive(channel=channel).case.number for channel in ("phone", "web", "store")}
    assert Case.objects.visible_to(actor("lead")).filter(process="ticket", number__in=numbers).count() == 3


def test_JD_4_3_every_channel_writes_the_same_ticket() -> None:
    channels = [key for key, _label in registry.process("ticket").verb("receive").needs[10].choices()]  # type: ignore[attr-defined]
    lines = {tuple(sorted(Journal.objects.get(case=receive(channel=each).case).data["given"])) for each in channels}
    assert len(lines) == 1 and set(channels) == set(Ticket.objects.values_list("channel", flat=True))
    assert refused(channel=None) == {"channel": "missing"} and refused(channel="fax") == {"channel": "not_offered"}


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


def test_CS1_8_1_who_takes_the_first_contact_answers_for_it_and_a_hand_off_must_be_accepted() -> None:
    case = receive("agent").case
    assert Ticket.objects.get(pk=case.pk).case.keeper_id == actor("agent").id
    given = {"to": actor("colleague").id, "reason": "换班"}
    engine.perform("ticket", "transfer", actor=actor("agent"), number=case.number, given=given)
    assert Ticket.objects.get(pk=case.pk).case.keeper_id == actor("agent").id, "asked is not yet handed over"
    engine.perform("ticket", "accept", actor=actor("colleague"), number=case.number)
    assert Ticket.objects.get(pk=case.pk).case.keeper_id == actor("colleague").id
