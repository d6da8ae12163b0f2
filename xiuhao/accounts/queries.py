"""The questions about the books: vouchers, balances of a month, what is held up, how much was collected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from xiuhao.accounts import collecting
from xiuhao.accounts.collecting import Collection, Result
from xiuhao.accounts.models import READS, Entry, Hold, Month, Receivable, Title, Voucher, read_by
from xiuhao.kernel import roles as r
from xiuhao.kernel import rulebook
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Account, Unit
from xiuhao.kernel.time import local, now
from xiuhao.kernel.time import month as span_of
from xiuhao.kernel.words import _

__all__ = [
    "READS",
    "Collection",
    "Line",
    "balance",
    "booked",
    "closed",
    "collected",
    "collection",
    "holds",
    "keeps",
    "month_of",
    "months",
    "salespeople",
    "vouchers",
]
HELD_OUT = rulebook.bind("CS5-13.7", "accounts", _("因客诉争议的应收不计入回收率基数"))
NONE = Decimal(0)
SELLS = (r.SALES, r.SALES_HEAD)


def keeps(actor: Actor) -> bool:
    """Whether this actor keeps the company's books: finance, at the head."""
    return any(actor.holds(r.FINANCE, path=path) for path in Unit.objects.filter(parent=None).values_list("path", flat=True))


def month_of(day: date) -> str:
    """The month in which a day is booked: 2026-11."""
    return f"{day:%Y-%m}"


def end_of(month: str) -> datetime:
    """The moment in which a month is over, in the installation's zone."""
    return span_of(month)[1]


def vouchers(actor: Actor, *, month: str = "", account: str = "", text: str = "") -> QuerySet[Voucher]:
    """The vouchers that an actor reads, newest first: of a month, that touch an account, whose number or text says something."""
    rows = Voucher.objects.visible_to(actor).select_related("case", "unit", "reverses", "reversed_by")
    rows = rows.filter(month=month) if month else rows
    rows = rows.filter(pk__in=Entry.objects.visible_to(actor).filter(account=account).values("voucher")) if account else rows
    return rows.filter(Q(number__icontains=text) | Q(text__icontains=text) | Q(case__number__iexact=text)) if text else rows


def booked(cases: Iterable[int]) -> Decimal:
    """What stands in the books for these cases, in yuan: their vouchers that were not reversed. One statement."""
    rows = Voucher.objects.unscoped("what the books say of cases that a step holds").filter(case__in=list(cases), reverses=None)
    return rows.filter(reversed_by=None).aggregate(all=Sum("total"))["all"] or NONE


@dataclass(frozen=True)
class Line:
    """An account in a month: what it stood at before (debit positive), what came on each side, what it stands at after."""

    account: Title
    before: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def after(self) -> Decimal:
        return self.before + self.debit - self.credit


def balance(actor: Actor, month: str) -> Sequence[Line]:
    """The trial balance of a month, by account: those that ever moved until then. Two statements."""
    during, before = Q(voucher__month=month), Q(voucher__month__lt=month)
    rows = Entry.objects.visible_to(actor).filter(during | before).order_by("account").values("account")
    found = rows.annotate(
        had=Sum("debit", filter=before, default=NONE) - Sum("credit", filter=before, default=NONE),
        debits=Sum("debit", filter=during, default=NONE), credits=Sum("credit", filter=during, default=NONE),
    )  # fmt: skip
    names = Title.objects.in_bulk()
    return [Line(names[row["account"]], row["had"], row["debits"], row["credits"]) for row in found]


def holds(actor: Actor, *, standing: str = "", month: str = "") -> QuerySet[Hold]:
    """Receivables held up, newest first: still (`open`), or no more (`released`); those held up at the end of a month."""
    rows = Hold.objects.visible_to(actor).select_related("case").order_by("-since", "-pk")
    rows = rows.filter(since__lt=end_of(month)).exclude(released_at__lt=end_of(month)) if month else rows
    return rows if not standing else rows.filter(released_at__isnull=standing == "open")


def collection(month: str, actor: Actor = SYSTEM) -> Collection:
    """How much of what was due in a month (2026-11) was collected, without what complaints held up at its end (CS5-13.7)."""
    return collected(month, actor).whole


def collected(month: str, actor: Actor) -> Result:
    """The same by salesperson and part number. Two statements."""
    rows = Receivable.objects.visible_to(actor).filter(month=month).order_by("salesperson__name", "salesperson", "part_no")
    told = holds(actor, month=month).order_by("part_no").values_list("part_no").annotate(all=Sum("amount"))
    disputed = dict(told) if HELD_OUT.active else {}
    return collecting.result(list(rows.values_list("salesperson", "part_no", "due", "collected")), disputed)


def closed(month: str) -> bool:
    """Whether a month takes no voucher any more: it is closed, or a later one is."""
    return Month.objects.filter(month__gte=month, closed_at__isnull=False).exists()


def months(standing: str = "") -> QuerySet[Month]:
    """The months of the books, the newest first: all, those that are over and to be closed (`open`), or those that are (`closed`)."""
    rows = Month.objects.order_by("-month")
    if standing == "open":
        return rows.filter(closed_at=None, month__lt=month_of(local(now()).date()))
    return rows.filter(closed_at__isnull=False) if standing else rows


def salespeople(actor: Actor) -> QuerySet[Account]:
    """Who sells and works for the company."""
    rows = Account.objects.filter(is_active=True, kind="staff", grants__role__in=SELLS).distinct().order_by("name", "pk")
    return rows if actor.kind == "system" else rows.filter(read_by(actor, "unit__path"))
