"""The roster's pages: the week of a station, leave with what it collides with, certificates with their last day, homes."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.translation import gettext as _

from xiuhao.kernel import roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, Day, Moment, Number, Text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.party.models import LEVELS, Skill
from xiuhao.roster import actions, queries, week
from xiuhao.roster.models import LEAVES, PLANNERS, Certificate, Engineer, Leave, Shift
from xiuhao.ui import pages
from xiuhao.ui.desk import actor_of, show, staff
from xiuhao.ui.register import Act, Ask, Column, asked, register
from xiuhao.ui.sheet import Sheet, answer

SEES = PLANNERS | roles.READERS | {roles.ENGINEER}
pages.register(
    pages.Nav("roster", gettext_lazy("排班"), "/roster/", "calendar", roles=tuple(PLANNERS | {roles.ENGINEER})),
    pages.Todo(
        "certificates", gettext_lazy("证书到期"), rows=lambda actor: queries.ending(actor, local(now()).date()),
        url="/roster/certificates?state=ending", roles=tuple(PLANNERS), tone="amber", rare=True,
    ),
)  # fmt: skip
WEEK, PAPERS, LEAVE = gettext_lazy("班次"), gettext_lazy("资质证书"), gettext_lazy("请假")


def _tabs(current: str) -> list[tuple[str, str, bool]]:
    every = ((str(WEEK), "/roster/"), (str(LEAVE), "/roster/leave"), (str(PAPERS), "/roster/certificates"))
    return [(label, url, url == current) for label, url in every]


def _may(actor: Actor) -> None:
    if not actor.holds(*SEES):
        raise Refused("not_allowed", {}, status=403)


def _day(text: str) -> date:
    """A day of an address; Refused bad_filter (400)."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("bad_filter", {"key": _("日期"), "value": text[:20]}, status=400) from None


@staff
def roster(request: HttpRequest) -> HttpResponseBase:
    """GET /roster/?unit=&week=: everybody's hours of a week; an engineer sees the own line."""
    actor = actor_of(request)
    _may(actor)
    offered = week.stations(actor)
    unit = asked(request, "unit", tuple((str(u.pk), str(u)) for u in offered)) or (str(offered[0].pk) if offered else "")
    told = request.GET.get("week", "")
    first = week.monday(_day(told) if told else local(now()).date())
    rows = week.read(actor, int(unit), first) if unit else []
    return show(
        request, "roster/week.html", rows=rows, days=[first + timedelta(days=n) for n in range(7)], today=local(now()).date(),
        stations=[(str(u.pk), str(u)) for u in offered], unit=unit, before=first - timedelta(days=7), after=first + timedelta(days=7),
        first=first, tabs=_tabs("/roster/"), plans=actor.holds(*PLANNERS),
    )  # fmt: skip


def _clock(given: str, label: str) -> time | None:
    if not given:
        return None
    try:
        return time.fromisoformat(given).replace(tzinfo=None, second=0, microsecond=0)
    except ValueError:
        raise Refused("not_clock", {"label": label}, status=422) from None


@staff
def shift(request: HttpRequest, pk: int, day: str) -> HttpResponseBase:
    """GET and POST /roster/<account>/<day>: other hours, a day off, or as the unit works."""
    actor, on = actor_of(request), _day(day)
    account = actions.engineer(actor, pk)
    row = Shift.objects.visible_to(actor).filter(account=account, day=on).first()
    kinds = (("pattern", _("按服务站班次")), ("hours", _("指定时间")), ("off", _("休息")))
    needs = (
        Choice(key="kind", label=_("班次"), options=kinds),
        Text(key="start", label=_("上班"), longest=5, required=False, help=_("如 08:30，只在指定时间时填写。")),
        Text(key="end", label=_("下班"), longest=5, required=False),
    )
    known = {"kind": "pattern" if row is None else "hours" if row.start else "off"}
    if row and row.start and row.end:
        known |= {"start": f"{row.start:%H:%M}", "end": f"{row.end:%H:%M}"}

    def act(given: dict[str, Any]) -> tuple[str, str]:
        start, end = (_clock(given[key], label) for key, label in (("start", _("上班")), ("end", _("下班"))))
        if given["kind"] == "hours" and (start is None or end is None):
            raise Refused("shift_half", {}, status=422)
        hours = (start, end) if given["kind"] == "hours" else (None, None)
        actions.set_shift(actor, pk, on, *hours, pattern=given["kind"] == "pattern")
        planned = queries.conflicts(pk, *week.span(account.unit, on)) if given["kind"] == "off" else []
        return _said(_("{name} {day} 的班次已保存").format(name=account, day=on), planned), back

    back = f"/roster/?unit={account.unit_id}&week={on}"
    sheet = Sheet("shift", _("{name} · {day} 班次").format(name=account, day=on), request.path, needs, known, back, _("保存"))
    return answer(request, sheet, act, trail=[(_("排班"), back)])


def _said(sentence: str, planned: list[queries.Conflict]) -> str:
    """The sentence with what is planned all the same, by name."""
    if not planned:
        return sentence
    named = _("、").join(label for label, _url, _at in planned[:5])
    return _("{sentence}；其间已排 {n} 单：{named}，请改派或改约").format(sentence=sentence, n=len(planned), named=named)


@staff
def leaves(request: HttpRequest) -> HttpResponseBase:
    """GET /roster/leave?q=&state=: leave that stands, with what it collides with."""
    actor = actor_of(request)
    _may(actor)
    states = (("now", _("现在和以后")), ("past", _("已结束")))
    words, state = asked(request, "q"), asked(request, "state", states) or "now"
    rows = Leave.objects.visible_to(actor).filter(withdrawn_at=None).select_related("account__unit")
    rows = rows.filter(until__gt=now()).order_by("since") if state == "now" else rows.filter(until__lte=now()).order_by("-until")
    if words:
        rows = rows.filter(account__name__icontains=words)
    columns = (
        Column(_("工程师"), lambda row: row.account.name, url=lambda row: f"/roster/leave/{row.pk}/withdraw", kind="title"),
        Column(_("单位"), lambda row: row.account.unit),
        Column(_("类别"), lambda row: row.get_kind_display()),
        Column(_("自"), lambda row: row.since, kind="time"),
        Column(_("至"), lambda row: row.until, kind="time"),
        Column(_("其间已排"), _collisions),
    )
    asks = (Ask("q", _("工程师"), words), Ask("state", _("状态"), state, states))
    acts = [Act(_("登记请假"), "/roster/leave/new")]
    return register(request, _("请假"), rows, columns, asks=asks, acts=acts, empty=_("没有人请假"), tabs=_tabs("/roster/leave"))


def _collisions(row: Leave) -> Any:
    """The work orders in that time, each a link."""
    found = queries.conflicts(row.account_id, row.since, row.until)
    links = [format_html('<a href="{}">{}</a>', url, label) for label, url, _at in found[:5]]
    more = [format_html('<span class="soft">{}</span>', _("等 {n} 单").format(n=len(found)))] if len(found) > 5 else []
    return format_html(" ".join("{}" for _link in [*links, *more]), *links, *more) if found else None


def _people(actor: Actor) -> tuple[tuple[str, str], ...]:
    """The engineers for whom this actor plans, oneself among them."""
    return tuple((str(account.pk), f"{account.name} · {account.unit}") for account in week.planned_by(actor))


@staff
def new_leave(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /roster/leave/new"""
    actor = actor_of(request)
    _may(actor)
    needs = (
        Choice(key="account", label=_("工程师"), options=_people(actor)),
        Choice(key="kind", label=_("类别"), options=tuple((key, str(label)) for key, label in LEAVES)),
        Moment(key="since", label=_("自")),
        Moment(key="until", label=_("至")),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        row, planned = actions.take_leave(actor, int(given["account"]), given["kind"], given["since"], given["until"])
        return _said(_("{name} 的请假已登记").format(name=row.account), planned), "/roster/leave"

    sheet = Sheet("leave", _("登记请假"), request.path, needs, {"account": request.GET.get("account", "")}, "/roster/leave", _("登记"))
    return answer(request, sheet, act, trail=[(_("排班"), "/roster/"), (_("请假"), "/roster/leave")])


@staff
def withdraw_leave(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /roster/leave/<pk>/withdraw"""
    actor = actor_of(request)
    row = Leave.objects.visible_to(actor).select_related("account").filter(pk=pk).first()
    if row is None:
        raise Refused("not_found", {}, status=404)
    actions.colleague(actor, row.account_id, own=True)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.withdraw_leave(actor, row)
        return _("{name} 的请假已撤销").format(name=row.account), "/roster/leave"

    sheet = Sheet("withdraw", _("撤销请假"), request.path, back="/roster/leave", submit=_("撤销"), bad=True)
    sheet.intro = _("{name}：{since:%Y-%m-%d %H:%M} 至 {until:%Y-%m-%d %H:%M}。撤销后这段时间可以派单。").format(
        name=row.account, since=local(row.since), until=local(row.until)
    )
    return answer(request, sheet, act, trail=[(_("请假"), "/roster/leave")])


@staff
def certificates(request: HttpRequest) -> HttpResponseBase:
    """GET /roster/certificates?q=&skill=&state="""
    actor = actor_of(request)
    _may(actor)
    skills = tuple((skill.key, str(skill)) for skill in Skill.objects.order_by("pk"))
    states = (("ending", _("到期或将到期")), ("valid", _("有效")))
    today = local(now()).date()
    words, skill, state = asked(request, "q"), asked(request, "skill", skills), asked(request, "state", states)
    rows = queries.ending(actor, today) if state == "ending" else Certificate.objects.visible_to(actor).filter(withdrawn_at=None)
    if state == "valid":
        rows = rows.filter(valid_from__lte=today, valid_until__gte=today)
    rows = rows.filter(skill__key=skill) if skill else rows
    rows = rows.filter(account__name__icontains=words) if words else rows
    columns = (
        Column(_("工程师"), lambda row: row.account.name, kind="title"),
        Column(_("技能"), lambda row: f"{row.skill} · {dict(LEVELS)[row.level]}"),
        Column(_("证书名称"), lambda row: row.name, url=lambda row: f"/roster/certificates/{row.pk}/withdraw"),
        Column(_("证书编号"), lambda row: row.number),
        Column(_("有效期至"), lambda row: row.valid_until),
        Column(_("状态"), lambda row: _standing(row, today)),
    )
    asks = (Ask("q", _("工程师"), words), Ask("skill", _("技能"), skill, skills), Ask("state", _("状态"), state, states))
    acts = [Act(_("登记证书"), "/roster/certificates/new")] if actor.holds(*PLANNERS) else []
    ordered = rows.select_related("account", "skill").order_by("valid_until", "pk")
    return register(
        request, _("资质证书"), ordered, columns, asks=asks, acts=acts, empty=_("还没有登记过证书"), tabs=_tabs("/roster/certificates")
    )


def _standing(row: Certificate, today: date) -> Any:
    left = (row.valid_until - today).days
    tone, word = ("red", _("已过期")) if left < 0 else ("amber", _("{n} 天后到期").format(n=left)) if left <= 60 else ("green", _("有效"))
    if row.valid_from > today:
        tone, word = "grey", _("尚未生效")
    return format_html('<span class="state tone-{}">{}</span>', tone, word)


@staff
def new_certificate(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /roster/certificates/new"""
    actor = actor_of(request)
    if not actor.holds(*PLANNERS):
        raise Refused("not_allowed", {}, status=403)
    needs = (
        Choice(key="account", label=_("工程师"), options=_people(actor)),
        Choice(key="skill", label=_("技能"), options=tuple((skill.key, str(skill)) for skill in Skill.objects.order_by("pk"))),
        Choice(key="level", label=_("可从事到"), options=tuple((str(level), str(label)) for level, label in LEVELS)),
        Text(key="name", label=_("证书名称"), longest=60),
        Text(key="number", label=_("证书编号"), longest=40),
        Day(key="valid_from", label=_("生效日期")),
        Day(key="valid_until", label=_("有效期至")),
    )

    def act(given: dict[str, Any]) -> tuple[str, str]:
        pk, level = int(given.pop("account")), int(given.pop("level"))
        row = actions.certify(actor, pk, level=level, **given)
        return _("{name} 的证书已登记").format(name=row.account), "/roster/certificates"

    known = {"level": "3"}
    sheet = Sheet("certificate", _("登记证书"), request.path, needs, known, "/roster/certificates", _("登记"))
    return answer(request, sheet, act, trail=[(_("资质证书"), "/roster/certificates")])


@staff
def withdraw_certificate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /roster/certificates/<pk>/withdraw"""
    actor = actor_of(request)
    row = Certificate.objects.visible_to(actor).select_related("account", "skill").filter(pk=pk, withdrawn_at=None).first()
    if row is None:
        raise Refused("not_found", {}, status=404)
    actions.colleague(actor, row.account_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.withdraw_certificate(actor, row)
        return _("证书已作废"), "/roster/certificates"

    sheet = Sheet("withdraw", _("作废证书"), request.path, back="/roster/certificates", submit=_("作废"), bad=True)
    sheet.intro = _("{name}：{paper}。作废后需要这张证书的工作不能再派给他。").format(name=row.account, paper=row)
    return answer(request, sheet, act, trail=[(_("资质证书"), "/roster/certificates")])


@staff
def home(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /roster/<account>/home: where the day begins, and the pace of work."""
    actor = actor_of(request)
    account = actions.engineer(actor, pk)
    row = Engineer.objects.visible_to(actor).filter(pk=pk).first()
    needs = (
        Text(key="lat", label=_("出发点纬度"), longest=12, required=False, help=_("不填就按服务站的中心算。")),
        Text(key="lon", label=_("出发点经度"), longest=12, required=False),
        Number(key="speed", label=_("作业速度"), most=Decimal(2), places=2, help=_("1 是通常的速度，1.25 表示一小时的活 48 分钟做完。")),
    )
    known = {
        "lat": _degrees(row.home_lat if row else None),
        "lon": _degrees(row.home_lon if row else None),
        "speed": row.speed if row else Decimal(1),
    }

    def act(given: dict[str, Any]) -> tuple[str, str]:
        try:
            lat, lon = (float(given[key]) if given[key] else None for key in ("lat", "lon"))
        except ValueError:
            raise Refused("home_off_earth", {}, status=422) from None
        actions.set_home(actor, pk, lat, lon, given["speed"])
        return _("{name} 的出发点已保存").format(name=account), back

    back = f"/roster/?unit={account.unit_id}"
    sheet = Sheet("home", _("{name} · 出发点").format(name=account), request.path, needs, known, back, _("保存"))
    return answer(request, sheet, act, trail=[(_("排班"), back)])


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.5f}"
