"""The questions that others ask of work on site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from xiuhao.fieldwork import tables
from xiuhao.fieldwork.models import Whereabouts, WorkOrder, WorkUnit
from xiuhao.fieldwork.tables import EvidenceSet
from xiuhao.kernel import policy
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.models import Account, Case, Unit
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local, start_of_day
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.ticket.models import Ticket

KIND = "work"  # of the link from a ticket to its work orders, as the engine names it
NOT_BEGUN = ("planned", "offered", "assigned", "accepted", "booked")
UNDER_WAY = ("travelling", "arrived", "diagnosed", "quoted", "repairing", "remote", "repaired", "checked", "explained")
MOST = 100
Window = tuple[datetime, datetime]


def facts(record: WorkOrder) -> Mapping[str, Any]:
    """What policies of clocks match on."""
    return {key: value for key, value in tables.facts(record).items() if key != "priority"}


def relations(actor: Actor, case: Case | None, record: WorkOrder) -> Iterable[str]:
    """Whoever has the job is its owner; whoever planned it speaks for it as an agent, wherever it lies."""
    if case is None or actor.kind != "staff":
        return
    if record.engineer_id is not None and record.engineer_id == actor.id:
        yield r.OWNER
    if case.keeper_id == actor.id:
        yield r.AGENT


def visible(actor: Actor) -> QuerySet[WorkOrder]:
    """The orders whose cases this actor sees, with what a list of them shows."""
    rows = WorkOrder.objects.filter(case__in=Case.objects.of("work", actor))
    return rows.select_related("case", "engineer", "category", "device")


def _on(rows: QuerySet[WorkOrder], day: date) -> QuerySet[WorkOrder]:
    start = start_of_day(_noon(day))
    end = start + timedelta(days=1)
    return rows.filter(Q(planned_at__gte=start, planned_at__lt=end) | Q(window_from__gte=start, window_from__lt=end))


def _noon(day: date) -> datetime:
    from xiuhao.kernel.time import zone

    return datetime(day.year, day.month, day.day, 12, tzinfo=zone())


def mine(actor: Actor, day: date) -> QuerySet[WorkOrder]:
    """What this engineer has to do on a day: planned or agreed for it, begun, or still without a time; in order of time."""
    own = visible(actor).filter(engineer_id=actor.id)
    standing = own.filter(case__is_open=True).exclude(case__state="owed").filter(Q(planned_at=None) | Q(case__state__in=UNDER_WAY))
    return (_on(own, day) | standing).distinct().order_by("planned_at", "case_id")


def of_station(actor: Actor, day: date, unit: Unit | None = None) -> QuerySet[WorkOrder]:
    """The station's (by default one's own unit's) orders of a day, finished ones too, and what has no time yet."""
    path = unit.path if unit else actor.unit_path
    rows = visible(actor).filter(case__unit_path__startswith=path)
    standing = rows.filter(case__is_open=True, planned_at=None).exclude(case__state="owed")
    return (_on(rows, day) | standing).distinct().order_by("planned_at", "case_id")


def open_jobs(actor: Actor, unit: Unit, day: date) -> QuerySet[WorkOrder]:
    """What a plan of a station's day is made of: the open orders of the unit that are planned for that day or earlier, or for none yet."""
    end = start_of_day(_noon(day)) + timedelta(days=1)
    rows = visible(actor).filter(case__unit_path__startswith=unit.path, case__is_open=True).exclude(case__state="owed")
    rows = rows.filter(Q(planned_at=None) | Q(planned_at__lt=end))
    return rows.filter(Q(window_from=None) | Q(window_from__lt=end)).order_by("case__due_at", "case_id")


def evidence_set(order: WorkOrder) -> EvidenceSet:
    """What the job has to bring, by the rows in force. One statement, for the machines on its sheet."""
    units = WorkUnit.objects.unscoped("of an order that was reached").filter(case=order.pk).count()
    return tables.evidence(tables.facts(order, units + 1))


def whereabouts(actor: Actor) -> dict[int, Whereabouts]:
    """Account → where those are now who are on a job that the actor sends people to."""
    return {row.account_id: row for row in Whereabouts.objects.visible_to(actor)}


def of_ticket(actor: Actor, ticket: int) -> QuerySet[WorkOrder]:
    """The orders of a ticket, newest first, of those that the actor sees."""
    return visible(actor).filter(ticket=ticket).order_by("-case_id")


def promised(order: WorkOrder, since: datetime, until: datetime) -> list[Window]:
    """The windows that overlap a stretch and were promised to the customers of the order's station, but for its own. One statement."""
    rows = Case.objects.unscoped("how full a station is, told as a number").filter(process="work", is_open=True)
    ids = rows.filter(unit_id=order.case.unit_id).exclude(pk=order.pk).values("pk")
    found = WorkOrder.objects.filter(pk__in=ids, window_from__lt=until, window_to__gt=since)
    return [(start, end) for start, end in found.values_list("window_from", "window_to") if start and end]


def capacity(order: WorkOrder, at: datetime) -> int | None:
    """How many windows at once the engineers of the order's station take (YD-1.1); None: no row says, or none are known."""
    row = policy.decide("fieldwork.capacity", tables.facts(order), at)
    hands = sum(1 for one in people.roster.now() if r.ENGINEER in one.roles and one.hand.unit_path.startswith(order.case.unit_path))
    return hands * int(row.value["each"]) if row and hands else None


def for_customer(ticket: int) -> list[WorkOrder]:
    """The orders of a ticket whose customer is asking, newest first: its link tells how far they are. One statement."""
    rows = WorkOrder.objects.filter(ticket=ticket).select_related("case__unit", "engineer", "category")
    return list(rows.exclude(case__state="cancelled").order_by("-case_id")[:3])


# What verbs name


def engineer(actor: Actor, pk: int) -> Account | None:
    """Somebody who can be given work on site: an active account that does field work."""
    found = Account.objects.select_related("unit").filter(pk=pk, is_active=True, kind="staff", grants__role__in=(r.ENGINEER, r.EXPERT))
    return found.first() if actor.kind in ("staff", "system") else None


def engineers(step: Step) -> Options:
    """The engineers of the order's unit and, where it lies with no station, of its region; who has the skill first, of them the least
    loaded."""
    record, path = step.record, step.case.unit_path
    found = people.hands(r.ENGINEER, process="work")
    near = [hand for hand in found if hand.unit_path.startswith(path) or (record and hand.region == record.region)]
    skill, level = (record.skill, max(1, record.level)) if record else ("", 1)
    able = sorted(near or found, key=lambda hand: (not hand.can(skill, level), not hand.unit_path.startswith(path), hand.load))
    away = {hand.unit_path for hand in able[:MOST] if not hand.unit_path.startswith(path)}
    units = dict(Unit.objects.filter(path__in=away).values_list("path", "name")) if away else {}
    return tuple((str(hand.account), _named(hand, skill, level, units.get(hand.unit_path, ""))) for hand in able[:MOST])


def _named(hand: people.Hand, skill: str, level: int, elsewhere: str) -> str:
    """How loaded somebody is, where they sit if not at the order's station, whether they can do it."""
    from django.utils.translation import gettext as _

    name = " · ".join(filter(None, (_("{name}（在办 {load}）").format(name=hand.name, load=hand.load), elsewhere)))
    return name if hand.can(skill, level) else _("{name} · 技能不符").format(name=name)


def station(actor: Actor, pk: int) -> Unit | None:
    """A unit that does work on site."""
    return Unit.objects.filter(pk=pk, active=True, kind__in=("station", "province")).first() if actor.kind != "customer" else None


def nearest(stations: Sequence[Unit], ticket: Ticket) -> Unit | None:
    """Of the stations of a ticket's region the one whose name tells the customer's town, else the first."""
    town = party.parse(ticket.contact_address).city.rstrip("市") if stations else ""
    return next((unit for unit in stations if town and town in unit.name), None) or next(iter(stations), None)


def stations(step: Step) -> Options:
    """The service stations at work."""
    return tuple((str(unit.pk), unit.name) for unit in Unit.objects.filter(kind="station", active=True).order_by("path"))


def reachable(step: Step) -> bool:
    """For notices to the customer: true if there is a number to write to."""
    return step.case.customer_id is not None and bool(step.record.contact_phone)


def anothers(step: Step) -> bool:
    """For notices to whoever has the job: true if somebody else did it (the customer by their link, the desk)."""
    return step.case.owner_id is not None and step.actor.id != step.case.owner_id


# The day's figures (YD-1.8)


def workload(actor: Actor, day: datetime) -> list[dict[str, Any]]:
    """Engineer by engineer of the units that the actor reads: jobs of the day, minutes expected, done, and of the last ninety days how many
    came back. Two statements."""
    start = start_of_day(local(day))
    today = visible(actor).filter(planned_at__gte=start, planned_at__lt=start + timedelta(days=1), engineer__isnull=False)
    found: dict[int, dict[str, Any]] = {}
    for order in today.exclude(case__state="cancelled"):
        row = found.setdefault(order.engineer_id or 0, {"engineer": order.engineer, "jobs": 0, "minutes": 0, "done": 0})
        row["jobs"] += 1
        row["minutes"] += order.minutes
        row["done"] += order.finished_at is not None
    past = visible(actor).filter(repairer__in=found, finished_at__gte=start - timedelta(days=90))
    for who, rounds in past.values_list("repairer_id", "case__round"):
        row = found[who]
        row["all"], row["again"] = row.get("all", 0) + 1, row.get("again", 0) + (rounds > 1)
    return sorted(found.values(), key=lambda row: -row["minutes"])
