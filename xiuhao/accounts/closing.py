"""How a month is closed: a list of what is to be seen to first, then no voucher enters it any more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from xiuhao.accounts import books, queries
from xiuhao.accounts.models import Month, Receivable, Voucher
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _ as later
from xiuhao.ui import words

LABELS = {
    "over": later("月份已过完"), "earlier": later("以前各月已结账"), "vouchers": later("凭证号连续"), "balance": later("借贷平衡"),
    "receivables": later("应收与回款已录入"),
}  # fmt: skip


@dataclass(frozen=True)
class Pending:
    """Something of a higher module that should be booked before a month is closed: how many there are now, and where they are seen."""

    key: str
    label: str
    url: str
    count: Callable[[], int]


@dataclass(frozen=True)
class Check:
    """One line of the list: what was found. Without `must` whoever closes decides; with it the month cannot be closed yet."""

    key: str
    fine: bool
    says: str
    url: str = ""
    must: bool = False

    @property
    def label(self) -> str:
        return str(_pending[self.key].label if self.key in _pending else LABELS[self.key])


_pending: dict[str, Pending] = {}


def before_closing(pending: Pending) -> None:
    """Enter something into the list; a second of the same key is a mistake in the code."""
    if pending.key in _pending:
        raise ValueError(f"{pending.key} is registered twice")
    _pending[pending.key] = pending


def checks(month: str) -> Sequence[Check]:
    """What is to be seen to before that month is closed."""
    over, earlier = queries.end_of(month) <= now(), _open_before(month)
    lines = queries.balance(SYSTEM, month)
    debit, credit = sum((one.debit for one in lines), books.NONE), sum((one.credit for one in lines), books.NONE)
    count, rows = Voucher.objects.unscoped("the whole month").filter(month=month).count(), _receivables(month)
    sides = _("借方 {debit}，贷方 {credit}").format(debit=words.money(debit), credit=words.money(credit))
    found = [
        Check("over", over, _("已过完") if over else _("还没有过完"), must=True),
        Check("earlier", not earlier, earlier or _("都已结账"), "/books/months", must=True),
        Check("vouchers", _gapless(month), _("共 {n} 张").format(n=count), f"/books/vouchers?month={month}", must=True),
        Check("balance", debit == credit, sides, f"/books/balance?month={month}", must=True),
        Check("receivables", rows > 0, _("共 {n} 行").format(n=rows), f"/books/collection?month={month}"),
    ]
    for one in _pending.values():
        left = one.count()
        found.append(Check(one.key, not left, _("还有 {n} 张").format(n=left) if left else _("没有"), one.url))
    return found


def close(month: str, actor: Actor) -> Month:
    """Close a month for good. Refused month_closed, month_running, month_before (409); books_unsound (409) should never happen."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(books.ALONE)  # who posts now has come first, or is too late
            cursor.execute(books.OPENED, {"month": month})
        row = Month.objects.select_for_update().get(pk=month)
        if row.closed_at:
            raise Refused("month_closed", {"month": month})
        found = {check.key: check for check in checks(month)}
        if not found["over"].fine:
            raise Refused("month_running", {"month": month})
        if not found["earlier"].fine:
            raise Refused("month_before", {"month": found["earlier"].says})
        if any(check.must and not check.fine for check in found.values()):
            raise Refused("books_unsound", {"month": month})
        row.checks = {key: [check.fine, check.says] for key, check in found.items()}
        row.closed_at, row.closed_by, row.closed_name = now(), actor.id, actor.name[:60]
        row.save()
        return row


def kept(row: Month) -> Sequence[tuple[str, bool, str]]:
    """What was found when a month was closed: (label, fine, words)."""
    labels = {**LABELS, **{one.key: one.label for one in _pending.values()}}
    return [(str(labels.get(key, key)), fine, says) for key, (fine, says) in row.checks.items()]


def _open_before(month: str) -> str:
    """The first earlier month with vouchers that is open yet; "" if none is."""
    rows = Month.objects.filter(month__lt=month, closed_at=None).order_by("month")
    return rows.values_list("month", flat=True).first() or ""


def _gapless(month: str) -> bool:
    """Whether the numbers of a month run from 1 without a gap."""
    told = Voucher.objects.unscoped("the whole month").filter(month=month).values_list("number", flat=True)
    return sorted(int(number.rpartition("-")[2]) for number in told) == list(range(1, len(told) + 1))


def _receivables(month: str) -> int:
    return Receivable.objects.unscoped("the whole month").filter(month=month).count()
