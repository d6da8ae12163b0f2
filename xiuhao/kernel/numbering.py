"""Case numbers: prefix, two digits of the year, month, serial (`GD2611000017`).

A gapless series starts anew each month and has neither gap nor repeat; who takes a number holds the month's row until the
commit, so it is taken as late as possible in a transaction. All other series share one sequence and wait for nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from xiuhao.kernel.process import Series
from xiuhao.kernel.time import local

_COUNT_UP = """
    INSERT INTO kernel_seriesmonth AS month (prefix, month, last) VALUES (%s, %s, %s)
    ON CONFLICT (prefix, month) DO UPDATE SET last = month.last + excluded.last
    RETURNING last
"""


def take(series: Series, count: int, at: datetime) -> list[str]:
    """The next `count` numbers of a series, in order; the month is that of `at` in the installation's zone. One statement.

    A gapless series needs a transaction: its numbers are given back by a roll-back, and others wait for the commit.
    """
    if count < 1:
        return []
    serials = _gapless(series.prefix, _month(at), count) if series.gapless else _contention_free(count)
    return numbers(series, serials, at)


def numbers(series: Series, serials: Iterable[int], at: datetime) -> list[str]:
    """The numbers of these serials in the month of `at`."""
    return [f"{series.prefix}{_month(at)}{series.dash}{serial:0{series.digits}d}" for serial in serials]


def _month(at: datetime) -> str:
    return local(at).strftime("%y%m")


def _gapless(prefix: str, month: str, count: int) -> range:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a gapless number is taken inside the transaction that uses it")
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_UP, [prefix, month, count])
        last: int = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


def _contention_free(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('kernel_case_serial') FROM generate_series(1, %s)", [count])
        return [serial for (serial,) in cursor.fetchall()]
