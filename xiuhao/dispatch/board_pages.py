"""The board of a station's day, several days in small, and the map that comes after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.dispatch import board as drawn
from xiuhao.dispatch import situation
from xiuhao.dispatch.models import PlanRun
from xiuhao.dispatch.reasons import why_left
from xiuhao.dispatch.situation import Situation
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _ as lazy
from xiuhao.ui.desk import actor_of, show, staff

VIEWS = (("day", lazy("一天")), ("three", lazy("三天")), ("week", lazy("一周")))
SPANS = {"three": 3, "week": 7}
ASKED = ("region", "skill", "limit", "q")
FARTHEST = 366  # days


def asked_day(request: HttpRequest, unit: Unit) -> date:
    """The day of an address, by default today at the station. Raises Refused bad_day (400)."""
    today = situation.today(unit)
    text = (request.POST or request.GET).get("day") or ""
    try:
        found = date.fromisoformat(text) if text else today
    except ValueError:
        raise Refused("bad_day", {"day": text[:20]}, status=400) from None
    if abs((found - today).days) > FARTHEST:
        raise Refused("bad_day", {"day": text[:20]}, status=400)
    return found


def asked_unit(request: HttpRequest, actor: Actor, stations: Sequence[Unit] | None = None) -> Unit:
    """The station of an address, by default the busiest of those that the actor plans. Raises as `situation.station`."""
    text = (request.POST if "unit" in request.POST else request.GET).get("unit", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused("not_found", {"number": text[:20]}, status=404)
    return situation.station(actor, int(text) if text else None, stations)


def asked(request: HttpRequest, stations: Sequence[Unit] | None = None) -> tuple[Actor, Situation]:
    """Who asks, and the station's day of the address. Raises as `asked_unit` and `asked_day`."""
    actor = actor_of(request)
    unit = asked_unit(request, actor, stations)
    return actor, situation.read(actor, unit, asked_day(request, unit))


@staff
def board(request: HttpRequest) -> HttpResponseBase:
    """GET /dispatch/?unit=&day=&view=&show=&region=&skill=&limit=&q="""
    stations = situation.stations(actor_of(request))
    actor, day = asked(request, stations)
    view = request.GET.get("view", "day")
    context = waiting(actor, day, {key: request.GET.get(key, "")[:60] for key in ASKED})
    context |= _days(actor, day, SPANS[view]) if view in SPANS else _hours(actor, day, request.GET.get("show") == "actual")
    return show(
        request, "dispatch/board.html", stations=stations, view=view if view in SPANS else "day", views=VIEWS,
        before=(day.day - timedelta(days=1)).isoformat(), after=(day.day + timedelta(days=1)).isoformat(),
        is_today=day.day == situation.today(day.unit), kinds=kinds(day), live="queue:work", **context,
    )  # fmt: skip


def kinds(day: Situation) -> list[tuple[str, str]]:
    """The ways to plan this day: what has begun is only planned on from now, what is over not at all."""
    if day.day < situation.today(day.unit):
        return []
    first = ("rest", _("从现在起重排")) if day.day == situation.today(day.unit) else ("day", _("优化全天"))
    return [first, ("suppose", _("假设推演…"))]


def waiting(actor: Actor, day: Situation, wanted: Mapping[str, str]) -> dict[str, Any]:
    """The list of what waits, and why the last plan left what is in it."""
    found = drawn.listed(day, wanted)
    last = PlanRun.objects.visible_to(actor).filter(unit=day.unit, day=day.day).exclude(kind="suppose").order_by("-created_at").first()
    left = {number: why_left(reasons) for number, reasons in last.left_out} if last and last.left_out else {}
    offered = drawn.choices(day)
    narrowing = (("region", _("区域"), offered["region"]), ("skill", _("技能"), offered["skill"]), ("limit", _("时限"), offered["limit"]))
    return {
        "day": day, "waiting": drawn.waits(day, found[: drawn.SHOWN]), "total": len(found), "asked": wanted,
        "filtered": any(wanted.values()), "narrowing": narrowing, "left_out": left,
        "open_run": last if last and (last.open or last.state == "ready") else None,
        "opens": drawn.OPENS, "closes": drawn.CLOSES, "midnight": round(day.moment(0).timestamp()),
    }  # fmt: skip


def _hours(actor: Actor, day: Situation, actual: bool) -> dict[str, Any]:
    return {
        "lines": drawn.lines(day, actual=actual, seen=situation.seen(actor, day)), "hours": drawn.hours(), "now_at": drawn.now_at(day),
        "actual": actual,
    }  # fmt: skip


def _days(actor: Actor, first: Situation, span: int) -> dict[str, Any]:
    days = [first, *(situation.read(actor, first.unit, first.day + timedelta(days=n)) for n in range(1, span))]
    return {"days": days, "weeks": drawn.weeks(days)}


@staff
def chart(request: HttpRequest) -> HttpResponseBase:
    """GET /dispatch/map?unit=&day=: the points and ways of a day, as a piece of the board."""
    _actor, day = asked(request)
    return show(request, "dispatch/map.html", **drawn.chart(day, drawn.lines(day)))


def redrawn(actor: Actor, day: Situation, accounts: set[int]) -> dict[str, Any]:
    """The rows of some engineers and the list, to be put in the place of the old ones."""
    lines = drawn.lines(day, sorted(account for account in accounts if account in day.rows), seen=situation.seen(actor, day))
    return waiting(actor, day, {}) | {"lines": lines, "oob": True}
