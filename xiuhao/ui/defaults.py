"""What a declaration already says about its screens: columns, views, filters, facts, steps of a process that registers less."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db.models import Q

from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Choice, Evidence
from xiuhao.kernel.models import Case
from xiuhao.kernel.process import Process, State
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _, pgettext_lazy
from xiuhao.ui.pages import CasePage, Cases, Column, Fact, Filter, Options, Order, Queue, Row, View
from xiuhao.ui.words import evidence_value

NEAR = timedelta(hours=2)
STUCK = timedelta(days=3)

NUMBER = Column("number", _("编号"), lambda row: row.case.number, kind="title", order="newest")
TITLE = Column("title", _("标题"), lambda row: row.case.title, kind="long")
STATE = Column("state", _("状态"), lambda row: row.case.state, kind="state")
OWNER = Column("owner", _("经办人"), lambda row: row.case.owner)
UNIT = Column("unit", _("所属单位"), lambda row: row.case.unit)
DUE = Column("due", pgettext_lazy("列", "时限"), lambda row: row.case.due_at, kind="due", order="due")
OPENED = Column("opened", _("受理时间"), lambda row: row.case.opened_at, kind="time", order="opened")
CHANGED = Column("changed", _("最近更新"), lambda row: row.case.changed_at, kind="time", order="changed", shown=False)
COLUMNS = (NUMBER, TITLE, STATE, OWNER, UNIT, DUE, OPENED, CHANGED)

BY_DUE = Order("due", _("时限从近到远"), ("due_at", "pk"))
BY_NEWEST = Order("newest", _("最新在前"), ("-opened_at", "-pk"))
BY_OPENED = Order("opened", _("受理时间"), ("opened_at", "pk"))
BY_CHANGED = Order("changed", _("最近更新"), ("changed_at", "pk"))
ORDERS = (BY_DUE, BY_NEWEST, BY_OPENED, BY_CHANGED)


def waiting(rows: Cases, actor: Actor) -> Cases:
    """Open cases that are this branch's work: what was only born here is somebody else's to hurry."""
    return rows.filter(Case.at_hand(actor), is_open=True)


def late(actor: Actor) -> Q:
    """The condition of `overdue`, for those who count by it."""
    return Case.at_hand(actor) & Q(is_open=True, due_at__lt=now())


def overdue(rows: Cases, actor: Actor) -> Cases:
    """Open cases whose nearest deadline has passed."""
    return rows.filter(late(actor))


def near(rows: Cases, actor: Actor) -> Cases:
    """Open cases due within two hours."""
    at = now()
    return waiting(rows, actor).filter(due_at__gte=at, due_at__lt=at + NEAR)


def stuck(rows: Cases, actor: Actor) -> Cases:
    """Open cases on which nothing has happened for three days."""
    return waiting(rows, actor).filter(changed_at__lt=now() - STUCK)


def away(rows: Cases, actor: Actor) -> Cases:
    """Open cases that were born in this branch or that the actor answers for, and that lie elsewhere."""
    return rows.filter(is_open=True).exclude(Case.at_hand(actor))


OPEN = View("open", _("未结"), lambda rows, actor: rows.filter(is_open=True), order="due")
MINE = View("mine", _("我经办的"), lambda rows, actor: rows.filter(is_open=True, owner_id=actor.id), order="due")
UNOWNED = View("unowned", _("待认领"), lambda rows, actor: waiting(rows, actor).filter(owner=None), order="due")
NEAR_DUE = View("near", _("即将超时"), near, order="due")
OVERDUE = View("overdue", _("已超时"), overdue, order="due")
STUCK_VIEW = View("stuck", _("三天无进展"), stuck, order="changed")
AWAY = View("away", _("他处办理"), away, order="due")
CLOSED = View("closed", _("已结"), lambda rows, actor: rows.filter(is_open=False), order="newest")
ALL = View("all", _("全部"), lambda rows, actor: rows, order="newest")
VIEWS = (OPEN, MINE, UNOWNED, NEAR_DUE, OVERDUE, STUCK_VIEW, AWAY, CLOSED, ALL)


def _people(actor: Actor) -> Options:
    return (("me", str(_("我"))), ("team", str(_("我的小组"))), ("none", str(_("无人"))))


def _of_person(rows: Cases, chosen: list[str], actor: Actor) -> Cases:
    standing = {"me": Q(owner_id=actor.id), "team": Q(owner__unit=actor.unit or 0), "none": Q(owner=None)}
    wanted = Q(pk__in=())
    for who in chosen:
        wanted |= standing[who] if who in standing else Q(owner__login=who)
    return rows.filter(wanted)


def filters(process: Process) -> tuple[Filter, ...]:
    """State, owner, when it came in: every process has them."""
    states = tuple((state.key, state.label) for state in process.states)
    return (
        Filter("state", _("状态"), field="state", options=lambda actor: states, first=True),
        Filter("owner", _("经办人"), kind="free", options=_people, apply=_of_person, first=True),
        Filter("opened", _("受理日期"), kind="days", field="opened_at"),
    )


def queue(process: Process, said: Queue | None) -> Queue:
    """`said` with every gap filled; its filters and orders come before the standing ones."""
    said = said or Queue(process.key)
    standing = [f for f in filters(process) if f.key not in {g.key for g in said.filters}]
    further = [o for o in ORDERS if o.key not in {g.key for g in said.orders}]
    return replace(
        said,
        columns=tuple(said.columns) or COLUMNS,
        filters=(*said.filters, *standing),
        views=tuple(said.views) or VIEWS,
        orders=(*said.orders, *further),
        bulk=tuple(said.bulk) or tuple(t.key for t in process.transitions if _fits_many(t.needs) and t.source and not t.quiet),
    )


def _fits_many(needs: tuple[Evidence, ...]) -> bool:
    """A verb whose evidence is no file and no content of its own for each case."""
    return not any(need.widget in ("files", "photos", "text", "money", "number") for need in needs if need.required)


@lru_cache(maxsize=256)
def _evidence(process: Process) -> dict[str, Evidence]:
    """The evidence that is kept as a field of the record, by its key, first declared first."""
    names = {field.name for field in apps.get_model(process.record)._meta.get_fields()}
    return {need.key: need for verb in reversed(process.transitions) for need in reversed(verb.needs) if need.key in names}


def case_page(process: Process, said: CasePage | None) -> CasePage:
    """`said` with every gap filled: facts from the evidence that the record keeps, steps from the states, first verbs first."""
    said = said or CasePage(process.key)

    def facts(record: Any, actor: Actor) -> Iterable[Fact]:
        for key, need in reversed(_evidence(process).items()):
            value = getattr(record, key)
            if value not in (None, "", ()):
                yield Fact(need.label, evidence_value(need, value), broad=need.widget == "textarea")

    return replace(
        said,
        facts=said.facts or facts,
        steps=tuple(said.steps) or main_way(process),
        first=tuple(said.first) or tuple(t.key for t in process.transitions if t.source and t.target and not t.quiet)[:4],
    )


def main_way(process: Process) -> tuple[State, ...]:
    """The bar of states: without what only pauses, and of the ends only the one that is most verbs away from the birth. The others
    (refused, withdrawn, missed) are no step on the way to it."""
    far: dict[State, int] = {}
    reached = {state for verb in process.transitions if verb.births for state in verb.targets}
    while reached - far.keys():
        far |= dict.fromkeys(reached - far.keys(), len(far))
        reached = {state for verb in process.transitions if far.keys() & set(verb.source) for state in verb.targets}
    ends = sorted((state for state in process.states if state.end and not state.given_up), key=far.__getitem__)
    return (*(state for state in process.states if not (state.end or state.waits)), *ends[-1:])


def choices(need: Evidence) -> Options:
    """The options of a choice, else none."""
    return need.choices() if isinstance(need, Choice) else ()


def row_url(row: Row) -> str:
    """The page of a row's case."""
    return f"/c/{row.case.process}/{row.case.number}/"
