"""Figures of calls by agent and by step of the script, and who has which extension."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.calls import checking, queries, script
from xiuhao.calls.models import Extension
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Choice, Text
from xiuhao.kernel.models import Account
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, start_of_day
from xiuhao.kernel.words import _ as lazy
from xiuhao.ui.desk import actor_of, show, staff
from xiuhao.ui.register import Act, Ask, Column, asked, register
from xiuhao.ui.sheet import Sheet, answer

PERIODS = (("1", lazy("今天")), ("7", lazy("7 天")), ("30", lazy("30 天")), ("90", lazy("90 天")))
SEES = frozenset({r.AGENT, r.LEAD, r.EXPERT, r.MANAGER, r.QUALITY, r.AUDITOR})
KEEPERS = frozenset({r.LEAD, r.MANAGER, r.ADMIN})


def _may(request: HttpRequest, roles: frozenset[str]) -> None:
    if not actor_of(request).holds(*roles):
        raise Refused("not_allowed", {"verb": _("通话")}, status=403)


@staff
def figures(request: HttpRequest) -> HttpResponseBase:
    """GET /calls/figures?days=7: by agent, by step and by what quality judged, of the calls that one sees."""
    _may(request, SEES)
    days = asked(request, "days", PERIODS) or "7"
    until = now()
    since = start_of_day(until) - timedelta(days=int(days) - 1)
    actor = actor_of(request)
    nodes = script.in_force().nodes
    rows = {row["node"]: row for row in queries.steps(actor, since, until)}
    order = [*(key for key in nodes if key in rows), *(key for key in rows if key not in nodes)]
    steps = [
        {**rows[key], "title": nodes[key].title if key in nodes else key, "clauses": nodes[key].clauses if key in nodes else ()}
        for key in order
    ]
    items = checking.items()
    judged = [(row, list(zip(items.values(), row.shares, strict=True))) for row in queries.checked(actor, since, until, list(items))]
    return show(
        request, "calls/figures.html", items=items.values(), judged=judged,
        tallies=queries.tallies(actor, since, until), steps=steps, days=days, periods=PERIODS,
        keeps=actor.holds(*KEEPERS),
    )  # fmt: skip


@staff
def extensions(request: HttpRequest) -> HttpResponseBase:
    """GET /calls/extensions: who is called where."""
    _may(request, KEEPERS)
    words = asked(request, "q")
    rows = Extension.objects.select_related("account__unit").filter(account__is_active=True).order_by("number")
    if words:
        rows = rows.filter(account__name__contains=words) | rows.filter(number__contains=words)
    columns = (
        Column(_("分机"), lambda row: row.number, kind="num"),
        Column(_("坐席"), lambda row: row.account.name, kind="title"),
        Column(_("单位"), lambda row: row.account.unit),
    )
    return register(
        request, _("坐席分机"), rows, columns, asks=(Ask("q", _("分机或姓名"), words),),
        acts=(Act(_("登记分机"), "/calls/extensions/set"),), empty=_("还没有登记分机；没有登记的，电话系统用登录名。"),
    )  # fmt: skip


@staff
def extension(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /calls/extensions/set: give somebody an extension, or another one."""
    _may(request, KEEPERS)
    people = Account.objects.filter(is_active=True, kind="staff", grants__role__in=takers()).distinct().order_by("name")
    needs = (
        Choice(key="account", label=_("坐席"), options=tuple((str(a.pk), a.name) for a in people[:1000])),
        Text(key="number", label=_("分机"), longest=20),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        if Extension.objects.filter(number=given["number"]).exclude(account_id=given["account"]).exists():
            raise Refused("extension_taken", {"number": given["number"]})
        Extension.objects.update_or_create(account_id=given["account"], defaults={"number": given["number"]})
        return _("分机已登记"), "/calls/extensions"

    return answer(request, Sheet("extension", _("登记分机"), request.path, needs, back="/calls/extensions"), act)


def takers() -> tuple[str, ...]:
    """Who takes calls."""
    return (r.AGENT, r.LEAD, r.EXPERT)
