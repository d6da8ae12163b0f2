"""The rulebook on the screen: every clause with what carries it out and how well it is kept, down to the cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.insight import labels
from xiuhao.kernel import calendars, figures, policy, registry, rulebook
from xiuhao.kernel.figures import Figure
from xiuhao.kernel.models import Account, Case
from xiuhao.kernel.rulebook import Clause, Words
from xiuhao.kernel.time import local, now, start_of_day, zone
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.procedure import queries as procedures
from xiuhao.ui.desk import actor_of, case_url, show, staff
from xiuhao.ui.register import Ask, Column, asked, register

PERIODS = (
    ("1", gettext_lazy("今天")),
    ("7", gettext_lazy("近 7 天")),
    ("30", gettext_lazy("近 30 天")),
    ("90", gettext_lazy("近 90 天")),
    ("all", gettext_lazy("全部")),
)
USUAL = "30"
NOTHING = Figure()


@dataclass(frozen=True)
class Line:
    """A clause as the list shows it."""

    clause: Clause
    text: Words
    status: str
    missing: tuple[str, ...]
    figure: Figure
    departs: bool = False

    @property
    def look(self) -> dict[str, Any]:
        return look(self.status)

    @property
    def lacking(self) -> list[str]:
        return [labels.module(part) for part in self.missing]


def look(status: str) -> dict[str, Any]:
    """A status as word, tone and shape."""
    label, tone, shape = labels.STATUSES[status]
    return {"label": label, "tone": tone, "shape": shape}


def fresh() -> None:
    """Before a page reads: the rules as they are now, and the figures up to now."""
    policy.current()
    calendars.current()
    figures.fold()


def period(request: HttpRequest) -> tuple[str, date | None]:
    """The period that the address asks for, and its first day."""
    chosen = asked(request, "days", PERIODS) or USUAL
    return chosen, None if chosen == "all" else local(now()).date() - timedelta(days=int(chosen) - 1)


@staff
def rules(request: HttpRequest) -> HttpResponseBase:
    """GET /rules/?regulation=&kind=&status=&q=&days="""
    actor = actor_of(request)
    chosen, since = period(request)
    regulations = [(r.key, f"{r.key} {r.title}") for r in rulebook.regulations()]
    asks = {
        "q": asked(request, "q").lower(),
        "regulation": asked(request, "regulation", regulations),
        "kind": asked(request, "kind", tuple(rulebook.KINDS.items())),
        "status": asked(request, "status", [(key, str(word)) for key, (word, _tone, _shape) in labels.STATUSES.items()]),
    }
    fresh()
    every = lines(figures.totals(actor, since))
    found = [line for line in every if _wanted(line, asks)]
    grouped = [(r, [line for line in found if line.clause.regulation == r.key]) for r in rulebook.regulations()]
    counts = [(key, look(key), sum(line.status == key for line in every)) for key in labels.STATUSES]
    return show(
        request, "insight/rules.html", groups=[(r, ls) for r, ls in grouped if ls], count=len(found), every=len(every), counts=counts,
        asks=asks, filtered=sum(1 for value in asks.values() if value), regulations=regulations, kinds=rulebook.KINDS,
        statuses=labels.STATUSES, periods=PERIODS, chosen=chosen, whole=_sum(line.figure for line in found),
    )  # fmt: skip


def lines(totals: dict[str, Figure]) -> list[Line]:
    """Every clause with its status and figure."""
    bound, disabled, loose = rulebook.bindings(), rulebook.off(), policy.departures(policy.in_force())
    return [
        Line(
            clause,
            rulebook.wording(clause.id),
            *rulebook.status(clause.id, bound, disabled),
            totals.get(clause.id, NOTHING),
            clause.id in loose,
        )
        for clause in rulebook.clauses().values()
    ]


def _wanted(line: Line, asks: dict[str, str]) -> bool:
    clause, words = line.clause, asks["q"]
    if (asks["regulation"] or clause.regulation) != clause.regulation or (asks["kind"] or clause.kind) != clause.kind:
        return False
    if (asks["status"] or line.status) != line.status:
        return False
    return not words or any(words in text.lower() for text in (clause.id, line.text.zh, line.text.en, clause.actor.zh, clause.actor.en))


def _sum(found: Any) -> Figure:
    every = list(found)
    return Figure(**{name: sum(getattr(figure, name) for figure in every) for name in ("met", "broken", "running", "stopped")})


@staff
def rule(request: HttpRequest, id_: str) -> HttpResponseBase:
    """GET /rules/<id>/?days="""
    actor = actor_of(request)
    clause = rulebook.clause(id_)
    chosen, since = period(request)
    fresh()
    bound = rulebook.bindings()
    status, missing = rulebook.status(id_, bound)
    found = figures.figures(id_, since, None, actor)
    return show(
        request, "insight/rule.html", clause=clause, text=rulebook.wording(id_), look=look(status), standing=status,
        lacking=[labels.module(part) for part in missing], parts=[labels.module(part) for part in clause.parts],
        params=[(rulebook.phrase(key), rulebook.phrase(value)) for key, value in clause.params.items()],
        carriers=[(labels.CARRIERS[b.kind], b, labels.module(b.module)) for b in bound.get(id_, ())],
        rows=[(row, policy.table_of(row.table)) for row in policy.in_force() if id_ in row.clauses or row.match.get("clause") == id_],
        loose=policy.departures(policy.in_force()).get(id_, ()),
        figure=found.whole, bars=bars(found.days, since), days=found.days[::-1], units=found.units[:12],
        document=procedures.in_force(clause.regulation),
        whom=figures.by_whom(id_, actor, moment_of(since)), proofs=rulebook.proofs().get(id_, ()), periods=PERIODS, chosen=chosen,
    )  # fmt: skip


def moment_of(day: date | None) -> datetime | None:
    """The first moment of a local day."""
    return start_of_day(datetime(day.year, day.month, day.day, 12, tzinfo=zone())) if day else None


def bars(days: list[tuple[date, Figure]], since: date | None) -> dict[str, Any]:
    """A bar a day of the period, as places on a drawing of 100 high: met from the ground, broken on top. At most 120 days."""
    if not days:
        return {"width": 0, "bars": []}
    by_day, most = dict(days), max(figure.total for _day, figure in days) or 1
    first, last = since or days[0][0], max(days[-1][0], local(now()).date())
    shown = [first + timedelta(days=n) for n in range((last - first).days + 1)][-120:]
    drawn = [_bar(place, day, by_day.get(day, NOTHING), most) for place, day in enumerate(shown)]
    return {"width": len(shown) * 8, "bars": drawn, "first": shown[0], "last": shown[-1]}


def _bar(place: int, day: date, figure: Figure, most: int) -> dict[str, Any]:
    met, broken = round(100 * figure.met / most, 1), round(100 * figure.broken / most, 1)
    return {"x": place * 8, "met": met, "met_y": round(100 - met, 1), "broken": broken, "broken_y": round(100 - met - broken, 1)}


@staff
def rule_cases(request: HttpRequest, id_: str) -> HttpResponseBase:
    """GET /rules/<id>/cases?outcome=&days=: the cases behind a figure, those that the reader may see."""
    actor = actor_of(request)
    clause = rulebook.clause(id_)
    outcome = asked(request, "outcome", tuple(labels.OUTCOMES.items())) or "broken"
    chosen, since = period(request)
    fresh()
    tabs = [(str(word), f"/rules/{id_}/cases?outcome={key}&days={chosen}", key == outcome) for key, word in labels.OUTCOMES.items()]
    label = f"{clause.id} {rulebook.wording(id_)} · {labels.OUTCOMES[outcome]}"
    asks = [Ask("outcome", _("结果"), outcome, options=tuple(labels.OUTCOMES.items())), Ask("days", _("时间"), chosen, options=PERIODS)]
    if outcome == "stopped":
        rows = figures.stopped(id_, actor, moment_of(since))
        return register(request, label, rows, _attempts(), asks=asks, tabs=tabs, fetch=_doers, empty=_("这段时间没有拦下什么。"))
    cases = figures.cases(id_, outcome, actor, moment_of(since)).select_related("owner", "unit")
    times = getattr(figures.figures(id_, since, None, actor).whole, outcome)
    return register(
        request, label, cases, _cases(), asks=asks, tabs=tabs, empty=_("这段时间没有这样的工单。"),
        note=lambda total: _("{times} 次，涉及 {cases} 单").format(times=times, cases=total),
    )  # fmt: skip


def _cases() -> tuple[Column, ...]:
    return (
        Column(_("编号"), lambda case: case.number, url=case_url, kind="nowrap"),
        Column(_("标题"), lambda case: case.title, kind="long"),
        Column(_("状态"), _state),
        Column(_("经办人"), lambda case: case.owner),
        Column(_("单位"), lambda case: case.unit),
        Column(_("受理时间"), lambda case: case.opened_at, kind="time"),
    )


def _attempts() -> tuple[Column, ...]:
    """What was tried in vain: when, by whom, what, by which way in, on which case if there was one."""
    return (
        Column(_("时间"), lambda row: row.at, kind="time"),
        Column(_("谁"), lambda row: row.doer),
        Column(_("操作"), _verb, kind="nowrap"),
        Column(_("途径"), lambda row: row.channel, kind="nowrap"),
        Column(_("工单"), lambda row: row.case.number if row.case else "", url=lambda row: case_url(row.case) if row.case else ""),
    )


def _doers(rows: list[Any]) -> None:
    """Who tried, and by which way in. One statement."""
    people = Account.objects.in_bulk({row.actor_id for row in rows if row.actor_kind == "staff" and row.actor_id})
    for row in rows:
        account = people.get(row.actor_id) if row.actor_kind == "staff" else None
        machine = account is not None and account.kind == "api"
        ways = {"customer": _("客户网站"), "staff": _("接口") if machine else _("工作台")}
        row.doer = account.name if account else {"customer": _("客户")}.get(row.actor_kind, _("系统"))
        row.channel = ways.get(row.actor_kind, _("系统"))


def _verb(row: Any) -> str:
    if label := labels.BESIDE.get(row.process) or labels.BESIDE.get(f"{row.process}.{row.verb}"):  # belongs to no process
        return str(label)
    process = registry.process(row.process)
    return next((str(t.label) for t in process.transitions if t.key == row.verb), row.verb)


def _state(case: Case) -> str:
    return str(registry.process(case.process).state(case.state).label)
