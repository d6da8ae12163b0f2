"""One job while somebody waits: who could have it at what cost, or which rule stands in the way; with others making way or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from xiuhao.dispatch.engine import moves
from xiuhao.dispatch.engine.arrays import Day
from xiuhao.dispatch.engine.columns import CLOSES, COST, OPENS
from xiuhao.dispatch.engine.insertion import best_in, insert
from xiuhao.dispatch.engine.native import BIG, Floats
from xiuhao.dispatch.engine.opening import opened, orders, seeded, twin
from xiuhao.dispatch.engine.plan import Plan, Reason, Route
from xiuhao.dispatch.engine.problem import Problem, Stop
from xiuhao.dispatch.engine.relaxed import Lifted
from xiuhao.dispatch.engine.rules import failing
from xiuhao.dispatch.engine.state import FREE, State
from xiuhao.dispatch.engine.timetable import timetable

LONGEST = 3  # neighbouring jobs that may make way together


@dataclass(frozen=True)
class Candidate:
    """An engineer for a job. `cost` in equivalent minutes more than now, `start` in seconds; `reasons` where it cannot be.

    `bumped` are the jobs that would make way and who would have them (nobody: "").
    """

    engineer: str
    feasible: bool
    cost: float = 0.0
    start: float = 0.0
    reasons: tuple[Reason, ...] = ()
    bumped: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Offer:
    """A window that could be promised on the telephone, and who would come when."""

    opens: float
    closes: float
    best: Candidate


def without(problem: Problem, plan: Plan, job: str) -> tuple[Day, State, int]:
    """The plan as a state in which nobody has the job. KeyError if there is no such job, ValueError if it may not move any more."""
    index = problem.job_index[job]
    if job in problem.frozen:
        raise ValueError(f"{job} is frozen")
    day, state = opened(problem, plan)
    e = int(state.where[index])
    if e >= 0:
        moves.take_out(day, state, e, moves.index_of(state, e, index), 1)
    return day, state, index


def candidates(problem: Problem, plan: Plan, job: str, *, bump: bool = False) -> list[Candidate]:
    """Every engineer for a job, the cheapest first, then those who cannot with the exact rules. With `bump` others may make way."""
    day, state, index = without(problem, plan, job)
    costs, starts = _fits(day, state, index)
    standing = Lifted(problem, day, state).forbid(index, costs)
    found = []
    for e, engineer in enumerate(problem.engineers):
        reasons = failing(problem, problem.jobs[index], engineer)
        if not reasons and costs[e] < BIG:
            found.append(Candidate(engineer.key, True, float(costs[e]), float(starts[e]) * 60))
        else:
            found.append(Candidate(engineer.key, False, reasons=reasons or standing[e]))
    if bump and not any(one.feasible for one in found):
        found = _making_way(problem, day, state, index, found)
    return sorted(found, key=lambda one: (not one.feasible, one.cost, one.engineer))


def slots(problem: Problem, plan: Plan, job: str, windows: Sequence[tuple[float, float]]) -> list[Offer]:
    """For each window (seconds) in which somebody could come the best candidate, the cheapest window first."""
    day, state, index = without(problem, plan, job)
    found = []
    for opens, closes in windows:
        tried = day._replace(job=day.job.copy())
        tried.job[index, OPENS : CLOSES + 1] = opens / 60, closes / 60
        costs, starts = _fits(tried, state, index)
        e = int(np.argmin(costs)) if len(costs) else -1
        if e >= 0 and costs[e] < BIG:
            best = Candidate(problem.engineers[e].key, True, float(costs[e]), float(starts[e]) * 60)
            found.append(Offer(opens, closes, best))
    return sorted(found, key=lambda one: (one.best.cost, one.opens))


def placed(problem: Problem, plan: Plan, job: str, choice: Candidate) -> Plan:
    """The plan with the job where a candidate said. ValueError if it does not fit (any more)."""
    day, state, _index = without(problem, plan, job)
    e = problem.engineer_index[choice.engineer]
    seed = seeded(0)
    for key, _to in choice.bumped:
        moved = problem.job_index[key]
        if state.where[moved] != e:
            raise ValueError(f"{key} is not with {choice.engineer}")
        moves.take_out(day, state, e, moves.index_of(state, e, moved), 1)
    for key, to in ((job, choice.engineer), *choice.bumped):
        if not to:
            continue
        at, moved = problem.engineer_index[to], problem.job_index[key]
        slot = best_in(day, state, at, moved, BIG, seed, 0.0)
        if slot[1] < 0 or not insert(day, state, at, moved, slot):
            raise ValueError(f"{key} does not fit with {to}")
    return timetable(problem, orders(state), backend=plan.backend, seed=plan.seed)


def arranged(problem: Problem, wanted: Sequence[tuple[str, Sequence[str]]]) -> Plan:
    """The timetable of given orders of jobs, engineer by engineer; what cannot be driven so is left out, with reasons."""
    frozen = {engineer.key: engineer.frozen for engineer in problem.engineers}
    routes = tuple(Route(e, 0.0, (*frozen[e], *(Stop("job", 0.0, 0.0, job) for job in jobs)), 0.0) for e, jobs in wanted)
    _day, state = opened(problem, Plan(routes, (), 0.0))
    return timetable(problem, orders(state), backend="hand")


def _fits(day: Day, state: State, index: int) -> tuple[Floats, Floats]:
    costs, starts = np.zeros(len(state.tally)), np.zeros(len(state.tally))
    moves.fits(day, state, twin(state), index, costs, starts, seeded(0))
    return costs, starts


def _making_way(problem: Problem, day: Day, state: State, index: int, found: list[Candidate]) -> list[Candidate]:
    """Candidates for whom others would make way: no job that is pinned, none that matters as much."""
    firm = np.array([bool(job.pinned) or job.priority >= problem.jobs[index].priority for job in problem.jobs], dtype=bool)
    spare, chosen, seed = twin(state), np.zeros(2, dtype=np.int64), seeded(0)
    made = []
    for e, one in enumerate(found):
        if day.affinity[index, e] < BIG and state.sums[e, COST] < BIG:
            cost = moves.bump(day, state, spare, e, index, firm, problem.terms.changed, LONGEST, chosen, seed)
            if cost < BIG:
                one = _tried(problem, day, state, index, e, (int(chosen[0]), int(chosen[1])), cost)
        made.append(one)
    return made


def _tried(problem: Problem, day: Day, state: State, index: int, e: int, cut: tuple[int, int], cost: float) -> Candidate:
    """That way done on a copy, to see who gets what."""
    spare, seed = twin(state), seeded(0)
    out = [int(state.stops[e, q]) for q in range(cut[0], sum(cut))]
    moves.take_out(day, spare, e, *cut)
    insert(day, spare, e, index, best_in(day, spare, e, index, BIG, seed, 0.0))
    moves.resettle(day, state, spare, e, index, *cut, 0.0, seed)
    to = [(problem.jobs[job].key, problem.engineers[spare.where[job]].key if spare.where[job] != FREE else "") for job in out]
    start = float(moves.begins(day, spare, e, index)) * 60
    return replace(Candidate(problem.engineers[e].key, True, cost, start), bumped=tuple(to))
