"""What is shown of the statistics of a month: its tables, who has confirmed; the way to its claims and to the reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.statistics import papers, queries
from xiuhao.statistics.models import KINDS, Monthly
from xiuhao.statistics.process import GATHERED, NOTHING, SIGNED
from xiuhao.statistics.reporting import READERS
from xiuhao.ui.defaults import ALL, CLOSED, DUE, NUMBER, OPEN, STATE
from xiuhao.ui.pages import CasePage, Column, Fact, Nav, Panel, Paper, Queue, Todo, register
from xiuhao.ui.words import money


def facts(record: Monthly, actor: Actor) -> Iterable[Fact]:
    """The month in numbers, and the way to its claims."""
    for label, value in papers.facts(record):
        yield Fact(label, value)
    yield Fact(_("责任比率明细"), _("逐件查看"), f"/statistics/{record.case.number}/entries")
    if record.checked:
        yield Fact(_("对策查核"), record.checked, broad=True)


def tables(case: Case, record: Monthly, actor: Actor) -> Mapping[str, Any]:
    """The tables that have rows, with their heads; every cell with its head, every sum with the way to what it is of."""
    found, shown = queries.lines(record, actor), []
    for kind, label in KINDS:
        if kind in found:
            heads = papers.heads(kind)
            rows = [list(zip(heads, row, strict=True)) for row in papers.cells(kind, found[kind])]
            urls = [f"/statistics/{case.number}/entries?line={line.pk}" if kind in queries.SUMMED else "" for line in found[kind]]
            shown.append((label, heads, list(zip(urls, rows, strict=True))))
    return {"tables": shown}


def signed(case: Case, record: Monthly, actor: Actor) -> Mapping[str, Any]:
    """Which departments have confirmed, and who is late."""
    return {"signatures": queries.signatures(record, now())}


register(
    Queue(
        "statistics",
        icon="chart-bar",
        columns=(
            NUMBER,
            Column("month", _("统计月份"), lambda row: row.record.month, kind="title"),
            Column("closed", _("结案件数"), lambda row: row.record.closed, kind="num"),
            Column("loss", _("损失合计"), lambda row: money(row.record.loss), kind="num"),
            STATE,
            DUE,
        ),
        views=(OPEN, CLOSED, ALL),
    ),
    CasePage("statistics", facts=facts, steps=(GATHERED, SIGNED), first=("gather", "sign")),
    Panel("signatures", _("各部确认"), "statistics/signatures.html", signed, on="statistics", place="main"),
    Panel("tables", _("统计表"), "statistics/tables.html", tables, on="statistics", place="main"),
    Paper("report", _("客诉案件统计表"), "statistics", papers.monthly, ready=lambda case, record, actor: case.state != NOTHING.key),
    Todo("statistics", _("客诉统计待签核"), process="statistics", view="open", roles=(r.OFFICE,), tone="amber", rare=True),
    Nav("reports", _("客诉报表"), "/reports/complaints", "chart-bar", roles=READERS, group="tools"),
)
