"""What a higher process does with the books, inside its own transaction: it has locked its case before. Lock order: the case, the month.

Who may do it is the higher process's to say. Every act takes `key`: again with the same key it does nothing and gives the row of the first
time.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation

from xiuhao.accounts import books
from xiuhao.accounts.closing import Pending, before_closing
from xiuhao.accounts.models import READS, Entry, Hold, Month, Voucher
from xiuhao.accounts.posting import PURPOSES, entries_for
from xiuhao.accounts.receivables import Entered
from xiuhao.accounts.receivables import save as enter_receivables
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

__all__ = [
    "PURPOSES", "READS", "Entered", "Entry", "Pending", "before_closing", "enter_receivables", "entries_for", "hold",
    "in_the_books_language", "post", "release", "reverse",
]  # fmt: skip


def in_the_books_language() -> AbstractContextManager[None]:
    """What a voucher says stands in the company's language, whatever that of whoever books: it goes to its ledger."""
    return translation.override(settings.LANGUAGE_CODE)


def post(*, key: UUID, day: date, text: str, entries: Sequence[Entry], case: int | None, by: Actor) -> Voucher:
    """Book a voucher: `Entry(account_id="1122", credit=…, part_no=…, department=…, customer=…)`, amounts in the currency with two places.

    Refused: voucher_side, voucher_unbalanced, account_unknown (422), month_closed (409), key_reused (422).
    """
    return books.write(key=key, day=day, text=text, entries=entries, case=case, by=by)


def reverse(voucher: Voucher, *, key: UUID, day: date, text: str, by: Actor) -> Voucher:
    """The voucher that takes another back: the same entries on the other sides. Refused: voucher_reverses, voucher_reversed (409),
    voucher_earlier (422)."""
    with transaction.atomic(savepoint=False):
        books.share()
        Month.objects.select_for_update().get(pk=voucher.month_id)  # who reverses the same voucher waits; itself it is never written
        if voucher.reverses_id:
            raise Refused("voucher_reverses", {})
        before = Voucher.objects.unscoped("what reverses it").filter(reverses=voucher).first()
        if before is not None and before.key != key:
            raise Refused("voucher_reversed", {"number": before.number})
        if day < voucher.day:
            raise Refused("voucher_earlier", {"day": voucher.day}, status=422)
        turned = [
            Entry(account_id=e.account_id, debit=e.credit, credit=e.debit, part_no=e.part_no, department=e.department, customer=e.customer)
            for e in Entry.objects.unscoped("of a voucher that was reached").filter(voucher=voucher)
        ]
        return books.write(key=key, day=day, text=text, entries=turned, case=voucher.case_id, by=by, reverses=voucher)


def hold(*, case: int, amount: Decimal, part_no: str, customer: int | None, key: UUID) -> Hold:
    """A receivable that the case's complaint holds up from now on. Refused hold_bad (422)."""
    if amount <= 0 or amount != amount.quantize(books.CENT):
        raise Refused("hold_bad", {}, status=422)
    known = {"case_id": case, "amount": amount, "part_no": part_no[:60], "customer": customer, "since": now()}
    return Hold.objects.unscoped("writing the books").get_or_create(key=key, defaults=known)[0]


def release(*, case: int) -> int:
    """The receivables of a case are disputed no longer; how many were."""
    return Hold.objects.unscoped("of a case that was reached").filter(case_id=case, released_at=None).update(released_at=now())
