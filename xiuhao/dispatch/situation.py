"""A station's day as it stands: who is on duty, what is planned, what waits. Everything else here is worked out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from xiuhao.dispatch import durations
from xiuhao.dispatch.models import PLANNERS
from xiuhao.dispatch.travel import Place
from xiuhao.fieldwork import queries as work
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, CaseClock, Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.party import queries as people
from xiuhao.party.models import Skill
from xiuhao.roster import queries as roster
from xiuhao.roster.queries import Duty

WAITING = frozenset({"planned", "offered"})  # nobody's yet
MOVABLE = frozenset({"assigned", "accepted", "booked"})  # somebody's, not begun
BEGUN = frozenset({"travelling", "arrived", "diagnosed", "quoted", "repairing", "repaired", "checked", "explained"})
DONE = frozenset({"signed", "watching", "owed", "done"})
GIVEN_UP = ("cancelled", "aborted")
SETTLED = BEGUN | DONE | {"conflict"}  # no plan moves it any more
PLACED = MOVABLE | SETTLED
FIELDS = (  # of a work order, in the order of `Job`
    "case_id", "case__number", "case__version", "case__title", "case__state", "service", "category__key", "priority", "skill", "level",
    "minutes", "engineer_id", "planned_at", "window_from", "window_to", "lat", "lon", "region", "pinned", "case__customer_id", "tier",
    "arrived_at", "finished_at",
)  # fmt: skip


@dataclass(frozen=True)
class Job:
    """A work order as a plan needs it. `engineer` is an account, `start` the planned moment; `due` is by when somebody is to be there."""

    pk: int
    number: str
    version: int
    title: str
    state: str
    service: str
    category: str
    priority: int
    skill: str
    level: int
    minutes: int
    engineer: int | None
    start: datetime | None
    window: tuple[datetime | None, datetime | None]
    due: datetime | None
    place: Place | None
    region: str
    pinned: bool
    customer: int | None
    tier: str
    arrived: datetime | None = None
    finished: datetime | None = None

    @property
    def placed(self) -> bool:
        """True if somebody has it at a time."""
        return self.engineer is not None and self.start is not None and self.state in PLACED

    def before(self, moment: datetime) -> bool:
        """True if somebody has it, but at no time, or at one that has passed by that moment without its being begun."""
        return self.state in MOVABLE and (self.start is None or self.start < moment)

    @property
    def fixed(self) -> bool:
        """True if no plan may move it: pinned by somebody, or begun."""
        return self.pinned or self.state not in WAITING | MOVABLE

    @property
    def begins(self) -> datetime | None:
        """When it began, or is to begin."""
        return self.arrived or self.start

    @property
    def ends(self) -> datetime | None:
        """When it ended, or is to end."""
        began = self.begins
        return self.finished or (began + timedelta(minutes=self.minutes) if began else None)

    def at(self, engineer: int | None, start: datetime | None) -> Job:
        """The same job, given to somebody at some time."""
        return replace(self, engineer=engineer, start=start)


@dataclass(frozen=True)
class Situation:
    """One station's day. `duties` are who works that day, by account; `jobs` every order that is planned that day or waits."""

    unit: Unit
    day: date
    duties: Mapping[int, Duty]
    jobs: tuple[Job, ...]
    zone: ZoneInfo

    @cached_property
    def by_number(self) -> dict[str, Job]:
        return {job.number: job for job in self.jobs}

    @cached_property
    def rows(self) -> dict[int, list[Job]]:
        """Engineer → their jobs of the day in order of time; everybody on duty, and whoever has a job all the same."""
        found: dict[int, list[Job]] = {account: [] for account in self.duties}
        for job in self.jobs:
            if job.placed and job.start and job.start.astimezone(self.zone).date() == self.day:
                found.setdefault(job.engineer or 0, []).append(job)
        for jobs in found.values():
            jobs.sort(key=lambda job: (job.begins or job.start, job.pk))
        return found

    @cached_property
    def waiting(self) -> list[Job]:
        """What nobody has, or nobody at a time that is still to come, the nearest deadline first."""
        midnight = self.moment(0)
        mine = [job for job in self.jobs if job.state in WAITING or job.before(midnight)]
        return sorted(mine, key=lambda job: (job.due is None, job.due or now(), job.priority, job.pk))

    @cached_property
    def centre(self) -> Place | None:
        """The middle of the homes and of what is known: where a job without coordinates is taken to be."""
        spots = [duty.home for duty in self.duties.values() if duty.home] or [job.place for job in self.jobs if job.place]
        return (sum(lat for lat, _lon in spots) / len(spots), sum(lon for _lat, lon in spots) / len(spots)) if spots else None

    def spot(self, job: Job) -> Place | None:
        """Where a job is; the middle of the district where that is unknown."""
        return job.place or self.centre

    def home(self, account: int) -> Place | None:
        """Where somebody starts and ends the day."""
        duty = self.duties.get(account)
        return (duty.home if duty else None) or self.centre

    @cached_property
    def skills(self) -> dict[str, str]:
        """What skills are called, by key. One statement."""
        return {skill.key: str(skill) for skill in Skill.objects.all()}

    @cached_property
    def _midnight(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=self.zone)

    def moment(self, minutes: float) -> datetime:
        """The moment so many minutes after the day's midnight on the station's clock."""
        return self._midnight + timedelta(minutes=minutes)

    def minutes(self, at: datetime) -> float:
        """Minutes from the day's midnight on the station's clock to a moment; negative before it."""
        return (at - self._midnight).total_seconds() / 60

    def having(self, changed: Iterable[Job]) -> Situation:
        """The same day with some jobs otherwise."""
        new = {job.pk: job for job in changed}
        return replace(self, jobs=tuple(new.get(job.pk, job) for job in self.jobs))


def stations(actor: Actor) -> list[Unit]:
    """The stations whose work this actor plans, in the order of the tree."""
    paths = tuple(at for role, at in actor.grants if role in PLANNERS)
    found = people.units_below(actor).filter(active=True, pk__in=roster.units()) if paths else ()
    return [unit for unit in found if unit.path.startswith(paths)]


def station(actor: Actor, pk: int | None, found: Sequence[Unit] | None = None) -> Unit:
    """One of them (of `found`, if they are known), by default the one with the most open orders. Raises Refused not_allowed (403) for
    who plans nothing, no_station (409) where there are no engineers, not_found (404) for another's."""
    found = stations(actor) if found is None else found
    if pk is None:
        if not found:
            allowed = actor.holds(*PLANNERS)
            raise Refused("no_station" if allowed else "not_allowed", {"verb": _("派工")}, status=409 if allowed else 403)
        return _busiest(actor, found) if len(found) > 1 else found[0]
    for unit in found:
        if unit.pk == pk:
            return unit
    if not actor.holds(*PLANNERS):
        raise Refused("not_allowed", {"verb": _("派工")}, status=403)
    raise Refused("not_found", {"number": str(pk)}, status=404)


def _busiest(actor: Actor, found: Sequence[Unit]) -> Unit:
    """Where the most is open: whoever plans for several begins there. One statement; of equals the first in the tree."""
    rows = Case.objects.of("work", actor).filter(is_open=True, unit__in=found).order_by()
    count = dict(rows.values_list("unit_id").annotate(Count("pk")))
    return max(found, key=lambda unit: count.get(unit.pk, 0))


def today(unit: Unit) -> date:
    """The date at the station."""
    return now().astimezone(zone(unit)).date()


def read(actor: Actor, unit: Unit, day: date) -> Situation:
    """The day as it stands now: the duties, and the orders that the actor sees."""
    duties = {duty.account: duty for duty in roster.engineers([unit.pk], day)}
    to_do, of_day = work.open_jobs(actor, unit, day).order_by().values("pk"), work.of_station(actor, day, unit).order_by().values("pk")
    orders = WorkOrder.objects.filter(Q(pk__in=to_do) | Q(pk__in=of_day)).exclude(case__state__in=GIVEN_UP)
    return Situation(unit, day, duties, jobs_of(orders), zone(unit))


def seen(actor: Actor, day: Situation) -> Mapping[int, datetime]:
    """When the place of those was last told who are on a job of today. One statement; none for another day."""
    if day.day != today(day.unit):
        return {}
    return {account: told.at for account, told in work.whereabouts(actor).items() if account in day.rows}


def zone(unit: Unit) -> ZoneInfo:
    """The station's clock."""
    return ZoneInfo(unit.zone)


def jobs_of(orders: QuerySet[WorkOrder]) -> tuple[Job, ...]:
    """Work orders as a plan needs them. Two statements, and no row is made a model: a thousand are read for every page."""
    lasting = durations.known()
    return tuple(_job(lasting, *row) for row in orders.values_list(*FIELDS, _DUE))


# By when somebody is to be there, of those that have such a limit, as long as it runs.
_DUE = Subquery(CaseClock.objects.filter(case=OuterRef("pk"), key="onsite", stopped_at=None).values("due_at")[:1])


def _job(lasting: Mapping[durations.Key, int], *row: Any) -> Job:
    pk, number, version, title, state, service, category, priority, skill, level, planned, engineer, start, first, last, lat, lon, *rest = (
        row
    )
    region, pinned, customer, tier, arrived, finished, due = rest
    minutes = durations.minutes(lasting, service, category or "", planned)
    place = (lat, lon) if lat is not None and lon is not None else None
    return Job(
        pk, number, version, title, state, service, category or "", priority, skill, level, minutes, engineer, start, (first, last), due,
        place, region, pinned, customer, tier, arrived, finished,
    )  # fmt: skip


def job_of(order: WorkOrder, lasting: Mapping[durations.Key, int] | None = None, due: datetime | None = None) -> Job:
    """One that was read; without what was learned it lasts as planned."""
    case = order.case
    return _job(
        lasting or {}, case.pk, case.number, case.version, case.title, case.state, order.service,
        order.category.key if order.category else "", order.priority, order.skill, order.level, order.minutes, order.engineer_id,
        order.planned_at, order.window_from, order.window_to, order.lat, order.lon, order.region, order.pinned, case.customer_id,
        order.tier, order.arrived_at, order.finished_at, due,
    )  # fmt: skip


def planned(account: int, since: datetime, until: datetime) -> list[roster.Conflict]:
    """What somebody is to do in that time: told to the roster, which names it when they are to be away."""
    rows = WorkOrder.objects.filter(engineer_id=account, planned_at__gte=since, planned_at__lt=until, case__state__in=MOVABLE | BEGUN)
    found = rows.order_by("planned_at").values_list("case__number", "case__title", "planned_at")
    return [(f"{number} {title}", f"/c/work/{number}/", at) for number, title, at in found if at is not None]
