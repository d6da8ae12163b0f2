"""A plan as a state of the search and back again."""

from __future__ import annotations

import numpy as np

from xiuhao.dispatch.engine import anneal
from xiuhao.dispatch.engine.arrays import Day, day
from xiuhao.dispatch.engine.columns import REST, SIZE, STORE
from xiuhao.dispatch.engine.native import BIG, Words
from xiuhao.dispatch.engine.plan import Plan
from xiuhao.dispatch.engine.problem import Problem
from xiuhao.dispatch.engine.state import FREE, State, empty
from xiuhao.dispatch.engine.timetable import Orders


def seeded(seed: int) -> Words:
    """Where chance starts from; never nought, which it could not leave."""
    return np.array([(seed * 0x9E3779B97F4A7C15 + 0x2545F4914F6CDD1D) % 2**64 or 1], dtype=np.uint64)


def opened(problem: Problem, plan: Plan | None = None) -> tuple[Day, State]:
    """The state that a plan stands for, as far as it can be driven; without one nobody has anything."""
    arrays = day(problem)
    fixed = np.array([job.key in problem.frozen for job in problem.jobs], dtype=bool)
    state = empty(arrays, fixed)
    for route in plan.routes if plan else ():
        e = problem.engineer_index.get(route.engineer)
        if e is None:
            continue
        frozen = len(problem.engineers[e].frozen)
        for stop in [stop for stop in route.stops[frozen:] if stop.kind != "lunch"]:
            _append(problem, arrays, state, e, stop.job)
    anneal.open_day(arrays, state)
    return arrays, state


def _append(problem: Problem, arrays: Day, state: State, e: int, key: str) -> None:
    job = len(problem.jobs) if not key else problem.job_index.get(key, -1)
    if job < 0 or (not key and int(arrays.hand[e, STORE]) < 0) or state.tally[e, SIZE] + 2 >= state.stops.shape[1]:
        return
    if key:
        if state.where[job] != FREE or arrays.affinity[job, e] >= BIG:
            return
        state.where[job] = e
    state.stops[e, state.tally[e, SIZE]] = job
    state.tally[e, SIZE] += 1


def orders(state: State) -> Orders:
    """The stops of each engineer in order, and the leg of lunch."""
    return [([int(v) for v in state.stops[e, : state.tally[e, SIZE]]], int(state.tally[e, REST])) for e in range(len(state.tally))]


def twin(state: State) -> State:
    """A copy that may be changed."""
    return State(*(part.copy() for part in state))  # type: ignore[arg-type]  # each in its place
