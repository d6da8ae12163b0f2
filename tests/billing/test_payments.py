"""Money is booked once, never more than is due, given back the way it came, and never rewritten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tests.billing.till import AT_80, ITEMS, D, billed, quoted
from tests.cast import actor
from xiuhao.billing import actions, queries
from xiuhao.billing.models import Bill, Payment
from xiuhao.kernel.refusal import Refused


@pytest.mark.django_db
def test_a_payment_is_once_a_key_and_never_above_what_is_due() -> None:
    bill, key, finance = billed(), uuid4(), actor("finance")
    first = actions.pay(bill, D(100), "cash", "", key, finance)
    assert actions.pay(bill, D(100), "cash", "", key, finance).pk == first.pk
    with pytest.raises(Refused, match="key_reused"):
        actions.pay(bill, D(99), "cash", "", key, finance)
    with pytest.raises(Refused, match="pays_too_much"):
        actions.pay(bill, AT_80, "transfer", "银行 001", uuid4(), finance)
    actions.pay(bill, AT_80 - 100, "transfer", "银行 001", uuid4(), finance)
    assert queries.due(bill.case_id) == 0 and queries.bill_of(bill.case_id).standing[1] == "green"
    for bad in (D(0), D(-1), D("0.001"), D("Infinity")):
        with pytest.raises(Refused, match="amount_bad"):
            actions.pay(bill, bad, "cash", "", uuid4(), finance)


@pytest.mark.django_db
def test_nothing_is_taken_before_the_list_was_shown_nor_by_strangers() -> None:
    quote = actions.decide(quoted(), True, "link", actor("agent"))
    bill = actions.settle(quote.case, ITEMS, actor("agent"))
    with pytest.raises(Refused, match="list_not_shown"):
        actions.pay(bill, D(1), "cash", "", uuid4(), actor("agent"))
    with pytest.raises(Refused, match="not_allowed"):
        actions.pay(bill, D(1), "cash", "", uuid4(), actor("outsider"), shown=True)
    actions.pay(bill, D(1), "cash", "", uuid4(), actor("agent"), shown=True)
    with pytest.raises(Refused, match="bill_paid_already"):
        actions.settle(quote.case, ITEMS, actor("agent"))


@pytest.mark.django_db
def test_a_refund_gives_back_no_more_than_came_in_and_only_finance_does() -> None:
    bill, finance = billed(), actor("finance")
    paid = actions.pay(bill, D(500), "cash", "", uuid4(), actor("agent"))
    with pytest.raises(Refused, match="not_allowed"):
        actions.refund(paid, D(1), "多收", uuid4(), actor("agent"))
    with pytest.raises(Refused, match="reason_missing"):
        actions.refund(paid, D(1), " ", uuid4(), finance)
    key = uuid4()
    first = actions.refund(paid, D(200), "配件退回", key, finance)
    assert actions.refund(paid, D(200), "配件退回", key, finance).pk == first.pk
    with pytest.raises(Refused, match="refund_too_much"):
        actions.refund(paid, D("300.01"), "配件退回", uuid4(), finance)
    actions.refund(paid, D(300), "现金记成了转账", uuid4(), finance, again=True)
    bill.refresh_from_db()
    assert (bill.paid, bill.refunded, bill.due) == (D(500), D(500), AT_80 - 200), "what was given back for good is not asked for again"
    assert actions.settle(bill.case, ITEMS[:1], actor("agent")).total == D("144.00")


@pytest.mark.django_db
def test_what_was_given_back_for_good_leaves_nothing_to_collect_and_the_list_adds_up() -> None:
    bill, finance = billed(), actor("finance")
    paid = actions.pay(bill, AT_80, "cash", "", uuid4(), actor("agent"))
    actions.refund(paid, D(100), "服务补偿", uuid4(), finance)
    part = queries.bill_of(bill.case_id)
    assert part is not None and (part.due, part.standing[0]) == (0, "已部分退款")
    actions.refund(paid, AT_80 - 100, "取消维修", uuid4(), finance)
    whole = queries.bill_of(bill.case_id)
    assert whole is not None and (whole.due, whole.waived, whole.standing[0]) == (0, AT_80, "已退款")
    assert whole.total == whole.paid - whole.refunded + whole.waived + whole.due + whole.written
    for standing, there in (("due", False), ("over", False), ("done", True)):
        assert (whole in queries.bills(finance, standing=standing)) is there, standing
    with pytest.raises(Refused, match="pays_too_much"):
        actions.pay(bill, D(1), "cash", "", uuid4(), actor("agent"))


@pytest.mark.django_db
def test_what_is_paid_in_parts_is_receipted_in_parts() -> None:
    bill, finance = billed(), actor("finance")
    actions.pay(bill, D(500), "cash", "", uuid4(), finance)
    assert actions.receipt(bill, "receipt", finance).amount == 500
    actions.pay(bill, AT_80 - 500, "cash", "", uuid4(), finance)
    assert actions.receipt(bill, "receipt", finance).amount == AT_80 - 500
    assert actions.receipt(bill, "invoice", finance, title="王小明").amount == AT_80
    with pytest.raises(Refused, match="receipt_already"):
        actions.receipt(bill, "receipt", finance)


@pytest.mark.django_db
def test_a_receipt_has_the_next_number_and_an_invoice_its_title() -> None:
    bill = billed()
    with pytest.raises(Refused, match="nothing_paid"):
        actions.receipt(bill, "receipt", actor("finance"))
    actions.pay(bill, AT_80, "cash", "", uuid4(), actor("finance"))
    assert not queries.receipted(bill.case_id)
    with pytest.raises(Refused, match="invoice_title"):
        actions.receipt(bill, "invoice", actor("finance"))
    one = actions.receipt(bill, "receipt", actor("finance"))
    two = actions.receipt(bill, "invoice", actor("finance"), title="王小明", tax_no="91330000")
    assert int(two.number[-6:]) == int(one.number[-6:]) + 1 and one.amount == AT_80 and queries.receipted(bill.case_id)
    with pytest.raises(Refused, match="receipt_already"):
        actions.receipt(bill, "receipt", actor("finance"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT title FROM billing_receipt WHERE number = %s", [two.number])
        assert "王小明".encode() not in bytes(cursor.fetchone()[0])


@pytest.mark.django_db
def test_what_was_paid_is_never_rewritten_and_who_does_not_see_the_case_sees_no_money() -> None:
    bill = billed()
    actions.pay(bill, D(10), "cash", "", uuid4(), actor("finance"))
    for text in ("UPDATE billing_payment SET amount = 1", "DELETE FROM billing_payment", "TRUNCATE billing_payment CASCADE"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(text)
    assert queries.payments(actor("finance")).count() == 1 == queries.bills(actor("lead"), standing="due").count()
    assert not queries.payments(actor("outsider")).exists() and not queries.bills(actor("engineer")).exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_ten_at_once_book_one_key_once_and_together_never_more_than_is_due() -> None:
    bill, who, one = billed(), actor("finance"), uuid4()

    def take(key: UUID, amount: Decimal) -> str:
        try:
            actions.pay(bill.pk, amount, "cash", "", key, who)
            return "booked"
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        same = list(pool.map(lambda _n: take(one, D(100)), range(5)))
        each = list(pool.map(lambda _n: take(uuid4(), D(400)), range(5)))
    assert same == ["booked"] * 5 and sorted(each) == ["booked", *["pays_too_much"] * 4]
    assert Payment.objects.unscoped("test").count() == 2 and Bill.objects.unscoped("test").get(pk=bill.pk).due == AT_80 - 500
