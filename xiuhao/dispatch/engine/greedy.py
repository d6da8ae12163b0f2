"""The control: what a dispatcher does by hand. The most important job first, to whoever can be there soonest, at the end of their list."""

from __future__ import annotations

from dataclasses import dataclass, field

from xiuhao.dispatch.engine.arrays import day, lunches
from xiuhao.dispatch.engine.columns import BEGIN, LUNCH, START
from xiuhao.dispatch.engine.plan import Plan
from xiuhao.dispatch.engine.problem import Engineer, Job, Problem
from xiuhao.dispatch.engine.rules import failing
from xiuhao.dispatch.engine.timetable import timetable


@dataclass
class _Hand:
    """Where an engineer will be when, and what is left on the van."""

    engineer: Engineer
    at: int
    clock: float
    stock: dict[str, float]
    tools: frozenset[str]
    eaten: bool
    visited: bool = False
    stops: list[int] = field(default_factory=list)
    lunch: int = -1


def solve(problem: Problem) -> Plan:
    """A plan in which nothing is ever moved once it is given."""
    hands = [_hand(problem, e) for e in range(len(problem.engineers))]
    ranked = sorted(range(len(problem.jobs)), key=lambda j: (-problem.jobs[j].priority, _deadline(problem.jobs[j]), j))
    for j in ranked:
        job = problem.jobs[j]
        tried = [found for hand in hands if (found := _next(problem, hand, job)) is not None]
        if tried:
            _start, _n, hand, store = min(tried, key=lambda one: (one[0], one[1]))
            _give(problem, hand, j, store)
    return timetable(problem, [(hand.stops, _last_leg(hand)) for hand in hands], backend="greedy")


def _deadline(job: Job) -> float:
    return min(job.closes, job.due if job.due is not None else job.closes)


def _hand(problem: Problem, e: int) -> _Hand:
    engineer, arrays = problem.engineers[e], day(problem)
    stock = dict(engineer.stock)
    for stop in engineer.frozen:
        if stop.job:
            for part, quantity in problem.jobs[problem.job_index[stop.job]].parts.items():
                stock[part] = stock.get(part, 0.0) - quantity
    hungry = lunches(engineer) and arrays.hand[e, LUNCH] > 0
    made = _Hand(engineer, int(arrays.hand[e, BEGIN]), float(arrays.hand[e, START]) * 60, stock, frozenset(engineer.tools), not hungry)
    if any(stop.kind == "store" for stop in engineer.frozen):
        _restock(problem, made)
    return made


def _restock(problem: Problem, hand: _Hand) -> None:
    hand.visited = True
    shelf = hand.engineer.shelf
    parts = {part for job in problem.jobs for part in job.parts} if shelf is None else set(shelf)
    hand.stock |= dict.fromkeys(parts, float("inf"))
    hand.tools = frozenset(tool for job in problem.jobs for tool in job.tools)


def _supplied(hand: _Hand, job: Job) -> bool:
    return set(job.tools) <= hand.tools and all(hand.stock.get(part, 0.0) >= quantity for part, quantity in job.parts.items())


def _next(problem: Problem, hand: _Hand, job: Job) -> tuple[float, int, _Hand, bool] | None:
    """When this engineer could start the job after all that they have; None if they cannot."""
    engineer = hand.engineer
    if failing(problem, job, engineer):
        return None
    store = not _supplied(hand, job)
    if store and (hand.visited or engineer.store is None):
        return None
    if store and any(hand.stock.get(p, 0.0) < q and engineer.shelf is not None and p not in engineer.shelf for p, q in job.parts.items()):
        return None
    start, eaten = _reach(problem, hand, job, store)
    done = start + job.work / engineer.speed
    if start > job.closes:
        return None
    if not eaten:
        if done > engineer.lunch_closes:
            return None
        done = max(done, engineer.lunch_opens) + engineer.lunch
    if done + problem.travel[job.place, engineer.home] > engineer.end + engineer.overtime:
        return None
    return start, len(hand.stops), hand, store


def _reach(problem: Problem, hand: _Hand, job: Job, store: bool) -> tuple[float, bool]:
    """When the job starts, and whether lunch is over by then: before the job if it could not begin in time after it."""
    engineer, at, clock = hand.engineer, hand.at, hand.clock
    if store and engineer.store is not None:
        clock += float(problem.travel[at, engineer.store]) + engineer.picking
        at = engineer.store
    there = clock + float(problem.travel[at, job.place])
    start = max(there, job.opens)
    if hand.eaten or start + job.work / engineer.speed <= engineer.lunch_closes:
        return start, hand.eaten
    return max(max(there, engineer.lunch_opens) + engineer.lunch, job.opens), clock <= engineer.lunch_closes


def _give(problem: Problem, hand: _Hand, j: int, store: bool) -> None:
    job, engineer = problem.jobs[j], hand.engineer
    start, eaten = _reach(problem, hand, job, store)
    if eaten and not hand.eaten:
        hand.lunch, hand.eaten = len(hand.stops) + store, True
    if store:
        hand.stops.append(len(problem.jobs))
        _restock(problem, hand)
    hand.stops.append(j)
    for part, quantity in job.parts.items():
        hand.stock[part] = hand.stock.get(part, 0.0) - quantity
    hand.at, hand.clock = job.place, start + job.work / engineer.speed


def _last_leg(hand: _Hand) -> int:
    """The leg of lunch; who has not eaten does it on the way home."""
    return len(hand.stops) if not hand.eaten and hand.stops else hand.lunch
