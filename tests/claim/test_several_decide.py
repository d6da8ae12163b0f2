"""A claim that a row of authority puts to several posts: nothing is decided, told, started or printed before the last has agreed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import account
from tests.claims import at, do, refused, settled
from tests.returns.ways import NOTE, claimed, crew, slip
from tests.returns.ways import do as returned
from tests.sample.fixtures import a_row
from xiuhao.claim import papers
from xiuhao.claim.models import Claim
from xiuhao.kernel import chain
from xiuhao.kernel.models import Case, CaseAsk, CaseClock, Journal
from xiuhao.returns.papers import _answered
from xiuhao.ui.paper import Table

__all__ = ["crew"]
pytestmark = pytest.mark.django_db
WHY = {"why": "按协议"}


def row(**match: Any) -> None:
    a_row("authority.claim.decision", "several", {"role": "sales_head", "then": ["deputy"]}, match=match, clauses=["CS5-11"])


def waiting(case: Case) -> list[str]:
    return list(CaseAsk.objects.filter(case=case, key="decision", outcome="").values_list("to_role", flat=True))


def authorised(case: Case) -> int:
    settled()
    settled()
    complaint = Claim.objects.get(pk=case.pk).complaint_id
    return Journal.objects.filter(case_id=complaint, verb="authorise").count()


def test_CS5_11_two_posts_in_order_decide_one_claim_and_the_complaint_hears_it_once() -> None:
    row(amount={"max": 1000}, outcome=["allowance"], region=["华东"], severity=["normal", "serious", "critical"])
    case = at("approve", opine={"amount": "500", "outcome": "allowance"})
    assert waiting(case) == ["director"], "the row is of another region"
    Claim.objects.filter(pk=case.pk).update(region="华东")
    do(case, "refuse", "director", **WHY)
    case = do(case, "opine", "office", opinion="再议", outcome="allowance", amount="500")
    assert waiting(case) == ["sales_head"]
    case = do(case, "approve", "sales_head", **WHY)
    assert (case.state, waiting(case), authorised(case)) == ("deciding", ["deputy"], 0)
    assert refused(case, "execute", "sales", execution="已办", executed_on="2026-01-01").code == "wrong_state"
    case = do(case, "approve", "deputy", **WHY)
    assert (case.state, authorised(case)) == ("decided", 1)
    line = Journal.objects.get(case=case, verb="agree_partly")
    assert chain.read_contents([line])[line.pk]["why"] == "按协议" or line.data["given"]["why"] == "按协议", "its reason is kept"
    [table] = [block for block in papers._blocks(case, Claim.objects.get(pk=case.pk), False) if isinstance(block, Table)]
    told = [(who, why) for what, who, _at, why in table.rows if str(what) == "核决"]
    assert told == [(account("sales_head").name, "按协议"), (account("deputy").name, "按协议")]


def test_what_begins_with_the_decision_does_not_begin_with_half_of_it() -> None:
    row(outcome="rejected")
    case = at("approve", opine={"amount": "0", "outcome": "rejected"})
    do(case, "approve", "sales_head", **WHY)
    assert not CaseClock.objects.filter(case=case, key="collection").exists()
    assert CaseClock.objects.get(case=case, key="decision").stopped_at is None, "nor does what ends with it end"
    do(case, "approve", "deputy", **WHY)
    assert CaseClock.objects.filter(case=case, key="collection").exists()


def test_another_amount_in_the_middle_is_decided_from_the_beginning_by_the_row_that_fits_it() -> None:
    row(amount={"max": 1000})
    case = at("approve", opine={"amount": "500"})
    do(case, "approve", "sales_head", **WHY)
    case = do(case, "amend", "office", amount="700", **WHY)
    assert waiting(case) == ["sales_head"]
    case = do(case, "amend", "office", amount="7000", **WHY)
    assert waiting(case) == ["director"]
    assert do(case, "approve", "director", **WHY).state == "decided"


def test_a_return_slip_names_all_who_approved_it_and_nobody_before() -> None:
    a_row("authority.returns.slip", "several", {"role": "sales_head", "with": ["finance"]}, position=1)
    case = slip(claimed())
    returned("endorse", "finance", case.number, **NOTE)
    assert _answered(case, "slip") == "", "half an approval is neither yes nor no"
    assert returned("endorse", "sales_head", case.number, **NOTE).state == "endorsed"
    assert _answered(case, "slip") == f"{account('sales_head').name}、{account('finance').name} 同意"
