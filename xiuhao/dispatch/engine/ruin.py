"""What is taken out of the routes before they are made anew: strings of stops near each other.

Adjacent string removal of J. Christiaens and G. Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing Problems",
Transportation Science 54 (2020), with their parameters.
"""

from __future__ import annotations

import numpy as np

from xiuhao.dispatch.engine.arrays import Day
from xiuhao.dispatch.engine.columns import BEGIN, CLOSES, OPENS, PENALTY, PLACE, SIZE
from xiuhao.dispatch.engine.native import Floats, Ints, Words, below, chance, compiled
from xiuhao.dispatch.engine.route import settle
from xiuhao.dispatch.engine.state import FREE, State

MEAN, LONGEST, SPLIT, GROW = 10.0, 10, 0.5, 0.01


@compiled
def _span(s: State, e: int, at: int, length: int, seed: Words) -> tuple[int, int, int, int]:
    """A string of the route with stop `at` in it: its first stop and its length, and what stays within it (first, how many)."""
    size, stay = s.tally[e, SIZE], 0
    if length > 1 and length < size and chance(seed) < SPLIT:
        stay = 1
        while length + stay < size and chance(seed) > GROW:
            stay += 1
    whole = length + stay
    low, high = max(0, at - whole + 1), min(at, size - whole)
    start = low + below(seed, high - low + 1)
    return start, whole, start + below(seed, length + 1), stay


@compiled
def _cut(day: Day, s: State, e: int, span: tuple[int, int, int, int], pool: Ints, found: int) -> int:
    """Take a string's jobs out of a route and put them into the pool; the store stays. The number in the pool."""
    start, whole, keep, stay = span
    to, n = 0, len(day.job)
    for q in range(s.tally[e, SIZE]):
        stop = s.stops[e, q]
        inside = start <= q < start + whole and not keep <= q < keep + stay
        if inside and stop < n:
            s.where[stop] = FREE
            pool[found] = stop
            found += 1
        else:
            s.stops[e, to] = stop
            to += 1
    s.tally[e, SIZE] = to
    if not settle(day, s, e):  # only where a way round is shorter than the way itself
        found = _clear(day, s, e, pool, found)
    return found


@compiled
def _clear(day: Day, s: State, e: int, pool: Ints, found: int) -> int:
    for q in range(s.tally[e, SIZE]):
        stop = s.stops[e, q]
        if stop < len(day.job):
            s.where[stop] = FREE
            pool[found] = stop
            found += 1
    s.tally[e, SIZE] = 0
    settle(day, s, e)
    return found


@compiled
def keep(s: State, e: int, saved: State, touched: Ints) -> None:
    """Remember a route as it is, once in a round; `touched[0]` counts, the rest are the routes."""
    if _seen(touched, e):
        return
    touched[0] += 1
    touched[touched[0]] = e
    copy(s, saved, e)


@compiled
def copy(s: State, to: State, e: int) -> None:
    """One route with all that is known of it."""
    size = s.tally[e, SIZE]
    to.tally[e] = s.tally[e]
    to.sums[e] = s.sums[e]
    to.used[e] = s.used[e]
    to.stops[e, :size] = s.stops[e, :size]
    to.leg[e, : size + 1] = s.leg[e, : size + 1]


@compiled
def ruin(day: Day, s: State, saved: State, touched: Ints, near: Ints, pool: Ints, seed: Words) -> int:
    """Take strings out of a few neighbouring routes; how many jobs are in the pool."""
    n = len(day.job)
    served, routes = 0, 0
    for e in range(len(s.tally)):
        served += s.tally[e, SIZE]
        routes += 1 if s.tally[e, SIZE] > 0 else 0
    if served == 0:
        return 0
    longest = min(float(LONGEST), served / routes)
    strings = int(chance(seed) * (4.0 * MEAN / (1.0 + longest) - 1.0) + 1.0)
    middle, found, cut = below(seed, n), 0, 0
    for q in range(near.shape[1]):
        job = near[middle, q]
        e = s.where[job]
        if e < 0 or _seen(touched, e):
            continue
        length = int(chance(seed) * min(float(s.tally[e, SIZE]), longest) + 1.0)
        keep(s, e, saved, touched)
        at = 0
        while s.stops[e, at] != job:
            at += 1
        found = _cut(day, s, e, _span(s, e, at, min(length, s.tally[e, SIZE]), seed), pool, found)
        cut += 1
        if cut >= strings:
            break
    return found


@compiled
def _seen(touched: Ints, e: int) -> bool:
    """True if the route was changed in this round."""
    return bool(np.any(touched[1 : touched[0] + 1] == e))


@compiled
def order(day: Day, pool: Ints, size: int, keys: Floats, way: int, seed: Words) -> None:
    """Put the pool into an order: at random, dearest first, farthest, nearest, narrowest window, earliest, fewest engineers."""
    for q in range(size):
        job = pool[q]
        if way < 4:
            key = chance(seed)
        elif way < 8:
            key = -day.job[job, PENALTY]
        elif way < 10:
            key = -day.travel[int(day.hand[0, BEGIN]), int(day.job[job, PLACE])]
        elif way < 11:
            key = day.travel[int(day.hand[0, BEGIN]), int(day.job[job, PLACE])]
        elif way < 13:
            key = day.job[job, CLOSES] - day.job[job, OPENS]
        elif way < 15:
            key = day.job[job, OPENS]
        elif way < 17:
            key = -day.job[job, CLOSES]
        else:
            key = float(day.first[job + 1] - day.first[job])
        at = q
        while at > 0 and keys[at - 1] > key:
            keys[at], pool[at] = keys[at - 1], pool[at - 1]
            at -= 1
        keys[at], pool[at] = key, job


WAYS = 19


@compiled
def waiting(s: State, pool: Ints, found: int, most: int, seed: Words) -> int:
    """Add jobs that nobody has to the pool, at most so many, any of them with the same chance."""
    free, taken = 0, found
    for job in range(len(s.where)):
        if s.where[job] != FREE or _pooled(pool, found, job):
            continue
        free += 1
        if taken < found + most:
            pool[taken] = job
            taken += 1
        else:
            at = below(seed, free)
            if at < most:
                pool[found + at] = job
    return taken


@compiled
def _pooled(pool: Ints, size: int, job: int) -> bool:
    return bool(np.any(pool[:size] == job))
