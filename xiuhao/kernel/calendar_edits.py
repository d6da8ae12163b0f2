"""How working calendars and holiday tables are changed: previewed, given a reason, journaled; running clocks are computed anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from xiuhao.kernel import calendars
from xiuhao.kernel.access import Actor
from xiuhao.kernel.calendar import WEEKDAYS, Calendar
from xiuhao.kernel.models import Holiday, WorkCalendar
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.policy.amending import Moved, allowed, clocks_of, foresee, note, reason_of
from xiuhao.kernel.policy.book import moved
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _

FEWEST_DAYS_OFF = 7  # the law has had more since 1949; fewer is a table cut short
LONGEST_RANGE = 31
_DATE = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_RANGE = re.compile(rf"^\s*{_DATE}(?:\s*(?:~|～|—|–|至|到|\.\.)\s*{_DATE})?\s*[\t,，;；\s]\s*(.*)$")
_KINDS = {"休": "off", "放假": "off", "off": "off", "班": "work", "上班": "work", "调休": "work", "补班": "work", "work": "work"}


@dataclass(frozen=True)
class CalendarChange:
    """A calendar as somebody wants it; a new `key` adds one. `edition` is that of the row as the editor saw it (None: new)."""

    key: str
    name: str
    name_en: str = ""
    zone: str = "Asia/Shanghai"
    always: bool = False
    weekly: Mapping[str, Any] = field(default_factory=dict)
    region: str = "CN"
    edition: int | None = None


@dataclass(frozen=True)
class HolidayChange:
    """The whole holiday table of a region's year: (day, "off" or "work", name)."""

    year: int
    days: tuple[tuple[date, str, str], ...]
    region: str = "CN"


@dataclass(frozen=True)
class Preview:
    """What an edit would do: what differs, as (what, old, new), and the running clocks concerned, the first of them in full.

    What differs is a field of the calendar, a weekday ("mon"), or a date.
    """

    changes: list[tuple[str, str, str]]
    running: int
    clocks: list[Moved]


def preview_calendar(change: CalendarChange, actor: Actor) -> Preview:
    """Raises the same Refused as `apply_calendar`; nothing is written."""
    allowed(actor)
    before, after = _plan(change)
    old, new = (_spelt(_facts(before)) if before else {}), _spelt(_facts(after))
    changes = [(key, old.get(key, ""), new[key]) for key in new if old.get(key, "") != new[key]]
    supposed = {before.pk: calendars.build(after, calendars.holidays(after.region))} if before else {}
    return _preview(changes, supposed, actor)


@transaction.atomic
def apply_calendar(change: CalendarChange, actor: Actor, reason: str) -> WorkCalendar:
    """Do it. Raises Refused: not_allowed (403), reason_missing, policy_changed (409), policy_unchanged, calendar_key_bad,
    and what a calendar refuses (empty, overlapping, unknown zone)."""
    from xiuhao.kernel import jobs

    allowed(actor)
    why = reason_of(reason)
    moved(calendars.STAMP)
    before, after = _plan(change)
    if before and _facts(before) == _facts(after):
        raise Refused("policy_unchanged", {"line": change.key}, status=422)
    after.save()
    note(actor, None, "calendar", _facts(before) if before else {}, _facts(after), why, table="calendar", line=change.key)
    if before:
        jobs.recompute_clocks.defer(policy_rows=[], calendars=[after.pk], why=why)
    calendars.current()
    return after


def preview_holidays(change: HolidayChange, actor: Actor) -> Preview:
    """Raises the same Refused as `apply_holidays`; nothing is written."""
    allowed(actor)
    _check_days(change)
    old, new = {d.day: (d.kind, d.name) for d in _year(change)}, {day: (kind, name) for day, kind, name in change.days}
    changes = [
        (day.isoformat(), " ".join(old.get(day, ())), " ".join(new.get(day, ())))
        for day in sorted({*old, *new})
        if old.get(day) != new.get(day)
    ]
    return _preview(changes, _supposed(change), actor)


@transaction.atomic
def apply_holidays(change: HolidayChange, actor: Actor, reason: str) -> int:
    """Put this table in the place of the year's; the year is then known. Returns its number of days.

    Raises Refused: not_allowed (403), reason_missing, policy_unchanged, holidays_other_year, holidays_repeat, holidays_too_few.
    """
    from xiuhao.kernel import jobs

    allowed(actor)
    why = reason_of(reason)
    moved(calendars.STAMP)
    _check_days(change)
    before = [[d.day.isoformat(), d.kind, d.name] for d in _year(change)]
    after = [[day.isoformat(), kind, name] for day, kind, name in sorted(change.days)]
    if before == after:
        raise Refused("policy_unchanged", {"line": str(change.year)}, status=422)
    _year(change).delete()
    english = dict(Holiday.objects.exclude(name_en="").values_list("name", "name_en"))
    Holiday.objects.bulk_create(
        Holiday(region=change.region, day=day, kind=kind, name=name, name_en=english.get(name, "")) for day, kind, name in change.days
    )
    note(actor, None, "holiday", before, after, why, table=f"holidays.{change.region}", line=str(change.year))
    calendars.current()
    concerned = [row.pk for row in calendars.rows() if row.region == change.region]
    if concerned:
        jobs.recompute_clocks.defer(policy_rows=[], calendars=concerned, why=why)
    return len(after)


def parse_holidays(text: str) -> tuple[tuple[date, str, str], ...]:
    """A table as pasted from a sheet or a notice: a date or a range, 休 or 班, and the holiday's name, in each line.

    Refused(422): holidays_unreadable with the number of the line.
    """
    found: list[tuple[date, str, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.strip().lower().startswith(("日期", "date", "#")):
            continue
        match = _RANGE.match(line)
        words = re.split(r"[\t,，;；\s]+", match[7].strip(), maxsplit=1) if match else []
        kind = _KINDS.get(words[0].lower()) if words else None
        days = _days(match) if match else []
        if not kind or not days:
            raise Refused("holidays_unreadable", {"line": number, "text": line.strip()[:60]}, status=422)
        name = clean_text(words[1] if len(words) > 1 else "", 40)
        found += [(day, kind, name) for day in days]
    return tuple(sorted(found))


def _days(match: re.Match[str]) -> list[date]:
    try:
        first = date(int(match[1]), int(match[2]), int(match[3]))
        last = date(int(match[4]), int(match[5]), int(match[6])) if match[4] else first
    except ValueError:
        return []
    length = (last - first).days
    return [first + timedelta(days=n) for n in range(length + 1)] if 0 <= length < LONGEST_RANGE else []


def _plan(change: CalendarChange) -> tuple[WorkCalendar | None, WorkCalendar]:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", change.key):
        raise Refused("calendar_key_bad", {"key": clean_text(change.key, 40)}, status=422)
    before = WorkCalendar.objects.filter(key=change.key).first()
    if (before.edition if before else None) != change.edition:
        raise Refused("policy_changed", {"line": change.key, "who": ""})
    name = clean_text(change.name, 60)
    if not name:
        raise Refused("missing", {"label": _("名称")}, status=422)
    after = WorkCalendar(
        pk=before.pk if before else None, key=change.key, name=name, name_en=clean_text(change.name_en, 60) or name, zone=change.zone,
        always=change.always, weekly={} if change.always else dict(change.weekly), region=change.region,
        edition=before.edition + 1 if before else 1,
    )  # fmt: skip
    calendars.build(after, calendars.holidays(after.region))
    return before, after


def _facts(row: WorkCalendar) -> dict[str, Any]:
    return {key: getattr(row, key) for key in ("name", "name_en", "zone", "always", "weekly", "region")}


def _spelt(facts: dict[str, Any]) -> dict[str, str]:
    """Facts as texts, the hours of each weekday by themselves."""
    weekly = {day: " ".join(f"{start}-{end}" for start, end in facts["weekly"].get(day, ())) for day in WEEKDAYS}
    return {**{key: str(value) if value is not False else "" for key, value in facts.items() if key != "weekly"}, **weekly}


def _year(change: HolidayChange) -> Any:
    first, last = date(change.year, 1, 1), date(change.year, 12, 31)
    return Holiday.objects.filter(region=change.region, day__range=(first, last)).order_by("day")


def _check_days(change: HolidayChange) -> None:
    days = [day for day, _kind, _name in change.days]
    other = sorted(day for day in days if day.year != change.year)
    if other:
        raise Refused("holidays_other_year", {"day": other[0].isoformat(), "year": change.year}, status=422)
    twice = sorted(day for day in set(days) if days.count(day) > 1)
    if twice:
        raise Refused("holidays_repeat", {"day": twice[0].isoformat()}, status=422)
    if sum(kind == "off" for _day, kind, _name in change.days) < FEWEST_DAYS_OFF:
        raise Refused("holidays_too_few", {"least": FEWEST_DAYS_OFF}, status=422)


def _supposed(change: HolidayChange) -> dict[int, Calendar]:
    """The region's calendars as they would be with this table."""
    days = [d for d in calendars.holidays(change.region) if d.day.year != change.year]
    days += [Holiday(region=change.region, day=day, kind=kind, name=name) for day, kind, name in change.days]
    return {row.pk: calendars.build(row, days) for row in calendars.rows() if row.region == change.region}


def _preview(changes: list[tuple[str, str, str]], supposed: dict[int, Calendar], actor: Actor) -> Preview:
    if not supposed:
        return Preview(changes, 0, [])
    concerned = clocks_of(calendars=list(supposed))
    with calendars.supposing(supposed):
        return Preview(changes, concerned.count(), foresee(concerned, actor))
