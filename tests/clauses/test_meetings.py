"""Departments meet about what is abnormal; major complaints are gone over again; a fault of the product goes back to where it was made."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import complaints
from tests.cast import actor
from tests.clauses.test_handling import do, rules
from tests.meeting.calling import act, called, came, escalated, held
from tests.pictures import photo
from tests.tickets import receive
from xiuhao.kernel import dispatcher, engine
from xiuhao.kernel.models import Case, CaseClock, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now

pytestmark = pytest.mark.django_db
MINUTES = {"cause": "门封供应商换料", "solution": "更换门封并补气", "prevention": "来料加严检验"}


def test_JD_4_5_an_abnormal_ticket_is_not_solved_before_three_departments_met_and_wrote_down_cause_and_remedy() -> None:
    case = escalated()
    do(case, "call_abnormal", who="manager", reason="一周内三次返修，疑似批次问题")
    with pytest.raises(Refused, match="not_discussed"):
        do(case, "solve", who="manager", solution="更换门封")
    meeting = called(case)
    came(meeting, "production", "quality")
    with pytest.raises(Refused, match="not_held_yet"):
        act(meeting, "minute", "manager", **MINUTES)
    held(meeting)
    with pytest.raises(Refused, match="departments_absent"):
        act(meeting, "minute", "manager", **MINUTES)
    came(meeting, "expert")
    for key in MINUTES:
        with pytest.raises(Refused) as caught:
            act(meeting, "minute", "manager", **{**MINUTES, key: ""})
        assert caught.value.fields[key].clauses == ("JD-4.5",)
    act(meeting, "minute", "manager", **MINUTES)
    assert rules(meeting, "minute")["JD-4.5"] == "met"
    with pytest.raises(Refused, match="open_children"):
        do(case, "solve", who="manager", solution="更换门封")
    act(meeting, "assign", "manager", kind="prevention", what="门封来料加严", department="quality", due_on="2030-01-31")
    with pytest.raises(Refused, match="actions_open"):
        act(meeting, "close", "manager", effect="有效")
    act(meeting, "follow_up", "quality", no=1, outcome="done", result="已加严，三批合格")
    assert act(meeting, "close", "manager", effect="两周无复发").case.state == "closed"
    assert do(case, "solve", who="manager", solution="更换门封").case.state == "solved"


def test_JD_4_5_or_a_chief_says_why_no_meeting_is_needed() -> None:
    case = escalated()
    do(case, "call_abnormal", who="manager", reason="返修多次")
    with pytest.raises(Refused, match="not_discussed"):
        do(case, "solve", who="manager", solution="更换门封")
    with pytest.raises(Refused) as caught:
        do(case, "excuse_meeting", who="manager", no_meeting="")
    assert caught.value.fields["no_meeting"].clauses == ("JD-4.5",)
    do(case, "excuse_meeting", who="manager", no_meeting="查明为运输磕碰，与设计制造无关")
    assert do(case, "solve", who="manager", solution="更换门封").case.state == "solved"


def grave() -> Case:
    """A critical complaint that is settled, and waits for its end."""
    case = complaints.planned()
    complaints.do(case, "offer", way="phone", text="先为您更换压缩机")
    complaints.do(case, "confirm", way="phone", note="电话里同意")
    complaints.do(case, "execute", outcome="已更换", basis="三包规定", proof=[photo("agent")])
    complaints.do(case, "survey", satisfied="yes", opinion="满意")
    return complaints.do(case, "grade", "manager", severity="critical", reason="食物变质，客户住院").case


def test_JD_3_4_a_major_complaint_is_filed_only_after_its_review_with_lessons_and_an_improvement() -> None:
    case = grave()
    end = {"summary": "压缩机批次不良", "improvement": "来料加严"}
    with pytest.raises(Refused, match="not_reviewed") as caught:
        complaints.do(case, "close", **end)
    assert caught.value.clauses == ("JD-3.4",)
    meeting = called(case, verb="review", department="quality")
    came(meeting, "quality")
    with pytest.raises(Refused, match="not_held_yet") as caught:
        act(meeting, "debrief", "manager", **MINUTES, lessons="首次返修就应升级专家")
    assert f"{local(now() + timedelta(days=1)):%Y-%m-%d}" in str(caught.value.sentence)
    held(meeting)
    with pytest.raises(Refused, match="not_abnormal"):
        act(meeting, "minute", "manager", **MINUTES)
    with pytest.raises(Refused) as caught:
        act(meeting, "debrief", "manager", **MINUTES)
    assert caught.value.fields["lessons"].clauses == ("JD-3.4",)
    act(meeting, "debrief", "manager", **MINUTES, lessons="首次返修就应升级专家")
    act(meeting, "assign", "manager", kind="correction", what="补发门封", department="warehouse", due_on="2030-01-31")
    act(meeting, "follow_up", "manager", no=1, outcome="done", result="已补发")
    with pytest.raises(Refused, match="not_improved"):
        act(meeting, "close", "manager", effect="有效")
    act(meeting, "assign", "manager", kind="improvement", what="同一机器二次返修自动升级", department="lead", due_on="2030-01-31")
    act(meeting, "follow_up", "manager", no=2, outcome="done", result="规则已改")
    assert act(meeting, "close", "manager", effect="策略已更新").case.state == "closed"
    assert complaints.do(case, "close", **end).case.state == "closed"


def problem() -> tuple[Case, Case]:
    """A problem, and its one ticket, of which the serial is known."""
    ticket = receive(serial="XH24A0001").case
    given = {"subject": "温控器批量失效", "numbers": ticket.number}
    return engine.perform("problem", "open", actor=actor("manager"), given=given).case, ticket


def test_JD_2_3_a_fault_of_the_product_goes_to_the_makers_who_trace_it_and_its_tickets_hear_of_it() -> None:
    case, ticket = problem()
    act(case, "refer", "manager", department="research", request="查温控器", batch="2026-09 批", listed="XH24A0002, xh24a0003")
    assert rules(case, "refer").get("JD-2.3") == "met"
    row = CaseClock.objects.get(case_id=case.pk, key="tracing")
    assert row.due_at and "JD-2.3" in row.clauses
    with pytest.raises(Refused, match="not_allowed"):
        act(case, "trace", "production", stage="design", finding="算法缺陷")
    for missing in ("stage", "finding"):
        with pytest.raises(Refused) as caught:
            act(case, "trace", "research", **{"stage": "design", "finding": "低温下误判", missing: ""})
        assert caught.value.fields[missing].clauses == ("JD-2.3",)
    found = act(case, "trace", "research", stage="design", finding="低温下误判").record
    assert found.serials == ["XH24A0001", "XH24A0002", "XH24A0003"] and found.stage == "design"
    while dispatcher.round():
        continue
    lines = Journal.objects.filter(case_id=ticket.pk, verb="relate", data__given__how="problem_news")
    assert lines.count() == 2 and all(line.data["given"]["other"] == case.number for line in lines)


def test_JD_2_4_it_is_reproduced_together_and_mended_by_a_day_that_suits_its_tickets_or_says_why_not() -> None:
    case, ticket = problem()
    due = CaseClock.objects.get(case_id=ticket.pk, key="resolution").due_at
    assert due
    today, late = local(now()).date(), local(due).date() + timedelta(days=1)
    plan = {"liable": "research", "fix_on": str(late)}
    with pytest.raises(Refused, match="not_reproduced"):
        act(case, "schedule", "research", **plan)
    with pytest.raises(Refused) as caught:
        act(case, "reproduce", "research", partner="expert", reproduced="yes", steps="")
    assert caught.value.fields["steps"].clauses == ("JD-2.4",)
    act(case, "reproduce", "research", partner="expert", reproduced="yes", steps="零下五度放置一夜，压缩机不启动")
    with pytest.raises(Refused, match="fix_too_late") as caught:
        act(case, "schedule", "research", **plan)
    assert ticket.number in str(caught.value.sentence) and caught.value.clauses == ("JD-2.4",)
    act(case, "schedule", "research", **plan, late_reason="新固件须验证两周，期间提供备用机")
    assert Journal.objects.filter(case_id=case.pk, verb="schedule").get().data["late"] == [ticket.number]
    row = CaseClock.objects.get(case_id=case.pk, key="fix", stopped_at=None)
    assert row.clauses == ["JD-2.4"] and row.due_at and local(row.due_at).date() == late + timedelta(days=1)
    act(case, "schedule", "research", liable="research", fix_on=str(today))
    assert "late" not in Journal.objects.filter(case_id=case.pk, verb="schedule").latest("seq").data
