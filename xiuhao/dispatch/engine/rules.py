"""Why an engineer may not have a job at all, rule by rule, whatever else they do that day."""

from __future__ import annotations

from xiuhao.dispatch.engine.plan import Reason
from xiuhao.dispatch.engine.problem import Engineer, Job, Problem

ALWAYS = ("frozen", "pinned", "banned", "area", "skill", "certificate", "level", "tool", "part")
TODAY = ("shift", "lunch", "stock", "window", "promises", "full", "dear")
RULES = (*ALWAYS, *TODAY)


def failing(problem: Problem, job: Job, engineer: Engineer) -> tuple[Reason, ...]:
    """The rules that forbid this pair, with what is wanted and what is had; empty if none does."""
    found: list[Reason] = []
    if job.key in problem.frozen:
        found.append(Reason("frozen"))
    if job.pinned and job.pinned != engineer.key:
        found.append(Reason("pinned", {"engineer": job.pinned}))
    if engineer.key in job.banned:
        found.append(Reason("banned"))
    if job.area and job.area in engineer.banned_areas:
        found.append(Reason("area", {"area": job.area}))
    found += _skills(job, engineer)
    found += _supplies(problem, job, engineer)
    return tuple(found)


def _skills(job: Job, engineer: Engineer) -> list[Reason]:
    found = []
    for skill, level in job.skills.items():
        had = engineer.skills.get(skill)
        if had is None:
            found.append(Reason("skill", {"skill": skill, "level": level}))
        elif skill in engineer.expired:
            found.append(Reason("certificate", {"skill": skill}))
        elif had < level:
            found.append(Reason("level", {"skill": skill, "level": level, "had": had}))
    return found


def _supplies(problem: Problem, job: Job, engineer: Engineer) -> list[Reason]:
    """What neither the van nor the store can give."""
    found = []
    if job.tools and engineer.store is None:
        found += [Reason("tool", {"tool": tool}) for tool in job.tools if tool not in engineer.tools]
    gone = {stop.job for stop in engineer.frozen}
    for part, quantity in job.parts.items():
        on_shelf = engineer.store is not None and (engineer.shelf is None or part in engineer.shelf)
        used = sum(one.parts.get(part, 0.0) for one in problem.jobs if one.key in gone) if gone else 0.0
        had = max(0.0, engineer.stock.get(part, 0.0) - used)
        if quantity > had and not on_shelf:
            found.append(Reason("part", {"part": part, "wanted": quantity, "had": had}))
    return found
