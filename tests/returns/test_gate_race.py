"""Two clerks take the same goods in at once: one of them does, the other is told; without the lock of the case it goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet

from tests.kernel.test_races import together
from tests.returns.ways import actor, crew, endorsed
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case, CaseAsk, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.returns.models import Return

__all__ = ["crew"]
pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 30


def _clerk(case: Case, login: str, counted: str) -> Callable[[], engine.Outcome]:
    person = actor(login)
    return lambda: engine.perform("returns", "receive", actor=person, number=case.number, given={"counted": counted})


def _round(case: Case) -> list[Any]:
    """Both count, one as the slip says, one another number; then the goods stand before the gate again."""
    results = together(_clerk(case, "warehouse", "100"), _clerk(case, "gate2", "97"))
    Return.objects.filter(pk=case.pk).update(counted=None, actual=None)
    CaseAsk.objects.filter(case=case, outcome="").update(outcome="void")
    Case.objects.unscoped("arranging a test").filter(pk=case.pk).update(state="endorsed")
    return results


def test_two_clerks_who_receive_at_once_are_one_receipt() -> None:
    case = endorsed()
    for _turn in range(ROUNDS):
        results = _round(case)
        lost = [one for one in results if isinstance(one, Refused)]
        assert len(lost) == 1 and lost[0].code == "wrong_state", results
    assert Journal.objects.filter(case=case, verb="receive").count() == ROUNDS


def test_control_without_the_lock_of_the_case_both_receive(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain of the journal is a second net: it lets only one line of a number in, so the control shows up as its error."""
    case = endorsed()
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)
    monkeypatch.setattr(engine, "RETRIES", 0)
    for _turn in range(ROUNDS * 5):
        if any(isinstance(one, Exception) and not isinstance(one, Refused) for one in _round(case)):
            return
    pytest.fail("the control never went wrong: the race is not one")
