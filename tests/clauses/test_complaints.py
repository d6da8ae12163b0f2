"""A complaint is heard, given a time, and answered by it until it is solved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.cast import account, actor
from tests.clauses.test_handling import do, rules
from tests.kernel.test_scheduler import MONDAY, fire
from tests.tickets import receive
from xiuhao.kernel.models import Case, CaseClock, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated

pytestmark = pytest.mark.django_db
HEARD = {"restated": "两次上门仍漏水，耽误三天", "agreed": "yes", "demand": "repair", "next_step": "明天上午换门封，我跟进"}


def complaint(**given: object) -> Case:
    case = receive(kind="complaint", **given).case
    if case.owner_id is None or case.state == "in_review":
        do(case, "assign", who="lead", to=actor("agent").id)
    do(case, "judge", who="lead", verdict="in", reason="保修卡")
    return case


def test_CS4_1_1_no_plan_for_a_complaint_before_its_points_are_restated_and_agreed_to() -> None:
    with pytest.raises(Refused, match="complaint_at_once"):
        receive(kind="complaint", at_once=True, solution="已解释")
    case = complaint()
    for before in (None, {**HEARD, "agreed": "no"}):
        if before:
            do(case, "restate", who="lead", **before)
        with pytest.raises(Refused, match="complaint_unheard"):
            do(case, "solve", who="lead", solution="更换门封")
    with pytest.raises(Refused) as caught:
        do(case, "restate", who="lead", **{**HEARD, "restated": ""})
    assert "CS4-1.1" in caught.value.clauses
    do(case, "restate", who="lead", **HEARD)
    assert rules(case, "restate")["CS4-1.1"] == "met"
    assert do(case, "solve", who="lead", solution="更换门封").case.state == "solved"
    with pytest.raises(Refused, match="no_complaint"):
        do(receive(contact_phone="13911112222").case, "restate", **HEARD)


def test_JD_1_8_what_the_customer_wants_most_is_asked() -> None:
    case = complaint()
    with pytest.raises(Refused) as caught:
        do(case, "restate", who="lead", **{**HEARD, "demand": ""})
    assert "JD-1.8" in caught.value.clauses
    do(case, "restate", who="lead", **{**HEARD, "demand": "compensation"})
    line = Journal.objects.get(case_id=case.pk, verb="restate")
    assert line.rules.get("JD-1.8") == "met" and line.data["given"]["demand"] == "compensation"


def test_CS6_2_2_who_calls_is_seen_whole_and_the_next_step_is_noted(client: Client) -> None:
    case = receive().case
    client.force_login(account("agent"))
    screen = client.get("/ticket/call?call=6f1f8a1e-2f0e-4c3d-9b57-2a8f3a4c1d10&phone=13800138000").content.decode()
    assert case.number in screen and "王*明" in screen, "who it is, and what is open"
    do(case, "record_call", direction="out", summary="已约时间", next_step="周三上午上门")
    assert rules(case, "record_call").get("CS6-2.2") == "met"


def test_CS4_1_3_what_is_not_solved_at_once_has_a_promised_time() -> None:
    open_ = receive(kind="complaint").case
    row = CaseClock.objects.get(case_id=open_.pk, key="promise")
    assert row.due_at and "CS4-1.3" in row.clauses
    solved = receive(at_once=True, solution="已教会", kind="usage_question", contact_phone="13911112222").case
    assert not CaseClock.objects.filter(case_id=solved.pk, key="promise", stopped_at=None).exists()


def test_CS4_1_4_at_the_promised_time_there_is_an_answer_or_it_is_broken_until_solved() -> None:
    with simulated(MONDAY):
        case = receive(kind="complaint", promised_at=(MONDAY + timedelta(hours=4)).isoformat()).case
        late = receive(contact_phone="13911113333", promised_at=(MONDAY + timedelta(hours=4)).isoformat()).case
    again = {"promised_at": (MONDAY + timedelta(hours=8)).isoformat(), "promise_way": "phone", "reason": "配件在途，先告知您"}
    with simulated(MONDAY + timedelta(hours=3)):
        do(case, "promise", who="lead", **again)
    renewed = CaseClock.objects.filter(case_id=case.pk, key="promise").latest("pk")
    assert renewed.due_at == MONDAY + timedelta(hours=8) and "CS4-1.4" in renewed.clauses
    fire(MONDAY + timedelta(hours=5))
    broken = Journal.objects.filter(case_id=late.pk, verb="clock_breach", data__clock="promise").get()
    assert broken.rules.get("CS4-1.4") == "broken"
    assert not Journal.objects.filter(case_id=case.pk, verb="clock_breach", data__clock="promise").exists(), "renewed in time"
    fire(MONDAY + timedelta(hours=9))
    assert Journal.objects.filter(case_id=case.pk, verb="clock_breach", data__clock="promise").exists(), "until it is solved"
