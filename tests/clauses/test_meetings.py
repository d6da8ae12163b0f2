"""Departments meet about what is abnormal; major complaints are gone over again; a fault of the product goes back to where it was made."""

from __future__ import annotations

import pytest

from tests.clauses.test_handling import do, rules
from tests.meeting.calling import act, called, came, escalated
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db
MINUTES = {"cause": "门封供应商换料", "solution": "更换门封并补气", "prevention": "来料加严检验"}


def test_JD_4_5_an_abnormal_ticket_is_not_solved_before_three_departments_met_and_wrote_down_cause_and_remedy() -> None:
    case = escalated()
    do(case, "call_abnormal", who="manager", reason="一周内三次返修，疑似批次问题")
    with pytest.raises(Refused, match="not_discussed"):
        do(case, "solve", who="manager", solution="更换门封")
    meeting = called(case)
    came(meeting, "production", "quality")
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
