"""Where a job fits and what that costs: each leg of a route in a few additions, lateness walked only where it could matter."""

from __future__ import annotations

from xiuhao.dispatch.engine.arrays import Day
from xiuhao.dispatch.engine.columns import (
    BUSY,
    CLOSES,
    COST,
    DB,
    DR,
    EB,
    ER,
    KIND,
    LATE,
    LB,
    LR,
    LUNCH,
    LUNCH_OPENS,
    ON_TIME,
    PENALTY,
    PICKING,
    PLACE,
    REST,
    SIZE,
    START,
    STORE,
    STORED,
    TWIN,
    WAIT,
    WAY,
)
from xiuhao.dispatch.engine.native import BIG, Ints, Words, chance, compiled
from xiuhao.dispatch.engine.route import settle, stock, tail_late
from xiuhao.dispatch.engine.state import State, after, before, lateness, link, piece, price, spot

Slot = tuple[float, float, float, float]  # costs more, leg, half that keeps the lunch (0, 1, 2), leg of a new store (-1)


@compiled
def cost_at(day: Day, s: State, e: int, job: int, leg: int, half: int, bound: float) -> float:
    """What route e costs with the job on that leg; BIG if it cannot be, and anything not below `bound` if it is no better than that."""
    start, end, to = before(day, s, e, leg), after(day, s, e, leg), int(day.job[job, PLACE])
    t1, t2 = day.travel[start, to], day.travel[to, end]
    lasts, opens, closes = piece(day, e, job)
    d, early, last = link(day, e, half == 1, s.leg[e, leg, DB], s.leg[e, leg, EB], s.leg[e, leg, LB], t1, lasts, opens, closes)
    if d < 0.0:
        return BIG
    leaves, done = early if leg == 0 else s.leg[e, 1, EB], early + d
    d, early, last = link(day, e, half == 2, d, early, last, t2, s.leg[e, leg, DR], s.leg[e, leg, ER], s.leg[e, leg, LR])
    if d < 0.0:
        return BIG
    if day.compact:
        leaves = early
    travel = s.sums[e, WAY] + t1 + t2 - day.travel[start, end]
    cost = price(day, e, travel, s.sums[e, BUSY] + lasts, early + d - leaves, early + d, s.tally[e, REST] >= 0)
    cost += s.sums[e, KIND] + day.affinity[job, e]
    if day.soft:
        cost += s.leg[e, leg, LATE] + lateness(day, job, done - lasts)
        if cost < bound and leg < s.tally[e, SIZE]:
            ready = done + t2
            if half == 2:
                ready = max(ready, day.hand[e, LUNCH_OPENS]) + day.hand[e, LUNCH]
            if max(ready, piece(day, e, s.stops[e, leg])[1]) > s.leg[e, leg, ON_TIME] + 1e-6:
                cost += tail_late(day, s, e, leg, ready)
    return float(cost)


@compiled
def supplied(day: Day, s: State, e: int, job: int, restocked: bool) -> bool:
    """True if what the job needs is on the van before (or `restocked` after) the visit to the store."""
    if not restocked and day.lacking[job, e]:
        return False
    for part in range(day.use.shape[1]):
        counts = not (restocked and day.shelf[e, part])
        if counts and day.use[job, part] > 0.0 and s.used[e, part] + day.use[job, part] > day.stock[e, part] + 1e-9:
            return False
    return True


@compiled
def best_in(day: Day, s: State, e: int, job: int, bound: float, seed: Words, blink: float) -> Slot:
    """The cheapest way into route e that costs less than `bound` more; with chance `blink` a leg is not looked at."""
    return _with_store(day, s, e, job, _in_stock(day, s, e, job, (bound, -1.0, 0.0, -1.0), seed, blink))


@compiled
def _in_stock(day: Day, s: State, e: int, job: int, found: Slot, seed: Words, blink: float) -> Slot:
    """The cheapest way with what is on the van, or will be."""
    k, to = s.tally[e, SIZE], int(day.job[job, PLACE])
    if k + 2 >= s.stops.shape[1]:
        return found
    mean = day.terms[1] * max(0.0, s.sums[e, WAIT])
    fair = day.terms[3] > 0.0
    sooner = supplied(day, s, e, job, False)
    later = s.tally[e, STORED] >= 0 and supplied(day, s, e, job, True)
    if not sooner and not later:
        return found
    for leg in range(k + 1):
        if leg > 0 and s.leg[e, leg, EB] + s.leg[e, leg, DB] > day.job[job, CLOSES] + 1e-6:
            break
        start, end = before(day, s, e, leg), after(day, s, e, leg)
        detour = day.travel[start, to] + day.travel[to, end] - day.travel[start, end]
        if not fair and day.terms[0] * detour + day.affinity[job, e] - mean >= found[0]:
            continue
        if not (later if 0 <= s.tally[e, STORED] < leg else sooner):
            continue
        if blink > 0.0 and chance(seed) < blink:
            continue
        halves = 2 if s.tally[e, REST] == leg else 1
        for half in range(halves):
            kept = half + 1 if halves == 2 else 0
            more = cost_at(day, s, e, job, leg, kept, s.sums[e, COST] + found[0]) - s.sums[e, COST]
            if more < found[0]:
                found = (more, float(leg), float(kept), -1.0)
    return found


@compiled
def _with_store(day: Day, s: State, e: int, job: int, found: Slot) -> Slot:
    """The same with a new visit to the store somewhere before the job, where it is needed."""
    if day.hand[e, STORE] < 0.0 or s.tally[e, STORED] >= 0 or s.tally[e, SIZE] + 2 >= s.stops.shape[1] or supplied(day, s, e, job, False):
        return found
    for part in range(day.use.shape[1]):
        needed = s.used[e, part] + day.use[job, part]
        if day.use[job, part] > 0.0 and not day.shelf[e, part] and needed > day.stock[e, part] + 1e-9:
            return found
    lunch, store = s.tally[e, REST], int(day.hand[e, STORE])
    least = day.affinity[job, e] - day.terms[1] * max(0.0, s.sums[e, WAIT])
    for visit in range(s.tally[e, SIZE] + 1):
        start, end = before(day, s, e, visit), after(day, s, e, visit)
        detour = day.travel[start, store] + day.travel[store, end] - day.travel[start, end]
        if day.terms[3] <= 0.0 and day.terms[0] * detour + least >= found[0]:
            continue
        for half in range(3):
            if (half == 1 and lunch != visit) or (half == 2 and lunch < visit):
                continue
            found = _after_store(day, s, e, job, visit, half, least, found)
    return found


@compiled
def _after_store(day: Day, s: State, e: int, job: int, visit: int, half: int, least: float, found: Slot) -> Slot:
    """The cheapest leg for the job with the store on leg `visit`: the piece before the job grows stop by stop.

    `half` says where lunch goes if its leg is cut: 0 before what is put in first, 1 right after the store, 2 after the job.
    """
    start, end = before(day, s, e, visit), after(day, s, e, visit)
    lasts, opens, closes = piece(day, e, len(day.job))
    lunch, at = s.tally[e, REST], int(day.hand[e, STORE])
    t = day.travel[start, at]
    rested = lunch == visit and half == 0
    d, early, last = link(day, e, rested, s.leg[e, visit, DB], s.leg[e, visit, EB], s.leg[e, visit, LB], t, lasts, opens, closes)
    leaves = s.leg[e, 1, EB] if visit > 0 else early
    travel = s.sums[e, WAY] + t - day.travel[start, end]
    for leg in range(visit, s.tally[e, SIZE] + 1):
        if d < 0.0 or (leg > visit and lunch == visit and half == 2):
            break
        here = lunch == leg and (half == 1 or leg > visit)
        told = (at, travel, leaves, here and half < 2, lunch == leg and half == 2)
        more = _finish(day, s, e, job, visit, leg, half, (d, early, last), told, least, found[0])
        if more < found[0]:
            found = (more, float(leg), 0.0, float(visit))
        if leg < s.tally[e, SIZE]:
            stop = s.stops[e, leg]
            to = spot(day, e, stop)
            lasts, opens, closes = piece(day, e, stop)
            d, early, last = link(day, e, here, d, early, last, day.travel[at, to], lasts, opens, closes)
            if leg == visit:
                travel += day.travel[at, to]
            at = to
    return found


@compiled
def _finish(
    day: Day,
    s: State,
    e: int,
    job: int,
    visit: int,
    leg: int,
    half: int,
    begun: tuple[float, float, float],
    told: tuple[int, float, float, bool, bool],
    least: float,
    bound: float,
) -> float:
    """What it costs more: the piece with the store, then the job, then the rest of the route; `told` ends with lunch before, after it."""
    d, early, last = begun
    at, travel, leaves, sooner, later = told
    to, end = int(day.job[job, PLACE]), after(day, s, e, leg)
    way = day.travel[to, end]
    travel += day.travel[at, to] + way
    if leg > visit:
        travel -= day.travel[at, end]
    if day.terms[3] <= 0.0 and day.terms[0] * (travel - s.sums[e, WAY]) + least >= bound:
        return BIG
    lasts, opens, closes = piece(day, e, job)
    d, early, last = link(day, e, sooner, d, early, last, day.travel[at, to], lasts, opens, closes)
    d, early, last = link(day, e, later, d, early, last, way, s.leg[e, leg, DR], s.leg[e, leg, ER], s.leg[e, leg, LR])
    if d < 0.0:
        return BIG
    leaves = early if day.compact else max(leaves, day.hand[e, START])
    busy = s.sums[e, BUSY] + lasts + day.hand[e, PICKING]
    more = price(day, e, travel, busy, early + d - leaves, early + d, s.tally[e, REST] >= 0)
    more += s.sums[e, KIND] + day.affinity[job, e] - s.sums[e, COST]
    if day.soft and more < bound:
        more += walked_late(day, s, e, job, visit, leg, half)
    return float(more)


@compiled
def walked_late(day: Day, s: State, e: int, job: int, visit: int, leg: int, half: int) -> float:
    """What lateness costs on a route with the store on leg `visit` and the job on leg `leg`, walked from its beginning."""
    cost, n = s.leg[e, visit, LATE], len(day.job)
    at, ready = before(day, s, e, visit), s.leg[e, visit, EB] + s.leg[e, visit, DB]
    for q in range(visit, s.tally[e, SIZE] + 1):
        eats = 2
        if q == visit:
            eats = 0 if half == 0 else 1 if half == 1 and leg == visit else 2
        elif q == leg and half < 2:
            eats = 1
        for kind in range(3):
            if (kind == 0 and q != visit) or (kind == 1 and q != leg) or (kind == 2 and q == s.tally[e, SIZE]):
                continue
            stop = n if kind == 0 else job if kind == 1 else s.stops[e, q]
            to = spot(day, e, stop)
            ready += day.travel[at, to]
            if s.tally[e, REST] == q and kind == eats:
                ready = max(ready, day.hand[e, LUNCH_OPENS]) + day.hand[e, LUNCH]
            lasts, opens, _closes = piece(day, e, stop)
            begins = max(ready, opens)
            if stop < n:
                cost += lateness(day, stop, begins)
            ready, at = begins + lasts, to
    return float(cost)


@compiled
def put(s: State, e: int, stop: int, leg: int) -> None:
    """The order of stops with one more on that leg; the route is to be settled."""
    for q in range(s.tally[e, SIZE], leg, -1):
        s.stops[e, q] = s.stops[e, q - 1]
    s.stops[e, leg] = stop
    s.tally[e, SIZE] += 1


@compiled
def insert(day: Day, s: State, e: int, job: int, slot: Slot) -> bool:
    """Put the job where a search found room for it. False (nothing changed) if the route cannot be driven after all."""
    size, lunch = s.tally[e, SIZE], s.tally[e, REST]
    kept = s.stops[e, : size + 1].copy()
    leg = int(slot[1])
    if slot[3] >= 0:
        put(s, e, len(day.job), int(slot[3]))
        leg += 1
    put(s, e, job, leg)
    if settle(day, s, e):
        s.where[job] = e
        return True
    s.tally[e, SIZE], s.tally[e, REST] = size, lunch
    s.stops[e, : size + 1] = kept
    stock(day, s, e)
    settle(day, s, e)
    return False


@compiled
def best(day: Day, s: State, job: int, seed: Words, blink: float, worth: float, seen: Ints) -> tuple[int, Slot]:
    """The cheapest engineer and place for a job, dearer than `worth` times leaving it out excluded; -1 if there is none.

    `seen` remembers, twin by twin, who was looked at with nothing to do yet: the others like them cost the same.
    """
    chosen, found = -1, (worth * day.job[job, PENALTY], -1.0, 0.0, -1.0)
    for store in range(2):  # ways round by the store come last: by then most of them are known to be dearer
        seen[-1] += 1
        for at in range(day.first[job], day.first[job + 1]):
            e = day.able[at]
            if s.tally[e, SIZE] == 0:
                if seen[int(day.hand[e, TWIN])] == seen[-1]:
                    continue
                seen[int(day.hand[e, TWIN])] = seen[-1]
            limit = (found[0], -1.0, 0.0, -1.0)
            slot = _with_store(day, s, e, job, limit) if store else _in_stock(day, s, e, job, limit, seed, blink)
            if slot[1] >= 0:
                chosen, found = e, slot
    return chosen, found
