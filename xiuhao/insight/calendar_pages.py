"""Working calendars and holiday tables on the screen: the week as it is worked, the year as it is kept, edited with a preview."""

from __future__ import annotations

import calendar as months
import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.insight import labels
from xiuhao.kernel import calendar_edits, sentences
from xiuhao.kernel import calendars as working
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.calendar import WEEKDAYS
from xiuhao.kernel.calendar_edits import CalendarChange, HolidayChange, Preview, parse_holidays
from xiuhao.kernel.models import CaseClock, Holiday, PolicyEdit, WorkCalendar
from xiuhao.kernel.policy.amending import allowed
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.roles import RULE_KEEPERS
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.ui.desk import actor_of, done, show, staff

DAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)
REGION = "CN"
FIELDS = {
    "name": gettext_lazy("名称"),
    "name_en": gettext_lazy("英文名称"),
    "zone": gettext_lazy("时区"),
    "always": gettext_lazy("全天候"),
    "region": gettext_lazy("节假日"),
}
_HOURS = re.compile(r"^\s*(\d{1,2}:\d{2})\s*[-~～–—至]\s*(\d{1,2}:\d{2})\s*$")


@staff
def calendars(request: HttpRequest) -> HttpResponseBase:
    """GET /calendars/: every calendar with its week; every year with its table."""
    actor = actor_of(request)
    ticking = _running()
    cards = [(row, week(row), ticking.get(row.pk, 0)) for row in working.rows()]
    known, missing = working.known_years(REGION), working.missing_years(local(now()))
    years = sorted({*known, *missing, local(now()).year + 1}, reverse=True)
    counts: dict[int, list[Holiday]] = {}
    for day in working.holidays(REGION):
        counts.setdefault(day.day.year, []).append(day)
    table = [
        (year, year in known, sum(d.kind == "off" for d in counts.get(year, ())), sum(d.kind == "work" for d in counts.get(year, ())))
        for year in years
    ]
    return show(
        request, "insight/calendars.html", cards=cards, years=table, missing=missing, keeper=actor.holds(*RULE_KEEPERS), region=REGION
    )


def _running(pk: int | None = None) -> dict[int, int]:
    open_ = CaseClock.objects.filter(stopped_at=None, void=False, **({"calendar_id": pk} if pk else {}))
    return dict(open_.values_list("calendar_id").annotate(n=Count("pk")).order_by())


def week(row: WorkCalendar) -> list[tuple[Any, list[tuple[int, int]], str]]:
    """(day, [(first minute, minutes)], words) of each weekday; what runs beyond midnight is shown at the next day's start."""
    spans: list[list[tuple[int, int]]] = [[] for _day in DAYS]
    for place, intervals in enumerate(working.of(row.pk).weekly):
        for start, end in intervals:
            spans[place].append((start, min(end, 1440) - start))
            if end > 1440:
                spans[(place + 1) % 7].append((0, end - 1440))
    words = [_("全天") if row.always else spelt(row.weekly.get(key, ())) or _("休息") for key in WEEKDAYS]
    return list(zip(DAYS, spans, words, strict=True))


def spelt(intervals: Any) -> str:
    """09:00-12:00 13:00-18:00"""
    return " ".join(f"{start}-{end}" for start, end in intervals)


def calendar_of(key: str) -> WorkCalendar:
    """The calendar of an address; Refused calendar_unknown (404)."""
    return working.named(key)


@staff
def calendar(request: HttpRequest, key: str) -> HttpResponseBase:
    """GET /calendars/<key>/"""
    actor = actor_of(request)
    row = calendar_of(key)
    return show(
        request, "insight/calendar.html", row=row, week=week(row), ticking=_running(row.pk).get(row.pk, 0), kinds=labels.EDITS,
        keeper=actor.holds(*RULE_KEEPERS), edits=PolicyEdit.objects.filter(table="calendar", line=key).order_by("-pk")[:20],
    )  # fmt: skip


@dataclass
class Dialog:
    """The dialog of an edit: first what is asked, then what it would do and the reason to give."""

    label: str
    url: str
    back: str
    fields: dict[str, str] = field(default_factory=dict)
    refused: Refused | None = None
    preview: Preview | None = None
    reason: str = ""
    new: bool = False

    @property
    def sentence(self) -> str:
        return sentences.say(self.refused) if self.refused else ""

    @property
    def week(self) -> list[tuple[str, Any, str]]:
        return [(key, day, self.fields.get(key, "")) for key, day in zip(WEEKDAYS, DAYS, strict=True)]


@staff
def edit(request: HttpRequest, key: str = "") -> HttpResponseBase:
    """GET and POST /calendars/<key>/edit and /calendars/new"""
    actor = actor_of(request)
    allowed(actor)
    row = calendar_of(key) if key else None
    dialog = Dialog(_("修改工作历") if row else _("新建工作历"), request.path, f"/calendars/{key}/" if key else "/calendars/", new=not row)
    if request.method != "POST":
        dialog.fields = _fields(row)
        return show(request, "insight/calendar_edit.html", form=dialog)
    dialog.fields = {name: str(value) for name, value in request.POST.items() if name not in ("step", "reason", "csrfmiddlewaretoken")}
    dialog.reason = request.POST.get("reason", "")

    def act(do: bool) -> str | Preview:
        change = _calendar(key or dialog.fields.get("key", ""), dialog.fields)
        if not do:
            return calendar_edits.preview_calendar(change, actor)
        return f"/calendars/{calendar_edits.apply_calendar(change, actor, dialog.reason).key}/"

    return _answer(request, dialog, act, "insight/calendar_edit.html")


def _answer(request: HttpRequest, dialog: Dialog, act: Any, template: str) -> HttpResponseBase:
    """`act(False)` gives what would change, `act(True)` does it and says where to go on."""
    step = request.POST.get("step")
    try:
        if step == "do":
            return done(request, _("已保存，在走的时钟正在重算。"), act(True))
        if step != "back":
            dialog.preview = _worded(act(False))
    except Refused as refused:
        dialog.refused = refused
        if refused.code == "reason_missing":
            dialog.preview = _worded(act(False))
    return show(request, template, dialog.refused.status if dialog.refused else 200, form=dialog)


def _worded(preview: Preview) -> Preview:
    """What differs, in the words on the screen."""
    names = {**FIELDS, **dict(zip(WEEKDAYS, DAYS, strict=True))}
    kinds = {"off": _("休"), "work": _("班"), "True": _("是"), REGION: _("按法定节假日与调休")}

    def said_(text: str) -> str:
        return " ".join(str(kinds.get(word, word)) for word in text.split(" "))

    return replace(preview, changes=[(str(names.get(what, what)), said_(old), said_(new)) for what, old, new in preview.changes])


def _fields(row: WorkCalendar | None) -> dict[str, str]:
    if row is None:
        return {"zone": "Asia/Shanghai", "region": REGION, **dict.fromkeys(WEEKDAYS[:5], "09:00-12:00 13:00-18:00")}
    plain = {"key": row.key, "name": row.name, "name_en": row.name_en, "zone": row.zone, "region": row.region, "edition": str(row.edition)}
    return {**plain, **({"always": "true"} if row.always else {}), **{key: spelt(row.weekly.get(key, ())) for key in WEEKDAYS}}


def _calendar(key: str, sent: dict[str, str]) -> CalendarChange:
    always = "always" in sent
    weekly = {} if always else {day: found for day in WEEKDAYS if (found := _intervals(str(DAYS[WEEKDAYS.index(day)]), sent.get(day, "")))}
    edition = sent.get("edition", "")
    region = REGION if sent.get("region") else ""
    return CalendarChange(
        key.strip(), sent.get("name", ""), sent.get("name_en", ""), sent.get("zone", "").strip(), always, weekly, region,
        int(edition) if edition.isdecimal() and len(edition) < 19 else None,
    )  # fmt: skip


def _intervals(day: str, text: str) -> list[list[str]]:
    found = []
    for part in re.split(r"[,，;；、\s]+(?=\d{1,2}:)", text.strip()) if text.strip() else ():
        match = _HOURS.match(part)
        if not match:
            raise Refused("calendar_time_bad", {"day": day, "value": part[:20]}, status=422)
        found.append([bound.zfill(5) for bound in match.groups()])
    return found


@staff
def holidays(request: HttpRequest, region: str, year: int) -> HttpResponseBase:
    """GET /calendars/holidays/<region>/<year>/"""
    actor = actor_of(request)
    days = _year(region, year)
    return show(
        request, "insight/holidays.html", year=year, region=region, days=days, months=_months(year, {d.day: d for d in days}),
        known=bool(days), keeper=actor.holds(*RULE_KEEPERS), weekdays=DAYS,
        edits=PolicyEdit.objects.filter(table=f"holidays.{region}", line=str(year)).order_by("-pk")[:20],
    )  # fmt: skip


def _year(region: str, year: int) -> list[Holiday]:
    """A year's table; Refused not_found (404) for an address that means nothing."""
    if region != REGION or not 1990 <= year <= 2100:
        raise Refused("not_found", {"number": f"{region} {year}"}, status=404)
    return [d for d in working.holidays(region) if d.day.year == year]


def _months(year: int, special: dict[date, Holiday]) -> list[tuple[int, list[list[tuple[int, str, str]]]]]:
    """(month, weeks of (day, look, name)); day 0 is none. Looks: off, work, rest (a week-end), nothing."""
    grid = months.Calendar()
    found = []
    for month in range(1, 13):
        weeks = []
        for row in grid.monthdays2calendar(year, month):
            weeks.append([(day, *_look(special.get(date(year, month, day)) if day else None, weekday)) for day, weekday in row])
        found.append((month, weeks))
    return found


def _look(special: Holiday | None, weekday: int) -> tuple[str, str]:
    if special:
        return special.kind, said(special.name, special.name_en)
    return ("rest" if weekday > 4 else ""), ""


@staff
def edit_holidays(request: HttpRequest, region: str, year: int) -> HttpResponseBase:
    """GET and POST /calendars/holidays/<region>/<year>/edit: the whole table as text, as it is pasted from a sheet or a notice."""
    actor = actor_of(request)
    allowed(actor)
    days = _year(region, year)
    here = f"/calendars/holidays/{region}/{year}/"
    dialog = Dialog(_("{year} 年假日表").format(year=year), request.path, here)
    words = {"off": _("休"), "work": _("班")}
    dialog.fields = {"table": "\n".join(f"{d.day.isoformat()}\t{words[d.kind]}\t{d.name}" for d in days)}
    if request.method != "POST":
        return show(request, "insight/holidays_edit.html", form=dialog, year=year)
    dialog.fields = {"table": request.POST.get("table", "")[:20_000]}
    dialog.reason = request.POST.get("reason", "")

    def act(do: bool) -> str | Preview:
        change = HolidayChange(year, parse_holidays(dialog.fields["table"]), region)
        if not do:
            return calendar_edits.preview_holidays(change, actor)
        calendar_edits.apply_holidays(change, actor, dialog.reason)
        return here

    return _answer(request, dialog, act, "insight/holidays_edit.html")
