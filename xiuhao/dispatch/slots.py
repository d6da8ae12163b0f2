"""When somebody could come, while the customer is on the telephone or looks for themselves: the next days by two hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.formats import date_format

from xiuhao.dispatch import durations, engine, modelling, situation
from xiuhao.dispatch.engine.plan import Plan
from xiuhao.dispatch.modelling import Model
from xiuhao.dispatch.models import PLANNERS
from xiuhao.dispatch.situation import WAITING, Job, Situation
from xiuhao.fieldwork import queries as work
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Case, Unit
from xiuhao.kernel.time import local, now
from xiuhao.roster import queries as roster
from xiuhao.ticket.models import Ticket

DAYS, HOURS = 3, 2  # looked at, of a window
SHOWN = 6
AHEAD = timedelta(hours=1)  # nobody who chooses for themselves is promised anything sooner
OPENS, CLOSES = 8, 20  # o'clock between which windows lie
MINUTES = 60  # where the ticket has no order yet


@dataclass(frozen=True)
class Slot:
    """A window that can be promised: who would come, and what it costs in equivalent minutes of travel."""

    day: date
    opens: datetime
    closes: datetime
    name: str
    cost: float

    @property
    def words(self) -> str:
        """11-23 周一 10:00–12:00, on the installation's clock."""
        return f"{local(self.opens):%m-%d} {date_format(local(self.opens), 'D')} {self.hours}"

    @property
    def hours(self) -> str:
        """10:00–12:00, on the installation's clock."""
        return f"{local(self.opens):%H:%M}–{local(self.closes):%H:%M}"

    @property
    def key(self) -> str:
        """The window as the customer's choice names it."""
        return self.opens.isoformat()

    @property
    def query(self) -> str:
        """The window as the booking's form takes it."""
        return urlencode({"window_from": f"{local(self.opens):%Y-%m-%dT%H:%M}", "window_to": f"{local(self.closes):%Y-%m-%dT%H:%M}"})


def found(unit: Unit, like: Job, order: WorkOrder | None = None, since: datetime | None = None) -> list[Slot]:
    """The cheapest windows of the next days for such a job, one a window. What is planned is read for everybody: only times are told."""
    first = situation.today(unit)
    made = [slot for n in range(DAYS) for slot in _of_day(unit, first + timedelta(days=n), like, order)]
    made = [slot for slot in made if since is None or slot.opens >= since]
    return sorted(made, key=lambda slot: (round(slot.cost), slot.opens))[:SHOWN]


def of_order(order: WorkOrder) -> list[Slot]:
    """The windows that the customer of an order may choose from, in order of time."""
    return sorted(found(order.case.unit, _like_order(order), order, now() + AHEAD), key=lambda slot: slot.opens)


def still(order: WorkOrder, opens: datetime) -> Slot | None:
    """The window that begins then, if somebody could come in it as things stand; None if it is taken, past, or was never one."""
    unit = order.case.unit
    day = opens.astimezone(situation.zone(unit)).date()
    if not 0 <= (day - situation.today(unit)).days < DAYS or opens < now():
        return None
    return next((slot for slot in _of_day(unit, day, _like_order(order), order) if slot.opens == opens), None)


def _of_day(unit: Unit, on: date, like: Job, order: WorkOrder | None) -> list[Slot]:
    day = situation.read(SYSTEM, unit, on)
    least = max(day.minutes(now()) + 30, 0)
    windows = [(hour * 3600.0, (hour + HOURS) * 3600.0) for hour in range(OPENS, CLOSES, HOURS) if (hour + HOURS) * 60 > least + 30]
    if order is not None and day.duties:
        windows = _with_room(day, order, windows)
    if not day.duties or not windows:
        return []
    others = tuple(job for job in day.jobs if job.number != like.number)
    made = modelling.model(replace(day, jobs=(*others, like)))
    if like.number not in made.problem.job_index:
        return []
    problem = made.problem
    if order is not None and order.engineer_id is not None:  # who has it comes
        job = problem.jobs[problem.job_index[like.number]]
        problem = problem.changed(jobs={job.key: replace(job, pinned=str(order.engineer_id))})
    offers = engine.slots(problem, _with_promised(made), like.number, windows)
    return [
        Slot(day.day, made.at(one.opens), made.at(one.closes), day.duties[int(one.best.engineer)].name, one.best.cost) for one in offers
    ]


def _with_room(day: Situation, order: WorkOrder, windows: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Those in which the station takes one more, as the booking itself will ask (YD-1.1). Two statements."""
    most = work.capacity(order, now())
    if most is None:
        return windows
    taken = work.promised(order, day.moment(0), day.moment(24 * 60))
    spans = [(day.minutes(start) * 60, day.minutes(end) * 60) for start, end in taken]
    return [(opens, closes) for opens, closes in windows if sum(start < closes and end > opens for start, end in spans) < most]


def _with_promised(made: Model) -> Plan:
    """The plan as it stands, and in it, where they fit best, the visits that were promised and that nobody has yet."""
    plan = made.standing
    promised = [job for job in made.situation.jobs if job.state in WAITING and job.window[0] and job.number in made.problem.job_index]
    for job in sorted(promised, key=lambda job: (job.window[0] or now(), job.number)):
        best = engine.candidates(made.problem, plan, job.number)
        if best and best[0].feasible:
            plan = engine.placed(made.problem, plan, job.number, best[0])
    return plan


def of_ticket(case: Case, record: Ticket, actor: Actor) -> Mapping[str, Any]:
    """For the panel of a ticket: its open order, or what it would be; at the station that would do it."""
    order = work.of_ticket(actor, case.pk).filter(case__is_open=True).first()
    unit = order.case.unit if order else _near(case, record)
    if unit is None:
        return {"slots": (), "unit": None, "order": None}
    like = _like_order(order) if order else _like(record)
    return {"slots": found(unit, like, order), "unit": unit, "order": order, "plans": actor.holds(*PLANNERS, path=unit.path)}


def _like_order(order: WorkOrder) -> Job:
    """The order as a job at no time."""
    return replace(situation.job_of(order, durations.known()).at(None, None), state="planned", window=(None, None), pinned=False)


def _like(record: Ticket) -> Job:
    """What the ticket would become."""
    skill = record.skill or (record.category.skill if record.category else "")
    return Job(
        0, "?", 0, "", "planned", "repair", record.category.key if record.category else "", 3, skill, 1 if skill else 0, MINUTES,
        None, None, (None, None), None, None, record.region, False, record.customer_id, record.tier,
    )  # fmt: skip


def _near(case: Case, record: Ticket) -> Unit | None:
    """Where its order would lie, by the rule by which one is born; else the ticket's own unit, if it has engineers."""
    stations = list(Unit.objects.filter(kind="station", active=True, region=record.region).order_by("pk")) if record.region else []
    return work.nearest(stations, record) or Unit.objects.filter(pk=case.unit_id, pk__in=roster.units(), active=True).first()
