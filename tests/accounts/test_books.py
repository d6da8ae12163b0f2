"""The books: a voucher balances whatever is tried, is corrected by a reversing one alone, and stands in an open month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Sum

from tests.cast import actor
from tests.kernel import owner
from xiuhao.accounts import actions, books
from xiuhao.accounts.models import Entry, Month, Voucher
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

pytestmark = pytest.mark.django_db
DAY, ALL = date(2026, 10, 12), Voucher.objects.unscoped("test")


def sides(amount: str = "10") -> list[Entry]:
    return [Entry(account_id="600102", debit=Decimal(amount)), Entry(account_id="1122", credit=Decimal(amount))]


def posted(amount: str = "10", day: date = DAY) -> Voucher:
    return actions.post(key=uuid4(), day=day, text="折让", entries=sides(amount), case=None, by=actor("finance"))


def sums_hold() -> bool:
    """Every voucher has its entries, and both sides are its total."""
    told = Entry.objects.unscoped("test").values("voucher").annotate(d=Sum("debit"), c=Sum("credit"))
    wrong = told.exclude(d=F("c"), d__gt=0).exists() or told.exclude(d=F("voucher__total")).exists()
    return not wrong and told.count() == ALL.count()


def refused(act: object) -> str:
    with pytest.raises(Refused) as caught, transaction.atomic():
        act()  # type: ignore[operator]
    return caught.value.code


def test_a_voucher_is_numbered_in_its_month_without_gap_and_written_once_for_its_key() -> None:
    key = uuid4()
    first = actions.post(key=key, day=DAY, text="折让", entries=sides(), case=None, by=SYSTEM)
    assert actions.post(key=key, day=DAY, text="折让", entries=sides(), case=None, by=SYSTEM) == first
    assert refused(lambda: actions.post(key=key, day=DAY, text="折让", entries=sides("11"), case=None, by=SYSTEM)) == "key_reused"
    assert refused(lambda: actions.post(key=uuid4(), day=DAY, text="x", entries=sides()[:1], case=None, by=SYSTEM)) == "voucher_unbalanced"
    odd = [Entry(account_id="9999", debit=Decimal(1)), sides("1")[1]]
    assert refused(lambda: actions.post(key=uuid4(), day=DAY, text="x", entries=odd, case=None, by=SYSTEM)) == "account_unknown"
    for wrong in ("0", "-1", "0.001", "NaN", "1e20"):
        assert refused(lambda wrong=wrong: posted(wrong)) == "voucher_side"
    assert [first.number, posted().number, posted(day=date(2026, 11, 2)).number] == ["JZ2610-0001", "JZ2610-0002", "JZ2611-0001"]


def test_a_voucher_is_corrected_by_one_that_reverses_it_and_only_once() -> None:
    wrong = posted("88.50")
    back = actions.reverse(wrong, key=(key := uuid4()), day=DAY, text="冲销", by=actor("finance"))
    assert actions.reverse(wrong, key=key, day=DAY, text="冲销", by=actor("finance")) == back
    assert [(e.account_id, e.debit, e.credit) for e in Entry.objects.unscoped("test").filter(voucher=back)] == [
        ("600102", 0, Decimal("88.50")), ("1122", Decimal("88.50"), 0)]  # fmt: skip
    assert refused(lambda: actions.reverse(wrong, key=uuid4(), day=DAY, text="再冲", by=SYSTEM)) == "voucher_reversed"
    assert refused(lambda: actions.reverse(back, key=uuid4(), day=DAY, text="再冲", by=SYSTEM)) == "voucher_reverses"


def test_a_closed_month_takes_no_voucher_through_any_door_and_stays_closed() -> None:
    made = posted()
    Month.objects.filter(pk="2026-10").update(closed_at=now())
    assert refused(posted) == "month_closed" and posted(day=date(2026, 11, 1)).number == "JZ2611-0001"
    for act in (
        lambda: ALL.create(number="X", month_id="2026-10", day=DAY, text="", total=1, lines=2, unit=made.unit, key=uuid4(), at=now()),
        lambda: ALL.create(number="X", month_id="2026-11", day=DAY, text="", total=1, lines=2, unit=made.unit, key=uuid4(), at=now()),
        lambda: Month.objects.filter(pk="2026-10").update(closed_at=None),
        lambda: Month.objects.filter(pk="2026-10").delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def meddle(dice: Random) -> None:
    """Something that somebody might try on the books, past the actions, and the commit's check."""
    some = ALL.order_by("pk")[dice.randrange(ALL.count())]
    amounts = [Decimal(dice.randint(0, 3)) / dice.choice((1, 100, 3)) for _ in range(dice.randint(1, 4))]
    entries = [
        Entry(account_id=dice.choice(("1122", "6001")), **{dice.choice(("debit", "credit")): a.quantize(books.CENT)}) for a in amounts
    ]
    if sound := dice.random() < 0.3:
        amounts, entries = [Decimal(2)], sides("2")
    match dice.randint(0, 4):
        case 0:  # a voucher of random entries
            total, lines = max(amounts), 2 if sound else dice.choice((len(entries), 2))
            unit, month = some.unit_id, some.month_id
            made = ALL.create(
                number=str(uuid4())[:32], month_id=month, day=DAY, text="", total=total, lines=lines, unit_id=unit, key=uuid4(), at=now()
            )
            for entry in entries:
                entry.voucher = made
            Entry.objects.unscoped("test").bulk_create(entries)
        case 1:  # one more, or two, in an old one
            for entry in [*entries[:1], *(sides("1") if dice.random() < 0.5 else ())]:
                entry.voucher = some
                entry.save()
        case 2:
            Entry.objects.unscoped("test").filter(voucher=some).update(debit=F("debit") + 1)
        case 3:
            ALL.filter(pk=some.pk).update(total=some.total + 1)
        case _:
            actions.post(key=uuid4(), day=DAY, text="", entries=entries, case=None, by=SYSTEM)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def runs(seed: int, count: int) -> tuple[int, int]:
    dice, through, stopped = Random(seed), 0, 0
    for _ in range(count):
        try:
            with transaction.atomic():
                meddle(dice)
            through += 1
        except (DatabaseError, Refused):
            stopped += 1
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        if through and not sums_hold():
            break
    return through, stopped


def test_S7_a_thousand_random_runs_cannot_unbalance_the_books() -> None:
    posted()
    through, stopped = runs(7, 1000)
    assert through + stopped == 1000 and through > 20 and stopped > 500 and sums_hold()


@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_constraint_the_same_runs_break_the_books() -> None:
    posted()
    with owner.administrator() as admin:
        for table in (b"accounts_entry", b"accounts_voucher"):
            admin.execute(b"ALTER TABLE " + table + b" DISABLE TRIGGER balanced")
    assert runs(7, 200)[0] and not sums_hold()
