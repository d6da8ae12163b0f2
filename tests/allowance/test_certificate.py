"""A certificate of allowance: never above what was decided, signed for its amount by two people, sealed, booked once."""

from __future__ import annotations

import pytest

from tests.allowance.certificates import certify, decided, do, record, sealed, signed
from tests.cast import account, unit
from xiuhao.accounts.models import Entry, Hold, Voucher
from xiuhao.kernel import recount
from xiuhao.kernel.models import Case, CaseAsk, Grant, Journal
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db
HELD = Hold.objects.unscoped("test")


def refused(act: object) -> Refused:
    with pytest.raises(Refused) as caught:
        act()  # type: ignore[operator]
    return caught.value


def test_a_certificate_is_signed_twice_sealed_and_booked_with_its_voucher_and_the_receivable_is_free() -> None:
    claim = decided()
    case = sealed(signed(claim))
    assert HELD.get().released_at is None and not Voucher.objects.unscoped("test").exists()
    assert refused(lambda: do(case, "book", "sales")).status == 403
    assert do(case, "book", "finance").state == "booked"
    voucher = record(case).voucher
    assert voucher and voucher.total == 1000 and voucher.case_id == case.pk and HELD.get().released_at
    entries = Entry.objects.unscoped("test").values_list("account", "debit", "credit", "part_no")
    assert list(entries) == [("600102", 1000, 0, "PCB-0"), ("1122", 0, 1000, "PCB-0")]
    assert refused(lambda: do(case, "book", "finance")).code == "wrong_state"
    assert not recount.recount().differences


def test_S2_certificates_stay_within_what_was_decided_all_together() -> None:
    claim = decided("1000.00")
    assert refused(lambda: certify(claim, "1000.01")).code == "allowance_beyond"
    first = certify(claim, "600")
    no = refused(lambda: certify(claim, "400.01"))
    assert no.code == "allowance_beyond" and "400" in str(no.sentence)
    certify(claim, "400")
    do(first, "decline", "sales_head", why="金额不符")
    assert record(first).case.state == "void" and certify(claim, "600").state == "endorsing"
    Case.objects.unscoped("test").filter(pk=claim.pk).update(state="deciding")
    assert refused(lambda: certify(claim, "1")).code == "claim_undecided"
    assert refused(lambda: certify(decided(outcome="return"), "1")).code == "claim_undecided"


def test_S1_nobody_signs_what_they_asked_for_and_nobody_signs_on_both_levels() -> None:
    own = certify(decided(), who="sales_head")
    assert refused(lambda: do(own, "endorse", "sales_head")).code == "own_request"
    do(own, "endorse", "deputy")
    assert refused(lambda: do(own, "approve", "deputy")).code == "own_request"
    Grant.objects.create(account=account("sales_head"), role="director", unit=unit("总部"))
    no = refused(lambda: do(own, "approve", "sales_head"))
    assert no.code == "own_certificate" and no.clauses == ("CS5-13.1",)
    assert do(own, "approve", "director").state == "signed"


def test_S2_another_amount_is_signed_anew() -> None:
    case = signed(decided())
    assert do(case, "amend", "sales", amount="900", why="客户少收").state == "endorsing"
    assert set(CaseAsk.objects.filter(case=case, answered_at__isnull=False).values_list("outcome", flat=True)) == {"void"}
    assert refused(lambda: do(case, "amend", "sales", amount="1000.01", why="x")).code == "allowance_beyond"
    do(case, "endorse", "sales_head")
    do(case, "approve", "deputy")
    case = sealed(case)
    do(case, "book", "finance")
    assert record(case).voucher.total == 900  # type: ignore[union-attr]
    assert "voucher" in Journal.objects.get(case=case, verb="book").data


def test_a_refused_or_withdrawn_certificate_is_void_and_leaves_no_voucher() -> None:
    claim = decided()
    case = certify(claim)
    do(case, "endorse", "sales_head")
    assert do(case, "reject", "director", why="先查原因").state == "void"
    case = sealed(signed(claim))
    assert do(case, "withdraw", "sales", why="客户撤回").state == "void"
    assert not Voucher.objects.unscoped("test").exists() and HELD.get().released_at is None
