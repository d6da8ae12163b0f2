"""The clocks of a case: started, paused, met and broken by the engine's steps, fired by the scheduler, explained to people.

What a row keeps (`spent`, `since`) is a cache of the journal: `history` derives the same from the lines alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from xiuhao.kernel import calendars, held, policy
from xiuhao.kernel.calendar import Calendar
from xiuhao.kernel.clockwork import Held, Level, Limit, Patchwork, Span, Trace, spans, spent
from xiuhao.kernel.clockwork import trace as explain
from xiuhao.kernel.models import CaseClock, Journal, PolicyRow
from xiuhao.kernel.process import Clock, Process, State
from xiuhao.kernel.registry import process as process_of
from xiuhao.kernel.roles import OWNER
from xiuhao.kernel.rows import new
from xiuhao.kernel.step import Step

PROMISE_CALENDAR = "always"
# Where neither the row nor the declaration says more: warn at three quarters, then up the line.
DEFAULT_SHARES = (("breach", 1.0, "breach"), ("level2", 1.5, "escalate"), ("level3", 2.0, "escalate"))


@dataclass(frozen=True)
class Terms:
    """What holds for a clock of this case now: the policy row (None for a promise), calendar, limit and levels."""

    row: PolicyRow | None
    calendar: int
    limit: int
    levels: list[dict[str, Any]]
    clauses: list[str]


def runs(process: Process, clock: Clock, state: State | None) -> bool:
    """True if the clock runs in that state."""
    if state is None or state.end:
        return False
    return state in clock.runs_in if clock.runs_in else not state.waits


def waits(process: Process, clock: Clock, state: State | None) -> bool:
    """True if the clock is paused in that state."""
    return state is not None and not state.end and state.waits and not runs(process, clock, state)


def terms(process: Process, clock: Clock, step: Step, started: datetime | None = None) -> Terms | None:
    """The terms by the policy rows in force; None if no row fits, so that the clock does not apply to this case. Of what our own
    journal tells again (`kernel.past`) they are told with it."""
    if "terms" in step.context:
        return step.context["terms"].get(clock.key)  # type: ignore[no-any-return]
    if clock.due:
        due = getattr(step.record, clock.due)
        if due is None:
            return None
        limit = max(1, int(due.timestamp()) - int((started or step.at).timestamp()))
        levels = _levels(clock, {})
        return Terms(None, calendars.named(PROMISE_CALENDAR).pk, limit, levels, list(clock.clauses))
    row = policy.decide(f"clock.{process.key}.{clock.key}", facts_of(step), step.at)
    if row is None:
        return None
    return granted(clock, row)


def granted(clock: Clock, row: PolicyRow) -> Terms:
    """What a policy row grants to a clock."""
    calendar = calendars.named(row.value["calendar"])
    limit = calendars.seconds(row.value["limit"], calendar)
    return Terms(row, calendar.pk, limit, _levels(clock, row.value), list(dict.fromkeys([*clock.clauses, *row.clauses])))


def facts_of(step: Step) -> dict[str, Any]:
    """What policy rows are matched against."""
    return {**step.process.facts(step.record), "priority": step.case.priority}


def _levels(clock: Clock, value: dict[str, Any]) -> list[dict[str, Any]]:
    if value.get("levels"):
        return list(value["levels"])
    up = [
        {"key": key, "share": share, "kind": kind, "to": role}
        for (key, share, kind), role in zip(DEFAULT_SHARES, clock.escalates or (OWNER,), strict=False)
    ]
    return [{"key": "warn", "share": 0.75, "kind": "warn", "to": OWNER}, *up]


def advance(step: Step) -> list[CaseClock]:
    """Move every clock of the case along one step. Returns the rows to write, new ones without a key; lines count met and broken."""
    process, verb = step.process, step.transition
    before = process.state(step.before) if step.before else None
    after = process.state(step.case.state)
    rows = {row.key: row for row in step.clocks if row.stopped_at is None}
    touched: list[CaseClock] = []
    if verb.joins or (after.given_up and after is not before):
        return [_void(step, row) for row in rows.values()]
    if before is not None and (joining := process.joining(verb.key)) is not None and before in joining.targets:
        joined = max((row.stopped_at for row in step.clocks if row.void and row.stopped_at), default=None)
        return [_wake(step, row, after) for row in step.clocks if row.void and row.stopped_at == joined]
    if verb.reopens:
        touched += [_stop(step, old) for old in rows.values()]
        rows = {}
    for clock in process.clocks:
        row = rows.get(clock.key)
        if row is None:
            made = _start(step, clock, before, after)
            touched += [made] if made else []
        elif _promised_again(step, clock, row, after):
            touched += [_stop(step, row), *_begin(step, clock, after)]
        elif _change(step, clock, row, after):
            touched.append(row)
    return touched


def _start(step: Step, clock: Clock, before: State | None, after: State) -> CaseClock | None:
    process, verb = step.process, step.transition
    # What is due at a moment of its own may come again in a round; a limit is granted once, and anew by the verbs that say so.
    had = (
        not clock.due and verb.key not in clock.again and any(row.key == clock.key and row.round == step.case.round for row in step.clocks)
    )
    opening = verb.key == clock.starts if clock.starts else verb.births or verb.reopens
    # In a state that waits only what begins there begins paused: what has not run yet has nothing to pause.
    entered = runs(process, clock, after) or (opening and waits(process, clock, after))
    if verb.key in clock.stops or had or not entered or (clock.starts and not opening):
        return None
    return next(iter(_begin(step, clock, after)), None)


def _begin(step: Step, clock: Clock, after: State) -> list[CaseClock]:
    """The clock from now on; none if no terms fit."""
    found = terms(step.process, clock, step)
    if found is None:
        return []
    row = new(CaseClock, case=step.case, key=clock.key, round=step.case.round, started_at=step.at)
    adopt(row, found)
    row.since = step.at if runs(step.process, clock, after) else None
    plan(row)
    step.clocks.append(row)
    _tell(step, row)
    return [row]


def _tell(step: Step, row: CaseClock) -> None:
    """The line tells the terms that the clock took on with it (`kernel.held` reads them): a policy row may be corrected later."""
    step.facts.setdefault("terms", {})[row.key] = [calendars.of(row.calendar_id).key, row.limit]
    step.policies += [row.policy_id] if row.policy_id else []


def _promised_again(step: Step, clock: Clock, row: CaseClock, after: State) -> bool:
    """A new moment was promised after the old one had passed: the broken clock ends broken, and the new promise has its own."""
    going_on = runs(step.process, clock, after) or waits(step.process, clock, after)
    if not clock.due or not going_on or step.transition.key in clock.stops:
        return False
    found = terms(step.process, clock, step, row.started_at)
    over = row.breached_at or (row.due_at if row.since else None)
    return found is not None and found.limit != row.limit and over is not None and over < step.at.replace(microsecond=0)


def _change(step: Step, clock: Clock, row: CaseClock, after: State) -> bool:
    process, verb = step.process, step.transition
    running, waiting = runs(process, clock, after), waits(process, clock, after)
    told = "terms" in step.context  # of what is told again the record is as it was in the end
    counted = clock.key in step.facts.get("clocks", ())
    ended = counted if told else bool(clock.due) and getattr(step.record, clock.due) is None
    if verb.key in clock.stops or ended or not (running or waiting):
        _lift(step, row)
        kept = clock.kept is None or (counted if told else clock.kept(step))
        (_stop if kept else _void)(step, row)
        return True
    changed = _retime(step, clock, row)
    if running != (row.since is not None):
        if not running:
            _lift(step, row)
            _bank(step, row)
        row.since = step.at if running else None
        changed = True
    if changed:
        plan(row)
    return changed


def _lift(step: Step, row: CaseClock) -> None:
    """A handset tells late of what ended a stretch before the breach that was seen meanwhile: by its moment nothing was broken. A moment
    that the handset's own clock alone vouches for lifts nothing."""
    if not step.offline or step.facts["offline"].get("guessed") or row.since is None:
        return
    at = step.at.replace(microsecond=0)
    if row.breached_at is None or row.breached_at < at:
        return
    lines = Journal.objects.filter(case_id=step.case.pk, verb="clock_breach", round=row.round, data__clock=row.key, occurred_at__gte=at)
    line = lines.order_by("-seq").values_list("pk", flat=True).first()
    if line is None:
        return
    row.breached_at, row.fired = None, []
    row.fired = [level.key for level, due in upcoming_levels(row, calendars.of(row.calendar_id)) if due < at]
    step.facts.setdefault("lifted", {})[row.key] = line


def _retime(step: Step, clock: Clock, row: CaseClock) -> bool:
    """The facts that chose the policy row changed (priority, tier), or a new promise was given: the past stays consumed."""
    if not clock.due and "terms" not in step.context and step.context.get("facts") == facts_of(step):
        return False  # nothing that policies look at has changed: what held when the clock started holds
    found = terms(step.process, clock, step, row.started_at)
    if found is None or (found.limit == row.limit and row.policy_id == (found.row.pk if found.row else None)):
        return False
    if found.row is not None and row.policy_id is not None and _same_line(found.row, row.policy_id):
        return False  # a newer version of the same line: what held when the clock started holds
    _bank(step, row)
    row.since = step.at if row.since else None
    if row.breached_at is None:  # what is broken was broken by its own terms
        row.fired = [] if clock.due else row.fired  # a promise renewed in time begins anew
        adopt(row, found)
        row.limit = max(row.limit, row.spent)  # shortened below what is consumed: due now, never before anybody could know
        _tell(step, row)
    return True


def _same_line(row: PolicyRow, held: int) -> bool:
    other = policy.row(held)
    return other is not None and other.pk != row.pk and (other.table, other.line) == (row.table, row.line)


def adopt(row: CaseClock, found: Terms) -> None:
    """Let the clock run by these terms from here on."""
    row.policy, row.calendar_id = found.row, found.calendar
    row.limit, row.levels, row.clauses = found.limit, found.levels, found.clauses


def _bank(step: Step, row: CaseClock) -> None:
    """Add the stretch that just ended; a limit passed unnoticed (the scheduler was down, a late import) is a breach all the same."""
    if row.since is None:
        return
    calendar = calendars.of(row.calendar_id)
    used = row.spent + max(0, calendar.elapsed(row.since, step.at))
    over = row.due_at or calendar.add(row.since, max(0, row.limit - row.spent))
    # By the moment, not by what was consumed: due at closing time and answered at night is late without a working second more.
    if over < step.at.replace(microsecond=0) and row.breached_at is None:
        row.fired = [*row.fired, *(level.key for level, at in upcoming_levels(row, calendar) if at < step.at.replace(microsecond=0))]
        row.breached_at = over
        for clause in row.clauses:
            step.rule(clause, "broken")
    row.spent = used


def _stop(step: Step, row: CaseClock) -> CaseClock:
    _bank(step, row)
    row.since, row.next_at, row.stopped_at = None, None, step.at
    if row.breached_at is None:
        for clause in row.clauses:
            step.rules.setdefault(clause, "met")
    step.facts.setdefault("clocks", {})[row.key] = "broken" if row.breached_at else "met"
    return row


def _void(step: Step, row: CaseClock) -> CaseClock:
    """The case goes on in another, was given up or is no longer waited for: its clock ends, neither met nor broken, unless it was broken
    by now."""
    _bank(step, row)
    row.since, row.next_at, row.stopped_at = None, None, step.at
    row.void = row.breached_at is None
    return row


def _wake(step: Step, row: CaseClock, after: State) -> CaseClock:
    """Joined by mistake: the clock goes on with what it had consumed."""
    clock = step.process.clock(row.key)
    row.void, row.stopped_at = False, None
    row.since = step.at if runs(step.process, clock, after) else None
    plan(row)
    return row


_made = lru_cache(maxsize=1_024)(Level)  # there are few, and every clock that moves asks for all of its own


def _level(data: dict[str, Any]) -> Level:
    return _made(data["key"], data.get("share"), data["kind"], data.get("to", ""), data.get("offset"))


def limit_of(row: CaseClock) -> Limit:
    """The limit and the levels of a row."""
    return Limit(row.limit, tuple(_level(data) for data in row.levels))


def plan(row: CaseClock) -> None:
    """Set `due_at` and `next_at` from what is consumed; while paused there is neither, after the breach `due_at` is when it was."""
    calendar = calendars.of(row.calendar_id)
    row.next_at = None
    if row.since is None:
        row.due_at = row.breached_at
        return
    row.due_at = row.breached_at or calendar.add(row.since, max(0, row.limit - row.spent))
    row.provisional = calendar.provisional(row.started_at, row.due_at)
    upcoming = upcoming_levels(row, calendar)
    if upcoming:
        row.next_at = upcoming[0][1]


def lines_of(cases: Iterable[int]) -> dict[int, list[Journal]]:
    """The journals of these cases as far as they speak of clocks, in order: one statement."""
    found: dict[int, list[Journal]] = {}
    rows = Journal.objects.filter(case_id__in=list(cases)).order_by("case_id", "seq")
    for line in rows.only("case_id", "verb", "after", "round", "occurred_at", "recorded_at", "data", "policies"):
        found.setdefault(line.case_id, []).append(line)
    return found


def respend(row: CaseClock, lines: Sequence[Journal]) -> None:
    """What was consumed up to `since`, again from the journal, by the calendars as they are and the row's present terms."""
    found = held.latest(row, lines)
    mine = replace(found.held[-1], calendar=calendars.of(row.calendar_id), limit=row.limit)
    row.spent = spent(Patchwork([*found.held[:-1], mine]), history(row, lines), row.since or lines[-1].occurred_at)


def upcoming_levels(row: CaseClock, calendar: Calendar) -> list[tuple[Level, datetime]]:
    """Levels that have not fired, with the moment of each if the clock goes on running, in order."""
    assert row.since is not None
    found = []
    for level in limit_of(row).levels:
        if level.key not in row.fired:
            at = calendar.add(row.since, max(0, level.consumed(row.limit) - row.spent))
            at = row.due_at if level.kind == "breach" and row.due_at else at  # as it was foretold, though a calendar be edited since
            found.append((level, calendar.opens(at) if (level.offset or 0) < 0 else at))
    return sorted(found, key=lambda pair: (pair[1], pair[0].consumed(row.limit)))


def nearest(rows: Iterable[CaseClock]) -> datetime | None:
    """The nearest deadline of running clocks: what a queue orders by."""
    return min((row.due_at for row in rows if row.stopped_at is None and row.since and row.due_at), default=None)


def history(row: CaseClock, lines: Iterable[Journal]) -> list[Span]:
    """The spans of a clock from the journal alone: nothing of the row but when it started and stopped."""
    process = process_of(row.case.process)
    clock = process.clock(row.key)
    changes = [(line.occurred_at, line.after) for line in lines]
    return spans(
        changes,
        row.started_at,
        row.stopped_at,
        running=lambda key: runs(process, clock, process.state(key)),
        waiting=lambda key: waits(process, clock, process.state(key)),
    )


def trace(row: CaseClock, now: datetime) -> Trace:
    """Why the deadline is when it is, from the journal, to the second. One statement; the actor must see the case."""
    lines = lines_of([row.case_id])[row.case_id]
    return explained(row, lines, now)[0]


def explained(row: CaseClock, lines: Sequence[Journal], now: datetime) -> tuple[Trace, tuple[Held, ...]]:
    """The explanation, and the terms that held one after the other, from the lines of the case alone."""
    found = history(row, lines)
    by = held.judging(row, lines, found)
    consumed = spent(held.latest(row, lines), found, now)
    return replace(explain(by, by.limit, found, now), spent=consumed), by.held
