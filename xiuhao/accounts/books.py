"""How a voucher is written: balanced, numbered without gap in its month, once for its key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction

from xiuhao.accounts.models import Entry, Title, Voucher
from xiuhao.kernel import numbering
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, Unit
from xiuhao.kernel.process import Series
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, zone

SERIES = Series("JZ", gapless=True, digits=4, dash="-")
NONE, CENT, MOST = Decimal(0), Decimal("0.01"), Decimal(10**12)
OPENED = "INSERT INTO accounts_month (month, closed_name, checks) VALUES (%(month)s, '', '{}') ON CONFLICT DO NOTHING"
# Who posts shares a lock that who closes a month takes alone: whoever comes later finds the books as the other left them. It is none of
# the month's row, for a month without vouchers has none, and lies before the closed one all the same.
SHARED, ALONE = "SELECT pg_advisory_xact_lock_shared(2611)", "SELECT pg_advisory_xact_lock(2611)"
_CLOSED = "SELECT max(month) FROM accounts_month WHERE closed_at IS NOT NULL AND month >= %(month)s"


def write(
    *, key: UUID, day: date, text: str, entries: Sequence[Entry], case: int | None, by: Actor, reverses: Voucher | None = None
) -> Voucher:
    """Write a voucher with its entries; the same key again gives the first one. Eight statements.

    Refused: voucher_side, voucher_unbalanced, account_unknown (422), month_closed (409), key_reused (422: the key was another voucher's).
    """
    with transaction.atomic(savepoint=False):
        total = balanced(entries)
        alone(key)
        if (done := known(key, day, total, case)) is not None:
            return done
        month = open_month(f"{day:%Y-%m}")
        _accounts(entries)
        made = Voucher.objects.unscoped("writing the books").create(
            number=numbering.take(SERIES, 1, datetime.combine(day, time(12), zone()))[0],
            month_id=month, day=day, text=text[:200], total=total, lines=len(entries), case_id=case, unit_id=_unit(case, by), key=key,
            reverses=reverses, at=now(), by=by.id, name=by.name[:60],
        )  # fmt: skip
        for entry in entries:
            entry.voucher = made
        Entry.objects.unscoped("writing the books").bulk_create(entries)
        return made


def alone(key: UUID) -> None:
    """Whoever comes with the same key at the same moment waits, and then finds what this one wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"accounts:{key}"])


def known(key: UUID, day: date, total: Decimal, case: int | None) -> Voucher | None:
    """The voucher that this key has made before. Refused key_reused (422) if it says something else."""
    found = Voucher.objects.unscoped("by its key").filter(key=key).first()
    if found is not None and (found.day, found.total, found.case_id) != (day, total, case):
        raise Refused("key_reused", {}, status=422)
    return found


def balanced(entries: Sequence[Entry]) -> Decimal:
    """The sum of the debits, which is that of the credits. Refused voucher_side, voucher_unbalanced (422)."""
    for entry in entries:
        sides = [Decimal(side) for side in (entry.debit, entry.credit)]
        sound = all(side.is_finite() and abs(side) < MOST for side in sides)
        if not sound or min(sides) != 0 or max(sides) <= 0 or any(side != side.quantize(CENT) for side in sides):
            raise Refused("voucher_side", {}, status=422)
    debit, credit = sum((Decimal(e.debit) for e in entries), NONE), sum((Decimal(e.credit) for e in entries), NONE)
    if debit != credit or not debit:
        raise Refused("voucher_unbalanced", {"debit": debit, "credit": credit}, status=422)
    return debit


def share() -> None:
    """Who would close a month waits until the commit, and whoever closes one is waited for. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(SHARED)


def open_month(month: str) -> str:
    """A month (2026-11), open until the commit: who would close it waits. Refused month_closed (409): it is closed, or a later one is,
    whose opening balance it would change. Three statements."""
    share()
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED, {"month": month})
        if closed := cursor.fetchone()[0]:
            raise Refused("month_closed", {"month": closed})
        cursor.execute(OPENED, {"month": month})
    return month


def _accounts(entries: Sequence[Entry]) -> None:
    wanted = {entry.account_id for entry in entries}
    lacking = wanted - set(Title.objects.filter(pk__in=wanted, active=True).values_list("pk", flat=True))
    if lacking:
        raise Refused("account_unknown", {"code": min(lacking)}, status=422)


def _unit(case: int | None, by: Actor) -> int:
    """Whose books they are: the unit of the case, else of who writes, else the head's."""
    found = Case.objects.unscoped("whose voucher it is").filter(pk=case).values_list("unit_id", flat=True).first() if case else None
    return found or by.unit or Unit.objects.filter(parent=None).values_list("pk", flat=True)[0]
