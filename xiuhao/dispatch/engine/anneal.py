"""Ruin and recreate under simulated annealing: the compiled rounds of it."""

from __future__ import annotations

import numpy as np

from xiuhao.dispatch.engine.arrays import Day
from xiuhao.dispatch.engine.columns import COST, PENALTY, SIZE, STORE, STORED
from xiuhao.dispatch.engine.insertion import best, best_in, insert, put
from xiuhao.dispatch.engine.native import BIG, Floats, Ints, Words, below, chance, compiled
from xiuhao.dispatch.engine.route import settle
from xiuhao.dispatch.engine.ruin import WAYS, copy, keep, order, ruin, waiting
from xiuhao.dispatch.engine.state import FREE, State

BLINK, ASKED_AGAIN = 0.01, 10
ELSEWHERE = 0.1  # of the rounds
STAYS, FETCHES = 0.3, 0.3  # of the rounds; of their routes that have no store yet
EAGER, SOMETIMES = 4.0, 0.1  # two jobs far out may be worth the way together, though neither is alone


@compiled
def total(day: Day, s: State) -> float:
    """What the plan costs: its routes, and what is left out."""
    cost = 0.0
    for e in range(len(s.tally)):
        cost += s.sums[e, COST]
    for job in range(len(s.where)):
        if s.where[job] == FREE:
            cost += day.job[job, PENALTY]
    return cost


@compiled
def recreate(
    day: Day, s: State, saved: State, touched: Ints, pool: Ints, size: int, seed: Words, blink: float, worth: float, seen: Ints
) -> None:
    """Give each job of the pool, in its order, to whoever it costs least."""
    for q in range(size):
        job = pool[q]
        e, slot = best(day, s, job, seed, blink, worth, seen)
        if e >= 0:
            keep(s, e, saved, touched)
            insert(day, s, e, job, slot)


@compiled
def _back(day: Day, s: State, saved: State, touched: Ints) -> None:
    """The routes as they were before this round."""
    n = len(day.job)
    for q in range(1, touched[0] + 1):
        e = touched[q]
        for i in range(s.tally[e, SIZE]):
            if s.stops[e, i] < n:
                s.where[s.stops[e, i]] = FREE
    for q in range(1, touched[0] + 1):
        e = touched[q]
        copy(saved, s, e)
        for i in range(s.tally[e, SIZE]):
            if s.stops[e, i] < n:
                s.where[s.stops[e, i]] = e


@compiled
def _fetch(day: Day, s: State, touched: Ints, seed: Words) -> None:
    """Some of the routes of this round fetch from the store before anybody needs it."""
    for q in range(1, touched[0] + 1):
        e = touched[q]
        size = s.tally[e, SIZE]
        if s.tally[e, STORED] >= 0 or day.hand[e, STORE] < 0.0 or size + 2 >= s.stops.shape[1] or chance(seed) >= FETCHES:
            continue
        put(s, e, len(day.job), below(seed, size + 1))
        if not settle(day, s, e):
            at = s.tally[e, STORED]
            for i in range(at, size):
                s.stops[e, i] = s.stops[e, i + 1]
            s.tally[e, SIZE] = size
            settle(day, s, e)


@compiled
def _fetched(day: Day, s: State, touched: Ints) -> None:
    """Whoever needed nothing from the store after all does not go there."""
    s.whim[1] = 0
    for q in range(1, touched[0] + 1):
        if s.tally[touched[q], STORED] >= 0:
            settle(day, s, touched[q])


@compiled
def rounds(
    day: Day, s: State, saved: State, top: State, near: Ints, marks: Floats, count: int, heat: float, cooled: float, seed: Words
) -> None:
    """So many rounds while the temperature falls from `heat` to `cooled`. `marks` is what the plan costs now and what the best one did."""
    n = len(day.job)
    pool, keys = np.zeros(n + 1, dtype=np.int64), np.zeros(n + 1)
    touched = np.zeros(len(s.tally) + 1, dtype=np.int64)
    seen = np.zeros(len(s.tally) + 1, dtype=np.int64)
    step = (cooled / heat) ** (1.0 / max(1, count))
    for _ in range(count):
        touched[0] = 0
        # Insertion takes lunch as it stands, so now and then it stands elsewhere while there is room to be found.
        s.whim[0] = 2 + below(seed, len(s.where) + 1) if chance(seed) < ELSEWHERE else below(seed, 2)
        # And now and then the way to the store is there before somebody needs it: the first job that does would have to pay for all of it.
        s.whim[1] = 1 if chance(seed) < STAYS else 0
        size = waiting(s, pool, ruin(day, s, saved, touched, near, pool, seed), ASKED_AGAIN, seed)
        s.whim[0] = min(1, s.whim[0])
        if s.whim[1] == 1:
            _fetch(day, s, touched, seed)
        order(day, pool, size, keys, below(seed, WAYS), seed)
        recreate(day, s, saved, touched, pool, size, seed, BLINK, EAGER if chance(seed) < SOMETIMES else 1.0, seen)
        if s.whim[1] == 1:
            _fetched(day, s, touched)
        cost = total(day, s)
        if cost < marks[0] - heat * np.log(1.0 - chance(seed)):
            marks[0] = cost
            if cost < marks[1] - 1e-9:
                marks[1] = cost
                remember(s, top)
        else:
            _back(day, s, saved, touched)
        heat *= step


@compiled
def remember(s: State, top: State) -> None:
    """Keep the orders of stops, which is all that a plan is made of."""
    top.stops[:, :] = s.stops
    top.tally[:, :] = s.tally
    top.where[:] = s.where


@compiled
def build(day: Day, s: State, saved: State, orderly: Ints, seed: Words) -> None:
    """A first plan: the jobs that nobody has, in this order, each where it costs least."""
    seen = np.zeros(len(s.tally) + 1, dtype=np.int64)
    touched = np.zeros(len(s.tally) + 1, dtype=np.int64)
    pool = np.zeros(len(orderly) + 1, dtype=np.int64)
    size = 0
    for q in range(len(orderly)):
        if s.where[orderly[q]] == FREE:
            pool[size] = orderly[q]
            size += 1
    recreate(day, s, saved, touched, pool, size, seed, 0.0, 1.0, seen)


@compiled
def open_day(day: Day, s: State) -> None:
    """Routes with the stops that stand in the arrays; what cannot be driven so is put together again as far as it goes."""
    for e in range(len(s.tally)):
        if not settle(day, s, e):
            _salvage(day, s, e)


@compiled
def _salvage(day: Day, s: State, e: int) -> None:
    seed = np.ones(1, dtype=np.uint64)
    stops = s.stops[e, : s.tally[e, SIZE]].copy()
    s.tally[e, SIZE] = 0
    settle(day, s, e)
    for job in stops:
        if job >= len(day.job):
            continue
        s.where[job] = FREE
        slot = best_in(day, s, e, job, BIG, seed, 0.0)
        if s.sums[e, COST] < BIG and slot[1] >= 0:
            insert(day, s, e, job, slot)
