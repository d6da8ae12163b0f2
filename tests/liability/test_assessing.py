"""A loss is assessed once, split between departments that are heard, and within one by places and base points; then decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.cast import actor
from tests.liability.claims import CLOSED, HERE, assess, closed, decided, do
from xiuhao.kernel import policy
from xiuhao.kernel.models import Case, CaseAsk, CaseClock, PolicyRow
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated
from xiuhao.liability import queries
from xiuhao.liability.models import Liability

D = Decimal
pytestmark = pytest.mark.django_db


def record(case: Case) -> Liability:
    return Liability.objects.get(pk=case.pk)


def test_an_allowance_is_assessed_once_and_only_when_the_claim_is_decided() -> None:
    [claim] = closed()
    assert record(assess(claim)).loss == D("1000.00")
    with pytest.raises(Refused, match="assessed_already"):
        assess(claim)
    [early] = closed()
    Case.objects.unscoped("arranging a test").filter(pk=early.pk).update(state="reviewing", is_open=True)
    with pytest.raises(Refused, match="claim_not_decided"):
        assess(early)
    with pytest.raises(Refused, match="not_allowed"):
        do(assess(closed()[0]), "split", "director", department1="production")


def test_returned_goods_wait_a_month_for_their_sale() -> None:
    goods = {"basis": "returned", "returned_on": "2026-10-20", "quantity": "100", "grade_a": "20"}
    with simulated(CLOSED):
        case, sold = assess(closed()[0], **goods), assess(closed()[0], **goods)
        assert case.state == "reselling" and record(case).loss is None
        assert CaseClock.objects.get(case=case, key="resale").due_at == datetime(2026, 11, 21, tzinfo=HERE)
        with pytest.raises(Refused, match="sold_too_much"):
            do(case, "resell", sold="101", sold_at="15")
        assert do(case, "resell", sold="60", sold_at="15").state == "reselling", "the month runs"
        assert do(sold, "resell", sold="100", sold_at="15").state == "assessed" and record(sold).loss == D("500.00")
    with simulated(CLOSED + timedelta(days=32)):
        assert do(case, "resell", sold="60", sold_at="15", actual="650").state == "assessed"
    assert record(case).loss == D("950.00")


def test_a_mistaken_worksheet_is_corrected_and_split_anew() -> None:
    case = assess(closed()[0], basis="returned", returned_on="2026-01-05", quantity="10", grade_a="20", actual="90")
    assert record(case).loss == D("90.00"), "its month is over"
    do(case, "split", department1="production")
    assert do(case, "correct", basis="allowance", granted="80").state == "assessed"
    found = record(case)
    assert (found.loss, found.actual, found.resale_until, found.ledger, queries.shares(case.pk)) == (D("80.00"), None, None, "", [])
    assert not CaseAsk.objects.filter(case=case, outcome="").exists()
    with pytest.raises(Refused, match="incomplete"):
        do(case, "correct", basis="returned", granted="80")


def test_departments_bear_the_whole_by_the_table_or_as_it_is_said() -> None:
    case = assess(closed()[0])
    with pytest.raises(Refused, match="departments_twice"):
        do(case, "split", department1="production", department2="production")
    with pytest.raises(Refused, match="shares_not_whole"):
        do(case, "split", department1="production", percent1="60", department2="quality", percent2="30")
    do(case, "split", department1="production", department2="quality", department3="research")
    assert [(s.department, s.percent, s.amount) for s in queries.shares(case.pk)] == [
        ("production", D("70.00"), D("700.00")), ("quality", D("15.00"), D("150.00")), ("research", D("15.00"), D("150.00"))
    ]  # fmt: skip
    asked = set(CaseAsk.objects.filter(case=case, outcome="").values_list("to_role", flat=True))
    assert asked == {"production", "quality", "research"}
    do(case, "split", department1="third", percent1="40", department2="production", percent2="60")
    assert set(CaseAsk.objects.filter(case=case, outcome="").values_list("to_role", flat=True)) == {"production"}, (
        "an outsider is not asked"
    )
    assert sum(s.amount for s in queries.shares(case.pk)) == D("1000.00")


def test_people_bear_their_departments_part_and_the_decision_is_bound_to_it() -> None:
    case = assess(closed()[0])
    do(case, "split", department1="production", foreseen=True)
    with pytest.raises(Refused, match="not_of_the_split"):
        do(case, "charge", department="quality", person=actor("engineer").id, place="person", points="1")
    do(case, "charge", department="production", person=actor("engineer").id, place="person", points="2", bonus="600")
    do(case, "charge", department="production", person=actor("dealer").id, place="person", points="1")
    with pytest.raises(Refused, match="charged_already"):
        do(case, "charge", department="production", person=actor("dealer").id, place="first", points="1")
    do(case, "charge", department="production", person=actor("production").id, place="first", points="1")
    [share] = queries.shares(case.pk)
    assert [one.amount for one in share.persons.all()] == [D("400.00"), D("200.00"), D("300.00")], "1,000 foreseen: 60 / 30 / 10"
    assert "工程师康（责任人）400.00" in record(case).ledger
    with pytest.raises(Refused, match="heads_unheard"):
        do(case, "submit")
    do(case, "object", "production", opinion="比率偏高")
    assert do(case, "submit").state == "submitted"
    assert do(case, "reject", "director", note="重新分摊").state == "assessed"
    do(case, "split", department1="production")
    assert not queries.shares(case.pk)[0].persons.all(), "a new split names its people anew"


def test_what_is_taken_from_pay_is_nothing_unless_the_company_says_so() -> None:
    case = decided()
    [row] = queries.personal(actor("personnel"))
    assert (row.amount, queries.cap(row), queries.deducted(row)) == (D("700.00"), D("300.00"), None)
    PolicyRow.objects.filter(table="liability.deduction").update(value={"enabled": True, "cap": 50, "reason": {"zh": "已签协议"}})
    policy.moved("policy")
    policy.current()
    assert queries.deducted(row) == D("300.00"), "half of the bonus at most"
    assert record(case).decided_at and not queries.personal(actor("quality")) and not queries.personal(actor("agent"))
