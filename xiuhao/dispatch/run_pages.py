"""Plans: asked for, watched while they are worked out, looked at job by job, published or given up; and those that there were."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate.exceptions import AlreadyEnqueued

from xiuhao.dispatch import planning, situation
from xiuhao.dispatch.board_pages import asked, asked_unit, kinds
from xiuhao.dispatch.models import PlanRun
from xiuhao.dispatch.reasons import note, why_left
from xiuhao.dispatch.situation import DONE, Situation
from xiuhao.kernel import sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, Evidence, Number
from xiuhao.kernel.models import Account, Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _ as lazy
from xiuhao.ui.desk import actor_of, show, staff
from xiuhao.ui.register import Column, register
from xiuhao.ui.sheet import Sheet, answer

SECONDS = 15
SHOWN = 200  # moves on the page of a plan


@staff
def plan(request: HttpRequest, kind: str) -> HttpResponseBase:
    """GET and POST /dispatch/plan/<kind>?unit=&day=: how long, with what, and what is supposed; then it is worked out in the background."""
    actor, day = asked(request)
    unit = day.unit
    label = dict(kinds(day)).get(kind)
    if label is None:
        raise Refused("not_found", {"number": kind[:20]}, status=404)
    back = f"{reverse('dispatch:board')}?unit={unit.pk}&day={day.day.isoformat()}"
    sheet = Sheet(
        "plan", label.rstrip("…"), f"{request.path}?unit={unit.pk}&day={day.day.isoformat()}", _needs(day, kind),
        known={"seconds": SECONDS, "backend": "sisr"},
        back=back, submit=_("开始计算"), intro=_("在后台计算，可以离开；算好后由您决定是否发布。进行中、已锁定和马上出发的不会动。"),
    )  # fmt: skip

    def act(given: dict[str, Any]) -> tuple[str, str]:
        scenario = {key: str(given[key]) for key in ("ill", "over", "longer", "lacks") if given.get(key)}
        run = planning.start(
            actor, unit, day.day, kind, seconds=int(given["seconds"]), backend=given["backend"], scenario=scenario
        )  # fmt: skip
        later(run)
        return _("正在计算"), reverse("dispatch:run", args=[run.pk])

    return answer(request, sheet, act)


def _needs(day: Situation, kind: str) -> tuple[Evidence, ...]:
    calculation: tuple[Evidence, ...] = (
        Number(key="seconds", label=_("计算时间"), least=Decimal(planning.SHORTEST), most=Decimal(planning.LONGEST), unit=_("秒")),
        Choice(key="backend", label=_("算法"), options=planning.BACKENDS),
    )
    if kind != "suppose":
        return calculation
    people = tuple((str(account), day.duties[account].name) for account in day.duties)
    jobs = tuple((job.number, f"{job.number} {job.title}") for job in day.jobs if job.state not in DONE)
    return (
        Choice(key="ill", label=_("谁病了"), options=people, required=False),
        Choice(key="over", label=_("哪一单超时"), options=jobs, required=False),
        Number(key="longer", label=_("多花几分钟"), least=Decimal(5), most=Decimal(480), unit=_("分钟"), required=False),
        Choice(key="lacks", label=_("哪一单缺备件"), options=jobs, required=False),
        *calculation,
    )


def later(run: PlanRun) -> None:
    """To the background; asked twice it is one."""
    from xiuhao.dispatch import jobs

    task = jobs.publish_work if run.state == "publishing" else jobs.plan_work
    try:
        task.configure(lock=f"plan:{run.pk}", queueing_lock=f"{run.state}:{run.pk}").defer(run=str(run.pk))
    except AlreadyEnqueued:
        return


def _seen(actor: Actor) -> QuerySet[PlanRun]:
    return PlanRun.objects.visible_to(actor).select_related("unit", "account")


@staff
def runs(request: HttpRequest) -> HttpResponseBase:
    """GET /dispatch/runs: the plans of the stations that one plans, the latest first."""
    actor = actor_of(request)
    unit = asked_unit(request, actor)
    columns = (
        Column(_("时间"), lambda run: run.created_at, url=lambda run: reverse("dispatch:run", args=[run.pk]), kind="title"),
        Column(_("日期"), lambda run: run.day),
        Column(_("方式"), lambda run: run.get_kind_display()),
        Column(_("状态"), lambda run: run.get_state_display()),
        Column(
            _("排上"), lambda run: _("{n} / {all}").format(n=run.progress.get("served", "—"), all=run.progress.get("jobs", "—")), kind="num"
        ),
        Column(_("改动"), lambda run: len(run.changes), kind="num"),
        Column(_("由谁"), lambda run: run.account.name),
    )
    rows = _seen(actor).filter(unit=unit).order_by("-created_at")
    return register(request, _("排程记录"), rows, columns, empty=_("还没有排过。"))


@staff
def run(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """GET /dispatch/runs/<id>: how far it is, what it changes, what it leaves out; POST `then`: publish or drop."""
    actor = actor_of(request)
    found = _seen(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", {"number": str(pk)[:8]}, status=404)
    refused = None
    if request.method == "POST":
        try:
            _decide(found, actor, request.POST.get("then", ""))
            return HttpResponseRedirect(request.path, status=303)
        except Refused as error:
            refused = error
    zone = situation.zone(found.unit)
    people, titles = _named(found), _titled(actor, found)
    context = {
        "run": found, "back": f"{reverse('dispatch:board')}?unit={found.unit_id}&day={found.day.isoformat()}",
        "moves": [_shown(change, people, titles, zone) for change in found.changes[:SHOWN]], "more": len(found.changes) - SHOWN,
        "left": [(number, titles.get(number, ""), why_left(reasons)) for number, reasons in found.left_out],
        "terms": _terms(found), "notes": [note(code) for code, _params in found.notes], "supposed": _supposed(found, people),
        "sentence": sentences.say(refused) if refused else "", "failures": found.refused,
    }  # fmt: skip
    return show(request, "dispatch/run.html", refused.status if refused else 200, **context)


def _decide(run: PlanRun, actor: Actor, then: str) -> None:
    if then == "drop":
        planning.drop(run, actor)
        return
    planning.publish(run, actor)
    if len(run.changes) > planning.AT_ONCE:
        later(run)
        return
    while planning.publish_on(run):
        continue


def _named(run: PlanRun) -> dict[int, str]:
    ids = {int(one) for change in run.changes for one in (change[2], change[4]) if one is not None}
    ids |= {int(run.scenario["ill"])} if run.scenario.get("ill") else set()
    return dict(Account.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _titled(actor: Actor, run: PlanRun) -> dict[str, str]:
    numbers = {change[0] for change in run.changes[:SHOWN]} | {number for number, _reasons in run.left_out}
    return dict(Case.objects.visible_to(actor).filter(number__in=numbers).values_list("number", "title")) if numbers else {}


def _shown(change: list[Any], people: dict[int, str], titles: dict[str, str], zone: Any) -> dict[str, Any]:
    number, _version, was, then, engineer, start = change
    at = [f"{datetime.fromisoformat(text).astimezone(zone):%H:%M}" if text else "" for text in (then, start)]
    return {
        "number": number,
        "title": titles.get(number, ""),
        "was": people.get(was or 0, ""),
        "then": at[0],
        "to": people.get(engineer, ""),
        "at": at[1],
    }


TERM_LABELS = {  # of `engine.score`
    "unserved": lazy("当天不做"), "lateness": lazy("超出时限"), "travel": lazy("行程"), "waiting": lazy("空等"),
    "overtime": lazy("加班"),
    "stranger": lazy("不是客户熟悉的工程师"), "overqualified": lazy("大材小用"),
    "changed": lazy("发布后换人"), "fairness": lazy("忙闲不均"),
}  # fmt: skip


def _terms(run: PlanRun) -> list[tuple[str, int, int]]:
    """(term, before, after) in equivalent minutes of travel, without those that cost nothing either way."""
    before, after = run.terms.get("before", {}), run.terms.get("after", {})
    keys = dict.fromkeys((*before, *after))
    pairs = [(str(TERM_LABELS.get(key, key)), round(before.get(key, 0)), round(after.get(key, 0))) for key in keys]
    return [(label, was, now_) for label, was, now_ in pairs if was or now_]


def _supposed(run: PlanRun, people: dict[int, str]) -> list[str]:
    told = run.scenario
    found = [_("{name} 当天病假").format(name=people.get(int(told["ill"]), ""))] if told.get("ill") else []
    if told.get("over"):
        found.append(_("{number} 多花 {n} 分钟").format(number=told["over"], n=told.get("longer", 0)))
    return found + ([_("{number} 缺备件").format(number=told["lacks"])] if told.get("lacks") else [])
