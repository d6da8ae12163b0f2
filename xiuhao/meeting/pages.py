"""What the desk shows of meetings: the list, who came, what was agreed, how far each action is, the minutes on paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.meeting import papers, queries
from xiuhao.meeting.elements import CALLED, CLOSED, FOLLOWING
from xiuhao.meeting.models import DEPARTMENTS, GROUNDS, Meeting
from xiuhao.ui.defaults import CLOSED as CLOSED_VIEW
from xiuhao.ui.defaults import DUE, MINE, NUMBER, OPENED, OVERDUE, OWNER, STATE
from xiuhao.ui.pages import CasePage, Cases, Column, Fact, Filter, Panel, Queue, Row, Tie, View, register


def _fetch(rows: list[Row]) -> None:
    counted = queries.progress([row.case.pk for row in rows])
    for row in rows:
        done, every = counted.get(row.case.pk, (0, 0))
        row.extra["actions"] = f"{done} / {every}" if every else None


def _asked(rows: Cases, actor: Actor) -> Cases:
    return rows.filter(pk__in=queries.waiting_for(actor))


def facts(record: Meeting, actor: Actor) -> Iterable[Fact]:
    """What it is about, when and where, and what came of it."""
    yield Fact(_("会议类型"), record.get_ground_display())
    yield Fact(_("会议时间"), record.held_at)
    yield Fact(_("会议地点"), record.place)
    yield Fact(_("召集人"), record.case.keeper)
    yield Fact(_("情况说明"), record.matter, broad=True)
    for label, text in papers.agreed(record):
        yield Fact(label, text, broad=True)


def attendance(case: Case, record: Meeting, actor: Actor) -> Mapping[str, Any]:
    """Department by department who comes, and who has not answered."""
    return {"seats": queries.seats(case.pk), "waiting": [dict(DEPARTMENTS)[role] for role in queries.unanswered(case.pk)]}


def actions(case: Case, record: Meeting, actor: Actor) -> Mapping[str, Any]:
    """Action by action who has to do it, by when, and how far it is."""
    may = {verb.key for verb in engine.open_verbs(actor, case, record)}
    return {"actions": queries.actions(case.pk), "today": local(now()).date(), "may": may}


def told(data: Mapping[str, Any]) -> Iterable[tuple[Any, Any]]:
    """Whose answer it was, and which action a line has added."""
    if "department" in data:
        yield _("部门"), dict(DEPARTMENTS).get(data["department"], data["department"])
    if "no" in data:
        yield _("措施序号"), data["no"]


register(
    Queue(
        "meeting",
        icon="users",
        columns=(
            NUMBER,
            Column("title", _("议题"), lambda row: row.case.title, kind="long"),
            STATE,
            Column("ground", _("会议类型"), lambda row: dict(GROUNDS)[row.record.ground]),
            Column("held_at", _("会议时间"), lambda row: row.record.held_at, kind="time"),
            Column("actions", _("措施"), lambda row: row.extra["actions"], kind="num"),
            DUE,
            OWNER,
            OPENED,
        ),
        filters=(Filter("ground", _("会议类型"), options=lambda actor: GROUNDS, field="record.ground", first=True),),
        views=(
            View("open", _("未闭环"), lambda rows, actor: rows.filter(is_open=True), order="due"),
            View("asked", _("等我部门的"), _asked, order="due"),
            MINE,
            OVERDUE,
            CLOSED_VIEW,
            View("all", _("全部"), lambda rows, actor: rows, order="newest"),
        ),
        fetch=_fetch,
    ),
    CasePage(
        "meeting",
        facts=facts,
        told=told,
        steps=(CALLED, FOLLOWING, CLOSED),
        first=("attend", "minute", "debrief", "assign", "follow_up", "close"),
    ),
    Panel("attendance", _("出席"), "meeting/attendance.html", attendance, on="meeting", place="main"),
    Panel("actions", _("措施"), "meeting/actions.html", actions, on="meeting", place="main"),
    Tie("meeting", up=_("会议所议"), down=_("会议")),
    papers.MINUTES,
)
