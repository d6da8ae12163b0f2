"""The scheduler: claims due clocks in batches, fires each level once with its true due time, opens periodic duties.

A clock is claimed through the lock of its case, the same lock that every verb takes first: no order of locks to get wrong, and
several schedulers pass over what another holds. A missed tick loses nothing: what is due stays due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from threading import Event, Thread
from time import monotonic
from typing import Any

from django.db import close_old_connections, connection
from django.db.models import Min

from xiuhao.kernel import calendars, clocks, held, kept, opening, outbox, registry, writer
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseClock, Journal
from xiuhao.kernel.process import Transition
from xiuhao.kernel.rows import Writing
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import moment, now

BATCH = 200
TICK = 0.25
_DUE = """
SELECT id FROM kernel_case WHERE id IN (
  SELECT case_id FROM kernel_caseclock WHERE next_at < %s ORDER BY next_at LIMIT %s)
ORDER BY id FOR UPDATE SKIP LOCKED
"""


def round(limit: int = BATCH) -> int:  # noqa: A001  # the word of the field: scheduler.round()
    """Fire what is due now, at most `limit` clocks; returns how many levels fired. One transaction, a fixed number of statements."""
    with kept.transaction():
        opened = opening.open_moment()
        # A stop in the very second of a deadline is in time: a level fires when its second is over.
        second = opened.at.replace(microsecond=0)
        with connection.cursor() as cursor:
            cursor.execute(_DUE, [second, limit])
            ids = [pk for (pk,) in cursor.fetchall()]
        if not ids:
            return 0
        with moment(opened.at):
            cases = {case.pk: case for case in Case.objects.unscoped("the scheduler fires clocks").filter(pk__in=ids)}
            rows = list(CaseClock.objects.filter(case_id__in=ids, next_at__lt=second).order_by("next_at", "pk"))
            steps = [step for row in rows for step in fire(cases[row.case_id], row, second)]
            record(steps, rows, cases)
            return len(steps)


def fire(case: Case, row: CaseClock, at: datetime) -> list[Step]:
    """The steps of every level that is due: what happened, when it was truly due, whom it concerns."""
    found = []
    row.case = case
    for level, due in clocks.upcoming_levels(row, calendars.of(row.calendar_id)):
        if due >= at:
            break
        step = system_step(case, f"clock_{level.kind}", due)
        step.say(clock=row.key, level=level.key, due=row.due_at.isoformat() if row.due_at else None, to=level.to, recorded=at.isoformat())
        row.fired = [*row.fired, level.key]
        if level.kind == "breach":
            row.breached_at = due
            step.rules = dict.fromkeys(row.clauses, "broken")
        step.policies = [row.policy_id] if row.policy_id else []
        found.append(step)
    clocks.plan(row)
    if row.breached_at and row.since:
        row.due_at = row.breached_at
    return found


def system_step(case: Case, verb: str, at: datetime) -> Step:
    """A step of the product itself on a locked case: no gate, no change of state."""
    return Step(registry.process(case.process), _own(verb), SYSTEM, at, {}, case=case, before=case.state)


@lru_cache(maxsize=64)
def _own(verb: str) -> Transition:
    """A verb of the product itself, which no process declares."""
    return Transition(verb, "", (), None, may=())


def retell(row: CaseClock, verb: str, at: datetime, data: Mapping[str, Any], terms: clocks.Terms | None) -> None:
    """Do to a clock what a line of ours says that it did then: a level fired, or (`clock_moved`) new terms."""
    level = str(data.get("level", ""))
    if terms is not None:
        clocks.adopt(row, terms)
        row.spent = data.get("spent", row.spent)
    elif level:
        row.fired = [*row.fired, level]
    if verb == "clock_breach":
        row.breached_at = at
    clocks.plan(row)


def record(steps: list[Step], rows: list[CaseClock], cases: dict[int, Case]) -> None:
    """Write what fired in these locked cases: a line each, the clocks, the nearest deadlines, what follows from it."""
    for step, pk in zip(steps, opening.more_lines(len(steps)), strict=True):
        step.context["line"] = pk
        writer.compose(step, step.transition.key)
    others = CaseClock.objects.filter(case_id__in=cases, stopped_at=None, since__isnull=False).exclude(pk__in=[row.pk for row in rows])
    nearest = dict(others.order_by().values_list("case_id").annotate(due=Min("due_at")))
    touched: dict[int, list[CaseClock]] = {}
    for row in rows:
        touched.setdefault(row.case_id, []).append(row)
    for pk, case in cases.items():
        case.due_at = min(filter(None, (nearest.get(pk), clocks.nearest(touched.get(pk, ())))), default=None)
    writing = Writing()
    writer.lines(writing, steps)
    writing.update(rows, writer.CLOCK_FIELDS)
    writing.update(cases.values(), ("due_at", "chain_head", "chain_length"))
    writing.insert([effect for step in steps for effect in outbox.fired(step)])
    writing.flush()


def recompute(rows: list[CaseClock], why: str) -> int:
    """New terms for running clocks after a correction of their policy row or an edit of their calendar; what fired stays fired.

    Cases are locked in order; each change is a line of the journal. Returns how many deadlines moved.
    """
    with kept.transaction():
        opened = opening.open_moment()
        ids = sorted({row.case_id for row in rows})
        cases = {c.pk: c for c in Case.objects.unscoped("terms of clocks corrected").filter(pk__in=ids).order_by("pk").select_for_update()}
        lines = clocks.lines_of(ids)
        with moment(opened.at):
            steps, touched = [], []
            for row in CaseClock.objects.filter(pk__in=[r.pk for r in rows], stopped_at=None).select_related("policy").order_by("pk"):
                row.case = cases[row.case_id]
                old = row.due_at
                told = renew(row, lines[row.case_id], opened.at)
                touched.append(row)
                if told is None:
                    continue
                step = system_step(row.case, held.MOVED, opened.at)
                step.say(old=old.isoformat() if old else None, due=row.due_at.isoformat() if row.due_at else None, why=why, **told)
                step.policies = [row.policy_id] if row.policy_id else []
                steps.append(step)
            record(steps, touched, cases)
    return len(steps)


def renew(row: CaseClock, lines: list[Journal], at: datetime) -> dict[str, Any] | None:
    """Terms by the corrected row and calendar, and what was consumed so far by the corrected calendar; planned anew. What its line
    tells, if anything changed. What is broken (or due, whether or not a scheduler has seen it) was broken by its own terms."""
    broken = row.breached_at is not None
    if not broken and row.since is not None and row.due_at is not None and row.due_at < at.replace(microsecond=0):
        return None
    was = row.due_at, row.limit, row.calendar_id
    if row.policy is not None and not broken:
        calendar = calendars.named(row.policy.value["calendar"])
        row.calendar_id, row.limit = calendar.pk, calendars.seconds(row.policy.value["limit"], calendar)
        row.levels = row.policy.value.get("levels") or row.levels
    clocks.respend(row, lines)
    row.limit = row.limit if broken else max(row.limit, row.spent)  # used up in a stretch that has ended: due as the present one began
    clocks.plan(row)
    if was == (row.due_at, row.limit, row.calendar_id):
        return None
    terms = {row.key: [calendars.of(row.calendar_id).key, row.limit]}
    return {"clock": row.key, "terms": terms, "spent": row.spent}


def open_duties() -> int:
    """Open what periodic obligations owe for the present period: one case per (clause, unit, period)."""
    from xiuhao.kernel import duties

    return sum(duties.open_due(process) for process in registry.processes() if process.duty)


def run(stop: Event, every: float = TICK) -> None:
    """Until `stop`: due clocks in this thread, as soon as their second is over; figures, duties and clean-ups in another, so that no
    long chore holds a clock up."""
    from xiuhao.kernel import chores

    aside = Thread(target=_chores, args=(stop, every), name="chores")
    aside.start()
    while not stop.is_set():
        if not chores.safely(round):
            close_old_connections()
            stop.wait(min(every, _rest_of_the_second()))
    aside.join()


def _rest_of_the_second() -> float:
    """Seconds until clocks may fire again, and a little; where the database keeps another time than we, `every` is soon enough."""
    return 1.003 - now().microsecond / 1e6


def _chores(stop: Event, every: float) -> None:
    from xiuhao.kernel import chores

    due: dict[Callable[[], Any], float] = dict.fromkeys(chores.EVERY, 0.0)
    while not stop.is_set():
        for chore, period in chores.EVERY.items():
            if monotonic() >= due[chore]:
                chores.safely(chore)
                due[chore] = monotonic() + period
        close_old_connections()
        stop.wait(every)
    connection.close()
