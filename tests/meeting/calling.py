"""A meeting as tests call it."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import actor
from tests.clauses.test_handling import do
from tests.tickets import receive
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import now
from xiuhao.meeting.models import Meeting

MATTER = {"subject": "门封反复漏冷", "matter": "BCD-200，两周内三次更换门封仍漏冷", "place": "三号会议室"}


def escalated() -> Case:
    """A ticket in the hands of an expert."""
    case = receive().case
    if case.owner_id is None:
        do(case, "assign", who="lead", to=actor("agent").id)
    do(case, "judge", who="lead", verdict="in", reason="保修卡")
    do(case, "escalate", who="lead", summary="三次返修")
    return do(case, "take_up", who="expert", note="接手").case


def act(case: Case, verb: str, by: str, /, **given: object) -> engine.Outcome:
    """One verb on a case of whatever process."""
    return engine.perform(case.process, verb, actor=actor(by), number=case.number, given=given)


def called(case: Case, who: str = "manager", verb: str = "convene", **given: object) -> Case:
    """A meeting on that case, a day ahead."""
    evidence = {**MATTER, "held_at": (now() + timedelta(days=1)).isoformat(), **given}
    return engine.perform("meeting", verb, actor=actor(who), given=evidence, parent=case.number).case


def held(meeting: Case) -> Case:
    """Its time has come: what was set for a day ahead is today."""
    Meeting.objects.filter(pk=meeting.pk).update(held_at=now() - timedelta(minutes=1))
    return meeting


def came(meeting: Case, *who: str) -> None:
    """These departments say that they come."""
    for login in who:
        act(meeting, "attend", login, who="self")
