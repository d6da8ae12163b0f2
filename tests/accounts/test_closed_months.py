"""What a closed month ends with stays: nothing is booked before it, no collection rate entered anew."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Event
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from tests.accounts.test_books import posted, refused
from tests.accounts.test_pages import desk
from tests.cast import account, actor
from tests.harness import until
from tests.parts.test_last_part import at_once
from tests.party.test_register_race import waits_for_a_lock
from tests.tickets import receive
from xiuhao.accounts import actions, books, closing, exporting, queries, receivables
from xiuhao.accounts.models import Hold, Month, Receivable, Voucher
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 10, 4, tzinfo=UTC)
AUGUST = date(2026, 8, 15)


def balances(month: str) -> list[tuple[str, Decimal, Decimal]]:
    return [(line.account.code, line.before, line.after) for line in queries.balance(SYSTEM, month)]


def test_nothing_is_booked_before_a_closed_month_though_its_own_has_no_voucher_yet() -> None:
    with simulated(NOVEMBER):
        made = posted("10", date(2026, 9, 12))
        closing.close("2026-09", actor("finance"))
        before = balances("2026-09")
        assert refused(lambda: posted("99", AUGUST)) == "month_closed"
        with pytest.raises(DatabaseError), transaction.atomic():
            Month.objects.create(month="2026-08")
            Voucher.objects.unscoped("test").create(
                number="X", month_id="2026-08", day=AUGUST, text="", total=1, lines=2, unit=made.unit, key=uuid4(), at=now()
            )
        assert balances("2026-09") == before and queries.closed("2026-08")
        assert posted("10", date(2026, 10, 1)).number == "JZ2610-0001"


def test_a_voucher_is_not_taken_back_before_it_was_booked() -> None:
    made = posted(day=date(2026, 10, 12))
    assert refused(lambda: actions.reverse(made, key=uuid4(), day=date(2026, 10, 11), text="x", by=SYSTEM)) == "voucher_earlier"
    assert actions.reverse(made, key=uuid4(), day=date(2026, 10, 12), text="x", by=SYSTEM).reverses_id == made.pk


def test_what_was_due_and_collected_in_a_closed_month_stands() -> None:
    sales, client = account("sales"), desk("finance")
    with simulated(NOVEMBER):
        rows = [receivables.Entered(sales.pk, "PCB-1", Decimal(1000), Decimal(400))]
        receivables.save("2026-10", rows, actor("finance"))
        assert "/books/collection/enter" in client.get("/books/collection?month=2026-10").content.decode()
        closing.close("2026-10", actor("finance"))
        sent = {"salesperson": str(sales.pk), "part_no": "PCB-1", "due": "1000", "collected": "1000"}
        answer = client.post("/books/collection/enter?month=2026-10", sent)
        assert answer.status_code == 409 and "2026-10" in answer.content.decode()
        assert refused(lambda: receivables.save("2026-09", rows, actor("finance"))) == "month_closed"
        assert "/books/collection/enter" not in client.get("/books/collection?month=2026-10").content.decode()
        assert Receivable.objects.unscoped("test").get().collected == 400


def test_the_list_behind_what_is_disputed_is_that_of_the_months_end() -> None:
    case, client = receive().case, desk("finance")
    with simulated(datetime(2026, 10, 12, 4, tzinfo=UTC)):
        actions.hold(case=case.pk, amount=Decimal(200), part_no=" pcb-1", customer=None, key=uuid4())
        receivables.save("2026-10", [receivables.Entered(account("sales").pk, "PCB-1", Decimal(1000), Decimal(400))], actor("finance"))
    with simulated(datetime(2026, 11, 2, 4, tzinfo=UTC)):
        actions.release(case=case.pk)
    with simulated(NOVEMBER):
        found = queries.collected("2026-10", SYSTEM)
        assert found.whole.disputed == 200 and not found.unmatched, "a part number is the same however it is typed"
        page = client.get("/books/collection?month=2026-10").content.decode()
        assert 'href="/books/holds?month=2026-10"' in page
        assert case.number in client.get("/books/holds?month=2026-10").content.decode()
        assert case.number not in client.get("/books/holds?month=2026-11").content.decode()
        assert sum(one.amount for one in queries.holds(SYSTEM, month="2026-10")) == found.whole.disputed
        assert Hold.objects.unscoped("test").get().released_at


def test_a_file_lacks_no_entry_rather_than_be_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    posted()
    monkeypatch.setattr(exporting, "MOST", 1)
    with pytest.raises(Refused, match="books_many"):
        list(exporting.entries(SYSTEM, "2026-10"))
    with simulated(NOVEMBER):
        assert desk("finance").get("/books/export/plain.xlsx?month=2026-10").status_code == 413


def closed_while_another_posts_before() -> str:
    """What became of closing September while a voucher of August, a month without any so far, was not committed yet."""
    posted(day=date(2026, 9, 12))
    there, over = Event(), Event()

    def post() -> None:
        with transaction.atomic():
            posted(day=AUGUST)
            there.set()
            until(lambda: waits_for_a_lock() or over.is_set(), 30, "the other waits, or is through")

    def close() -> None:
        there.wait(30)
        try:
            closing.close("2026-09", actor("finance"))
        finally:
            over.set()

    return at_once([post, close])[1].split()[0]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_who_closes_a_month_waits_for_whoever_posts_before_it() -> None:
    assert closed_while_another_posts_before() == "month_before"
    assert not Month.objects.get(pk="2026-09").closed_at


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_lock_the_voucher_gets_before_the_closed_month(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "ALONE", "SELECT 1")
    assert closed_while_another_posts_before() == "won"
    assert Month.objects.get(pk="2026-09").closed_at and Voucher.objects.unscoped("test").filter(month="2026-08").exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_posting_reversing_and_closing_at_once_nobody_stands_still() -> None:
    made = posted(day=date(2026, 9, 12))

    def back() -> None:
        actions.reverse(made, key=uuid4(), day=date(2026, 10, 12), text="x", by=SYSTEM)

    acts = [lambda n=n: posted(day=date(2026, n, 1)) for n in (7, 8, 10, 10)]
    acts[2:2] = [lambda: closing.close("2026-09", actor("finance")), back]  # type: ignore[list-item]
    found = Counter(told.split()[0] for told in at_once(acts))
    assert set(found) <= {"won", "month_closed", "month_before"}, found
    before = Voucher.objects.unscoped("test").filter(month__lt="2026-09")
    assert not (Month.objects.get(pk="2026-09").closed_at and before.exists())
