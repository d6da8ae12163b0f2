"""From the order of stops to moments: when each leaves, arrives, starts, eats. In seconds, from the problem alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xiuhao.dispatch.engine.arrays import day
from xiuhao.dispatch.engine.columns import BEGIN, START
from xiuhao.dispatch.engine.plan import Left, Plan, Route
from xiuhao.dispatch.engine.problem import Engineer, Problem, Stop
from xiuhao.dispatch.engine.score import score

Orders = Sequence[tuple[Sequence[int], int]]  # engineer by engineer: jobs (the number of jobs: the store), leg of lunch (-1 none)


def timetable(
    problem: Problem,
    orders: Orders,
    *,
    backend: str = "",
    seed: int = 0,
    iterations: int = 0,
    seconds: float = 0.0,
    cut: bool = False,
) -> Plan:
    """The plan of these orders, its cost by `score`; why something is left out is for `reasons` to say."""
    routes = tuple(_route(problem, e, list(stops), lunch) for e, (stops, lunch) in enumerate(orders))
    served = {stop.job for route in routes for stop in route.stops if stop.job}
    left = tuple(Left(job.key, ()) for job in problem.jobs if job.key not in served)
    plan = Plan(routes, left, 0.0, backend, seed, iterations, round(seconds, 3), cut)
    return replace(plan, cost=score(problem, plan).total)


def _route(problem: Problem, e: int, stops: list[int], lunch: int) -> Route:
    """Each thing as early as it can be; leaving home only in time for the first (or as late as the whole day allows: `compact`)."""
    engineer, arrays = problem.engineers[e], day(problem)
    at, clock = int(arrays.hand[e, BEGIN]), float(arrays.hand[e, START]) * 60
    if not stops:
        return _idle(problem, engineer, at, clock, lunch)
    leaves = clock if engineer.frozen else _leave(problem, engineer, at, clock, stops, lunch)
    made, clock = list(engineer.frozen), leaves
    for leg, stop in enumerate(stops):
        job = problem.jobs[stop] if stop < len(problem.jobs) else None
        to = job.place if job else engineer.store
        assert to is not None
        way = float(problem.travel[at, to])
        arrive, ready = _eat(engineer, made, clock, way, leg == lunch)
        begins = max(ready, job.opens) if job else ready
        lasts = job.work / engineer.speed if job else engineer.picking
        made.append(Stop("job" if job else "store", begins, begins + lasts, job.key if job else "", arrive, way))
        at, clock = to, begins + lasts
    way = float(problem.travel[at, engineer.home])
    _arrive, back = _eat(engineer, made, clock, way, lunch == len(stops))
    if engineer.frozen:
        leaves = engineer.frozen[0].arrive - engineer.frozen[0].travel
    return Route(engineer.key, leaves, tuple(made), back, way)


def _idle(problem: Problem, engineer: Engineer, at: int, clock: float, lunch: int) -> Route:
    """Nothing (more) to do: home from where the frozen part ends."""
    if not engineer.frozen:
        return Route(engineer.key, clock, (), clock)
    made = list(engineer.frozen)
    way = float(problem.travel[at, engineer.home])
    _arrive, back = _eat(engineer, made, clock, way, lunch == 0)
    return Route(engineer.key, made[0].arrive - made[0].travel, tuple(made), back, way)


def _eat(engineer: Engineer, made: list[Stop], clock: float, way: float, lunch: bool) -> tuple[float, float]:
    """When one arrives after `way` seconds, and from when on one is ready: lunch is before, on or after the way."""
    if not lunch:
        return clock + way, clock + way
    begins = max(clock, engineer.lunch_opens)
    made.append(Stop("lunch", begins, begins + engineer.lunch))
    ready = max(clock + way, engineer.lunch_opens) + engineer.lunch
    return (ready if begins < clock + way else clock + way), ready


def _leave(problem: Problem, engineer: Engineer, at: int, clock: float, stops: list[int], lunch: int) -> float:
    """When to leave home: as late as the first stop still begins at its earliest, or as late as the whole day stays as short as it can."""
    legs = stops if problem.terms.compact else stops[:1]
    slack, wait, here = float("inf"), 0.0, clock
    for leg, stop in enumerate(legs):
        job = problem.jobs[stop] if stop < len(problem.jobs) else None
        to = job.place if job else engineer.store
        way = float(problem.travel[at, to])
        if leg == lunch:
            slack = min(slack, max(0.0, engineer.lunch_closes - here) + wait)
            wait += max(0.0, engineer.lunch_opens - here - way)
            here = max(here + way, engineer.lunch_opens) + engineer.lunch
        else:
            here += way
        if job:
            wait += max(0.0, job.opens - here)
            here = max(here, job.opens)
            slack = min(slack, job.closes - here + wait)
        here += job.work / engineer.speed if job else engineer.picking
        at = to or 0
    if problem.terms.compact and lunch == len(stops):
        slack = min(slack, max(0.0, engineer.lunch_closes - here) + wait)
        wait += max(0.0, engineer.lunch_opens - here - float(problem.travel[at, engineer.home]))
    return clock + max(0.0, min(wait, slack))
