"""Routes while they are sought: the order of stops, and what is known of each beginning and end of a route.

A beginning (or end) of a route is told by three numbers (Vidal et al. 2013): how long it lasts, the earliest moment to begin it without
needless waiting, the latest to begin it at all. Two of them joined cost a few additions, so whether a job fits at a place of a route
is known without walking the route. Leg i leads to stop i; the last leg leads home.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xiuhao.dispatch.engine.arrays import Day
from xiuhao.dispatch.engine.columns import (
    BEGIN,
    CLOSES,
    DUE,
    HOME,
    LUNCH,
    LUNCH_CLOSES,
    LUNCH_OPENS,
    OPENS,
    PICKING,
    PLACE,
    RATE,
    REGULAR,
    REST,
    SIZE,
    SPEED,
    STORE,
    STORED,
    WORK,
)
from xiuhao.dispatch.engine.native import BIG, Bools, Floats, Ints, inlined

FREE, FIXED = -1, -2
WHOLE, WIDE = 300, 128  # so many jobs may all be on one route; of more, so many


class State(NamedTuple):
    """`stops[e, i]` is a job, or the number of jobs for the store. The other tables by the columns of `columns`.

    `tally`: SIZE stops, REST the leg of lunch (-1 none), STORED which stop is the store (-1 none). `sums`: the COST of a route, minutes of
    WAY and of work (BUSY), KIND the affinities, WAIT. `leg[e, i]`: how long (D), when at the earliest (E) and at the latest (L) the
    beginning before leg i (B) and the rest from stop i (R) take and start; what is LATE before leg i; ON_TIME, the latest start of stop i
    with nothing late from there on. `where` is the engineer of a job, FREE or FIXED (frozen). `whim` says which leg lunch takes where
    several cost the same (0 the first, 1 the last, more than that any leg that can be, by chance), and by 1 that a visit to the store
    stays though nobody needs it.
    """

    stops: Ints
    tally: Ints
    leg: Floats
    sums: Floats
    used: Floats  # [engineer, part]
    where: Ints
    whim: Ints


def empty(day: Day, fixed: Bools) -> State:
    """Nobody has anything. `fixed` are the jobs that are frozen."""
    jobs, engineers = len(day.job), len(day.hand)
    width = jobs + 3 if jobs <= WHOLE else WIDE
    tally = np.zeros((engineers, 3), dtype=np.int64)
    tally[:, REST] = tally[:, STORED] = -1
    return State(
        stops=np.zeros((engineers, width), dtype=np.int64), tally=tally, leg=np.zeros((engineers, width + 1, 8)),
        sums=np.zeros((engineers, 5)), used=np.zeros((engineers, day.stock.shape[1])),
        where=np.where(fixed, FIXED, FREE).astype(np.int64), whim=np.zeros(2, dtype=np.int64),
    )  # fmt: skip


@inlined
def join(d1: float, e1: float, l1: float, t: float, d2: float, e2: float, l2: float) -> tuple[float, float, float]:
    """One piece after another, `t` minutes apart. A duration below zero: it cannot be."""
    lag = d1 + t
    if d1 < 0.0 or d2 < 0.0 or e1 + lag > l2 + 1e-6:
        return -1.0, 0.0, 0.0
    wait = max(0.0, e2 - lag - l1)
    return lag + d2 + wait, max(e2 - lag, e1) - wait, min(l2 - lag, l1)


@inlined
def rest(day: Day, e: int, d1: float, e1: float, l1: float, t: float, d2: float, e2: float, l2: float) -> tuple[float, float, float]:
    """One piece after another with lunch on the way: it begins not before it opens, and the way not after it closes."""
    d, early, last = join(d1, e1, l1, 0.0, 0.0, -BIG, day.hand[e, LUNCH_CLOSES])
    d, early, last = join(d, early, last, t, day.hand[e, LUNCH], day.hand[e, LUNCH_OPENS], BIG)
    return join(d, early, last, 0.0, d2, e2, l2)


@inlined
def link(
    day: Day, e: int, lunch: bool, d1: float, e1: float, l1: float, t: float, d2: float, e2: float, l2: float
) -> tuple[float, float, float]:
    """With lunch on the way or without."""
    if lunch:
        return rest(day, e, d1, e1, l1, t, d2, e2, l2)
    return join(d1, e1, l1, t, d2, e2, l2)


@inlined
def spot(day: Day, e: int, stop: int) -> int:
    """The place of a stop."""
    return int(day.job[stop, PLACE]) if stop < len(day.job) else int(day.hand[e, STORE])


@inlined
def before(day: Day, s: State, e: int, leg: int) -> int:
    """The place where a leg begins."""
    return int(day.hand[e, BEGIN]) if leg == 0 else spot(day, e, s.stops[e, leg - 1])


@inlined
def after(day: Day, s: State, e: int, leg: int) -> int:
    """The place where a leg ends."""
    return int(day.hand[e, HOME]) if leg == s.tally[e, SIZE] else spot(day, e, s.stops[e, leg])


@inlined
def piece(day: Day, e: int, stop: int) -> tuple[float, float, float]:
    """One stop: how long, earliest, latest."""
    if stop < len(day.job):
        return day.job[stop, WORK] / day.hand[e, SPEED], day.job[stop, OPENS], day.job[stop, CLOSES]
    return day.hand[e, PICKING], -BIG, BIG


@inlined
def lateness(day: Day, job: int, start: float) -> float:
    """What a start after the service level costs."""
    over = start - day.job[job, DUE]
    return over * day.job[job, RATE] + day.terms[4] if over > 1e-6 else 0.0


@inlined
def price(day: Day, e: int, travel: float, busy: float, lasts: float, ends: float, rested: bool) -> float:
    """What a route costs but for lateness and affinities. `lasts` is counted from leaving home, `busy` is work."""
    wait = lasts - travel - busy - (day.hand[e, LUNCH] if rested else 0.0)
    over = max(0.0, ends - day.hand[e, REGULAR])
    hours = (travel + busy) / 60
    return float(day.terms[0] * travel + day.terms[1] * max(0.0, wait) + day.terms[2] * over + day.terms[3] * hours * hours)
