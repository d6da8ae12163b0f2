"""Many at the books at once: numbers without gap, a key is one voucher, and nothing enters a month while it is closed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from tests.accounts.test_books import posted, sides, sums_hold
from tests.cast import actor
from tests.parts.test_last_part import at_once
from xiuhao.accounts import actions, closing
from xiuhao.accounts.models import Month, Voucher
from xiuhao.kernel.access import SYSTEM

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
DAY = date(2026, 10, 12)


def numbers() -> list[str]:
    return sorted(Voucher.objects.unscoped("test").values_list("number", flat=True))


def test_S7_a_form_sent_eight_times_at_once_is_one_voucher_and_different_ones_have_numbers_without_a_gap() -> None:
    key = uuid4()
    same = [lambda: actions.post(key=key, day=DAY, text="x", entries=sides(), case=None, by=SYSTEM) for _ in range(8)]
    assert Counter(at_once(same)) == {"won": 8} and numbers() == ["JZ2610-0001"]
    assert Counter(at_once([posted for _ in range(12)])) == {"won": 12}
    assert numbers() == [f"JZ2610-{n:04d}" for n in range(1, 14)]
    first = Voucher.objects.unscoped("test").earliest("pk")
    back = [lambda: actions.reverse(first, key=uuid4(), day=DAY, text="x", by=SYSTEM) for _ in range(6)]
    assert Counter(told.split()[0] for told in at_once(back)) == {"won": 1, "voucher_reversed": 5}


def test_while_a_month_is_closed_each_voucher_is_in_it_and_in_its_list_or_refused() -> None:
    posted()
    acts = [posted for _ in range(10)]
    acts.insert(5, lambda: closing.close("2026-10", actor("finance")))  # type: ignore[arg-type, return-value]
    found = Counter(told.split()[0] for told in at_once(acts))
    assert set(found) <= {"won", "month_closed"}
    row, count = Month.objects.get(pk="2026-10"), len(numbers())
    assert row.closed_at and row.checks["vouchers"] == [True, f"共 {count} 张"] and sums_hold()
    assert count == found["won"] and Decimal(row.checks["balance"][1].split("¥")[1].split("，")[0]) == 10 * count
