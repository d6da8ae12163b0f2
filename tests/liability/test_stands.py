"""A loss is assessed and decided on what its claim decides now; the standards sum up; a month's cap is one, however many cases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from tests.cast import actor
from tests.liability.claims import assess, closed, decided, do
from xiuhao.claim.models import Claim
from xiuhao.kernel import policy
from xiuhao.kernel.models import Case, PolicyRow
from xiuhao.kernel.policy import table_of
from xiuhao.kernel.refusal import Refused
from xiuhao.liability import papers, queries
from xiuhao.liability.models import Liability
from xiuhao.ui.paper import Words

D = Decimal
pytestmark = pytest.mark.django_db


def refused(act: object) -> Refused:
    with pytest.raises(Refused) as caught:
        act()  # type: ignore[operator]
    return caught.value


def test_no_more_was_granted_than_was_decided() -> None:
    [claim] = closed(amount="1000.00")
    found = refused(lambda: assess(claim, basis="allowance", granted="1000.01"))
    assert found.code == "granted_beyond" and "1000.01" in str(found.sentence)
    case = assess(claim)
    assert refused(lambda: do(case, "correct", basis="allowance", granted="1000.01")).code == "granted_beyond"
    assert do(case, "correct", basis="other", actual="3000").state == "assessed", "what else was lost is not the claim's to say"


def test_how_it_was_worked_out_is_said_in_the_readers_language() -> None:
    case = assess(closed()[0], basis="returned", returned_on="2026-01-05", quantity="10", grade_a="20", sold="4", sold_at="15", actual="90")
    found = Liability.objects.get(pk=case.pk)
    assert found.loss == D("110.00") and queries.worked_out(found).startswith("转售 4.00 ×（A 级品 20.00 − 售价 15.00）")
    with translation.override("en"):
        sheet = papers.worksheet(Case.objects.unscoped("test").get(pk=case.pk), found, actor("office"))
        said = [block.text for block in sheet.blocks if isinstance(block, Words)]
    assert len(said) == 1 and "sold again" in str(said[0]) and "转售" not in str(said[0]), said


@pytest.mark.parametrize(("state", "amount"), [("deciding", "1000.00"), ("decided", "999.99")])
def test_a_claim_that_is_decided_anew_takes_its_loss_along(state: str, amount: str) -> None:
    [claim] = closed()
    case = assess(claim)
    do(case, "split", department1="production")
    do(case, "accept", "production", opinion="同意")
    was = Claim.objects.get(pk=claim.pk)

    def changed(to: str, much: Decimal | str | None) -> None:
        Case.objects.unscoped("test").filter(pk=claim.pk).update(state=to, is_open=True, closed_at=None)
        Claim.objects.filter(pk=claim.pk).update(amount=much)

    changed(state, amount)
    assert refused(lambda: do(case, "submit")).code == "claim_decided_anew"
    changed("decided", was.amount)
    do(case, "submit")
    changed(state, amount)
    assert refused(lambda: do(case, "approve", "director", note="照办")).code == "claim_decided_anew"
    changed("decided", was.amount)
    assert do(case, "approve", "director", note="照办").state == "decided"


@pytest.mark.parametrize(
    ("table", "wrong", "code"),
    [
        ("liability.split", {"person": 80, "first": 15, "second": 4}, "shares_of_hundred"),
        ("liability.split", {"person": 110, "first": -20, "second": 10}, "shares_of_hundred"),
        ("liability.watch", {"share": 100}, "share_range"),
        ("liability.watch", {"share": -1}, "share_range"),
        ("liability.deduction", {"enabled": True, "cap": 101, "reason": {"zh": "x"}}, "cap_range"),
    ],
)
def test_standards_that_do_not_sum_up_are_no_standards(table: str, wrong: dict[str, object], code: str) -> None:
    assert refused(lambda: table_of(table).clean_value(wrong)).code == code
    good = {"liability.split": {"person": 80, "first": 15, "second": 5}, "liability.watch": {"share": 0}}
    assert table not in good or table_of(table).clean_value(good[table])


def test_the_cap_of_a_month_is_one_however_many_cases_somebody_answers_for() -> None:
    decided(), decided()
    PolicyRow.objects.filter(table="liability.deduction").update(value={"enabled": True, "cap": 50, "reason": {"zh": "已签协议"}})
    policy.moved("policy")
    policy.current()
    rows = list(queries.personal(actor("personnel")))
    assert sorted(row.amount for row in rows) == [D("700.00"), D("700.00")]
    assert sorted(queries.deducted(row) for row in rows) == [D("0.00"), D("300.00")], "half of a bonus of 600, once"
