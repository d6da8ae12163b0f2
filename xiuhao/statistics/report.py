"""The reports on complaints: what they are about, how long they take, who is late, how many there are; with their tables, to take away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import zip_longest
from typing import IO, Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xiuhao.claim.models import MARKETS
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local
from xiuhao.kernel.time import month as month_of
from xiuhao.statistics import queries, reporting
from xiuhao.statistics.labels import named
from xiuhao.statistics.models import KINDS, Entry, Monthly
from xiuhao.statistics.reporting import READERS, Bar, Month, Speed, Wanted
from xiuhao.ui import export as writing
from xiuhao.ui.desk import actor_of, show, staff
from xiuhao.ui.register import Ask, Column, asked, months, register
from xiuhao.ui.words import money

NARROWED = {"complaint": {"model"}, "claim": {"market"}}  # by which of the reports' questions a list can be narrowed too
HIGH, WIDE, GAP, LEAST = 100, 40, 8, 8  # of a chart's bars, in its own units, and room for how many at least


@dataclass(frozen=True)
class Chart:
    """Bars with the running sum as a line above them, in units of the picture."""

    bars: list[tuple[int, float, float, str]]  # x, y, height, what a pointer is told
    line: str
    width: int


@dataclass(frozen=True)
class Report:
    """One report: its figures as a table (heads, rows), and as a picture; `urls` are the lists that its rows count, where there is one."""

    key: str
    label: str
    heads: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    chart: Chart | None
    told: str = ""
    urls: tuple[str, ...] = ()

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, Any]]]]:
        """Each row, every cell with its head, with the address of its list, or without."""
        return [(url, list(zip(self.heads, row, strict=True))) for url, row in zip_longest(self.urls, self.rows, fillvalue="")]


def pareto(rows: Sequence[Bar]) -> Chart:
    """The bars and the running sum in percent."""
    most = max((bar.count for bar in rows), default=1)
    bars = [
        (i * (WIDE + GAP), HIGH - HIGH * bar.count / most, HIGH * bar.count / most, f"{bar.label} {bar.count}")
        for i, bar in enumerate(rows)
    ]
    line = " ".join(f"{i * (WIDE + GAP) + WIDE // 2},{HIGH - float(bar.upto):.1f}" for i, bar in enumerate(rows))
    return Chart(bars, line, max(LEAST, len(rows)) * (WIDE + GAP))


def course(rows: Sequence[Month]) -> Chart:
    """Bars of complaints, the rate as a line."""
    most, high = max((m.complaints for m in rows), default=0) or 1, max((m.rate or 0 for m in rows), default=0) or 1
    bars = [
        (i * (WIDE + GAP), HIGH - HIGH * m.complaints / most, HIGH * m.complaints / most, f"{m.month} {m.complaints}")
        for i, m in enumerate(rows)
    ]
    line = " ".join(
        f"{i * (WIDE + GAP) + WIDE // 2},{HIGH - float(HIGH * m.rate / high):.1f}" for i, m in enumerate(rows) if m.rate is not None
    )
    return Chart(bars, line, len(rows) * (WIDE + GAP))


def listed(process: str, wanted: Wanted, since: date, until: date, **chosen: str) -> str:
    """The list of what came in from a day to a day, narrowed as the reports are and to what a row counts; none where the list has no
    such filter, or the row has no key."""
    narrowed = {"model": str(wanted.product or ""), "market": wanted.market}
    filters = {key: value for key, value in narrowed.items() if value}
    if "" in chosen.values() or not set(filters) <= NARROWED[process]:
        return ""
    return f"/c/{process}/?" + urlencode({"view": "all", **filters, **chosen, "opened_from": since, "opened_to": until})


def of_bars(key: str, label: str, head: str, rows: list[Bar], url: Callable[[str], str] = lambda key: "") -> Report:
    """A Pareto, with amounts where it is about money; `url(key)` is the list that a bar counts."""
    paid = any(bar.amount is not None for bar in rows)
    heads = (head, _("件数"), *((_("核定金额"),) if paid else ()), _("占比"), _("累计"))
    cells = [(b.label, b.count, *((money(b.amount or Decimal(0)),) if paid else ()), f"{b.part}%", f"{b.upto}%") for b in rows]
    return Report(key, label, heads, cells, pareto(rows) if rows else None, _("柱：件数；线：累计占比"), tuple(url(b.key) for b in rows))


def of_speeds(key: str, label: str, rows: list[Speed]) -> Report:
    """How long each class takes."""
    heads = (_("类别"), _("件数"), _("中位数"), _("九成在此之内"))
    return Report(key, label, heads, [(s.label, s.count, s.median, s.most) for s in rows], None)


def reports(wanted: Wanted) -> Iterator[Report]:
    """All of them, in the order of the page."""
    months: list[Month] = reporting.trend(wanted)
    rows = [(m.month, m.complaints, m.requests, "—" if m.rate is None else m.rate) for m in months]
    heads = (_("月份"), _("投诉"), _("服务请求"), _("每百次请求投诉"))
    urls = tuple(listed("complaint", wanted, *_days(*month_of(m.month))) for m in months)
    yield Report("trend", _("投诉率趋势"), heads, rows, course(months), _("柱：投诉件数；线：每百次请求投诉"), urls)
    contents, products = reporting.contents_and_products(wanted)
    causes, parts = reporting.causes_and_parts(wanted)
    for key, label, head, bars, process, by in (
        ("contents", _("投诉内容"), _("内容"), contents, "complaint", "content"),
        ("products", _("投诉产品"), _("型号"), products, "complaint", "model"),
        ("causes", _("客诉原因"), _("原因类别"), causes, "claim", "cause"),
        ("parts", _("客诉料号"), _("料号"), parts, "claim", "part"),
    ):
        yield of_bars(key, label, head, bars, partial(_bar_list, process, wanted, by))
    yield of_speeds("speeds", _("投诉办结用时（天）"), reporting.speeds(wanted))
    yield of_speeds("claim_speeds", _("客诉结案用时（天，自登记起）"), reporting.claim_speeds(wanted))
    yield of_bars("overdue", _("各部门逾期"), _("部门"), reporting.overdue(wanted))


def _days(since: datetime, until: datetime) -> tuple[date, date]:
    return local(since).date(), local(until - timedelta(seconds=1)).date()


def _bar_list(process: str, wanted: Wanted, by: str, key: str) -> str:
    since, until = _days(wanted.since, wanted.until)
    return listed(process, wanted, since, until, **{by: key})


def _wanted(actor: Actor, month: str, product: str, market: str) -> Wanted:
    """Of one month, or of the last twelve."""
    choices = months(reporting.MONTHS)
    since, until = month_of(month or choices[-1][0])[0], month_of(month or choices[0][0])[1]
    return Wanted(actor, since, until, int(product or 0), market)


@require_safe
@staff
def complaints(request: HttpRequest) -> HttpResponseBase:
    """GET /reports/complaints?month=&product=&market=: the reports; ?export=xlsx their tables. Refused not_allowed (403)."""
    actor = actor_of(request)
    if not actor.holds(*READERS):
        raise Refused("not_allowed", {}, status=403)
    models, markets = tuple(reporting.offered()), tuple((key, str(label)) for key, label in MARKETS)
    asks = (
        Ask("month", _("月份"), asked(request, "month", months(reporting.MONTHS)), months(reporting.MONTHS)),
        Ask("product", _("型号"), asked(request, "product", models), models),
        Ask("market", _("内外销"), asked(request, "market", markets), markets),
    )
    wanted = _wanted(actor, *(ask.value for ask in asks))
    if asked(request, "export", (("xlsx", ""),)):
        return _taken(actor, wanted, [ask.key for ask in asks if ask.value])
    return show(
        request, "statistics/reports.html", asks=asks, reports=list(reports(wanted)), filtered=sum(1 for ask in asks if ask.value),
        high=HIGH, wide=WIDE,
    )  # fmt: skip


def _taken(actor: Actor, wanted: Wanted, filters: list[str]) -> HttpResponseBase:
    """Every table below the other, a line a figure; that they were taken is kept."""
    lines = [
        (one.label, row[0], head, value)
        for one in reports(wanted)
        for row in one.rows
        for head, value in zip(one.heads[1:], row[1:], strict=True)
    ]
    columns = [Column(head, lambda line, at=at: line[at]) for at, head in enumerate((_("报表"), _("项目"), _("指标"), _("数值")))]  # type: ignore[misc]

    def write(file: IO[bytes]) -> None:
        writing.note(actor, "complaint-reports", filters, writing.write(file, _("客诉报表"), columns, lines, actor))

    return writing.answer("complaint-reports", write)


def _earlier(one: Entry) -> str:
    """Why a claim of another month stands here."""
    if not one.earlier:
        return ""
    return _("以前结案，本月核定") if one.was is None else _("以前已报，本月改判")


@require_safe
@staff
def entries(request: HttpRequest, number: str) -> HttpResponseBase:
    """GET /statistics/<number>/entries?line=: the claims of a month, or of a line of its tables, with the ratio of each department;
    ?export=xlsx. Refused not_found (404)."""
    actor = actor_of(request)
    case = Case.objects.of("statistics", actor).filter(number=number).first()
    if case is None:
        raise Refused("not_found", {"number": number[:40]}, status=404)
    record = Monthly.objects.get(pk=case.pk)
    columns = (
        Column(_("客诉编号"), lambda one: one.ledger_no or one.claim, kind="title"),
        Column(_("产品"), lambda one: one.product),
        Column(_("原因类别"), lambda one: named("cause", one.cause)),
        Column(_("责任部门"), lambda one: named("department", one.department)),
        Column(_("责任比率"), lambda one: None if one.percent is None else f"{one.percent:.2f}%", kind="num"),
        Column(_("损失金额"), lambda one: one.amount, kind="num"),
        Column(_("原报金额"), lambda one: one.was, kind="num"),
        Column(_("以前结案"), _earlier),
    )
    label = _("{month} 责任比率明细").format(month=record.month)
    tabs = ((_("返回统计表"), f"/c/statistics/{number}/", False),)
    lines = {str(line.pk): line for line in queries.summed(record, actor)}
    kinds = dict(KINDS)
    choices = tuple((pk, f"{kinds[line.kind]} · {named(line.kind, line.key)}") for pk, line in lines.items())
    line = asked(request, "line", choices)
    asks = (Ask("line", _("统计表的一行"), line, choices),)
    rows = queries.entries(record, actor, lines.get(line))
    return register(request, label, rows, columns, asks=asks, tabs=tabs, export="liability-ratios", empty=_("上月无结案"))
