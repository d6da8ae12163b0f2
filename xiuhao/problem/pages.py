"""What the desk shows of problems: the case, where one is suspected, how far its tickets are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.words import _
from xiuhao.problem import mending, queries
from xiuhao.problem.models import LIABLE, STAGES, Problem
from xiuhao.ui.defaults import CHANGED, CLOSED, DUE, MINE, NUMBER, OPENED, OVERDUE, OWNER, STATE
from xiuhao.ui.pages import Card, CasePage, Column, Fact, Panel, Queue, Tie, View, register

CHIEFS = (r.LEAD, r.EXPERT, r.MANAGER)
SHOWN = 60  # serials on the page


def facts(record: Problem, actor: Actor) -> Iterable[Fact]:
    """What is known of the problem, and how many tickets still wait for it."""
    counted = queries.state_of(record.case, actor)
    yield Fact(_("问题"), record.subject, broad=True)
    yield Fact(_("型号"), record.model)
    yield Fact(_("工单"), _("{total} 张，未结 {open} 张").format(**counted))
    yield Fact(_("现象"), record.description, broad=True)
    if record.answer:
        yield Fact(_("统一答复"), record.answer, broad=True)
    if record.solution:
        yield Fact(_("解决办法"), record.solution, broad=True)


def mending_of(case: Case, record: Problem, actor: Actor) -> Mapping[str, Any]:
    """Where the fault came from, who mends it by when, and which tickets that is too late for."""
    late = queries.late(case.pk, record.fix_by) if record.fix_by and case.is_open else []
    return {"late": late, "result": dict(mending.RESULTS).get(record.reproduced, ""), "shown": record.serials[:SHOWN]}


def told(data: Mapping[str, Any]) -> Iterable[tuple[Any, Any]]:
    """How many tickets a line has joined."""
    if "joined" in data:
        yield _("并入工单"), data["joined"]
    if "serials" in data:
        yield _("涉及序列号"), _("{count} 个").format(count=data["serials"])
    if data.get("late"):
        yield _("晚于时限的工单"), _("、").join(data["late"])


def suspected(actor: Actor) -> Mapping[str, Any]:
    """Where one problem seems to be behind many tickets."""
    return {"clusters": queries.clusters(actor)}


register(
    Queue(
        "problem",
        icon="alert-triangle",
        columns=(
            NUMBER,
            Column("title", _("问题"), lambda row: row.case.title, kind="long"),
            STATE,
            Column("model", _("型号"), lambda row: row.record.model),
            Column("stage", _("问题环节"), lambda row: dict(STAGES).get(row.record.stage)),
            Column("liable", _("责任部门"), lambda row: dict(LIABLE).get(row.record.liable)),
            Column("fix_on", _("修复日期"), lambda row: row.record.fix_on),
            DUE,
            OWNER,
            OPENED,
            CHANGED,
        ),
        views=(
            View("open", _("处理中"), lambda rows, actor: rows.filter(is_open=True)),
            View("asked", _("待我部门追溯"), lambda rows, actor: rows.filter(pk__in=queries.tracing_for(actor))),
            MINE,
            OVERDUE,
            CLOSED,
            View("all", _("全部"), lambda rows, actor: rows, order="newest"),
        ),
        related=("model",),
    ),
    CasePage(
        "problem",
        facts=facts,
        told=told,
        first=("trace", "refer", "reproduce", "schedule", "answer", "solve"),
        compose=("note",),
        related=("model",),
    ),
    Panel("mending", _("追溯与修复"), "problem/mending.html", mending_of, on="problem", place="main"),
    Tie("problem", up=_("所属批量问题"), down=_("并入的工单")),
    Card("suspected", _("疑似批量问题"), "problem/suspected.html", suspected, roles=CHIEFS),
)
