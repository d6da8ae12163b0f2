"""What a plan costs, term by term and job by job, read off its moments: plain sums that any clerk could check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xiuhao.dispatch.engine.plan import Plan, Route
from xiuhao.dispatch.engine.problem import Engineer, Job, Problem

TERMS = ("unserved", "lateness", "travel", "waiting", "overtime", "stranger", "overqualified", "changed", "fairness")


@dataclass(frozen=True)
class Score:
    """`total` and each of `terms` in equivalent minutes of travel; `jobs` has what a job by itself costs, by term (nought left out)."""

    total: float
    terms: Mapping[str, float]
    jobs: Mapping[str, Mapping[str, float]]
    served: int
    late: int
    travel: float


def score(problem: Problem, plan: Plan) -> Score:
    """The score of a plan; its moments are taken as they stand, see `checker` for whether they can be."""
    terms = dict.fromkeys(TERMS, 0.0)
    jobs: dict[str, dict[str, float]] = {}
    driven, late = 0.0, 0
    for route in plan.routes:
        engineer = problem.engineers[problem.engineer_index[route.engineer]]
        driven += _route(problem, engineer, route, terms)
        for stop in route.stops:
            if stop.kind == "job":
                found = _job(problem, problem.jobs[problem.job_index[stop.job]], engineer, stop.start)
                late += "lateness" in found
                jobs[stop.job] = found
    for job in problem.jobs:
        if job.key not in jobs:
            jobs[job.key] = {"unserved": problem.penalty(job)}
    for found in jobs.values():
        for term, cost in found.items():
            terms[term] += cost
    return Score(sum(terms.values()), terms, jobs, len(plan.places), late, driven)


def _route(problem: Problem, engineer: Engineer, route: Route, terms: dict[str, float]) -> float:
    """Add what the way and the day cost; the minutes driven. A stop that is over costs what it cost, as it always did."""
    if not route.stops:
        return 0.0
    driven = sum(stop.travel for stop in route.stops) + route.home
    busy = sum(stop.end - stop.start for stop in route.stops if stop.kind != "lunch")
    ate = sum(stop.end - stop.start for stop in route.stops if stop.kind == "lunch")
    waited = max(0.0, route.back - route.leave - driven - busy - ate)
    terms["travel"] += problem.terms.travel * driven / 60
    terms["waiting"] += problem.terms.waiting * waited / 60
    terms["overtime"] += problem.terms.overtime * max(0.0, route.back - engineer.end) / 60
    terms["fairness"] += problem.terms.fairness * ((driven + busy) / 3600) ** 2
    return driven / 60


def _job(problem: Problem, job: Job, engineer: Engineer, start: float) -> dict[str, float]:
    """What a job that is served costs beside the way."""
    terms, found = problem.terms, {}
    over = 0.0 if job.due is None else (start - job.due) / 60
    if over > 1e-5:
        found["lateness"] = over * terms.late[job.priority] + terms.breach
    if job.preferred and engineer.key not in job.preferred:
        found["stranger"] = terms.stranger_personal if job.personal else terms.stranger
    above = sum(max(0, engineer.skills.get(skill, 0) - level) for skill, level in job.skills.items())
    if above:
        found["overqualified"] = above * terms.overqualified
    if job.assigned and job.assigned != engineer.key and job.assigned in problem.engineer_index:
        found["changed"] = terms.changed_soon if job.soon else terms.changed
    return found
