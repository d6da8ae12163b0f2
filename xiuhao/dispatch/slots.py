"""When somebody could come, while the customer is on the telephone: the next days by two hours, the cheapest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.formats import date_format

from xiuhao.dispatch import engine, modelling, situation
from xiuhao.dispatch.models import PLANNERS
from xiuhao.dispatch.situation import Job, Situation
from xiuhao.fieldwork import queries as work
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Case, Unit
from xiuhao.kernel.time import local, now
from xiuhao.roster import queries as roster
from xiuhao.ticket.models import Ticket

DAYS, HOURS = 3, 2  # looked at, of a window
SHOWN = 6
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
        first, last = local(self.opens), local(self.closes)
        return f"{first:%m-%d} {date_format(first, 'D')} {first:%H:%M}–{last:%H:%M}"

    @property
    def query(self) -> str:
        """The window as the booking's form takes it."""
        return urlencode({"window_from": f"{local(self.opens):%Y-%m-%dT%H:%M}", "window_to": f"{local(self.closes):%Y-%m-%dT%H:%M}"})


def found(unit: Unit, like: Job) -> list[Slot]:
    """The cheapest windows of the next days for such a job, one a window. What is planned is read for everybody: only times are told."""
    made: list[Slot] = []
    first = situation.today(unit)
    for n in range(DAYS):
        day = situation.read(SYSTEM, unit, first + timedelta(days=n))
        if day.duties:
            made += _of_day(day, like)
    return sorted(made, key=lambda slot: (round(slot.cost), slot.opens))[:SHOWN]


def _of_day(day: Situation, like: Job) -> list[Slot]:
    others = tuple(job for job in day.jobs if job.number != like.number)
    made = modelling.model(replace(day, jobs=(*others, like)))
    least = max(day.minutes(now()) + 30, 0)
    windows = [(hour * 3600.0, (hour + HOURS) * 3600.0) for hour in range(OPENS, CLOSES, HOURS) if (hour + HOURS) * 60 > least + 30]
    offers = engine.slots(made.problem, made.standing, like.number, windows) if windows and like.number in made.problem.job_index else []
    return [
        Slot(day.day, made.at(one.opens), made.at(one.closes), day.duties[int(one.best.engineer)].name, one.best.cost) for one in offers
    ]


def of_ticket(case: Case, record: Ticket, actor: Actor) -> Mapping[str, Any]:
    """For the panel of a ticket: its open order, or what it would be; at the station that would do it."""
    order = work.of_ticket(actor, case.pk).filter(case__is_open=True).first()
    unit = order.case.unit if order else _near(case, record)
    if unit is None:
        return {"slots": (), "unit": None, "order": None}
    like = _like(unit, order, record)
    return {"slots": found(unit, like), "unit": unit, "order": order, "plans": actor.holds(*PLANNERS, path=unit.path)}


def _like(unit: Unit, order: Any, record: Ticket) -> Job:
    """The order as a job at no time, or what the ticket would become."""
    if order is not None:
        day = situation.read(SYSTEM, unit, situation.today(unit))
        known = day.by_number.get(order.case.number) or situation.job_of(order)
        return replace(known.at(None, None), state="planned", window=(None, None), pinned=False)
    skill = record.skill or (record.category.skill if record.category else "")
    return Job(
        0, "?", 0, "", "planned", "repair", record.category.key if record.category else "", 3, skill, 1 if skill else 0, MINUTES,
        None, None, (None, None), None, None, record.region, False, record.customer_id, record.tier,
    )  # fmt: skip


def _near(case: Case, record: Ticket) -> Unit | None:
    """The station of the region that has engineers; the ticket's own unit if it is one."""
    rows = Unit.objects.filter(pk__in=roster.units(), active=True).order_by("pk")
    return next((unit for unit in rows if unit.pk == case.unit_id), None) or next(
        (u for u in rows if u.region and u.region == record.region), None
    )
