"""From a station's day to the optimiser's problem and back. The optimiser counts seconds from midnight and names things by text keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from xiuhao.contract import queries as contracts
from xiuhao.dispatch import engine, judging, supplies, travel
from xiuhao.dispatch.engine.plan import Plan, Route
from xiuhao.dispatch.engine.problem import DAY, HIGH, LOW, NORMAL, VIP, Engineer, Job, Problem, Stop, Terms, frozen_until
from xiuhao.dispatch.situation import MOVABLE, PLACED, SETTLED, WAITING, Situation
from xiuhao.dispatch.situation import Job as Order
from xiuhao.dispatch.travel import Matrix, Place
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import policy
from xiuhao.kernel.time import now
from xiuhao.roster.queries import Duty

RANKS = {1: VIP, 2: HIGH, 3: NORMAL, 4: LOW}  # priority of a case → what it weighs
PERSONAL = "personalised"  # the benefit by which one is served by people one knows
FAMILIAR = 400  # days back that somebody counts as known to a customer


@dataclass(frozen=True)
class Model:
    """A day as the optimiser has it: the problem, the plan as it stands, how the travel times were found, what lies elsewhere in time."""

    situation: Situation
    problem: Problem
    standing: Plan
    way: str
    elsewhere: dict[str, str] = field(default_factory=dict)  # number → why it is no job of this day

    def at(self, seconds: float) -> datetime:
        """The moment of so many seconds of the day, to the minute."""
        return self.situation.moment(round(seconds / 60))


def terms() -> tuple[Terms, float, float]:
    """The costs in force, the most overtime in seconds, and for how many seconds from now nothing is moved any more."""
    row = policy.decide("dispatch.terms", {})
    if row is None:
        return Terms(), 3600.0, 1800.0
    v = {key: float(value) for key, value in row.value.items()}
    ranks = ("low", "normal", "high", "vip")
    made = Terms(
        unserved=tuple(v[f"unserved_{rank}"] for rank in ranks), breaking=v["breach_factor"],
        late=tuple(v[f"late_{rank}"] for rank in ranks),
        breach=v["late_once"], travel=v["travel"], waiting=v["waiting"], overtime=v["overtime"], stranger=v["stranger"],
        stranger_personal=v["stranger_personal"], overqualified=v["overqualified"], changed=v["changed"], changed_soon=v["changed_soon"],
        fairness=v["fairness"],
    )  # fmt: skip
    return made, v["overtime_most"] * 60, v["freeze"] * 60


def model(day: Situation) -> Model:
    """The optimiser's view of a day: every order that can be done on it, everybody on duty, the plan as it stands."""
    costs, overtime, freeze = terms()
    elsewhere = {job.number: why for job in day.jobs if (why := _elsewhere(day, job))}
    orders = [job for job in day.jobs if job.number not in elsewhere]
    places, matrix = _places(day, orders)
    known, personal = _familiar(orders), _personal(orders)
    stock = supplies.of([order.pk for order in orders], list(day.duties))
    jobs = tuple(replace(_job(day, order, places, known, personal), parts=stock.needs.get(order.pk, {})) for order in orders)
    engineers = tuple(
        replace(_engineer(duty, day, places, overtime), stock=stock.vans.get(duty.account, {})) for duty in day.duties.values()
    )
    problem = Problem(jobs=jobs, engineers=engineers, travel=matrix.seconds.astype("float64"), terms=costs, horizon=DAY)
    standing = _standing(day, problem)
    minute = day.minutes(now()) * 60
    if minute >= 0:  # of a day that is over nothing is planned any more
        problem = _from_now(day, problem, standing, minute, freeze)
    return Model(day, problem, standing, matrix.way, elsewhere)


def _elsewhere(day: Situation, job: Order) -> str:
    """Why an order is no work of this day: a code of `sentences`, "" if it is."""
    first, _last = job.window
    if job.state not in WAITING | PLACED:
        return "waits"
    if job.state in MOVABLE and job.start is not None and day.minutes(job.start) * 60 >= DAY:
        return "other_day"
    if job.state in SETTLED and (job.engineer not in day.duties or job.start is None or not 0 <= day.minutes(job.start) * 60 < DAY):
        return "other_day"
    if first is not None and day.minutes(first) * 60 >= DAY:
        return "window_later"
    return ""


def _places(day: Situation, orders: Sequence[Order]) -> tuple[dict[Place, int], Matrix]:
    """Every place once, and the ways between all of them."""
    spots: list[Place | None] = [*(day.home(account) for account in day.duties), *(day.spot(order) for order in orders)]
    index = {spot: n for n, spot in enumerate(dict.fromkeys(spot or (0.0, 0.0) for spot in spots))}
    return index, travel.between(list(index))


def _familiar(orders: Iterable[Order]) -> dict[int, tuple[str, ...]]:
    """Customer → who has finished work for them of late, the latest first. One statement."""
    customers = {order.customer for order in orders if order.customer}
    rows = WorkOrder.objects.filter(customer_id__in=customers, repairer__isnull=False, finished_at__gt=now() - timedelta(days=FAMILIAR))
    found: dict[int, list[str]] = {}
    for customer, engineer in rows.order_by("-finished_at").values_list("customer_id", "repairer_id") if customers else ():
        found.setdefault(customer or 0, []).append(str(engineer))
    return {customer: tuple(dict.fromkeys(engineers)) for customer, engineers in found.items()}


def _personal(orders: Iterable[Order]) -> set[str]:
    """The tiers by whose benefits one is served by people one knows."""
    return {tier for tier in {order.tier for order in orders} if any(b.row.line == PERSONAL for b in contracts.benefits(tier))}


def _job(day: Situation, order: Order, places: dict[Place, int], known: dict[int, tuple[str, ...]], personal: set[str]) -> Job:
    first, last = (day.minutes(at) * 60 if at else None for at in order.window)
    opens, closes = max(first or 0.0, 0.0), min(last, DAY) if last is not None and last > 0 else DAY
    start = day.minutes(order.start) * 60 if order.start else None
    fixed = order.pinned and order.engineer is not None and start is not None
    if fixed and start is not None:
        opens = closes = start
    mine = str(order.engineer) if order.engineer is not None and order.state in PLACED else ""
    return Job(
        key=order.number, place=places[day.spot(order) or (0.0, 0.0)], work=order.minutes * 60.0, opens=opens, closes=max(closes, opens),
        due=day.minutes(order.due) * 60 if order.due else None, priority=RANKS.get(order.priority, LOW),
        skills={order.skill: max(1, order.level)} if order.skill else {}, area=order.region,
        preferred=known.get(order.customer or 0, ()), personal=order.tier in personal, pinned=mine if fixed else "",
        assigned=mine, soon=bool(start is not None and order.start and order.start < now() + timedelta(hours=24)),
    )  # fmt: skip


def _engineer(duty: Duty, day: Situation, places: dict[Place, int], overtime: float) -> Engineer:
    lunch = [day.minutes(at) * 60 for at in duty.lunch] if duty.lunch else None
    early, late = (lunch[0] - 1800, lunch[0] + 1800) if lunch else (0.0, DAY)
    return Engineer(
        key=str(duty.account), home=places[day.home(duty.account) or (0.0, 0.0)], start=day.minutes(duty.start) * 60,
        end=day.minutes(duty.end) * 60, overtime=overtime, lunch=lunch[1] - lunch[0] if lunch else 0.0, lunch_opens=early,
        lunch_closes=late, skills=dict(duty.skills), expired=tuple(duty.expired), speed=duty.speed,
    )  # fmt: skip


def _standing(day: Situation, problem: Problem) -> Plan:
    """The plan as it stands, moments as they are planned or were."""
    rows = judging.rows(day, list(day.duties))
    routes = []
    for account, row in rows.items():
        stops = tuple(_stop(day, stop) for stop in row.stops if stop.job.number in problem.job_index)
        back = row.travel - sum(stop.travel for stop in row.stops)
        leave = stops[0].start - stops[0].travel if stops else day.minutes(day.duties[account].start) * 60
        routes.append(Route(str(account), leave, stops, (stops[-1].end + back) if stops else leave, back if stops else 0.0))
    placed = {stop.job for route in routes for stop in route.stops}
    left = tuple(engine.Left(job.key, ()) for job in problem.jobs if job.key not in placed)
    return Plan(tuple(routes), left, 0.0, backend="standing")


def _stop(day: Situation, stop: judging.Stop) -> Stop:
    begin, end = stop.job.begins, stop.job.ends
    assert begin is not None and end is not None  # a placed job has a time
    start = day.minutes(begin) * 60
    return Stop("job", start, day.minutes(end) * 60, stop.job.number, start, float(stop.travel))


def _from_now(day: Situation, problem: Problem, standing: Plan, minute: float, freeze: float) -> Problem:
    """What is done, begun, or about to begin stays where it is, and nobody starts anything in the past."""
    frozen = frozen_until(problem, standing, minute + freeze, minute)
    begun = {job.number for job in day.jobs if job.state in SETTLED}
    engineers = []
    for engineer in frozen.engineers:
        route = standing.route(engineer.key)
        stops = [s for s in (route.stops if route else ()) if s in engineer.frozen or s.job in begun]
        engineers.append(replace(engineer, frozen=tuple(stops)))
    return replace(frozen, engineers=tuple(engineers))


# Back


def changes(made: Model, plan: Plan) -> list[list[Any]]:
    """What a plan moves, as `PlanRun.changes`: who or when is another than now. A job that it leaves out stays with whoever has it."""
    found: list[list[Any]] = []
    for order in made.situation.jobs:
        place = plan.places.get(order.number)
        if place is None or order.number in made.problem.frozen or order.state not in WAITING | MOVABLE:
            continue
        engineer, stop = int(place[0]), place[1]
        start = made.at(stop.start)
        moved = order.engineer != engineer or order.start is None or abs(start - order.start) >= timedelta(minutes=judging.SLACK)
        if order.state in WAITING or moved:
            was = order.engineer if order.state in MOVABLE else None
            found.append([order.number, order.version, was, _iso(order.start if was else None), engineer, _iso(start)])
    return found


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
