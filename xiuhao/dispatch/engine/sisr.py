"""Our own search: slack induction by string removals on the whole model, some chains of it side by side.

The same seed and iterations give the same plan.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from time import monotonic
from typing import Any

import numpy as np

from xiuhao.dispatch.engine import anneal
from xiuhao.dispatch.engine.arrays import day, near
from xiuhao.dispatch.engine.columns import CLOSES, DUE, PENALTY
from xiuhao.dispatch.engine.native import Ints
from xiuhao.dispatch.engine.opening import opened, orders, seeded, twin
from xiuhao.dispatch.engine.plan import Plan
from xiuhao.dispatch.engine.problem import Problem
from xiuhao.dispatch.engine.timetable import timetable

Progress = Callable[[float, float, Callable[[], Plan]], "bool | None"]
FRESH, BEGUN = (100.0, 1.0), (1.0, 0.05)  # temperatures in minutes at first and at last: of a new plan, and where there is one already
CHAINS = 2  # searches side by side, on whatever machine: the number of its processors does not change the plan
FIRST = 20  # iterations before the first look at the clock
BLOCK = 0.1  # seconds between two looks at the clock
CHUNK = 200  # iterations between two looks at the clock where they are counted


def first_order(problem: Problem) -> Ints:
    """In which order a first plan is made: the dearest first, the nearest deadline before the others."""
    arrays = day(problem)
    closes, due, penalty = (arrays.job[:, column] for column in (CLOSES, DUE, PENALTY))
    return np.lexsort((closes, np.minimum(due, closes), -penalty)).astype(np.int64)


class _Search:
    """The state of a search, and the best plan so far."""

    def __init__(self, problem: Problem, seed: int, start: Plan | None) -> None:
        self.problem, self.chances = problem, seeded(seed)
        self.arrays, self.state = opened(problem, start)
        self.saved, self.top = twin(self.state), twin(self.state)
        anneal.build(self.arrays, self.state, self.saved, first_order(problem), self.chances)
        anneal.remember(self.state, self.top)
        self.marks = np.full(2, anneal.total(self.arrays, self.state))
        self.hot, self.cold = FRESH if start is None else BEGUN

    def run(self, count: int, share: float, ahead: float) -> None:
        """So many rounds, while the share of the search that is done grows from the one to the other."""
        hot, cold = (self.hot * (self.cold / self.hot) ** min(1.0, at) for at in (share, ahead))
        near_by = near(self.problem)
        anneal.rounds(self.arrays, self.state, self.saved, self.top, near_by, self.marks, count, hot, cold, self.chances)
        self.marks[0] = anneal.total(self.arrays, self.state)  # small errors of addition go no further than this


class _Chains:
    """Searches of one problem side by side, each from a seed of its own."""

    def __init__(self, threads: Executor, problem: Problem, seed: int, start: Plan | None) -> None:
        self.threads, self.problem, self.seed = threads, problem, seed
        near(problem)  # kept with the problem: made once, before several ask for it
        self.all = list(threads.map(lambda n: _Search(problem, seed + n * 1_000_003, start), range(CHAINS)))

    def run(self, count: int, share: float, ahead: float) -> None:
        """So many rounds of each."""
        list(self.threads.map(lambda one: one.run(count, share, ahead), self.all))

    def best(self) -> _Search:
        """The one that has found the cheapest plan."""
        return min(self.all, key=lambda one: one.marks[1])

    def cost(self) -> float:
        """What the best plan so far costs."""
        return float(self.best().marks[1])

    def plan(self, **told: Any) -> Plan:
        """The best plan so far."""
        return timetable(self.problem, orders(self.best().top), backend="sisr", seed=self.seed, **told)


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    iterations: int | None = None,
    start: Plan | None = None,
    progress: Progress | None = None,
) -> Plan:
    """The best plan found. Bound by `iterations` of each chain where given (then `seconds` only cuts short), else by `seconds`.

    `progress(share done, cost of the best, a function that makes that plan)` is called some ten times a second; True stops the search.
    """
    began = monotonic()
    with ThreadPoolExecutor(CHAINS) as threads:
        return _searched(_Chains(threads, problem, seed, start), began, seconds, iterations, progress)


def _searched(search: _Chains, began: float, seconds: float, iterations: int | None, progress: Progress | None) -> Plan:
    done, cut, stopped, count = 0, False, False, CHUNK if iterations is not None else FIRST
    share = 0.0 if len(search.all[0].arrays.able) else 1.0
    while share < 1.0 and not cut and not stopped:
        at = monotonic()
        if iterations is not None:
            count = min(CHUNK, iterations - done)
            ahead = (done + count) / iterations
        else:
            ahead = min(1.0, share + BLOCK / max(seconds, BLOCK))
        search.run(count, share, ahead)
        done, now = done + count, monotonic()
        if iterations is not None:
            share, cut = done / iterations, done < iterations and now - began > seconds
        else:
            share, count = (now - began) / seconds, int(max(FIRST, min(5_000, count * BLOCK / max(now - at, 1e-4))))
        stopped = progress is not None and bool(progress(min(share, 1.0), search.cost(), search.plan))
    return search.plan(iterations=done, seconds=monotonic() - began, cut=cut)
