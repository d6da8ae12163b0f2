"""What the law makes of our work: each repair enters its device's history, on which the remedies of 三包 stand; what was mended and fails
again within the time for which the repair is guaranteed is mended without charge; what was installed has its day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from django.db.models import Q

from xiuhao.fieldwork.models import WorkOrder, WorkUnit
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.parts import queries as stores
from xiuhao.product import actions as devices
from xiuhao.product import queries as products
from xiuhao.product.models import Device, Repair

MENDS, INSTALLS = "repair", "installation"  # the services of which the law speaks; who misused a device had no repair of it
OWN_DOING = "user_operation"
_BEGINS, _WAITS, _GOES_ON = ("arrive", "remote_session"), "await_parts", "resume"


def earlier(actor: Actor, pk: int) -> Repair | None:
    """A repair that counts, of a device that the actor reaches, or on which they see a job."""
    jobs = WorkOrder.objects.filter(case__in=Case.objects.of("work", actor), device__isnull=False).values("device")
    rows = Repair.objects.unscoped("of a device that the actor reaches by the condition here").filter(pk=pk, withdrawn_at=None)
    return rows.filter(Repair.scope(actor) | Q(device__in=jobs)).first()


def offered(step: Step) -> Options:
    """The earlier repairs of the job's device, the latest first."""
    return named(_finished(step))


def _finished(step: Step) -> list[Repair]:
    device = step.record.device_id
    return products.finished_repairs([device] if device else []).get(device, [])


def named(rows: Iterable[Repair]) -> Options:
    """Key and words of repairs: day, fault, number."""
    return tuple((str(row.pk), f"{local(row.left_at):%Y-%m-%d} {row}") for row in rows if row.left_at)


def guaranteed(record: WorkOrder, earlier: Repair, at: datetime) -> bool:
    """True if that repair is still guaranteed then: what it mended must work for so many days (the rule `after_repair` of the device's
    goods and province)."""
    if record.device is None:
        return False
    fault = products.Fault(same=earlier.fault_code or earlier.fault)
    found = products.assess(record.device, local(at).date(), fault, tier=record.tier)
    return any(one.rule == "after_repair" and one.open for one in found.remedies)


def again(step: Step) -> None:
    """The same fault as an earlier repair of this device: free within that one's guarantee. Refused not_reference (422) for another's."""
    earlier: Repair | None = step.context.get("same_as")
    if earlier is None:
        return
    if earlier.device_id != step.record.device_id:
        raise Refused("not_reference", {"label": Repair._meta.get_field("fault").verbose_name}, status=422)
    _free(step, earlier)


def back(step: Step) -> None:
    """What this job mended is broken again: the same fault as its own repair."""
    step.record.same_as = next((row for row in _finished(step) if row.order_no == step.case.number), step.record.same_as)
    if step.record.same_as is not None:
        _free(step, step.record.same_as)


def _free(step: Step, earlier: Repair) -> None:
    record: WorkOrder = step.record
    if record.charged and guaranteed(record, earlier, step.at):
        record.free = True
        step.say(guaranteed=earlier.order_no or str(earlier))


def enter(step: Step) -> None:
    """Signed for: what was installed or repaired stands in the history of its machines."""
    record: WorkOrder = step.record
    if record.service == INSTALLS:
        machines = WorkUnit.objects.unscoped("of the order at hand").filter(case=step.case, device__isnull=False)
        known = {record.device_id, *machines.values_list("device", flat=True)}
        devices.installed([pk for pk in known if pk], local(step.at).date())
    elif record.device is not None and record.service == MENDS and record.root != OWN_DOING and record.measures:
        _repaired(step, record, record.device)


def _repaired(step: Step, record: WorkOrder, device: Device) -> None:
    """Once a round: from being there until the signature, and from asking for parts until going on, as the law counts both."""
    same = record.same_as
    built = {one.part.main for one in stores.used_for(step.case.pk)} - {""}
    main = [part for part in products.main_parts(device) if part.key in built]
    came, waited, supplied = _span(step)
    visit = devices.Visit(
        same.fault if same else record.symptom or step.case.title, came, step.at, same.fault_code if same else "",
        work=record.solution[:1000], order_no=step.case.number, waited_at=waited, supplied_at=supplied,
        parts=tuple(part.key for part in main if not part.assembly),
        assemblies=tuple(part.key for part in main if part.assembly),
    )  # fmt: skip
    house = replace(SYSTEM, name=record.repairer.name if record.repairer else step.actor.name)
    devices.record_repair(house, device, visit, uuid5(NAMESPACE_OID, f"repair {step.case.pk} {step.case.round}"))


def _span(step: Step) -> tuple[datetime, datetime | None, datetime | None]:
    """When it began, first waited for parts, and had them. Telephones' clocks may differ: each moment lies within the span."""
    lines = Journal.objects.filter(case_id=step.case.pk, round=step.case.round, verb__in=(*_BEGINS, _WAITS, _GOES_ON))
    told = list(lines.order_by("seq").values_list("verb", "occurred_at"))
    came = min((at for verb, at in told if verb in _BEGINS), default=step.record.arrived_at or step.at)
    came = min(came, step.at)

    def within(found: Iterable[datetime]) -> datetime | None:
        return next((min(max(at, came), step.at) for at in found), None)

    waited = within(at for verb, at in told if verb == _WAITS)
    supplied = within(at for verb, at in reversed(told) if verb == _GOES_ON) if waited else None
    return came, waited, max(supplied or step.at, waited) if waited else None


def lasting(record: WorkOrder, rows: Iterable[Repair], at: datetime) -> list[int]:
    """Which earlier repairs of the device are guaranteed still, for whoever has no network; none where nothing would be charged."""
    return [row.pk for row in rows if guaranteed(record, row, at)] if record.charged else []
