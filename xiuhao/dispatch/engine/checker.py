"""An independent look at a plan: everything recomputed from the problem, with nothing of what made the plan.

It walks each day stop by stop and says in words what is wrong; an empty list is a sound plan.
"""

from __future__ import annotations

from collections import Counter

from xiuhao.dispatch.engine.plan import Plan, Route
from xiuhao.dispatch.engine.problem import Engineer, Job, Problem, Stop

SLACK = 0.01  # seconds
CENT = 1e-4  # minutes of cost


def check(problem: Problem, plan: Plan) -> list[str]:
    """What is wrong with a plan: broken hard rules, impossible moments, jobs lost or doubled, a wrong cost."""
    found = _complete(problem, plan)
    if found:
        return found
    for route in plan.routes:
        engineer = problem.engineers[problem.engineer_index[route.engineer]]
        found += [f"{route.engineer}: {wrong}" for wrong in _route(problem, engineer, route)]
    cost = recounted(problem, plan)
    if abs(cost - plan.cost) > CENT * max(1.0, abs(cost)):
        found.append(f"cost: {plan.cost:.4f} is told, {cost:.4f} counted")
    return found


def _complete(problem: Problem, plan: Plan) -> list[str]:
    """Every job once, every engineer once, nobody unknown."""
    found = []
    told = Counter([stop.job for route in plan.routes for stop in route.stops if stop.kind == "job"] + [left.job for left in plan.left])
    known = {job.key for job in problem.jobs}
    found += [f"{key}: told {told[key]} times" for key in sorted(known) if told[key] != 1]
    found += [f"{key}: unknown" for key in sorted(set(told) - known)]
    who = Counter(route.engineer for route in plan.routes)
    names = {engineer.key for engineer in problem.engineers}
    return found + [f"{key}: {who[key]} routes" for key in sorted(names | set(who)) if who[key] > 1 or key not in names]


def _route(problem: Problem, engineer: Engineer, route: Route) -> list[str]:
    by_key = {job.key: job for job in problem.jobs}
    frozen = len(engineer.frozen)
    found = [] if route.stops[:frozen] == engineer.frozen else ["what is frozen was moved"]
    free = route.stops[frozen:]
    if free:
        found += _moments(problem, engineer, route, by_key)
    if route.stops and len(route.stops) > frozen:
        found += _lunch(engineer, route)
    for stop in free:
        if stop.kind == "job":
            found += _allowed(by_key[stop.job], engineer, stop)
    return found + _supplies(engineer, route, by_key)


def _moments(problem: Problem, engineer: Engineer, route: Route, by_key: dict[str, Job]) -> list[str]:
    """Each stop after the way from the one before it, with lunch between where it is told; home in time."""
    found: list[str] = []
    frozen = len(engineer.frozen)
    at, clock, eaten = engineer.home, route.leave, 0.0
    for n, stop in enumerate(route.stops):
        if n == frozen and (clock if frozen else route.leave) < engineer.start - SLACK and not frozen:
            found.append("leaves before the day begins")
        if stop.kind == "lunch":
            if stop.start < clock - SLACK:
                found.append("lunch begins before the stop before it ends")
            if n < frozen:
                clock = max(clock, stop.end)  # what was eaten is over: the way goes on from there
            else:
                eaten += stop.end - stop.start
            continue
        place = by_key[stop.job].place if stop.kind == "job" else engineer.store
        if place is None:
            return [*found, "stops at a store that there is not"]
        if n >= frozen:
            found += _leg(problem, engineer, (at, place), max(clock, engineer.start), eaten, stop, by_key.get(stop.job))
        at, clock, eaten = place, stop.end, 0.0
    way = float(problem.travel[at, engineer.home])
    if route.back < max(clock, engineer.start if frozen else clock) + way + eaten - SLACK:
        found.append("home sooner than can be")
    if abs(route.home - way) > SLACK:
        found.append("another way home than there is")
    if route.back > engineer.end + engineer.overtime + SLACK:
        found.append("home after the longest day")
    return found


def _leg(problem: Problem, engineer: Engineer, leg: tuple[int, int], clock: float, eaten: float, stop: Stop, job: Job | None) -> list[str]:
    found, name = [], stop.job or stop.kind
    way = float(problem.travel[leg])
    if abs(stop.travel - way) > SLACK:
        found.append(f"{name}: another way than there is")
    if stop.start < clock + way + eaten - SLACK or stop.arrive < clock + way - SLACK:
        found.append(f"{name}: sooner than can be")
    if stop.start < stop.arrive - SLACK:
        found.append(f"{name}: starts before it is reached")
    lasts = job.work / engineer.speed if job else engineer.picking
    if abs(stop.end - stop.start - lasts) > SLACK:
        found.append(f"{name}: lasts otherwise than told")
    return found


def _lunch(engineer: Engineer, route: Route) -> list[str]:
    meals = [stop for stop in route.stops if stop.kind == "lunch"]
    begun = max([engineer.start, *(stop.end for stop in engineer.frozen)])
    wanted = engineer.lunch > 0 and engineer.end >= engineer.lunch_closes + engineer.lunch and begun <= engineer.lunch_closes
    if not meals:
        return ["no lunch"] if wanted else []
    if len(meals) > 1:
        return ["lunch twice"]
    meal = meals[0]
    if not wanted and meal not in engineer.frozen:
        return ["a lunch that the shift does not have"]  # it would make waiting look like rest
    found = [] if meal in engineer.frozen or abs(meal.end - meal.start - engineer.lunch) <= SLACK else ["lunch is too short"]
    if meal not in engineer.frozen and not engineer.lunch_opens - SLACK <= meal.start <= engineer.lunch_closes + SLACK:
        found.append("lunch is not at its time")
    place = route.stops.index(meal)
    later = [stop for stop in route.stops[place + 1 :] if stop.kind != "lunch"]
    if (later and later[0].start < meal.end - SLACK) or (not later and route.back < meal.end - SLACK):
        found.append("works during lunch")
    return found


def _allowed(job: Job, engineer: Engineer, stop: Stop) -> list[str]:
    found = []
    if not job.opens - SLACK <= stop.start <= job.closes + SLACK:
        found.append(f"{job.key}: outside of the window")
    for skill, level in job.skills.items():
        if skill not in engineer.skills or engineer.skills[skill] < level:
            found.append(f"{job.key}: lacks {skill}")
        elif skill in engineer.expired:
            found.append(f"{job.key}: the certificate of {skill} does not hold")
    if engineer.key in job.banned or (job.area and job.area in engineer.banned_areas):
        found.append(f"{job.key}: not to be served by this engineer")
    if job.pinned and job.pinned != engineer.key:
        found.append(f"{job.key}: pinned to {job.pinned}")
    return found


def _supplies(engineer: Engineer, route: Route, by_key: dict[str, Job]) -> list[str]:
    """What is used up was on the van or has been fetched."""
    found: list[str] = []
    left, tools, fetched = dict(engineer.stock), set(engineer.tools), False
    for n, stop in enumerate(route.stops):
        if stop.kind == "store":
            if fetched:
                found.append("at the store twice")
            fetched = True
        if stop.kind != "job":
            continue
        job = by_key[stop.job]
        if n >= len(engineer.frozen) and not fetched and not set(job.tools) <= tools:
            found.append(f"{job.key}: a tool is missing")
        for part, quantity in job.parts.items():
            if fetched and (engineer.shelf is None or part in engineer.shelf):
                continue
            left[part] = left.get(part, 0.0) - quantity
            if left[part] < -1e-6 and n >= len(engineer.frozen):
                found.append(f"{job.key}: {part} is missing")
    return found


def recounted(problem: Problem, plan: Plan) -> float:
    """The cost once more, from the problem's matrix and the moments told; in equivalent minutes of travel."""
    terms, cost = problem.terms, 0.0
    by_key = {job.key: job for job in problem.jobs}
    people = {engineer.key: engineer for engineer in problem.engineers}
    served: set[str] = set()
    for route in plan.routes:
        if route.stops:
            cost += _day_cost(problem, people[route.engineer], route, by_key)
        for stop in route.stops:
            if stop.kind == "job":
                served.add(stop.job)
                cost += _visit_cost(problem, by_key[stop.job], people[route.engineer], stop.start)
    for job in problem.jobs:
        if job.key not in served:
            breaks = job.due is not None and job.due <= problem.horizon
            cost += terms.unserved[job.priority] * (terms.breaking if breaks else 1) + (terms.pinned if job.pinned else 0)
    return cost


def _day_cost(problem: Problem, engineer: Engineer, route: Route, by_key: dict[str, Job]) -> float:
    at, way, busy, ate = engineer.home, 0.0, 0.0, 0.0
    for stop in route.stops:
        if stop.kind == "lunch":
            ate += stop.end - stop.start
            continue
        place = by_key[stop.job].place if stop.job else engineer.store
        assert place is not None
        way += stop.travel if stop in engineer.frozen else float(problem.travel[at, place])
        busy += stop.end - stop.start
        at = place
    way += float(problem.travel[at, engineer.home])
    waits = max(0.0, route.back - route.leave - way - busy - ate)
    over = max(0.0, route.back - engineer.end)
    terms = problem.terms
    plain = (terms.travel * way + terms.waiting * waits + terms.overtime * over) / 60
    return plain + terms.fairness * ((way + busy) / 3600) ** 2


def _visit_cost(problem: Problem, job: Job, engineer: Engineer, start: float) -> float:
    terms, cost = problem.terms, 0.0
    if job.due is not None and start - job.due > 6e-4:
        cost += terms.late[job.priority] * (start - job.due) / 60 + terms.breach
    if job.preferred and engineer.key not in job.preferred:
        cost += terms.stranger_personal if job.personal else terms.stranger
    for skill, level in job.skills.items():
        cost += terms.overqualified * max(0, engineer.skills.get(skill, level) - level)
    if job.assigned not in ("", engineer.key) and any(one.key == job.assigned for one in problem.engineers):
        cost += terms.changed_soon if job.soon else terms.changed
    return cost
