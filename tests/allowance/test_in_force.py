"""A certificate is booked for what its claim decides now, its tax set apart with a red invoice; the dispute ends with the last of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from tests.allowance.certificates import certify, decided, do, record, sealed, signed
from tests.allowance.test_certificate import HELD, refused
from xiuhao.accounts import actions
from xiuhao.accounts.models import Entry, Title, Voucher
from xiuhao.accounts.posting import RULES
from xiuhao.claim.models import Claim
from xiuhao.kernel.models import Case
from xiuhao.kernel.policy import table_of
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db
D = Decimal


def test_the_dispute_ends_with_the_last_certificate_of_what_was_decided() -> None:
    claim = decided("1000.00")
    first, second = (sealed(signed(claim, amount)) for amount in ("600", "400"))
    do(first, "book", "finance")
    assert HELD.get().released_at is None, "the rest is disputed still"
    do(second, "book", "finance")
    assert HELD.get().released_at is not None


@pytest.mark.parametrize(
    ("case", "claim"),
    [({"state": "deciding"}, {}), ({}, {"amount": D("999.99")}), ({}, {"outcome": "compensation"}), ({"state": "closed"}, {})],
)
def test_what_was_decided_anew_is_neither_sealed_nor_booked(case: dict[str, str], claim: dict[str, object]) -> None:
    on = decided("1000.00")
    ready, waiting = sealed(signed(on, "600")), signed(on, "400")
    Case.objects.unscoped("test").filter(pk=on.pk).update(**case)
    Claim.objects.filter(pk=on.pk).update(**claim)
    assert refused(lambda: do(ready, "book", "finance")).code == "claim_decided_anew"
    assert refused(lambda: sealed(waiting)).code == "claim_decided_anew"
    assert not Voucher.objects.unscoped("test").exists() and HELD.get().released_at is None


def test_while_it_is_decided_anew_no_amount_is_corrected() -> None:
    on = decided("1000.00")
    case = certify(on, "600")
    Case.objects.unscoped("test").filter(pk=on.pk).update(state="deciding")
    assert refused(lambda: do(case, "amend", "sales", amount="700", why="x")).code == "claim_undecided"


def test_tax_is_set_apart_with_a_red_invoice_alone_and_both_sides_agree() -> None:
    case = sealed(signed())
    do(case, "book", "finance", red_invoice="26332000000123456789")
    rows = Entry.objects.unscoped("test").filter(voucher=record(case).voucher).values_list("account", "debit", "credit")
    assert list(rows) == [("600102", D("884.96"), D(0)), ("222101", D("115.04"), D(0)), ("1122", D(0), D("1000.00"))]
    for amount in ("0.01", "0.03", "0.05", "33.35", "99999999.99"):
        made = actions.entries_for("allowance", D(amount), red=True)
        assert sum(e.debit for e in made) == sum(e.credit for e in made) == D(amount) and all(e.debit or e.credit for e in made)
    assert len(actions.entries_for("compensation", D(10), red=True)) == 2, "no price, no tax"


def test_what_a_voucher_says_is_in_the_companys_language_whoever_books_it() -> None:
    case = sealed(signed())
    with translation.override("en"):
        do(case, "book", "finance")
    voucher = record(case).voucher
    assert voucher and voucher.text.startswith("折让 ")


def test_half_a_tax_is_no_rule() -> None:
    both = {"debit": "600102", "credit": "1122"}
    for wrong in ({"tax": "222101"}, {"rate": 13}, {"tax": "222101", "rate": 100}, {"tax": "222101", "rate": -1}):
        with pytest.raises(Refused, match="tax_half"):
            table_of(RULES).clean_value({**both, **wrong})
    with pytest.raises(Refused, match="account_unknown"):
        table_of(RULES).clean_value({**both, "tax": "999999", "rate": 13})
    assert table_of(RULES).clean_value({**both, "tax": "222101", "rate": 13}) and Title.objects.filter(pk="6701").exists()
