"""The only source of time: a simulated moment, the engine's moment, or the database's clock; never this machine's wall clock.

Application servers may be minutes apart, the database is one. Its clock is read once and carried on for at most a second by
this machine's monotonic counter, which no correction of the wall clock can turn back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from time import monotonic
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

FRESH = 1.0  # seconds for which one reading of the database's clock is carried on

_simulated: ContextVar[datetime | None] = ContextVar("simulated", default=None)
_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)
_reading: ContextVar[tuple[datetime, float] | None] = ContextVar("reading", default=None)


def now() -> datetime:
    """The present in UTC, to the microsecond: inside `simulated` and `moment` what they say, else the database's clock."""
    fixed = _simulated.get() or _moment.get()
    if fixed is not None:
        return fixed
    reading = _reading.get()
    # Counted from the answer's arrival, so that it never runs ahead of the database.
    if reading is None or monotonic() - reading[1] > FRESH:
        prime(database_now())
        reading = _reading.get()
        assert reading is not None
    return reading[0] + timedelta(seconds=monotonic() - reading[1])


def prime(at: datetime) -> None:
    """Take a reading of the database's clock that some statement brought along anyway; in simulated time it brought none."""
    if is_simulated():
        return
    _reading.set((at.astimezone(UTC), monotonic()))


def database_now() -> datetime:
    """The database's clock, asked anew: one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at.astimezone(UTC)


@contextmanager
def simulated(at: datetime) -> Iterator[datetime]:
    """Inside, the present is `at`, whatever the engine or the database say. For simulation and tests; nests."""
    with _held(_simulated, at) as moment_:
        yield moment_


@contextmanager
def moment(at: datetime) -> Iterator[datetime]:
    """Inside, the present is `at`, the one moment of a transaction, unless time is simulated."""
    with _held(_moment, at) as moment_:
        yield moment_


@contextmanager
def _held(where: ContextVar[datetime | None], at: datetime) -> Iterator[datetime]:
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone")
    token = where.set(at.astimezone(UTC))
    try:
        yield at
    finally:
        where.reset(token)


def is_simulated() -> bool:
    """True inside `simulated`: the database's own clock must then not be used beside `now()`."""
    return _simulated.get() is not None


@lru_cache(maxsize=8)
def _zone(key: str) -> ZoneInfo:
    return ZoneInfo(key)


def zone() -> ZoneInfo:
    """The installation's time zone (setting TIME_ZONE); units and calendars may name their own."""
    return _zone(settings.TIME_ZONE)


def local(at: datetime, where: ZoneInfo | None = None) -> datetime:
    """The same moment on the wall clock of `where`, by default of the installation."""
    return at.astimezone(where or zone())


def start_of_day(at: datetime, where: ZoneInfo | None = None) -> datetime:
    """Midnight, in UTC, of the local day in which `at` lies; the first moment of that day where midnight does not exist."""
    where = where or zone()
    day = at.astimezone(where)
    return datetime(day.year, day.month, day.day, tzinfo=where).astimezone(UTC)


def month(name: str) -> tuple[datetime, datetime]:
    """Beginning and end of a month (2026-11) on the wall clock of the installation."""
    since = datetime.fromisoformat(f"{name}-01").replace(tzinfo=zone())
    return since, (since + timedelta(days=31)).replace(day=1)


def month_before(name: str) -> tuple[datetime, datetime]:
    """Beginning and end of the month before that one."""
    until = month(name)[0]
    return (until - timedelta(days=1)).replace(day=1), until
