"""Making a plan by one of the back ends, and making the machine code of all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from xiuhao.dispatch import engine
from xiuhao.dispatch.engine import greedy, sisr, vroom
from xiuhao.dispatch.engine.candidates import Candidate, Offer, arranged, candidates, placed, slots
from xiuhao.dispatch.engine.checker import check
from xiuhao.dispatch.engine.plan import Left, Plan, Reason, Route
from xiuhao.dispatch.engine.problem import HIGH, LOW, NORMAL, VIP, Engineer, Job, Problem, Stop, Terms, frozen_until
from xiuhao.dispatch.engine.reasons import explained
from xiuhao.dispatch.engine.rules import RULES, failing
from xiuhao.dispatch.engine.score import Score, score

__all__ = [
    "BACKENDS", "HIGH", "LOW", "NORMAL", "RULES", "VIP", "Candidate", "Engineer", "Job", "Left", "Offer", "Plan", "Problem", "Reason",
    "Route", "Score", "Stop", "Terms", "arranged", "candidates", "check", "explained", "failing", "frozen_until", "placed", "score",
    "slots", "solve", "warm",
]  # fmt: skip

BACKENDS = ("sisr", "vroom", "greedy")


def solve(
    problem: Problem,
    backend: str = "sisr",
    *,
    seconds: float = 30.0,
    seed: int = 0,
    iterations: int | None = None,
    start: Plan | None = None,
    progress: sisr.Progress | None = None,
) -> Plan:
    """A plan, with the reasons of every job left out.

    `sisr` is bound by `iterations` where they are given (the same seed then gives the same plan, unless `seconds` cuts it short: `cut`),
    else by `seconds`; it begins with `start`, and tells `progress(share done, cost, function that makes the best plan so far)`, which may
    stop it by True. ValueError for an unknown backend, ImportError where VROOM is not installed.
    """
    if backend == "sisr":
        plan = sisr.solve(problem, seconds=seconds, seed=seed, iterations=iterations, start=start, progress=progress)
    elif backend == "greedy":
        plan = greedy.solve(problem)
    elif backend == "vroom":
        plan = vroom.solve(problem, seconds=seconds)
    else:
        raise ValueError(f"unknown backend {backend!r}")
    return explained(problem, plan)


def warm() -> None:
    """Compile everything, or load what was compiled before; a minute the first time, half a second later."""
    travel = np.array([[0.0, 600.0, 900.0], [600.0, 0.0, 600.0], [900.0, 600.0, 0.0]])
    day: dict[str, Any] = {"start": 28_800.0, "end": 61_200.0, "lunch": 3_600.0, "lunch_opens": 41_400.0, "lunch_closes": 45_000.0}
    jobs = tuple(Job(f"j{n}", 1 + n % 2, 3_600.0, due=36_000.0, parts={"p": 1.0}, priority=n % 4) for n in range(12))
    people = tuple(Engineer(f"e{n}", 0, **day, store=2, stock={"p": 1.0}) for n in range(2))
    problem = Problem(jobs, people, travel)
    plan = solve(problem, seconds=5.0, iterations=50)
    for job in plan.left[:1] or (Left("j0", ()),):
        candidates(problem, plan, job.job, bump=True)
        slots(problem, plan, job.job, ((28_800.0, 61_200.0),))
    tight = replace(problem, jobs=(*jobs, Job("vip", 1, 3_600.0, closes=40_000.0, priority=VIP, parts={"p": 1.0})))
    candidates(tight, replace(plan, left=(*plan.left, Left("vip", ()))), "vip", bump=True)


vars(engine).update({name: globals()[name] for name in __all__})  # functions, where submodules have the same name
