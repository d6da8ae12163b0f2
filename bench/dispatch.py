"""How good the optimiser's plans are and how soon: against a dispatcher's hand and VROOM on a day with everything that the model knows."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from statistics import quantiles

from bench import instances
from xiuhao.dispatch import engine
from xiuhao.dispatch.engine import VIP, Job, Plan, Problem, Stop

Row = tuple[str, str, str, bool]


def measure(quick: bool = False) -> Iterator[Row]:
    """A day of 300 jobs and one of 1,000 (`quick`: 100 and 200, for seconds)."""
    engine.warm()
    yield from _planners(*((100, 10, 3.0) if quick else (300, 30, 30.0)))
    yield from _city(quick)
    yield from _again(100, 10)


def _city(quick: bool) -> Iterator[Row]:
    problem, plan = yield from _planners(*((200, 20, 5.0) if quick else (1_000, 100, 60.0)), longer=0.0 if quick else 600.0)
    yield from _urgent(problem, plan)
    yield from _midday(problem, plan)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    yield "memory at its highest", f"{peak:.2f} GB", "< 1 GB", peak < 1.0


class _Early:
    """The best so far after a quarter of the time."""

    plan: Plan | None = None
    cost = 0.0

    def __call__(self, share: float, cost: float, make: Callable[[], Plan]) -> None:
        if share >= 0.25 and self.plan is None:
            self.plan, self.cost = make(), cost


def _planners(jobs: int, people: int, seconds: float, longer: float = 0.0) -> Generator[Row, None, tuple[Problem, Plan]]:
    """Three planners of the same day; what ours had soon, and against what it finds in so many seconds more."""
    problem, early = instances.city(jobs, people), _Early()
    plan = engine.solve(problem, seconds=seconds, progress=early)
    hand, other = engine.solve(problem, "greedy"), engine.solve(problem, "vroom", seconds=seconds)
    wrong = [word for one in (plan, hand, other) for word in engine.check(problem, one)]
    mine, theirs, ours = engine.score(problem, plan), engine.score(problem, other), engine.score(problem, hand)
    name = f"a day of {jobs:,} jobs and {people} engineers"
    yield f"{name}: broken hard rules by the checker, three planners", str(len(wrong)), "0", not wrong
    for label, score in (("ours", mine), ("VROOM", theirs), ("by hand (greedy)", ours)):
        yield f"{name}, {label}: served · late · cost", f"{score.served} · {score.late} · {score.total / 60:.0f} h", "—", True
    yield f"{name}: cost below greedy", _less(mine.total, ours.total), "≥ 50 %", mine.total <= 0.5 * ours.total
    yield f"{name}: cost below VROOM", _less(mine.total, theirs.total), "≥ 15 %", mine.total <= 0.85 * theirs.total
    way, by_hand = mine.travel / max(1, mine.served), ours.travel / max(1, ours.served)
    yield f"{name}: travel per job served, below greedy", _less(way, by_hand), "≥ 35 %", way <= 0.65 * by_hand
    soon = 100 * engine.score(problem, early.plan or plan).served / max(1, mine.served)
    yield f"{name}: served after {seconds / 4:.0f} s, of what is served in the end", f"{soon:.1f} %", "≥ 97 %", soon >= 97
    yield (
        f"{name}: cost after {seconds / 4:.0f} s against the end",
        f"{100 * ((early.cost or plan.cost) / plan.cost - 1):+.1f} %",
        "—",
        True,
    )
    if longer:
        more = 100 * (plan.cost / engine.solve(problem, seconds=longer).cost - 1)
        yield f"{name}: cost after {seconds:.0f} s against that after {longer:.0f} s", f"{more:+.1f} %", "≤ 3 %", more <= 3
    return problem, plan


def _again(jobs: int, people: int) -> Iterator[Row]:
    """The same seed and as many steps, twice."""
    first, second = (engine.solve(instances.city(jobs, people), iterations=20_000, seed=7) for _twice in range(2))
    yield "the same seed twice: jobs in another place", str(_differ(first, second)), "0", first.places == second.places


def _differ(first: Plan, second: Plan) -> int:
    return sum(first.places.get(key) != second.places.get(key) for key in {*first.places, *second.places})


def _less(cost: float, than: float) -> str:
    return f"{100 * (1 - cost / than):.0f} %"


def _urgent(problem: Problem, plan: Plan) -> Iterator[Row]:
    """A VIP's job on the telephone: candidates with reasons; where nobody has room, others make way."""
    times, bumped, placed, asked = [], [], 0, 0
    for n in range(0, len(problem.jobs), max(1, len(problem.jobs) // 40)):
        like = problem.jobs[n]
        urgent = Job("urgent", 0, like.work, 36_000.0, 50_400.0, due=43_200.0, priority=VIP, skills=like.skills)
        row = problem.travel[like.place]
        wider = problem.with_job(urgent, row, problem.travel[:, like.place])
        asked += 1
        began = time.perf_counter()
        found = engine.candidates(wider, plan, "urgent")
        times.append((time.perf_counter() - began) * 1e3)
        if not found[0].feasible:
            began = time.perf_counter()
            found = engine.candidates(wider, plan, "urgent", bump=True)
            bumped.append(time.perf_counter() - began)
        if found[0].feasible:
            assert not engine.check(wider, engine.placed(wider, plan, "urgent", found[0]))
            placed += 1
    late = quantiles(times, n=20)[-1]
    yield f"an urgent job, {asked} of them: p95 of all candidates with reasons", f"{late:.0f} ms", "< 50 ms", late < 50
    slow = max(bumped, default=0.0)
    yield f"with others making way ({len(bumped)} of them): slowest", f"{slow * 1e3:.0f} ms", "< 1 s", slow < 1
    yield "urgent jobs placed", f"{placed} of {asked}", "all", placed == asked


def _overrun(frozen: tuple[Stop, ...]) -> tuple[Stop, ...]:
    return (*frozen[:-1], replace(frozen[-1], end=frozen[-1].end + 1_800)) if frozen and frozen[-1].kind == "job" else frozen


def _midday(problem: Problem, plan: Plan) -> Iterator[Row]:
    """At noon one engineer in ten runs late by half an hour: the afternoon anew in five seconds."""
    now = 12 * 3600.0
    today = engine.frozen_until(problem, plan, now + 1_800, now)
    late = {one.key: replace(one, frozen=_overrun(one.frozen)) for one in today.engineers[::10]}
    today = today.changed(engineers=late)
    began = time.perf_counter()
    again = engine.solve(today, seconds=4.0, start=plan)
    took = time.perf_counter() - began
    wrong = engine.check(today, again)
    free = [key for key in plan.places if key not in today.frozen]
    moved = [key for key in free if key in again.places and again.places[key][0] != plan.places[key][0]]
    share = 100 * len(moved) / max(1, len(free))
    yield "the afternoon anew at noon", f"{took:.1f} s", "≤ 5 s", took <= 5
    yield "frozen jobs moved, or rules broken", str(len(wrong)), "0", not wrong
    yield f"open jobs that change engineer, of {len(free)}", f"{share:.1f} %", "≤ 5 %", share <= 5
