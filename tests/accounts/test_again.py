"""What was booked wrongly is booked anew by page: for its case, its tax apart; a rule without tax does not swallow a red invoice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.accounts.test_pages import action, desk
from tests.allowance.certificates import certify, decided, do, record, sealed, signed
from tests.sample.fixtures import a_row
from xiuhao.accounts import actions, queries
from xiuhao.accounts.models import Entry, Voucher
from xiuhao.accounts.posting import RULES
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db
D = Decimal


def test_a_certificate_that_was_booked_without_its_red_invoice_is_reversed_and_booked_anew_for_its_case_with_tax() -> None:
    case, client = sealed(signed()), desk("finance")
    do(case, "book", "finance")
    wrong = record(case).voucher
    assert wrong and queries.booked([case.pk]) == D(1000)
    day = wrong.day.isoformat()
    client.post(action(client.get(f"/books/vouchers/{wrong.pk}/reverse").content.decode()), {"day": day, "text": "漏填红字发票"})
    assert queries.booked([case.pk]) == 0, "it would be missing when its claim is closed"
    sent = {"day": day, "text": "重记", "debit": "600102", "credit": "1122", "amount": "1000", "tax": "222101", "tax_amount": "115.04"}
    new = action(client.get("/books/vouchers/new").content.decode())
    for bad, said in (({"case": "XX99"}, "XX99"), ({"tax_amount": ""}, "税额"), ({"tax_amount": "1000"}, "税额"), ({"tax": ""}, "税额")):
        answer = client.post(new, {**sent, "case": case.number, **bad})
        assert answer.status_code == 422 and said in answer.content.decode(), bad
    assert client.post(new, {**sent, "case": case.number.lower()}).status_code == 303
    made = Voucher.objects.unscoped("test").latest("pk")
    rows = Entry.objects.unscoped("test").filter(voucher=made).values_list("account", "debit", "credit")
    assert list(rows) == [("600102", D("884.96"), D(0)), ("222101", D("115.04"), D(0)), ("1122", D(0), D("1000.00"))]
    assert made.case_id == case.pk and queries.booked([case.pk]) == D(1000)


def test_nobody_books_for_a_case_that_they_do_not_see() -> None:
    case, client = certify(decided()), desk("finance")
    type(case).objects.unscoped("test").filter(pk=case.pk).update(process="tipoff")
    sent = {"day": "2026-11-02", "text": "记", "debit": "600102", "credit": "1122", "amount": "1", "case": case.number}
    assert client.post(action(client.get("/books/vouchers/new").content.decode()), sent).status_code == 422
    assert not Voucher.objects.unscoped("test").filter(case=case).exists()


def test_a_red_invoice_is_not_booked_by_a_rule_that_has_no_tax() -> None:
    a_row(RULES, "old", {"debit": "600102", "credit": "1122"}, match={"purpose": "allowance"}, position=1)
    with pytest.raises(Refused) as caught:
        actions.entries_for("allowance", D(10), red=True)
    assert caught.value.code == "posting_untaxed"
    assert len(actions.entries_for("allowance", D(10))) == 2
