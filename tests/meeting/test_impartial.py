"""Whom the complaint is about takes no part in the meeting on it, nor in one on the ticket that it came of."""

from __future__ import annotations

import pytest

from tests import complaints
from tests.cast import account
from tests.meeting.calling import act, called, came, escalated, held
from xiuhao.complaint.models import Complaint
from xiuhao.kernel.models import Case, Link
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db
LESSONS = {"lessons": "先听后说", "cause": "言语冲突", "solution": "道歉", "prevention": "培训"}


def about(case: Case, who: str) -> Case:
    Complaint.objects.filter(pk=case.pk).update(about=account(who))
    return case


def refused(meeting: Case, verb: str, who: str, **given: object) -> str:
    with pytest.raises(Refused) as caught:
        act(meeting, verb, who, **given)
    return caught.value.code


def test_whoever_it_is_about_neither_calls_nor_leads_nor_writes_down_the_review() -> None:
    case = about(complaints.planned(), "manager")
    with pytest.raises(Refused, match="about_you"):
        called(case, "manager", verb="review", department="quality")
    meeting = called(case, "lead", verb="review", department="quality")
    assert refused(meeting, "cancel", "manager", reason="不用开") == "about_you"
    came(meeting, "quality")
    assert refused(held(meeting), "debrief", "manager", **LESSONS) == "about_you"
    assert act(meeting, "debrief", "lead", **LESSONS).case.state == "following"
    about(case, "agent")
    assert act(meeting, "note", "manager", text="不再是被投诉人").case.state == "following"


def test_nor_does_the_one_of_a_complaint_of_the_same_ticket() -> None:
    ticket = escalated()
    meeting = called(ticket)
    born = about(complaints.complain(), "production")
    Link.objects.create(parent=ticket, child=born, kind="complaint")
    with pytest.raises(Refused, match="about_you"):
        came(meeting, "production")
    came(meeting, "quality")
