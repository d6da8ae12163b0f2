"""Compiled searches for one job: where it fits with each engineer, and what would have to make way for it."""

from __future__ import annotations

import numpy as np

from xiuhao.dispatch.engine.arrays import Day
from xiuhao.dispatch.engine.columns import COST, DB, EB, PENALTY, SIZE, SPEED, WORK
from xiuhao.dispatch.engine.insertion import best, best_in, insert
from xiuhao.dispatch.engine.native import BIG, Bools, Floats, Ints, Words, compiled
from xiuhao.dispatch.engine.route import settle
from xiuhao.dispatch.engine.ruin import copy
from xiuhao.dispatch.engine.state import FREE, State


@compiled
def index_of(s: State, e: int, job: int) -> int:
    """Which stop of the route it is; -1 if it is not there."""
    for i in range(s.tally[e, SIZE]):
        if s.stops[e, i] == job:
            return i
    return -1


@compiled
def begins(day: Day, s: State, e: int, job: int) -> float:
    """When a job of the route starts."""
    i = index_of(s, e, job)
    return float(s.leg[e, i + 1, EB] + s.leg[e, i + 1, DB] - day.job[job, WORK] / day.hand[e, SPEED])


@compiled
def fits(day: Day, s: State, spare: State, job: int, costs: Floats, starts: Floats, seed: Words) -> None:
    """For every engineer whom no rule forbids: what the job costs more there and when it starts; BIG where it does not fit."""
    costs[:] = BIG
    for e in range(len(s.tally)):
        if day.affinity[job, e] >= BIG or s.sums[e, COST] >= BIG:
            continue
        slot = best_in(day, s, e, job, BIG, seed, 0.0)
        if slot[1] < 0:
            continue
        if insert(day, spare, e, job, slot):
            costs[e], starts[e] = spare.sums[e, COST] - s.sums[e, COST], begins(day, spare, e, job)
        copy(s, spare, e)
        spare.where[job] = FREE


@compiled
def take_out(day: Day, s: State, e: int, first: int, count: int) -> bool:
    """Take jobs out of a route, the store stays where it is wanted."""
    to = 0
    for q in range(s.tally[e, SIZE]):
        stop = s.stops[e, q]
        if first <= q < first + count and stop < len(day.job):
            s.where[stop] = FREE
        else:
            s.stops[e, to] = stop
            to += 1
    s.tally[e, SIZE] = to
    return settle(day, s, e)


@compiled
def _may_go(day: Day, s: State, e: int, first: int, count: int, firm: Bools, bound: float) -> bool:
    weight = 0.0
    for q in range(first, first + count):
        stop = s.stops[e, q]
        if stop >= len(day.job) or firm[stop]:
            return False
        weight += day.job[stop, PENALTY]
    return weight < bound


@compiled
def bump(day: Day, s: State, spare: State, e: int, job: int, firm: Bools, price: float, longest: int, chosen: Ints, seed: Words) -> float:
    """The cheapest way to make room with engineer e by taking out some neighbouring stops and giving those to others, or to nobody.

    What it costs more, each job moved at `price`; BIG if there is none that costs less than leaving the job out. `chosen` gets the first
    stop and how many. `spare` is a copy of `s` and is one again afterwards.
    """
    found = day.job[job, PENALTY]
    chosen[0] = -1
    for count in range(1, longest + 1):
        for first in range(s.tally[e, SIZE] - count + 1):
            if not _may_go(day, s, e, first, count, firm, day.job[job, PENALTY]):
                continue
            cost = _bumped(day, s, spare, e, job, first, count, price, found, seed)
            if cost < found:
                found, chosen[0], chosen[1] = cost, first, count
        if chosen[0] >= 0:
            return float(found)
    return BIG


@compiled
def _bumped(day: Day, s: State, spare: State, e: int, job: int, first: int, count: int, price: float, bound: float, seed: Words) -> float:
    cost = BIG
    if take_out(day, spare, e, first, count):
        slot = best_in(day, spare, e, job, BIG, seed, 0.0)
        if slot[1] >= 0 and insert(day, spare, e, job, slot):
            cost = spare.sums[e, COST] - s.sums[e, COST] + count * price
            if cost < bound:
                cost = resettle(day, s, spare, e, job, first, count, cost, seed)
    for q in range(first, first + count):
        to = spare.where[s.stops[e, q]]
        if to >= 0:
            copy(s, spare, to)
    copy(s, spare, e)
    spare.where[:] = s.where
    return cost


@compiled
def resettle(day: Day, s: State, spare: State, e: int, job: int, first: int, count: int, cost: float, seed: Words) -> float:
    """Give the jobs taken out to whoever it costs least, or to nobody; what all of it costs."""
    seen = np.zeros(len(s.tally) + 1, dtype=np.int64)
    for q in range(first, first + count):
        moved = s.stops[e, q]
        to, slot = best(day, spare, moved, seed, 0.0, 1.0, seen)
        if to >= 0 and insert(day, spare, to, moved, slot):
            cost += slot[0]
        else:
            cost += day.job[moved, PENALTY]
    return cost
