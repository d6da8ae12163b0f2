"""Two at once: one decision, one birth, one serial of lines. Each race has its control, which without the guard must go wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.db.models import QuerySet

from tests.cast import account, actor
from tests.tickets import GIVEN, receive
from xiuhao.kernel import asks, engine
from xiuhao.kernel.models import Case, CaseAsk, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.verification import verify

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 20


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do all at the same time, each on a connection of its own; what each returned or raised."""
    found: list[Any] = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(index: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            found[index] = act()
        except Exception as error:
            found[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _review(number: str, who: str, verb: str) -> Callable[[], engine.Outcome]:
    given: dict[str, Any] = {"note": "看过了"}
    if verb == "release":
        given["to"] = actor("expert").id
    person = actor(who)
    return lambda: engine.perform("ticket", verb, actor=person, number=number, given=given)


def _one_review(phone: str) -> list[Any]:
    case = receive(urgency="danger", contact_phone=phone).case
    assert case.state == "in_review"
    return together(_review(case.number, "lead", "release"), _review(case.number, "stand_in", "simplify"))


@pytest.fixture
def second_lead() -> None:
    """Another who holds the same post."""
    from tests import cast
    from xiuhao.kernel import roles as r
    from xiuhao.kernel.access import SYSTEM
    from xiuhao.party import actions as party

    party.hire(SYSTEM, login="stand_in", name="代组长", unit=cast.unit("一组"), posts=((r.LEAD, cast.unit("一组")),))


def test_S1_two_who_decide_at_once_make_one_decision(second_lead: None) -> None:
    for i in range(ROUNDS):
        results = _one_review(f"1391234{i:04d}")
        won = [r for r in results if isinstance(r, engine.Outcome)]
        lost = [r for r in results if isinstance(r, Refused)]
        assert len(won) == len(lost) == 1, results
        assert lost[0].code == "answered"
        asked = CaseAsk.objects.filter(case_id=won[0].case.pk).exclude(outcome="")
        assert asked.count() == 1
        assert Journal.objects.filter(case_id=won[0].case.pk, verb__in=("release", "simplify")).count() == 1


def test_S1_who_comes_second_is_told_so_though_the_ticket_has_gone_to_another_unit(second_lead: None) -> None:
    case = receive(urgency="danger").case
    _review(case.number, "lead", "release")()
    case.refresh_from_db()
    assert case.unit != account("stand_in").unit
    with pytest.raises(Refused) as caught:
        _review(case.number, "stand_in", "simplify")()
    assert caught.value.code == "answered"


def test_S1_control_without_the_lock_of_the_case_two_decide(second_lead: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain of the journal is a second net: it lets only one line of a number in, so the control shows up as its error."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)
    monkeypatch.setattr(engine, "RETRIES", 0)
    seen: list[Any] = []
    for i in range(ROUNDS * 5):
        seen += [r for r in _one_review(f"1391235{i:04d}") if isinstance(r, Exception) and not isinstance(r, Refused)]
        if seen:
            return
    pytest.fail("the control never went wrong: the race is not one")


def test_A6_a_hundred_births_with_one_key_are_one_ticket() -> None:
    key, agent = uuid4(), actor("agent")

    def birth() -> engine.Outcome:
        return engine.perform("ticket", "receive", actor=agent, given={**GIVEN, "channel": "api"}, key=key)

    found: list[Any] = []
    for _ in range(5):
        found += together(*[birth] * 20)
    assert all(isinstance(r, engine.Outcome) for r in found), [r for r in found if not isinstance(r, engine.Outcome)][:3]
    assert len({r.case.number for r in found}) == 1 and sum(1 for r in found if not r.replayed) == 1
    assert Case.objects.unscoped("count").count() == 1


def test_A6_control_without_a_key_every_one_is_a_ticket() -> None:
    agent = actor("agent")
    together(*[lambda: engine.perform("ticket", "receive", actor=agent, given={**GIVEN, "channel": "api"})] * 5)
    assert Case.objects.unscoped("count").count() == 5


def test_writers_on_one_case_leave_an_unbroken_chain() -> None:
    case = receive().case
    agent, lead = actor("agent"), actor("lead")
    acts = [
        (lambda i=i, who=who: engine.perform("ticket", "note", actor=who, number=case.number, given={"text": f"{i}"}))
        for i in range(10)
        for who in (agent, lead)
    ]
    assert not [r for r in together(*acts) if isinstance(r, Exception)]
    assert Journal.objects.filter(case_id=case.pk).count() == 21
    assert verify(Case.objects.unscoped("read").get(pk=case.pk)).intact


def test_S2_nobody_answers_their_own_request_and_a_right_taken_away_counts_at_once() -> None:
    case = receive("lead", urgency="danger").case
    with pytest.raises(Refused) as caught:
        _review(case.number, "lead", "release")()
    assert caught.value.code == "own_request" and caught.value.status == 403
    engine.perform("ticket", "note", actor=actor("lead"), number=case.number, given={"text": "等他人复核"})
    assert not asks.addressed(CaseAsk.objects.get(case_id=case.pk), actor("lead"))


def test_S3_what_changes_after_it_was_sent_for_review_must_be_reviewed_anew() -> None:
    case = receive(urgency="danger").case
    engine.perform("ticket", "edit", actor=actor("agent"), number=case.number, given={"description": "其实是漏电，已断电"})
    old, new = CaseAsk.objects.filter(case_id=case.pk).order_by("pk")
    assert (old.outcome, new.outcome) == ("void", "") and bytes(old.digest or b"") != bytes(new.digest or b"")
    done = _review(case.number, "lead", "release")()
    assert done.case.state == "in_progress"
    new.refresh_from_db()
    assert new.outcome == "agreed"
