"""Days and months as the law counts them. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from xiuhao.kernel.time import local, zone
from xiuhao.product.facts import Past

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def months_after(start: date, months: int) -> date:
    """The last day of a period of months: the same day of the last month, or its last day where it has no such day.

    民法典 art. 201 (the first day is not counted) and art. 202 (the corresponding day ends the period).
    """
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def days(came: datetime, left: datetime, uncounted: int = 0) -> int:
    """How many days a repair took: every full 24 hours is a day, and so is what remains (household cars, order No. 43, art. 40).

    `uncounted` hours are taken off first. 0 only where nothing is left.
    """
    spent = max(left - came - uncounted * HOUR, timedelta())
    return -(-spent // DAY)


def repair_days(repair: Past, on: date) -> int:
    """The days of one repair up to the end of a day, if it still goes on then."""
    return days(repair.came, _end(repair.left, on), repair.uncounted) if day_of(repair.came) <= on else 0


def waiting_days(repair: Past, on: date) -> int:
    """The days of one repair on which it waited for parts."""
    if repair.waited is None or day_of(repair.waited) > on:
        return 0
    return days(repair.waited, _end(repair.supplied or repair.left, on))


def extended(start: date, months: int, repairs: Iterable[Past], on: date) -> tuple[date, int]:
    """(last day of a period that stands still while the piece is in repair, days by which it is longer).

    A day counts once, from that of the arrival up to but without that of the return, at least one; only repairs that began
    after the start and within the period, as it was then, count. More time in repair never makes the period shorter.
    """
    until, taken = months_after(start, months), set[date]()
    for repair in sorted(repairs, key=lambda one: one.came):
        came = day_of(repair.came)
        if not start <= came <= min(until, on):
            continue
        left = min(day_of(repair.left), on) if repair.left else on
        fresh = {came + n * DAY for n in range(max((left - came).days, 1))} - taken
        taken |= fresh
        until += len(fresh) * DAY
    return until, len(taken)


def visits(repairs: Iterable[Past]) -> list[Past]:
    """One of each visit: two faults repaired in one go took that time once."""
    return list({(one.came, one.left): one for one in repairs}.values())


def day_of(at: datetime) -> date:
    """The local day of a moment."""
    return local(at).date()


def _end(at: datetime | None, on: date) -> datetime:
    """The end of a span, or of the day while it goes on."""
    midnight = datetime(on.year, on.month, on.day, tzinfo=zone()) + DAY
    return min(at, midnight) if at else midnight
