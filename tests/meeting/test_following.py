"""The actions of a meeting: put to a department, followed up by those whose they are, overdue ones told up the line; minutes on paper."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import account, actor
from tests.kernel.test_scheduler import fire
from tests.meeting.calling import act, called, came, escalated, held
from tests.ui.desk import sit
from xiuhao.kernel import dispatcher
from xiuhao.kernel.models import Case, CaseAsk, CaseClock, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now, simulated
from xiuhao.meeting import actions
from xiuhao.meeting.models import Action, Seat

pytestmark = pytest.mark.django_db
MINUTES = {"cause": "门封换料", "solution": "更换门封", "prevention": "来料加严"}


def minuted() -> Case:
    meeting = called(escalated())
    act(meeting, "attend", "production", who="deputy", deputy=account("research").pk)
    came(meeting, "quality", "expert")
    act(held(meeting), "minute", "manager", **MINUTES)
    return meeting


def test_each_department_comes_or_sends_somebody_and_is_asked_once() -> None:
    meeting = called(escalated())
    with pytest.raises(Refused, match="invited_already"):
        act(meeting, "invite", "manager", department="quality")
    act(meeting, "invite", "manager", department="research")
    with pytest.raises(Refused) as caught:
        act(meeting, "attend", "production", who="deputy")
    assert caught.value.fields["deputy"].code == "missing"
    act(meeting, "attend", "production", who="deputy", deputy=account("engineer").pk)
    assert Case.objects.visible_to(actor("engineer")).filter(pk=meeting.pk).exists(), "who is sent sees what it is about"
    act(meeting, "stand_in", "engineer")
    with pytest.raises(Refused, match="not_allowed"):
        act(meeting, "attend", "production", who="self")
    seat = Seat.objects.get(case_id=meeting.pk)
    assert (seat.department, seat.account_id, seat.deputy) == ("production", account("engineer").pk, True)
    assert Case.objects.visible_to(actor("research")).filter(pk=meeting.pk).exists()
    page = sit("production").get(f"/c/meeting/{meeting.number}/").content.decode()
    assert "工程师康" in page and "待答复" in page


def test_an_action_is_followed_up_by_those_whose_it_is_and_put_to_a_department_once() -> None:
    meeting, today = minuted(), local(now()).date()
    with pytest.raises(Refused, match="due_past"):
        act(meeting, "assign", "manager", kind="prevention", what="加严", department="quality", due_on=str(today - timedelta(days=1)))
    for n, department in enumerate(("quality", "quality", "production"), 1):
        act(meeting, "assign", "manager", kind="prevention", what=f"措施{n}", department=department, due_on=str(today + timedelta(days=n)))
    asked = CaseAsk.objects.filter(case_id=meeting.pk, key="action", outcome="")
    assert sorted(asked.values_list("to_role", flat=True)) == ["production", "quality"]
    done = {"outcome": "done", "result": "完成"}
    with pytest.raises(Refused, match="not_theirs"):
        act(meeting, "follow_up", "production", no=1, **done)
    with pytest.raises(Refused, match="may_not_drop"):
        act(meeting, "follow_up", "quality", no=1, outcome="dropped", result="不做了")
    with pytest.raises(Refused) as caught:
        act(meeting, "follow_up", "production", no=3, outcome="going_on", result="还要一周")
    assert caught.value.fields["due_on"].code == "missing"
    act(meeting, "follow_up", "production", no=3, outcome="going_on", result="还要一周", due_on=str(today + timedelta(days=9)))
    act(meeting, "follow_up", "quality", no=1, **done)
    assert asked.filter(to_role="quality").exists(), "one of its two is still open"
    act(meeting, "follow_up", "quality", no=2, **done)
    assert not asked.filter(to_role="quality").exists()
    with pytest.raises(Refused, match="no_such_action"):
        act(meeting, "follow_up", "quality", no=2, **done)
    with pytest.raises(Refused, match="actions_open"):
        act(meeting, "close", "manager", effect="有效")
    act(meeting, "follow_up", "manager", no=3, outcome="handed", result="转 WT2611000001")
    assert act(meeting, "close", "manager", effect="有效").case.state == "closed"
    assert actions.empty(meeting) == 3 and not Action.objects.filter(case_id=meeting.pk).exclude(what="").exists()
    paper = sit("manager").get(f"/c/meeting/{meeting.number}/paper/minutes")
    assert paper.status_code == 200 and paper["Content-Type"] == "application/pdf"


def test_an_overdue_action_is_told_to_whom_it_was_given_and_up_the_line() -> None:
    meeting, today = minuted(), local(now()).date()
    act(meeting, "assign", "manager", kind="prevention", what="加严", department="production", due_on=str(today))
    row = CaseClock.objects.get(case_id=meeting.pk, key="actions", stopped_at=None)
    assert row.due_at and local(row.due_at).date() == today + timedelta(days=1)
    fire(now() + timedelta(days=4))
    with simulated(now() + timedelta(days=4)):
        while dispatcher.round():
            continue
    assert Journal.objects.filter(case_id=meeting.pk, verb="clock_breach", data__clock="actions").exists()
    assert Journal.objects.filter(case_id=meeting.pk, verb="clock_escalate", data__clock="actions", data__to="manager").exists()
    assert Journal.objects.filter(case_id=meeting.pk, verb="remind").count() == 1
    act(meeting, "follow_up", "production", no=1, outcome="done", result="已加严")
    assert Action.objects.get(case_id=meeting.pk).done_at and not CaseClock.objects.filter(case_id=meeting.pk, stopped_at=None).exists()
