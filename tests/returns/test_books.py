"""What a return does to the books: to the cent of the slip, tax apart with a red invoice, its cost back in stock and what of it is lost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.returns.ways import NOTE, claimed, crew, do, received, record
from tests.ui.desk import sit
from xiuhao.accounts import closing
from xiuhao.accounts.models import Entry
from xiuhao.claim import filing
from xiuhao.claim.models import Claim
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case
from xiuhao.kernel.recount import recount
from xiuhao.kernel.time import local, now, simulated
from xiuhao.party.models import Customer
from xiuhao.returns import papers
from xiuhao.returns.models import Return
from xiuhao.ui.paper import Facts

__all__ = ["crew"]
pytestmark = pytest.mark.django_db
D = Decimal


def booked(price: str = "12.50", **told: object) -> Case:
    """A hundred pieces in the books."""
    return do("book", "finance", received(on=claimed(price=D(price))).number, checked="100", **told)


def entries(case: Case) -> list[tuple[str, D, D]]:
    rows = Entry.objects.unscoped("test").filter(voucher__case=case).order_by("pk")
    return list(rows.values_list("account", "debit", "credit"))


def test_what_came_back_is_worth_what_the_slip_says_halves_up() -> None:
    made = Return(actual=D("1.5"), quantity=D("1.5"), price=D("33.35"))
    assert made.worth == D("50.03"), "50.025: the slip says 50.03 too"
    claimed_for = Claim(quantity=D("1.5"), price=D("33.35"))
    assert filing.receivable(claimed_for) == D("50.03"), "and what the complaint holds up is the same"


def test_without_a_red_invoice_nobody_lessens_the_tax_and_with_one_it_is_set_apart() -> None:
    assert entries(booked()) == [("600101", D("1250.00"), D(0)), ("1122", D(0), D("1250.00"))]
    case = booked(red_invoice="26332000000123456789")
    assert entries(case) == [("600101", D("1106.19"), D(0)), ("222101", D("143.81"), D(0)), ("1122", D(0), D("1250.00"))]
    assert record(case).red_invoice == "26332000000123456789"


def test_the_cost_is_back_in_stock_and_what_of_it_is_lost_at_resale_is_booked() -> None:
    case = booked(cost="800.00")
    assert entries(case)[2:] == [("1405", D(800), D(0)), ("6401", D(0), D(800))]
    do("resold", "sales", case.number, resale="650.00", **NOTE)
    assert record(case).loss == D("600.00"), "against the price of grade A"
    assert entries(case)[4:] == [("6701", D(150), D(0)), ("1405", D(0), D(150))], "against the books"
    assert len(record(case).voucher.split("、")) == 3
    above = booked(cost="800.00")
    do("resold", "sales", above.number, resale="801.00", **NOTE)
    unknown = booked()
    do("resold", "sales", unknown.number, resale="1.00", **NOTE)
    assert (len(entries(above)), len(entries(unknown))) == (4, 2)
    assert not recount().differences


def test_what_is_not_sold_in_time_leaves_the_stock_and_never_more_than_stood_there() -> None:
    whole, part = booked(cost="800.00"), booked(cost="800.00")
    with simulated(now() + timedelta(days=33)):
        do("write_off", "finance", whole.number, loss="1250.00", **NOTE)
        do("write_off", "finance", part.number, loss="300.00", **NOTE)
    assert entries(whole)[4:] == [("6701", D(800), D(0)), ("1405", D(0), D(800))]
    assert entries(part)[4:] == [("6701", D(300), D(0)), ("1405", D(0), D(300))]


def test_a_month_is_not_closed_without_a_word_while_goods_that_came_wait_to_be_booked() -> None:
    case = received()
    month = f"{local(now()):%Y-%m}"
    found = {one.key: one for one in closing.checks(month)}["returns"]
    assert not found.fine and found.url == "/c/returns/?view=books" and "1" in found.says
    do("book", "finance", case.number, checked="100")
    assert {one.key: one for one in closing.checks(month)}["returns"].fine
    assert Case.objects.visible_to(SYSTEM).get(pk=case.pk).state == "resale"


def test_goods_that_were_not_sold_in_their_time_are_seen_before_the_month_is_closed_until_their_loss_is_booked() -> None:
    case, month = booked(), f"{local(now()):%Y-%m}"

    def waits() -> tuple[bool, int]:
        one = {check.key: check for check in closing.checks(month)}["unsold"]
        return one.fine, sit("finance").get(one.url or "/c/returns/?view=unsold").context["page"].total

    assert waits() == (True, 0), "they may still be sold"
    record(case).__class__.objects.filter(pk=case.pk).update(resale_until=now() - timedelta(minutes=1))
    assert waits() == (False, 1)
    do("write_off", "finance", case.number, loss="300.00", **NOTE)
    assert waits() == (True, 0)


def test_the_slip_says_whose_goods_they_are() -> None:
    case = received()
    customer = Customer.objects.unscoped("test").create(name="王小明", created_at=now())
    Case.objects.unscoped("test").filter(pk=case.pk).update(customer_id=customer.pk)
    case.refresh_from_db()
    facts = [block for block in papers.copy(papers.COPIES[1])(case, record(case), SYSTEM).blocks if isinstance(block, Facts)]
    assert ("客户", str(customer)) in [(str(label), value) for label, value in facts[0].pairs]
