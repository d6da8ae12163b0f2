"""Money after a complaint: what is granted is certified in two parts, signed and sealed; what is disputed is in no bonus (CS5-13)."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from tests import claims
from tests.allowance.certificates import certify, decided, do, record
from tests.cast import account, actor
from tests.pictures import photo
from tests.tickets import receive
from xiuhao.accounts import actions, queries, receivables
from xiuhao.kernel.models import Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.ui import pages

pytestmark = pytest.mark.django_db


def test_CS5_13_1_an_allowance_is_certified_in_two_parts_signed_twice_and_sealed_before_it_is_booked() -> None:
    case = certify(decided())
    with pytest.raises(Refused) as caught:
        do(case, "approve", "deputy")
    assert caught.value.code == "wrong_state"
    assert do(case, "endorse", "sales_head").state == "approving"
    case = do(case, "approve", "deputy")
    papers = [paper for paper in pages.papers("allowance", actor("sales")) if paper.ready(case, record(case), actor("sales"))]
    sheets = [paper.sheet(case, record(case), actor("sales")) for paper in papers]
    assert [str(sheet.blocks[0].text)[-3:] for sheet in sheets] == ["业务部", " 会计"]  # type: ignore[union-attr]
    with pytest.raises(Refused) as caught:
        do(case, "seal", "sales", sealed_on="2026-11-02")
    assert caught.value.fields["seal"].clauses == ("CS5-13.1",)
    with pytest.raises(Refused) as caught:
        do(case, "book", "finance")
    assert caught.value.code == "wrong_state"
    do(case, "seal", "sales", seal=[photo("sales")], sealed_on="2026-11-02")
    assert do(case, "book", "finance").state == "booked" and record(case).voucher
    told = Journal.objects.filter(case=case, verb__in=("certify", "endorse", "approve", "seal"))
    assert [line.rules["CS5-13.1"] for line in told] == ["met"] * 4


def test_CS5_13_1_what_was_granted_is_certified_and_booked_before_its_claim_is_closed_or_it_is_said_why_not() -> None:
    claim = claims.at("close")
    caught = claims.refused(claim, "close", "office")
    assert (caught.code, caught.clauses) == ("certificate_missing", ("CS5-13.1",))
    for amount, missing in (("400.00", True), ("200.00", False)):
        case = certify(claim, amount)
        do(case, "endorse", "sales_head")
        do(case, "approve", "deputy")
        do(case, "seal", "sales", seal=[photo("sales")], sealed_on="2026-11-02")
        assert claims.refused(claim, "close", "office", note="不等了").code == "papers_open"
        do(case, "book", "finance")
        if missing:
            caught = claims.refused(claim, "close", "office")
            assert caught.code == "certificate_missing" and "600" in str(caught) and "400" in str(caught)
    closed = claims.do(claim, "close", "office")
    assert closed.state == "closed" and Journal.objects.get(case=closed, verb="close").rules["CS5-13.1"] == "met"
    assert claims.do(claims.at("close"), "close", "office", note=claims.UNCERTIFIED).state == "closed"


def test_CS5_13_7_what_a_complaint_holds_up_is_not_in_the_base_of_the_collection_rate_until_it_is_released() -> None:
    month, case = f"{local(now()):%Y-%m}", receive().case.pk
    receivables.save(month, [receivables.Entered(account("sales").pk, "PCB-7", Decimal(1000), Decimal(600))], actor("finance"))
    assert queries.collection(month).rate == Decimal("60.00")
    actions.hold(case=case, amount=Decimal("250.50"), part_no="PCB-7", customer=None, key=uuid4())
    found = queries.collection(month)
    assert (found.due, found.disputed, found.base, found.rate) == (1000, Decimal("250.50"), Decimal("749.50"), Decimal("80.05"))
    assert actions.release(case=case) == 1 and queries.collection(month).rate == Decimal("60.00")
