"""The end of a job: its evidence in slots, readings and checks, a second look, what the customer is told, the signature, the watch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from xiuhao.billing import actions as billing
from xiuhao.billing import queries as bills
from xiuhao.fieldwork import money, places, repairs, signing, stock, tables
from xiuhao.fieldwork.models import WorkCheck, WorkOrder, WorkPhoto, WorkReading, WorkUnit
from xiuhao.fieldwork.tables import EvidenceSet
from xiuhao.kernel import chores, engine, rulebook
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, Link
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _

PIECE = 200
GRACE = timedelta(days=1)  # for paying on the spot, before anybody is reminded
LISTED = rulebook.bind("YD-1.6", "fieldwork", _("收费的单没有结算清单不能签字"))


@dataclass(frozen=True)
class Brought:
    """What is there already: pictures by slot, the latest value of each reading, the items that are in order, machines on the sheet."""

    photos: Mapping[str, int]
    readings: Mapping[str, Decimal]
    checks: frozenset[str]
    units: int = 0

    def lacking(self, wanted: EvidenceSet) -> list[tuple[str, str]]:
        """(kind, key) of what is still missing."""
        found = [("photos", slot) for slot, least in wanted.photos.items() if self.photos.get(slot, 0) < least]
        found += [("readings", key) for key in wanted.readings if key not in self.readings]
        return found + [("checks", key) for key in wanted.checks if key not in self.checks]


def brought(case: int) -> Brought:
    """What a job has by now; who asks has reached it. Four statements."""
    why = "evidence of an order that was reached"
    photos = Counter(WorkPhoto.objects.unscoped(why).filter(case=case).values_list("slot", flat=True))
    readings = dict(WorkReading.objects.unscoped(why).filter(case=case).order_by("pk").values_list("key", "value"))
    checks = dict(WorkCheck.objects.unscoped(why).filter(case=case).order_by("pk").values_list("item", "fine"))
    units = WorkUnit.objects.unscoped(why).filter(case=case).count()
    return Brought(photos, readings, frozenset(item for item, fine in checks.items() if fine), units)


def wanted_of(record: WorkOrder, units: int = 0) -> EvidenceSet:
    """The evidence set in force for a job with so many further machines."""
    return tables.evidence(tables.facts(record, units + 1))


def missing_words(missing: list[tuple[str, str]]) -> str:
    """What is missing, by name."""
    names = {"photos": dict(tables.slots()), "readings": dict(tables.readings()), "checks": dict(tables.checks())}
    return str(_("、")).join(names[kind].get(key, key) for kind, key in missing)


# Evidence, as it is made


def photograph(step: Step) -> None:
    """Pictures into their slot."""
    for row in step.context.get("files", {}).get("photos", ()):
        step.add(WorkPhoto(slot=step.given["slot"], file=row))


def measure(step: Step) -> None:
    """A value; one beyond its bounds is taken and marked."""
    key, value = step.given["reading"], step.given["value"]
    fits = tables.within(key, value)
    step.add(WorkReading(key=key, value=value, fits=fits, at=step.at))
    if not fits:
        step.say(beyond=key)


def tick(step: Step) -> None:
    """An item of the list was looked at."""
    step.add(WorkCheck(item=step.given["item"], fine=step.given["fine"] == "yes", remark=step.given.get("remark") or "", at=step.at))


# Done


def finish(step: Step) -> None:
    """The work is done: whatever the evidence set in force asks for is there (YD-P1, YD-P2, YD-P4). Refused evidence_missing (422)."""
    record: WorkOrder = step.record
    have = brought(step.case.pk)
    wanted = wanted_of(record, have.units)
    if missing := have.lacking(wanted):
        raise Refused("evidence_missing", {"missing": missing_words(missing)}, status=422, clauses=wanted.clauses(missing))
    for row in wanted.rows:
        if any(row.value.get(kind) for kind in ("photos", "readings", "checks")):
            step.obey(row)
    if doubtful := tables.doubtful(have.readings):
        step.say(doubtful=doubtful)  # the outlet is not cleaner than the rooms: told, not refused
    record.finished_at, record.repairer = step.at, record.engineer


def another(step: Step) -> bool:
    """Where the set asks for it, whoever did the work does not check it (YD-1.5)."""
    record: WorkOrder = step.record
    return not wanted_of(record).another or step.actor.id != record.repairer_id


def check(step: Step) -> None:
    """In order, or back to work."""
    from xiuhao.fieldwork.elements import REPAIRING

    if step.given["passed"] == "no":
        step.record.finished_at = None
        step.go(REPAIRING)


def sign(step: Step) -> None:
    """The customer's hand, or the code sent to them, under the sheet of all machines (YD-P3), after the list of what is charged
    (YD-1.6); then the watch (JD-2.6)."""
    from xiuhao.fieldwork.elements import WATCHING

    record: WorkOrder = step.record
    units = WorkUnit.objects.unscoped("of the order at hand").filter(case=step.case).count()
    wanted = wanted_of(record, units)
    coded = step.given["signed_how"] == "code"
    if wanted.signature and not coded and not step.given.get("signature"):
        clauses = tuple(c for row in wanted.rows if row.value.get("signature") for c in row.clauses)
        raise Refused("signature_missing", {}, status=422, clauses=clauses)
    _listed(step)
    if coded:
        signing.check(step)  # last of all that may refuse: the code is used up
    record.signed_at = step.at
    for row in wanted.rows:
        if row.value.get("signature") or row.value.get("watch"):
            step.obey(row)
    if wanted.watch:
        record.watch_until = step.at + timedelta(hours=wanted.watch)
        step.go(WATCHING)
    _earned(step)
    repairs.enter(step)
    places.forget(step)
    stock.let_go(step)


def _listed(step: Step) -> None:
    if not money.settled(step) and LISTED.active:
        raise Refused("not_settled", {}, clauses=("YD-1.6",))
    if step.record.charged:
        step.rule("YD-1.6")
        step.say(charged=True)
        return
    if bills.bill_of(step.case.pk) is None:
        money.settle(step)


def _earned(step: Step) -> None:
    """What the station earns by it, by the rule table in force when the visit began; nobody drives to what is done from afar."""
    record: WorkOrder = step.record
    way = None if record.grade == "remote" else places.way(step)
    billing.earn(step.case, step.case.unit, record.service, record.arrived_at or step.at, grade=record.grade, distance=way)


def watched(step: Step) -> bool:
    """The watch is over, or there was none."""
    return step.record.watch_until is None or step.record.watch_until <= step.at


def inside(step: Step) -> bool:
    """Still within the watch: what recurs is the same job."""
    return step.record.watch_until is not None and step.record.watch_until > step.at


def recur(step: Step) -> None:
    """The fault is back: the job begins anew, for whoever had it, and its promises with it (JD-2.6)."""
    from xiuhao.fieldwork.elements import PLANNED

    record: WorkOrder = step.record
    if record.engineer_id is None:
        step.go(PLANNED)
    record.watch_until = record.finished_at = record.signed_at = record.arrived_at = record.departed_at = record.contacted_at = None
    record.window_from = record.window_to = record.arrive_by = record.planned_at = record.eta = None
    repairs.back(step)
    step.say(again=True)


def recurred(case: Case) -> None:
    """Reaction to `recur`: the ticket it belongs to is open again too."""
    parent = Link.objects.filter(child_id=case.pk, kind="work").values_list("parent__number", "parent__state").first()
    if parent is None:
        return
    verb = {"solved": "dispute", "archived": "reopen"}.get(parent[1])
    if verb:
        reason = str(_("现场作业后故障复现（{number}）").format(number=case.number))
        engine.perform("ticket", verb, actor=SYSTEM, number=parent[0], given={"reason": reason})


def signed_off(case: Case) -> None:
    """Reaction to `sign`: what is neither watched nor owes anything is over at once; the rest by `file_away`."""
    if case.state == "signed" and bills.due(case.pk) <= 0:
        engine.perform("work", "archive", actor=SYSTEM, number=case.number)


def ended(step: Step) -> None:
    """Nothing more is done: places are forgotten, what was held is free."""
    places.forget(step)
    stock.let_go(step)


def file_away() -> int:
    """Archive what was watched long enough, or signed without a watch, and owes nothing; what does owe waits for the money, once it was
    given a day. A chore: in pieces, each once."""
    rows = Case.objects.unscoped("work that is over").filter(process="work").order_by("pk")
    over = WorkOrder.objects.filter(watch_until__lte=now(), case__state="watching").values("pk")
    fresh = WorkOrder.objects.filter(signed_at__gt=now() - GRACE, case__state="signed").values("pk")
    owed = bills.bills(SYSTEM, standing="due").order_by().values("case_id")
    ended = rows.filter(Q(pk__in=over) | Q(is_open=True, state__in=("signed", "owed")))
    waiting = ended.filter(pk__in=owed).exclude(state="owed").exclude(pk__in=fresh)
    return _each("archive", ended.exclude(pk__in=owed)) + _each("await_payment", waiting)


def _each(verb: str, rows: QuerySet[Case]) -> int:
    """Do it to each, by the system; to how many it was done."""
    requests = [engine.Request(verb, {}, number) for number in rows.values_list("number", flat=True)[:PIECE]]
    done = engine.perform_many("work", requests, actor=SYSTEM) if requests else []
    return sum(1 for one in done if not isinstance(one, Refused))


chores.EVERY[file_away] = 60
