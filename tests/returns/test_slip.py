"""The factory's slip: approved before goods come in, a difference asked about, matched and booked once, resold or lost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tests import claims
from tests.returns.ways import NOTE, claimed, crew, do, endorsed, prove, received, record, shot, slip
from xiuhao.accounts.models import Voucher
from xiuhao.kernel.models import Case, CaseAsk
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated

__all__ = ["crew"]
pytestmark = pytest.mark.django_db


def refused(verb: str, who: str, number: str, **told: object) -> Refused:
    with pytest.raises(Refused) as caught:
        do(verb, who, number, **told)
    return caught.value


def test_a_slip_takes_its_quantity_from_the_claim_and_never_exceeds_it() -> None:
    on = claimed()
    case = slip(on)
    made = record(case)
    assert (made.quantity, made.amount, made.part_no, case.state) == (100, Decimal("1250.00"), "P-77", "proposed")
    assert CaseAsk.objects.get(case=case).to_role == "sales_head"
    with pytest.raises(Refused) as caught:
        slip(on)
    assert caught.value.code == "slip_made"
    with pytest.raises(Refused) as caught:
        slip(claimed(), quantity="101")
    assert (caught.value.code, caught.value.status) == ("beyond_approved", 422)
    with pytest.raises(Refused) as caught:
        slip(claimed(outcome="allowance"))
    assert caught.value.code == "claim_undecided"


def test_beyond_the_managers_band_the_deputy_approves() -> None:
    case = slip(claimed(price=Decimal(200)))
    assert refused("endorse", "sales_head", case.number, **NOTE).status == 403
    assert do("endorse", "deputy", case.number, **NOTE).state == "endorsed"


def test_S7_more_than_was_issued_is_refused_at_the_slip_and_at_the_gate() -> None:
    with pytest.raises(Refused) as caught:
        slip(claimed(), issued="99")
    assert (caught.value.code, caught.value.status) == ("beyond_issued", 422)
    number = endorsed(issued="100").number
    found = refused("receive", "warehouse", number, counted="100.001")
    assert (found.code, found.status) == ("beyond_issued", 422)
    assert do("receive", "warehouse", number, counted="100").state == "received"


def test_a_difference_is_asked_first_and_signed_for_at_the_actual() -> None:
    case = do("receive", "warehouse", endorsed().number, counted="97")
    assert case.state == "differs" and record(case).actual is None
    assert refused("sign", "warehouse", case.number, actual="97", photos=[]).code in ("wrong_state", "incomplete")
    assert do("turn_away", "sales_head", case.number, **NOTE).state == "endorsed"
    do("receive", "warehouse", case.number, counted="98")
    do("instruct", "sales_head", case.number, **NOTE)
    picture = [shot("warehouse")]
    assert refused("sign", "warehouse", case.number, actual="97", photos=picture).code == "count_changed"
    assert do("sign", "warehouse", case.number, actual="98", photos=picture).state == "received"
    assert record(case).actual == 98


def test_S7_a_return_is_booked_once_however_often_it_is_posted() -> None:
    number = received().number
    key = uuid4()
    first = do("book", "finance", number, key=key, checked="100")
    again = do("book", "finance", number, key=key, checked="100")
    assert (first.state, again.state) == ("resale", "resale")
    assert refused("book", "finance", number, checked="100").code == "wrong_state"
    voucher = Voucher.objects.unscoped("test").get(case=first)
    assert voucher.total == Decimal("1250.00") and record(first).voucher == voucher.number


def test_accounting_does_not_book_another_figure_or_without_a_proof() -> None:
    case = do("receive", "warehouse", endorsed().number, counted="100")
    assert refused("book", "finance", case.number, checked="100").code == "proof_missing"
    prove(case)
    found = refused("book", "finance", case.number, checked="99")
    assert found.code == "quantities_differ" and "99" in str(found.sentence)
    assert not Voucher.objects.unscoped("test").filter(case=case).exists()
    assert do("book", "finance", case.number, checked="100").state == "resale"


@pytest.mark.parametrize(("answer", "booked"), [("accept_over", 110), ("reject_over", 100)])
def test_beyond_the_tolerance_it_goes_back_to_approval(answer: str, booked: int) -> None:
    number = received("110").number
    assert do("book", "finance", number, checked="110").state == "over"
    do(answer, "sales_head", number, **NOTE)
    if answer == "reject_over":
        assert refused("book", "finance", number, checked="100").code == "wrong_state", "counted anew first"
        assert refused("sign", "warehouse", number, actual="110", photos=[shot("warehouse")]).code == "count_changed"
        do("sign", "warehouse", number, actual="100", photos=[shot("warehouse")])
    case = do("book", "finance", number, checked=str(booked))
    assert (case.state, record(case).booked) == ("resale", booked)
    assert Voucher.objects.unscoped("test").get(case=case).total == Decimal("12.50") * booked


def test_while_the_customer_still_processes_the_quantity_is_open_and_is_filled_and_approved_later() -> None:
    on = claimed(in_process=True, quantity=None, approved_quantity=None)
    case = slip(on)
    assert record(case).unknown and CaseAsk.objects.get(case=case).to_role == "deputy"
    do("endorse", "deputy", case.number, **NOTE)
    assert refused("receive", "warehouse", case.number, counted="40").code == "quantity_unknown"
    assert do("fill", "sales", case.number, quantity="40").state == "proposed"
    assert CaseAsk.objects.filter(case=case, outcome="").count() == 1
    do("endorse", "sales_head", case.number, **NOTE)
    assert do("receive", "warehouse", case.number, counted="40").state == "received"
    assert record(case).approved == 40


def test_a_slip_is_not_carried_out_when_its_claim_has_been_decided_anew() -> None:
    on = claims.at("execute", opine={"outcome": "return", "amount": "1250", "approved_quantity": "100"})
    case = do("endorse", "sales_head", slip(on).number, **NOTE)
    claims.do(on, "amend", "office", outcome="rejected", amount="0", why="查明客户原因")
    assert refused("receive", "warehouse", case.number, counted="100").code == "claim_changed", "being decided anew"
    claims.do(on, "approve", "director", why="同意")
    assert refused("receive", "warehouse", case.number, counted="100").code == "claim_changed"
    claims.do(on, "amend", "office", outcome="return", amount="1250", approved_quantity="100", why="复核")
    claims.do(on, "approve", "director", why="同意")
    do("receive", "warehouse", case.number, counted="100")
    prove(case)
    assert refused("cancel", "sales", case.number, **NOTE).code == "goods_received"
    claims.do(on, "amend", "office", approved_quantity="50", why="复核")
    claims.do(on, "approve", "director", why="同意")
    assert refused("book", "finance", case.number, checked="100").code == "claim_changed"
    assert do("cancel", "sales", case.number, **NOTE).state == "withdrawn"


def test_a_claim_by_which_goods_come_back_closes_when_its_slip_is_booked() -> None:
    def decided() -> Case:
        return claims.at("close", opine={"outcome": "return", "amount": "1250", "approved_quantity": "100"})

    on = decided()
    assert claims.refused(on, "close", "office").code == "slip_missing"
    case = received(on=on)
    assert claims.refused(on, "close", "office").code == "papers_open"
    do("book", "finance", case.number, checked="100")
    assert claims.do(on, "close", "office").state == "closed"
    assert claims.do(decided(), "close", "office", note="客户同意就地报废，不退货").state == "closed"


def test_a_slip_sent_back_is_changed_and_approved_anew() -> None:
    number = slip().number
    do("refuse", "sales_head", number, **NOTE)
    told = {"reason": "镀层起泡，含两箱未拆", "method": "rework", "basis": "核决文号 26-118"}
    assert do("revise", "sales", number, quantity="90", **told).state == "proposed"
    assert do("endorse", "sales_head", number, **NOTE).state == "endorsed"


def test_goods_have_a_month_to_be_resold_then_the_loss_is_known() -> None:
    sold, kept = (do("book", "finance", received().number, checked="100") for _ in range(2))
    done = do("resold", "sales", sold.number, resale="900.00", **NOTE)
    assert done.state == "closed" and record(done).loss == Decimal("350.00")
    assert refused("write_off", "finance", kept.number, loss="1000.00", **NOTE).code == "still_resellable"
    with simulated(now() + timedelta(days=33)):
        done = do("write_off", "finance", kept.number, loss="1000.00", **NOTE)
    assert (done.state, record(done).loss, record(done).ended) == ("closed", Decimal("1000.00"), "written_off")


def test_what_is_processed_anew_costs_and_brings_no_credit_to_the_customer() -> None:
    number = received(on=claimed(outcome="rework")).number
    case = do("book", "finance", number, checked="100")
    assert case.state == "reworking" and not Voucher.objects.unscoped("test").filter(case=case).exists()
    case = do("reworked", "production", number, finding="重新电镀 100 件，全检合格", loss="180.00")
    assert case.state == "closed" and Voucher.objects.unscoped("test").get(case=case).total == Decimal("180.00")
