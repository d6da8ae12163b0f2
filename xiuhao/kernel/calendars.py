"""The working calendars of this installation: rows of the database turned into arithmetic, kept until the stamp "calendar" moves."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

from django.utils.translation import ngettext

from xiuhao.kernel.bilingual import said
from xiuhao.kernel.calendar import WEEKDAYS, Calendar, from_table
from xiuhao.kernel.holidays import seed_holidays, shipped_years
from xiuhao.kernel.models import Holiday, PolicyEdit, Stamp, WorkCalendar
from xiuhao.kernel.refusal import Refused

STAMP = "calendar"
OFFICE = "office"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LIMIT = re.compile(r"^\s*(\d{1,7})\s*(s|m|h|d|wd)\s*$")
SEEDS: tuple[dict[str, Any], ...] = (
    {"key": "always", "name": "全天候", "name_en": "Around the clock", "always": True, "region": ""},
    {
        "key": OFFICE, "name": "办公时间", "name_en": "Office hours",
        "weekly": {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in WEEKDAYS[:5]},
    },
    {
        "key": "station", "name": "服务站营业", "name_en": "Service station", "region": "",
        "weekly": {day: [["08:30", "18:00"]] for day in WEEKDAYS},
    },
    {"key": "night", "name": "夜班", "name_en": "Night shift", "region": "", "weekly": {day: [["22:00", "06:00"]] for day in WEEKDAYS}},
    {"key": "hotline", "name": "热线 7×24", "name_en": "Hotline 24×7", "always": True, "region": ""},
)  # fmt: skip


class _Book:
    """Calendars by key and id, the holiday tables by region, and the arithmetic of each calendar, built when first asked for."""

    def __init__(self) -> None:
        self.rows = {row.key: row for row in WorkCalendar.objects.order_by("pk")}
        self.by_id = {row.pk: row for row in self.rows.values()}
        self.holidays: dict[str, list[Holiday]] = {}
        for day in Holiday.objects.order_by("day"):
            self.holidays.setdefault(day.region, []).append(day)
        self.built: dict[int, Calendar] = {}
        self.past: dict[tuple[int, int], Calendar] = {}

    @cached_property
    def edits(self) -> list[PolicyEdit]:
        """What was edited of calendars and holiday tables, the latest first."""
        return list(PolicyEdit.objects.filter(kind__in=("calendar", "holiday")).order_by("-at", "-pk"))


_kept: tuple[int, _Book] | None = None
_edition: ContextVar[int | None] = ContextVar("calendar_edition", default=None)
_supposed: ContextVar[Mapping[int, Calendar]] = ContextVar("calendar_supposed", default=MappingProxyType({}))


def refresh(edition: int) -> None:
    """Take the calendars of this edition of the stamp "calendar" as valid from here on; they are read again when they are not."""
    _edition.set(edition)


def current() -> int:
    """Ask the stamp and refresh: for pages, once a request. One statement."""
    edition = Stamp.objects.filter(name=STAMP).values_list("edition", flat=True).first() or 0
    refresh(edition)
    return edition


def _book() -> _Book:
    global _kept
    wanted = _edition.get()
    if wanted is None:
        wanted = current()
    kept = _kept
    if kept is None or kept[0] != wanted:
        kept = _kept = (wanted, _Book())
    return kept[1]


def rows() -> list[WorkCalendar]:
    """Every calendar, oldest first."""
    return list(_book().rows.values())


def named(key: str) -> WorkCalendar:
    """The calendar of that key; Refused("calendar_unknown", 404) if there is none."""
    try:
        return _book().rows[key]
    except KeyError:
        raise Refused("calendar_unknown", {"calendar": key[:40]}, status=404) from None


def label(row: WorkCalendar) -> str:
    """Its name in the language of the moment."""
    return said(row.name, row.name_en)


def of(pk: int) -> Calendar:
    """The arithmetic of the calendar with that id."""
    if (supposed := _supposed.get().get(pk)) is not None:
        return supposed
    book = _book()
    if pk not in book.built:
        row = book.by_id[pk]
        book.built[pk] = build(row, book.holidays.get(row.region, ()))
    return book.built[pk]


def edited(pks: Collection[int]) -> list[datetime]:
    """When these calendars were changed, the first time first: by themselves or by the holiday table of their region."""
    book = _book()
    names = {book.by_id[pk].key for pk in pks} | {f"holidays.{book.by_id[pk].region}" for pk in pks}
    return sorted({edit.at for edit in book.edits if (edit.line if edit.kind == "calendar" else edit.table) in names and edit.before != {}})


def stood(pk: int, before: datetime | None) -> Calendar:
    """The arithmetic of a calendar as it was just before a moment (None: as it is): the book of edits undone from the end."""
    book = _book()
    undone = [edit for edit in book.edits if before is not None and edit.at >= before]
    if not undone or not edited([pk]):
        return of(pk)
    if (pk, undone[-1].pk) not in book.past:
        row = copy(book.by_id[pk])
        for edit in undone:
            if edit.kind == "calendar" and edit.line == row.key:
                for name, value in edit.before.items():
                    setattr(row, name, value)
        days = {day.day: day for day in book.holidays.get(row.region, ())}
        for edit in undone:
            if edit.table == f"holidays.{row.region}":
                days = {day: held for day, held in days.items() if str(day.year) != edit.line}
                told = [Holiday(region=row.region, day=date.fromisoformat(day), kind=kind, name=name) for day, kind, name in edit.before]
                days |= {day.day: day for day in told}
        book.past[pk, undone[-1].pk] = build(row, days.values())
    return book.past[pk, undone[-1].pk]


@contextmanager
def supposing(other: Mapping[int, Calendar]) -> Iterator[None]:
    """Inside, these calendars are as given: what would an edit do?"""
    token = _supposed.set(other)
    try:
        yield
    finally:
        _supposed.reset(token)


def build(row: WorkCalendar, days: Iterable[Holiday]) -> Calendar:
    """A calendar's arithmetic from its row and its region's table; a row without a region knows no holidays.

    A year of which the table has no day is not known yet. Raises what `kernel.calendar.from_table` refuses.
    """
    days = list(days) if row.region else []
    spec: dict[str, Any] = {"zone": row.zone, "holidays": bool(row.region)}
    spec |= {"always": True} if row.always else {"weekly": row.weekly}
    table = [{"day": d.day, "kind": d.kind, "name": d.name, "name_en": d.name_en} for d in days]
    return from_table(row.key, spec, table)


def holidays(region: str = "CN") -> list[Holiday]:
    """The holiday table of a region, by date."""
    return list(_book().holidays.get(region, ()))


def known_years(region: str = "CN") -> set[int]:
    """The years of which a region's table is known."""
    return {d.day.year for d in _book().holidays.get(region, ())}


def missing_years(at: datetime) -> list[int]:
    """The years that calendars with holidays need and do not know: this year, and the next one from October on (暂估)."""
    wanted = {at.year} | ({at.year + 1} if at.month >= 10 else set())
    regions = {row.region for row in rows() if row.region}
    return sorted({year for region in regions for year in wanted - known_years(region)})


def is_workday(day: date, key: str = OFFICE) -> bool:
    """True if that calendar has working hours on a local date, holidays and 调休 considered."""
    return bool(of(named(key).pk).hours(day))


def clean_limit(raw: Any) -> str:
    """A length of working time as it is kept: "30m", "48h", "15d" (24 hours each), "3wd" (working days of the calendar).

    Refused(422): limit_unreadable, limit_not_positive.
    """
    found = _LIMIT.match(str(raw))
    if not found:
        raise Refused("limit_unreadable", {"value": str(raw)[:20]}, status=422)
    if int(found[1]) < 1:
        raise Refused("limit_not_positive", {"seconds": 0}, status=422)
    return f"{int(found[1])}{found[2]}"


def seconds(limit: str, calendar: WorkCalendar) -> int:
    """Working seconds of a limit ("48h"); a working day is as long as the calendar's first weekday that has hours."""
    text = clean_limit(limit)
    if text.endswith("wd"):
        return int(text[:-2]) * _working_day(of(calendar.pk))
    return int(text[:-1]) * _UNITS[text[-1]]


def after(at: datetime, value: Mapping[str, Any]) -> datetime:
    """When the limit of a policy row ({"limit", "calendar"}) has passed that began at a moment."""
    row = named(value["calendar"])
    return of(row.pk).add(at, seconds(value["limit"], row))


def _working_day(calendar: Calendar) -> int:
    day = next(intervals for intervals in calendar.weekly if intervals)
    return sum(end - start for start, end in day) * 60


def limit_text(limit: str) -> str:
    """A limit in words: 48 小时."""
    text = clean_limit(limit)
    number, unit = (text[:-2], "wd") if text.endswith("wd") else (text[:-1], text[-1])
    n = int(number)
    names = {
        "s": ngettext("{n} 秒", "{n} 秒", n), "m": ngettext("{n} 分钟", "{n} 分钟", n), "h": ngettext("{n} 小时", "{n} 小时", n),
        "d": ngettext("{n} 天", "{n} 天", n), "wd": ngettext("{n} 个工作日", "{n} 个工作日", n),
    }  # fmt: skip
    return names[unit].format(n=n)


def load_seeds() -> int:
    """Enter the calendars and holiday tables that ship and are not there yet; what was edited stays. Returns how many rows."""
    from xiuhao.kernel.policy.book import moved

    have = set(WorkCalendar.objects.values_list("key", flat=True))
    made = [WorkCalendar(**seed) for seed in SEEDS if seed["key"] not in have]
    WorkCalendar.objects.bulk_create(made, ignore_conflicts=True)
    known = {d.day.year for d in Holiday.objects.filter(region="CN").only("day")}
    days = [Holiday(region="CN", **row) for row in seed_holidays(shipped_years() - known)]
    Holiday.objects.bulk_create(days, ignore_conflicts=True)
    if made or days:
        moved(STAMP)
    return len(made) + len(days)
