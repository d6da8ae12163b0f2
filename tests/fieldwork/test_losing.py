"""Whoever loses a job by others hears so; whoever gives it away, or still has it, does not."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from tests.works import assigned, booked, do, plan, who
from tests.works import station_at_work as station_at_work
from xiuhao.dispatch import moves
from xiuhao.dispatch.moves import Move
from xiuhao.kernel import dispatcher, letters
from xiuhao.kernel.models import Account, Case
from xiuhao.kernel.time import now

pytestmark = pytest.mark.django_db


def told(login: str, template: str = "work_lost") -> list[str]:
    """What this person was told by that template, by number of the order."""
    dispatcher.drain()
    rows = letters.inbox(who(login)).filter(template=template)
    return [row.case.number for row in rows if row.case]


def pk(login: str) -> int:
    return Account.objects.get(login=login).pk


def test_whoever_had_a_job_hears_that_another_has_it_or_nobody() -> None:
    moved, taken, passed = booked(plan()), assigned(plan()), assigned(plan())
    do(moved, "assign", "planner", to=pk("engineer2"), note="顺路")
    do(taken, "withdraw", "planner")
    do(passed, "transfer", "planner", to=pk("senior"), reason="需要资深工程师")
    assert sorted(told("engineer")) == sorted(case.number for case in (moved, taken, passed))
    assert told("engineer2") == told("senior") == told("planner") == []
    assert set(told("engineer2", "work_assigned")) == {moved.number}
    texts = [letters.text_of(row) for row in letters.inbox(who("engineer")).filter(template="work_lost")]
    assert any("顺路" in text for text in texts) and any("需要资深工程师" in text for text in texts) and all("请勿前往" in t for t in texts)


def test_a_published_plan_tells_whom_it_takes_a_job_from() -> None:
    case = assigned(plan())
    version = Case.objects.unscoped("test").get(pk=case.pk).version
    done = moves.make(who("planner"), [Move(case.number, version, pk("engineer2"), now(), uuid4())])
    assert not isinstance(done[0], Exception) and told("engineer") == [case.number]


def test_nobody_is_told_what_they_did_themselves_or_did_not_lose() -> None:
    given, refused, again, pooled = (assigned(plan()) for _ in range(4))
    do(given, "transfer", to=pk("engineer2"), reason="当天请假")
    do(refused, "refuse", reason="当天请假")
    do(again, "assign", "planner", to=pk("engineer"))
    do(pooled, "withdraw", "planner")
    assert told("engineer") == [pooled.number]
    do(pooled, "offer", "planner")
    do(pooled, "claim", "engineer2")
    assert told("engineer") == [pooled.number] and told("engineer2") == []


def test_to_whom_it_has_come_back_before_the_message_went_it_says_nothing_and_no_one_is_forgotten() -> None:
    case, on = assigned(plan()), assigned(plan())
    for login in ("engineer2", "engineer"):
        do(case, "assign", "planner", to=pk(login))
    for login in ("engineer2", "senior"):
        do(on, "assign", "planner", to=pk(login))
    assert set(told("engineer")) == {on.number} and set(told("engineer2")) == {case.number, on.number} and told("senior") == []


def test_the_page_of_a_job_that_changed_hands_tells_its_history(client: Client) -> None:
    case = assigned(plan())
    do(case, "assign", "planner", to=pk("engineer2"), note="顺路")
    client.force_login(Account.objects.get(login="planner"))
    assert client.get(f"/c/work/{case.number}/").status_code == 200
