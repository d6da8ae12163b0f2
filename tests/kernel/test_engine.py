"""The one door: what it lets through is written whole, what it refuses leaves nothing but the counted attempt."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import actor
from tests.tickets import GIVEN, receive
from xiuhao.kernel import clocks, engine
from xiuhao.kernel.models import Case, CaseClock, Journal, Outbox, Refusal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.verification import verify
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def test_a_birth_writes_case_line_clocks_and_effects_at_once() -> None:
    case = receive().case
    assert case.number.startswith("GD") and case.state == "in_progress" and case.version == 1
    line = Journal.objects.get(case_id=case.pk)
    assert (line.verb, line.before, line.after, line.actor_name) == ("receive", "", "in_progress", "客服安")
    assert {"promise", "resolution"} <= set(CaseClock.objects.filter(case_id=case.pk).values_list("key", flat=True))
    assert Outbox.objects.filter(case_id=case.pk, kind="notice").exists()
    assert verify(case).intact


def test_a_birth_by_api_takes_at_most_fourteen_statements() -> None:
    receive()
    agent = actor("agent")
    with CaptureQueriesContext(connection) as seen:
        engine.perform("ticket", "receive", actor=agent, given={**GIVEN, "contact_phone": "13900001111", "channel": "api"})
    assert len([q for q in seen if "SAVEPOINT" not in q["sql"]]) <= 13, "\n".join(q["sql"][:150] for q in seen)  # the token takes one more


def test_a_refused_verb_writes_nothing_and_counts_against_its_clause() -> None:
    case = receive().case
    before = Journal.objects.count()
    with pytest.raises(Refused) as caught:
        engine.perform("ticket", "record_call", actor=actor("agent"), number=case.number, given={"direction": "out", "summary": " "})
    assert caught.value.code == "incomplete" and caught.value.fields["summary"].code == "missing"
    assert Journal.objects.count() == before
    assert Refusal.objects.filter(clauses__contains=["CS6-2"]).count() == 1
    engine.perform("ticket", "record_call", actor=actor("agent"), number=case.number, given={"direction": "out", "summary": "已说明"})
    assert Journal.objects.count() == before + 1


def test_the_same_key_answers_the_same_and_another_body_is_refused() -> None:
    key = uuid4()
    first = receive(key=key)
    again = receive(key=key)
    assert again.replayed and again.case.number == first.case.number and Case.objects.unscoped("count").count() == 1
    with pytest.raises(Refused) as caught:
        receive(key=key, description="另一件事")
    assert caught.value.code == "key_reused" and caught.value.status == 422


def test_what_is_not_visible_is_not_there() -> None:
    case = receive().case
    with pytest.raises(Refused) as caught:
        engine.perform("ticket", "note", actor=actor("outsider"), number=case.number, given={"text": "x"})
    assert caught.value.status == 404
    engine.perform("ticket", "note", actor=actor("lead"), number=case.number, given={"text": "x"})


def test_wrong_state_wrong_role_and_unknown_fields_are_refused_by_name() -> None:
    case = receive().case
    for who, verb, given, code in (
        ("agent", "confirm", {"satisfied": "yes", "confirmed_by": "phone"}, "wrong_state"),
        ("auditor", "solve", {"solution": "好了"}, "not_allowed"),
        ("agent", "note", {"text": "x", "priority": "1"}, "incomplete"),
        ("agent", "nonsense", {}, "unknown_verb"),
    ):
        with pytest.raises(Refused) as caught:
            engine.perform("ticket", verb, actor=actor(who), number=case.number, given=given)
        assert caught.value.code == code


def test_K5_remarks_never_collide_but_a_second_answer_to_the_customer_does() -> None:
    case = receive().case
    seen = case.version
    engine.perform("ticket", "reply", actor=actor("lead"), number=case.number, given={"text": "我来答复"}, version=seen)
    engine.perform("ticket", "note", actor=actor("agent"), number=case.number, given={"text": "两不相扰"}, version=seen)
    with pytest.raises(Refused) as caught:
        engine.perform("ticket", "reply", actor=actor("agent"), number=case.number, given={"text": "我也答复"}, version=seen)
    assert caught.value.code == "stale" and caught.value.params["who"] == "组长林"
    fields = engine.perform("ticket", "edit", actor=actor("agent"), number=case.number, given={"urgency": "low"}, version=seen)
    assert fields.case.version > seen
    with pytest.raises(Refused, match="stale"):
        engine.perform("ticket", "edit", actor=actor("lead"), number=case.number, given={"urgency": "high"}, version=seen)
    engine.perform("ticket", "edit", actor=actor("lead"), number=case.number, given={"serial": "AB12345"}, version=seen)


@pytest.mark.parametrize(
    ("name", "theirs", "mine"), [("description", "不制冷，还漏水", "不制冷，有异响"), ("contact_phone", "13900001111", "13900002222")]
)
def test_K5_a_text_that_somebody_changed_meanwhile_is_not_overwritten_unseen(name: str, theirs: str, mine: str) -> None:
    case = receive().case
    seen = case.version
    engine.perform("ticket", "edit", actor=actor("lead"), number=case.number, given={name: theirs}, version=seen)
    with pytest.raises(Refused) as caught:
        engine.perform("ticket", "edit", actor=actor("agent"), number=case.number, given={name: mine}, version=seen)
    assert (caught.value.code, caught.value.params["who"]) == ("stale", "组长林")
    assert theirs in getattr(Ticket.objects.get(pk=case.pk), name)
    merged = engine.perform("ticket", "edit", actor=actor("agent"), number=case.number, given={"urgency": "low"}, version=seen).case
    engine.perform("ticket", "edit", actor=actor("agent"), number=case.number, given={name: mine}, version=merged.version)
    assert mine in getattr(Ticket.objects.get(pk=case.pk), name), "having seen it, one may"


def test_many_are_written_in_a_handful_of_statements_and_one_refusal_leaves_the_others() -> None:
    numbers = [receive(contact_phone=f"1390000{i:04d}").case.number for i in range(30)]
    engine.perform("ticket", "cancel", actor=actor("lead"), number=numbers[7], given={"reason": "重复"})
    requests = [engine.Request("prioritise", {"priority": "2", "reason": "批量"}, number=n) for n in numbers]
    with CaptureQueriesContext(connection) as seen:
        results = engine.perform_many("ticket", requests, actor=actor("lead"))
    assert [isinstance(r, Refused) for r in results].count(True) == 1 and isinstance(results[7], Refused)
    assert len(seen) <= 20
    assert set(Case.objects.unscoped("read").filter(number__in=numbers[:7]).values_list("priority", flat=True)) == {2}
    for number in numbers[:3]:
        assert verify(Case.objects.unscoped("read").get(number=number)).intact


def test_every_clock_explains_itself_to_the_second() -> None:
    case = receive(channel="web", contact_phone="13911112222").case
    engine.perform("ticket", "wait_customer", actor=actor("agent"), number=case.number, given={"text": "请拍照"})
    engine.perform("ticket", "answer", actor=actor("agent"), number=case.number, given={"text": "已拍"})
    for row in CaseClock.objects.filter(case_id=case.pk, stopped_at=None):
        trace = clocks.trace(row, now())
        assert trace.due == row.due_at and trace.counted == row.limit


def test_what_an_edit_does_not_name_stays_as_it_was() -> None:
    case = receive(serial="AB12345").case
    engine.perform("ticket", "edit", actor=actor("agent"), number=case.number, given={"description": "冰箱不制冷，还漏水"})
    record = Ticket.objects.get(pk=case.pk)
    assert (record.description, record.kind, record.urgency, record.serial) == ("冰箱不制冷，还漏水", "fault", "normal", "AB12345")
    engine.perform("ticket", "edit", actor=actor("agent"), number=case.number, given={"urgency": "low"})
    record.refresh_from_db()
    assert (record.description, record.urgency) == ("冰箱不制冷，还漏水", "low")


def test_a_priority_set_by_hand_leaves_the_level_of_escalation_alone() -> None:
    case = receive().case
    moved = engine.perform("ticket", "prioritise", actor=actor("lead"), number=case.number, given={"priority": "4", "reason": "可缓"})
    assert moved.case.priority == 4 and Ticket.objects.get(pk=case.pk).level == 1


def test_given_is_complete() -> None:
    assert {"description", "urgency", "channel", "kind"} <= set(GIVEN)
