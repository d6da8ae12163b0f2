"""Two promises on one matter at the same time, on the ticket and on its complaint: together they stay within the limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet

from tests.cast import actor
from tests.complaint.test_in_every_reply import authorise, complained
from tests.complaints import later
from tests.kernel.test_races import together
from tests.tickets import receive
from xiuhao.complaint.models import Complaint
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 12


def rounds() -> list[list[Any]]:
    """What came of each: 600 more on the ticket, and 600 more on the complaint, where 1000 are authorised."""
    found = []
    for number in range(ROUNDS):
        ticket = receive(contact_phone=f"139000011{number:02}").case
        case = complained(ticket)
        authorise(case, "1000")
        found.append(together(_says(ticket, "reply"), _says(case, "inform", promised_at=later())))
    return found


def _says(case: Case, verb: str, **given: Any) -> Callable[[], engine.Outcome]:
    who = actor("agent")
    return lambda: engine.perform(case.process, verb, actor=who, number=case.number, given={"text": "另外补偿您 600 元", **given})


def test_of_two_promises_at_once_that_are_too_much_together_one_goes_out() -> None:
    for results in rounds():
        assert [one.code for one in results if isinstance(one, Refused)] == ["beyond_authorised"], results


def test_without_the_lock_both_would(monkeypatch: pytest.MonkeyPatch) -> None:
    lock = QuerySet.select_for_update
    monkeypatch.setattr(
        QuerySet, "select_for_update", lambda rows, *args, **how: rows if rows.model is Complaint else lock(rows, *args, **how)
    )
    assert any(not any(isinstance(one, Exception) for one in results) for results in rounds())
