"""A problem as arrays of minutes, for machine code. What never changes while a plan is sought; what does is `State`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xiuhao.dispatch.engine.native import BIG, Bools, Floats, Ints
from xiuhao.dispatch.engine.problem import Engineer, Job, Problem

NEAR = 300  # neighbours of a job that a ruin may reach


class Day(NamedTuple):
    """Tables by the columns of `columns`, in minutes.

    `hand` are the engineers: BEGIN is the place and START the moment where the free part of the day begins, LATEST the last moment to set
    out (who has begun does not wait unpaid), STORE -1 for none, TWIN the same number for those who are alike in all. `affinity[j, e]` is
    what job j costs with engineer e beyond the way and the time, BIG where a rule forbids it; `able[first[j]:first[j + 1]]` are those
    who may have it.
    """

    travel: Floats
    job: Floats
    hand: Floats
    affinity: Floats
    first: Ints
    able: Ints
    use: Floats  # [job, part]
    stock: Floats  # [engineer, part]
    shelf: Bools  # [engineer, part]
    lacking: Bools  # [job, engineer] a tool that only the store has
    terms: Floats  # travel, waiting, overtime, fairness, breach
    soft: bool  # something is due
    compact: bool


def day(problem: Problem) -> Day:
    """The arrays of a problem; kept with it."""
    kept = problem.__dict__.get("_day")
    if kept is None:
        kept = problem.__dict__["_day"] = _day(problem)
    return kept


def _day(problem: Problem) -> Day:
    travel = np.ascontiguousarray(problem.travel, dtype=np.float64) / 60
    use, stock, shelf = _parts(problem)
    lacking = _lacking(problem)
    affinity = _affinity(problem, use, stock, shelf, lacking)
    able = [np.flatnonzero(row < BIG) for row in affinity]
    first = np.concatenate([[0], np.cumsum([len(row) for row in able])]).astype(np.int64)
    terms = problem.terms
    return Day(
        travel=travel, job=_jobs(problem), hand=_hands(problem, affinity), affinity=affinity, first=first,
        able=np.concatenate([np.zeros(0, np.int64), *able]).astype(np.int64), use=use, stock=stock, shelf=shelf, lacking=lacking,
        terms=np.array([terms.travel, terms.waiting, terms.overtime, terms.fairness, terms.breach], dtype=float),
        soft=any(job.due is not None for job in problem.jobs), compact=terms.compact,
    )  # fmt: skip


def _jobs(problem: Problem) -> Floats:
    found = np.zeros((len(problem.jobs), 7))
    for n, job in enumerate(problem.jobs):
        due = BIG if job.due is None else job.due / 60
        penalty = 0.0 if job.key in problem.frozen else problem.penalty(job)
        late = problem.terms.late[job.priority]
        found[n] = (job.place, job.work / 60, job.opens / 60, job.closes / 60, due, late, penalty)
    return found


def _hands(problem: Problem, affinity: Floats) -> Floats:
    """The engineers, in the order of `columns`."""
    found = np.zeros((len(problem.engineers), 13))
    twins = _twins(problem.engineers, affinity)
    for n, one in enumerate(problem.engineers):
        place, when = _begun(one, problem)
        start = max(one.start, when)
        eats = lunches(one) and start <= one.lunch_closes and not any(stop.kind == "lunch" for stop in one.frozen)
        limit = _limit(one, place, when, problem, eats)
        found[n] = (
            place, one.home, start / 60, start / 60 if one.frozen else BIG, one.end / 60, limit / 60, one.speed,
            one.lunch / 60 if eats else 0.0, one.lunch_opens / 60, one.lunch_closes / 60,
            -1 if one.store is None or _restocked(one) else one.store, one.picking / 60, twins[n],
        )  # fmt: skip
    return found


def lunches(engineer: Engineer) -> bool:
    """True if the shift goes on after lunch: who is home by then eats there."""
    return engineer.lunch > 0 and engineer.end >= engineer.lunch_closes + engineer.lunch


def _begun(engineer: Engineer, problem: Problem) -> tuple[int, float]:
    """Where and when the free part of the day begins: after the last frozen stop."""
    at, when = engineer.home, engineer.start
    for stop in engineer.frozen:
        if stop.kind == "job":
            at = problem.jobs[problem.job_index[stop.job]].place
        elif stop.kind == "store" and engineer.store is not None:
            at = engineer.store
        when = max(when, stop.end)
    return at, when


def _limit(engineer: Engineer, at: int, when: float, problem: Problem, eats: bool) -> float:
    """The latest moment to be home: as allowed, or as what is frozen forces it."""
    home = max(engineer.start, when) + float(problem.travel[at, engineer.home])
    if eats:
        home = max(home, engineer.lunch_opens) + engineer.lunch
    return max(engineer.end + engineer.overtime, home if engineer.frozen else 0.0)


def _restocked(engineer: Engineer) -> bool:
    return any(stop.kind == "store" for stop in engineer.frozen)


def _parts(problem: Problem) -> tuple[Floats, Floats, Bools]:
    """What jobs use up, what vans hold after their frozen stops, what lies on the shelf of the store."""
    names = {name: n for n, name in enumerate(sorted({part for job in problem.jobs for part in job.parts}))}
    use = np.zeros((len(problem.jobs), len(names)))
    for j, job in enumerate(problem.jobs):
        for part, quantity in job.parts.items():
            use[j, names[part]] = quantity
    stock = np.zeros((len(problem.engineers), len(names)))
    shelf = np.zeros((len(problem.engineers), len(names)), dtype=np.bool_)
    for e, engineer in enumerate(problem.engineers):
        for part, n in names.items():
            stock[e, n] = engineer.stock.get(part, 0.0)
            shelf[e, n] = engineer.store is not None and (engineer.shelf is None or part in engineer.shelf)
        for stop in engineer.frozen:
            if stop.job:
                stock[e] -= use[problem.job_index[stop.job]]
        if _restocked(engineer):
            stock[e][shelf[e]] = BIG
    return use, np.maximum(stock, 0.0), shelf


def _lacking(problem: Problem) -> Bools:
    found = np.zeros((len(problem.jobs), len(problem.engineers)), dtype=np.bool_)
    for j, job in enumerate(problem.jobs):
        if job.tools:
            for e, engineer in enumerate(problem.engineers):
                found[j, e] = not _restocked(engineer) and not set(job.tools) <= set(engineer.tools)
    return found


def _affinity(problem: Problem, use: Floats, stock: Floats, shelf: Bools, lacking: Bools) -> Floats:
    """What each pair costs by itself; BIG where a rule forbids it. A job that is frozen may go to nobody else, nor again to the same."""
    engineers, terms = problem.engineers, problem.terms
    names = {skill: n for n, skill in enumerate(sorted({skill for e in engineers for skill in e.skills}))}
    levels = np.full((len(engineers), len(names) + 1), -1)
    for e, engineer in enumerate(engineers):
        for skill, level in engineer.skills.items():
            levels[e, names[skill]] = -1 if skill in engineer.expired else level
    stored = np.array([e.store is not None for e in engineers], dtype=bool)
    found = np.zeros((len(problem.jobs), len(engineers)))
    for j, job in enumerate(problem.jobs):
        row = found[j]
        for skill, level in job.skills.items():
            has = levels[:, names.get(skill, -1)]
            row += np.where(has >= level, np.maximum(has - level, 0) * terms.overqualified, BIG)
        if job.parts:
            row[((use[j] > stock) & ~shelf & (use[j] > 0)).any(axis=1)] = BIG
        row[lacking[j] & ~stored] = BIG
        _wishes(problem, job, row)
    np.minimum(found, BIG, out=found)
    return found


def _wishes(problem: Problem, job: Job, row: Floats) -> None:
    """Who is forbidden, pinned, preferred, or has it already."""
    terms, index = problem.terms, problem.engineer_index
    if job.preferred:
        price = terms.stranger_personal if job.personal else terms.stranger
        row += price
        row[[index[key] for key in job.preferred if key in index]] -= price
    if job.assigned in index:
        price = terms.changed_soon if job.soon else terms.changed
        row += price
        row[index[job.assigned]] -= price
    row[[index[key] for key in job.banned if key in index]] = BIG
    if job.area:
        row[[e for e, engineer in enumerate(problem.engineers) if job.area in engineer.banned_areas]] = BIG
    if job.pinned:
        row[[e for key, e in index.items() if key != job.pinned]] = BIG
    if job.key in problem.frozen:
        row[:] = BIG


def near(problem: Problem) -> Ints:
    """The neighbours of each job that may move, nearest first, itself before all: [job, neighbour]."""
    found = problem.__dict__.get("_near")
    if found is None:
        arrays = day(problem)
        places = [job.place for job in problem.jobs]
        between = arrays.travel[np.ix_(places, places)]
        between = between + between.T
        np.fill_diagonal(between, -1.0)
        found = problem.__dict__["_near"] = np.argsort(between, axis=1, kind="stable")[:, :NEAR].astype(np.int64)
    return found


def _twins(engineers: tuple[Engineer, ...], affinity: Floats) -> Ints:
    """The same number for engineers who are alike in all but their key."""
    seen: dict[object, int] = {}
    found = []
    for e, one in enumerate(engineers):
        alike = (one.home, one.start, one.end, one.overtime, one.lunch, one.lunch_opens, one.lunch_closes, one.speed, one.store, one.shelf,
                 one.picking, tuple(sorted(one.stock.items())), tuple(sorted(one.tools)), affinity[:, e].tobytes(), one.frozen)  # fmt: skip
        found.append(seen.setdefault(alike, len(seen)))
    return np.array(found, dtype=np.int64)
