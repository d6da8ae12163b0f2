"""VROOM (BSD-2) as a second opinion: what it knows of the model (skills, windows, breaks, priorities, loads) in its own terms.

It knows neither soft lateness nor wishes nor a visit to the store; the plan it makes is timed and scored by ours.
"""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import Any

import numpy as np

from xiuhao.dispatch.engine.arrays import Day, day
from xiuhao.dispatch.engine.columns import BEGIN, HOME, LIMIT, LUNCH, PENALTY, START
from xiuhao.dispatch.engine.native import BIG
from xiuhao.dispatch.engine.opening import opened, orders
from xiuhao.dispatch.engine.plan import Plan, Route
from xiuhao.dispatch.engine.problem import Problem, Stop
from xiuhao.dispatch.engine.timetable import timetable

FINE = 10  # VROOM counts in whole units: tenths of a second, thousandths of a part
THREADS = 2


def solve(problem: Problem, *, seconds: float, exploration: int = 5) -> Plan:
    """A plan by VROOM. Raises ImportError where pyvroom is not installed."""
    import vroom  # heavy: pandas comes along

    began = monotonic()
    arrays = day(problem)
    if not _allowed(arrays).any():
        return _timed(problem, {}, monotonic() - began)
    given = vroom.Input()
    given.set_durations_matrix("car", np.rint(problem.travel * FINE).astype(np.uint32))
    groups = _groups(arrays)
    _vehicles(vroom, given, problem, arrays, groups)
    _jobs(vroom, given, problem, arrays, groups)
    solution = given.solve(exploration_level=exploration, nb_threads=THREADS, timeout=timedelta(seconds=seconds))
    routes: dict[int, list[int]] = {}
    for row in solution.routes.to_dict("records"):
        if row["type"] == "job":
            routes.setdefault(int(row["vehicle_id"]), []).append(int(row["id"]))
    return _timed(problem, routes, monotonic() - began)


def _groups(arrays: Day) -> dict[bytes, int]:
    """Each set of engineers that some job may go to is one skill of VROOM's: it says the whole of our rules about pairs."""
    found: dict[bytes, int] = {}
    for row in _allowed(arrays):
        found.setdefault(row.tobytes(), len(found) + 1)
    return found


def _allowed(arrays: Day) -> np.ndarray:
    """[job, engineer]: may have it, with what is on the van."""
    enough = (arrays.use[:, None, :] <= arrays.stock[None, :, :] + 1e-9).all(axis=2)
    found: np.ndarray = (arrays.affinity < BIG) & ~arrays.lacking & enough
    return found


def _vehicles(vroom: Any, given: Any, problem: Problem, arrays: Day, groups: dict[bytes, int]) -> None:
    has: list[set[int]] = [set() for _ in problem.engineers]
    for packed, skill in groups.items():
        for e in np.flatnonzero(np.frombuffer(packed, dtype=np.bool_)).tolist():
            has[e].add(skill)
    for e, engineer in enumerate(problem.engineers):
        breaks = []
        if arrays.hand[e, LUNCH] > 0:
            window = vroom.TimeWindow(_units(engineer.lunch_opens), _units(engineer.lunch_closes))
            breaks = [vroom.Break(e, [window], service=_units(engineer.lunch))]
        shift = vroom.TimeWindow(_units(arrays.hand[e, START] * 60), _units(arrays.hand[e, LIMIT] * 60))
        vehicle = vroom.Vehicle(
            e, start=int(arrays.hand[e, BEGIN]), end=int(arrays.hand[e, HOME]), profile="car", skills=has[e], time_window=shift,
            breaks=breaks,
            capacity=[int(min(quantity, 1e6) * 1000) for quantity in arrays.stock[e]], type=str(engineer.speed),
        )  # fmt: skip
        given.add_vehicle(vehicle)


def _jobs(vroom: Any, given: Any, problem: Problem, arrays: Day, groups: dict[bytes, int]) -> None:
    allowed = _allowed(arrays)
    paces = {engineer.speed for engineer in problem.engineers}
    most = max(1.0, float(arrays.job[:, PENALTY].max(initial=1.0)))
    for j, job in enumerate(problem.jobs):
        if not allowed[j].any():
            continue
        window = vroom.TimeWindow(_units(job.opens), _units(job.closes))
        made = vroom.Job(
            j, location=job.place, default_service=_units(job.work), delivery=[int(np.ceil(q * 1000)) for q in arrays.use[j]],
            skills={groups[allowed[j].tobytes()]}, priority=int(100 * arrays.job[j, PENALTY] / most), time_windows=[window],
            service_per_type={str(speed): _units(job.work / speed) for speed in paces},
        )  # fmt: skip
        given.add_job(made)


def _units(seconds: float) -> int:
    return round(seconds * FINE)


def _timed(problem: Problem, found: dict[int, list[int]], seconds: float) -> Plan:
    """Its routes with our moments and lunches; a route that rounding has made impossible loses what does not fit."""
    routes = tuple(
        Route(
            problem.engineers[e].key, 0.0,
            (*problem.engineers[e].frozen, *(Stop("job", 0.0, 0.0, problem.jobs[j].key) for j in jobs)), 0.0,
        )
        for e, jobs in found.items()
    )  # fmt: skip
    _arrays, state = opened(problem, Plan(routes, (), 0.0))
    return timetable(problem, orders(state), backend="vroom", seconds=seconds)
