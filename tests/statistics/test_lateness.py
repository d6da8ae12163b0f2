"""Who is said to be late is who owed the answer; what is said to be granted was granted."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.cast import actor
from tests.claims import LATER, at, do
from tests.complaints import complain
from tests.complaints import do as complained
from tests.liability.claims import closed
from tests.sample.fixtures import a_row
from xiuhao.claim.models import Claim
from xiuhao.kernel.models import Case, CaseClock
from xiuhao.kernel.time import now
from xiuhao.statistics import reporting
from xiuhao.statistics.reporting import Wanted

pytestmark = pytest.mark.django_db


def wanted() -> Wanted:
    return Wanted(actor("quality"), now() - timedelta(days=9), now() + timedelta(days=2))


def late(case: Case, key: str, when: datetime | None = None) -> dict[str, int]:
    """Let a limit of a case pass; who is late by the report."""
    assert CaseClock.objects.filter(case=case, key=key).update(breached_at=when or now())
    return {bar.key: bar.count for bar in reporting.overdue(wanted())}


def test_a_first_answer_is_late_of_the_department_that_was_asked_and_not_of_the_desk_that_is_warned() -> None:
    case = complain()
    complained(case, "assign")
    assert late(case, "answer") == {"quality": 1}


def test_a_decision_is_late_of_the_post_that_decides_and_an_opinion_of_each_department_that_owes_it() -> None:
    case = at("approve")
    assert late(case, "decision") == {"director": 1}
    a_row("authority.claim.decision", "head", {"role": "sales_head"}, clauses=["CS5-11"])
    do(case, "amend", "office", amount="300", why="少算")
    asked_again = now()
    assert late(case, "decision", asked_again) == {"sales_head": 1}, "since it was asked anew"
    other = at("investigate")
    do(other, "consult", "office", ask_quality=True, ask_finance=True, ask_sales=True, question="金额？", due_at=LATER)
    do(other, "advise", "finance", text="无异议")
    found = late(other, "consult")
    assert (found["quality"], found["sales"], found.get("finance"), found.get("office")) == (1, 1, None, None)


def test_the_limit_of_the_whole_is_nobodys_own() -> None:
    assert late(at("investigate"), "total") == {}


def test_an_amount_that_is_not_decided_or_was_rejected_by_the_customer_is_not_said_to_be_granted() -> None:
    granted = lambda: sum((bar.amount or Decimal(0) for bar in reporting.causes_and_parts(wanted())[1]), Decimal(0))  # noqa: E731
    case = at("approve")
    assert granted() == 0, "an opinion is no decision"
    do(case, "approve", "director", why="同意")
    assert granted() == Decimal(600)
    [old, new] = closed(2, at=now(), amount="1000.00")
    assert granted() == Decimal(2600)
    Claim.objects.filter(pk=new.pk).update(previous=old.pk)
    assert granted() == Decimal(1600), "the new form stands for the old one"


def test_a_complaint_that_was_withdrawn_was_not_solved_in_that_time() -> None:
    [done, gone] = closed(2, at=now())
    of = [Claim.objects.values_list("complaint_id", flat=True).get(pk=case.pk) for case in (done, gone)]
    assert next(one.count for one in reporting.speeds(wanted())) == 2
    Case.objects.unscoped("test").filter(pk=of[1]).update(state="withdrawn")
    assert next(one.count for one in reporting.speeds(wanted())) == 1
