"""Small days for the optimiser: drawn by hypothesis, and all plans there are for them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, permutations, product

import numpy as np
from hypothesis import strategies as st

from xiuhao.dispatch.engine import Engineer, Job, Problem, Terms, check
from xiuhao.dispatch.engine.plan import Left, Plan
from xiuhao.dispatch.engine.timetable import timetable

HOUR = 3_600.0


@st.composite
def problems(draw: st.DrawFn, most: int = 4, compact: bool = False) -> Problem:
    """Up to so many jobs, two engineers, a store; places in a plane, so that no way round is shorter."""
    count = draw(st.integers(1, most))
    at = [(draw(st.integers(0, 12)), draw(st.integers(0, 12))) for _ in range(count + 3)]
    travel = np.array([[np.hypot(a - c, b - d) * 300 for c, d in at] for a, b in at])
    jobs = tuple(_job(draw, n, compact) for n in range(count))
    people = tuple(_engineer(draw, n, count) for n in range(2))
    fairness = draw(st.sampled_from((0.0, 0.0, 3.0)))
    return Problem(jobs, people, travel, Terms(compact=compact, waiting=1.0 if compact else 0.2, fairness=fairness))


def _job(draw: st.DrawFn, n: int, compact: bool) -> Job:
    opens = draw(st.sampled_from((8, 8, 9, 11, 13, 14))) * HOUR
    due = draw(st.sampled_from((None, 9.5, 12, 15, 30)))
    return Job(
        f"j{n}", n, draw(st.sampled_from((0.5, 1, 2))) * HOUR, opens, opens + draw(st.sampled_from((0.5, 2, 6))) * HOUR,
        due=None if due is None or compact else due * HOUR, priority=draw(st.integers(0, 3)),
        skills=draw(st.sampled_from(({}, {"a": 1}, {"a": 2}, {"b": 1}))), parts=draw(st.sampled_from(({}, {"p": 1.0}, {"q": 1.0}))),
        tools=draw(st.sampled_from(((), (), ("t",)))), preferred=draw(st.sampled_from(((), ("e0",)))),
        assigned=draw(st.sampled_from(("", "e1"))), banned=draw(st.sampled_from(((), (), ("e1",)))),
        area=draw(st.sampled_from(("", "north"))), pinned=draw(st.sampled_from(("", "", "", "e0"))),
    )  # fmt: skip


def _engineer(draw: st.DrawFn, n: int, count: int) -> Engineer:
    return Engineer(
        f"e{n}", count + n, draw(st.sampled_from((8, 9))) * HOUR, draw(st.sampled_from((13, 17))) * HOUR, lunch=HOUR,
        lunch_opens=11.5 * HOUR,
        lunch_closes=13 * HOUR, skills=draw(st.sampled_from(({"a": 1, "b": 1}, {"a": 3}, {"b": 2}))),
        expired=draw(st.sampled_from(((), (), ("a",)))), stock=draw(st.sampled_from(({}, {"p": 1.0}, {"p": 2.0, "q": 1.0}))),
        tools=draw(st.sampled_from(((), ("t",)))), store=draw(st.sampled_from((None, count + 2))),
        shelf=draw(st.sampled_from((None, ("p",)))), picking=draw(st.sampled_from((0.0, 600.0))),
        speed=draw(st.sampled_from((1.0, 1.25))), banned_areas=draw(st.sampled_from(((), (), ("north",)))),
    )  # fmt: skip


def _days(problem: Problem, e: int, jobs: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], int]]:
    """Every order of these jobs, the store nowhere or at every place, lunch on every leg or none: the checker says which may be."""
    ways: list[tuple[int, ...]] = list(permutations(jobs))
    if problem.engineers[e].store is not None:
        ways += [(*order[:n], len(problem.jobs), *order[n:]) for order in permutations(jobs) for n in range(len(order))]
    for stops in ways:
        for leg in range(-1, len(stops) + 1):
            yield stops, leg


def _best_day(problem: Problem, e: int, jobs: tuple[int, ...]) -> tuple[float, tuple[tuple[int, ...], int]] | None:
    """The cheapest sound day of one engineer with these jobs."""
    found = None
    for stored, days in groupby(_days(problem, e, jobs) if jobs else [((), -1)], lambda day: len(problem.jobs) in day[0]):
        if stored and found is not None:
            break  # nobody goes to the store for nothing, though it passed the time
        for day in days:
            orders: list[tuple[tuple[int, ...], int]] = [((), -1) for _ in problem.engineers]
            orders[e] = day
            plan = timetable(problem, orders)
            if not check(problem, plan) and (found is None or plan.cost < found[0]):
                found = (plan.cost, day)
    return found


def best(problem: Problem) -> float:
    """What the best plan of all costs: every way to deal out the jobs, every day of each engineer."""
    nothing = timetable(problem, [((), -1) for _ in problem.engineers]).cost
    days: dict[tuple[int, tuple[int, ...]], float | None] = {}
    found = nothing
    for dealt in product(range(-1, len(problem.engineers)), repeat=len(problem.jobs)):
        cost = nothing
        for e in range(len(problem.engineers)):
            jobs = tuple(j for j, to in enumerate(dealt) if to == e)
            if (e, jobs) not in days:
                day = _best_day(problem, e, jobs)
                days[e, jobs] = None if day is None else day[0] - nothing
            more = days[e, jobs]
            if more is None:
                break
            cost += more
        else:
            found = min(found, cost)
    return found


def nobody(problem: Problem) -> Plan:
    """The plan in which nobody does anything."""
    plan = timetable(problem, [((), -1) for _ in problem.engineers])
    assert plan.left == tuple(Left(job.key, ()) for job in problem.jobs)
    return plan
