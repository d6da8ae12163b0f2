"""A route recomputed after a change: its beginnings and ends, its cost, where lunch and the store are best."""

from __future__ import annotations

from xiuhao.dispatch.engine.arrays import Day
from xiuhao.dispatch.engine.columns import (
    BEGIN,
    BUSY,
    COST,
    DB,
    DR,
    DUE,
    EB,
    ER,
    HOME,
    KIND,
    LATE,
    LATEST,
    LB,
    LIMIT,
    LR,
    LUNCH,
    LUNCH_OPENS,
    ON_TIME,
    REST,
    SIZE,
    START,
    STORED,
    WAIT,
    WAY,
)
from xiuhao.dispatch.engine.native import BIG, compiled
from xiuhao.dispatch.engine.state import State, after, before, lateness, link, piece, price, rest, spot


@compiled
def forward(day: Day, s: State, e: int) -> bool:
    """Every beginning of the route; False if it cannot be driven."""
    d, early, last = 0.0, day.hand[e, START], day.hand[e, LATEST]
    s.leg[e, 0, DB], s.leg[e, 0, EB], s.leg[e, 0, LB], s.leg[e, 0, LATE] = d, early, last, 0.0
    s.sums[e, WAY] = s.sums[e, BUSY] = s.sums[e, KIND] = 0.0
    at, late = int(day.hand[e, BEGIN]), 0.0
    for i in range(s.tally[e, SIZE]):
        stop = s.stops[e, i]
        to = spot(day, e, stop)
        lasts, opens, closes = piece(day, e, stop)
        d, early, last = link(day, e, s.tally[e, REST] == i, d, early, last, day.travel[at, to], lasts, opens, closes)
        if d < 0.0:
            return False
        s.sums[e, WAY] += day.travel[at, to]
        s.sums[e, BUSY] += lasts
        if stop < len(day.job):
            s.sums[e, KIND] += day.affinity[stop, e]
            late += lateness(day, stop, early + d - lasts)
        s.leg[e, i + 1, DB], s.leg[e, i + 1, EB], s.leg[e, i + 1, LB], s.leg[e, i + 1, LATE] = d, early, last, late
        at = to
    return True


@compiled
def backward(day: Day, s: State, e: int) -> bool:
    """Every end of the route; False if it cannot be driven."""
    k = s.tally[e, SIZE]
    d, early, last, free = 0.0, -BIG, day.hand[e, LIMIT], BIG
    s.leg[e, k, DR], s.leg[e, k, ER], s.leg[e, k, LR], s.leg[e, k, ON_TIME] = d, early, last, free
    to = int(day.hand[e, HOME])
    for i in range(k - 1, -1, -1):
        stop = s.stops[e, i]
        at = spot(day, e, stop)
        lasts, opens, closes = piece(day, e, stop)
        d, early, last = link(day, e, s.tally[e, REST] == i + 1, lasts, opens, closes, day.travel[at, to], d, early, last)
        if d < 0.0:
            return False
        s.leg[e, i, DR], s.leg[e, i, ER], s.leg[e, i, LR] = d, early, last
        if day.soft:
            free = _free(day, s, e, i, lasts, day.travel[at, to], free)
            s.leg[e, i, ON_TIME] = free
        to = at
    return True


@compiled
def _free(day: Day, s: State, e: int, i: int, lasts: float, travel: float, free: float) -> float:
    """The latest start of stop i with nothing late from there on, given that of the next stop."""
    stop = s.stops[e, i]
    if i + 1 < s.tally[e, SIZE]:
        opens = piece(day, e, s.stops[e, i + 1])[1]
        if opens > free:
            return -BIG
        if s.tally[e, REST] == i + 1:
            if day.hand[e, LUNCH_OPENS] + day.hand[e, LUNCH] > free:
                return -BIG
            free -= day.hand[e, LUNCH]
        free -= lasts + travel
    return min(free, day.job[stop, DUE]) if stop < len(day.job) else free


@compiled
def refresh(day: Day, s: State, e: int) -> bool:
    """Everything about a route anew, lunch where it is. False (and a cost of BIG) if it cannot be driven."""
    s.sums[e, COST] = BIG
    if not forward(day, s, e) or not backward(day, s, e):
        return False
    k = s.tally[e, SIZE]
    t = day.travel[before(day, s, e, k), int(day.hand[e, HOME])]
    rested = s.tally[e, REST] >= 0
    d, early, _last = link(
        day, e, s.tally[e, REST] == k, s.leg[e, k, DB], s.leg[e, k, EB], s.leg[e, k, LB], t, 0.0, -BIG, day.hand[e, LIMIT]
    )
    if d < 0.0:
        return False
    s.sums[e, WAY] += t
    ends = early + d
    leaves = early if day.compact or k == 0 else s.leg[e, 1, EB]
    s.sums[e, WAIT] = ends - leaves - s.sums[e, WAY] - s.sums[e, BUSY] - (day.hand[e, LUNCH] if rested else 0.0)
    s.sums[e, COST] = price(day, e, s.sums[e, WAY], s.sums[e, BUSY], ends - leaves, ends, rested) + s.leg[e, k, LATE] + s.sums[e, KIND]
    return True


@compiled
def tail_late(day: Day, s: State, e: int, i: int, ready: float) -> float:
    """What lateness costs from stop i on, if one could start it at `ready`."""
    cost, k = 0.0, s.tally[e, SIZE]
    for q in range(i, k):
        stop = s.stops[e, q]
        lasts, opens, _closes = piece(day, e, stop)
        begins = max(ready, opens)
        if stop < len(day.job):
            cost += lateness(day, stop, begins)
        if q + 1 < k:
            ready = begins + lasts + day.travel[spot(day, e, stop), spot(day, e, s.stops[e, q + 1])]
            if s.tally[e, REST] == q + 1:
                ready = max(ready, day.hand[e, LUNCH_OPENS]) + day.hand[e, LUNCH]
    return cost


@compiled
def _lunch_at(day: Day, s: State, e: int, leg: int) -> float:
    """What the route costs with lunch on that leg, of a route that has none yet; BIG if that cannot be."""
    k = s.tally[e, SIZE]
    t = day.travel[before(day, s, e, leg), after(day, s, e, leg)]
    d, early, _last = rest(
        day, e, s.leg[e, leg, DB], s.leg[e, leg, EB], s.leg[e, leg, LB], t, s.leg[e, leg, DR], s.leg[e, leg, ER], s.leg[e, leg, LR]
    )
    if d < 0.0:
        return BIG
    leaves = early if day.compact or k == 0 else s.leg[e, 1, EB]
    if leg == 0 and k > 0 and not day.compact:
        lasts, opens, closes = piece(day, e, s.stops[e, 0])
        leaves = rest(day, e, s.leg[e, 0, DB], s.leg[e, 0, EB], s.leg[e, 0, LB], t, lasts, opens, closes)[1]
    cost = price(day, e, s.sums[e, WAY], s.sums[e, BUSY], early + d - leaves, early + d, True) + s.leg[e, leg, LATE]
    if day.soft and leg < k:
        ready = max(s.leg[e, leg, EB] + s.leg[e, leg, DB] + t, day.hand[e, LUNCH_OPENS]) + day.hand[e, LUNCH]
        cost += tail_late(day, s, e, leg, ready)
    return float(cost + s.sums[e, KIND])


@compiled
def settle_lunch(day: Day, s: State, e: int) -> bool:
    """Lunch where it costs least (or where the state's whim wants it), and the route recomputed. False if it cannot be driven."""
    s.tally[e, REST] = -1
    if not refresh(day, s, e):
        return False
    if day.hand[e, LUNCH] <= 0.0:
        return True
    best, chosen, whim, legs = BIG, -1, s.whim[0], s.tally[e, SIZE] + 1
    for place in range(legs):
        leg = place if whim < 2 else (place + whim) % legs
        cost = _lunch_at(day, s, e, leg)
        if cost < best - 1e-9 or (whim == 1 and cost < BIG and cost <= best + 1e-9):
            best, chosen = cost, leg
            if whim > 1:
                break
    s.tally[e, REST] = chosen
    if chosen < 0:
        s.sums[e, COST] = BIG
        return False
    return refresh(day, s, e)


@compiled
def stock(day: Day, s: State, e: int) -> bool:
    """Count what is used up, and find the store among the stops. False if something is missing at its turn."""
    s.tally[e, STORED], enough = -1, True
    s.used[e, :] = 0.0
    for i in range(s.tally[e, SIZE]):
        stop = s.stops[e, i]
        if stop >= len(day.job):
            s.tally[e, STORED] = i
            continue
        if s.tally[e, STORED] < 0 and day.lacking[stop, e]:
            enough = False
        for part in range(day.use.shape[1]):
            if s.tally[e, STORED] < 0 or not day.shelf[e, part]:
                s.used[e, part] += day.use[stop, part]
    for part in range(day.use.shape[1]):
        if s.used[e, part] > day.stock[e, part] + 1e-9:
            enough = False
    return enough


@compiled
def _move_store(s: State, e: int, i: int, to: int) -> None:
    """The stop at i goes to place `to`; the others keep their order."""
    stop = s.stops[e, i]
    step = 1 if to > i else -1
    for q in range(i, to, step):
        s.stops[e, q] = s.stops[e, q + step]
    s.stops[e, to] = stop


@compiled
def settle(day: Day, s: State, e: int) -> bool:
    """Lunch where it costs least, the store left out where it is not needed, and elsewhere where it cannot stay. False if the route
    cannot be driven."""
    enough = stock(day, s, e)
    at = s.tally[e, STORED]
    if at < 0:
        return enough and settle_lunch(day, s, e)
    k = s.tally[e, SIZE]
    if s.whim[1] == 0:
        _move_store(s, e, at, k - 1)
        s.tally[e, SIZE] = k - 1
        if stock(day, s, e) and settle_lunch(day, s, e):
            return True
        s.tally[e, SIZE] = k
        _move_store(s, e, k - 1, at)
    if enough and stock(day, s, e) and settle_lunch(day, s, e):
        return True
    return _elsewhere(day, s, e, at)


@compiled
def _elsewhere(day: Day, s: State, e: int, at: int) -> bool:
    """The store at the best of all its places."""
    k = s.tally[e, SIZE]
    _move_store(s, e, at, k - 1)
    best, chosen = BIG, -1
    for to in range(k - 1, -1, -1):
        if to < k - 1:
            _move_store(s, e, to + 1, to)
        if stock(day, s, e) and settle_lunch(day, s, e) and s.sums[e, COST] < best - 1e-9:
            best, chosen = s.sums[e, COST], to
    if chosen < 0:
        s.sums[e, COST] = BIG
        return False
    _move_store(s, e, 0, chosen)
    return stock(day, s, e) and settle_lunch(day, s, e)
