"""What was repaired of a device: recorded, finished, withdrawn. A higher module calls these inside its transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiuhao.kernel.access import Actor
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _
from xiuhao.product import queries
from xiuhao.product.models import Device, Repair

MOST_KM, MOST_HOURS = 5_000_000, 10_000


@dataclass(frozen=True)
class Visit:
    """A repair as somebody tells of it; fields as `models.Repair`. `left_at` None: it goes on."""

    fault: str
    came_at: datetime
    left_at: datetime | None = None
    fault_code: str = ""
    safety: bool = False
    work: str = ""
    order_no: str = ""
    waited_at: datetime | None = None
    supplied_at: datetime | None = None
    own_fault: bool = False
    uncounted_hours: int = 0
    mileage: int | None = None
    assemblies: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def record_repair(actor: Actor, device: Device, visit: Visit, key: UUID) -> Repair:
    """Enter a repair of a device that the caller has reached; the same key again gives the same repair. The device then knows of it.

    Raises Refused: not_allowed (403), fault_missing, repair_ahead, repair_backwards, repair_waiting, part_unknown, out_of_range (422),
    key_taken (409) for the key of another device's repair.
    """
    _may(actor)
    check(visit, device)
    texts = {name: clean_text(getattr(visit, name), most) for name, most in (("fault", 200), ("fault_code", 40), ("work", 1000))}
    told = asdict(visit) | texts | {"assemblies": list(visit.assemblies), "parts": list(visit.parts)}
    made = Repair(key=key, device=device, recorded_by=actor.id, recorded_name=actor.name[:60], recorded_at=now(), **told)
    Repair.objects.unscoped("of a device that the caller has reached").bulk_create([made], ignore_conflicts=True)
    kept = Repair.objects.unscoped("by the caller's own key").get(key=key)
    if kept.device_id != device.pk:
        raise Refused("key_taken", {"key": str(key)})
    _forget(device)
    return kept


@transaction.atomic
def finish_repair(
    actor: Actor, repair: int, left_at: datetime, work: str = "", parts: tuple[str, ...] = (), assemblies: tuple[str, ...] = ()
) -> Repair:
    """The piece was given back. Raises Refused: not_allowed (403), not_found (404), repair_over (409), and as `record_repair`."""
    _may(actor)
    found = _held(actor, repair)
    if found.left_at is not None:
        raise Refused("repair_over", {"at": found.left_at})
    found.left_at, found.work = left_at, clean_text(work, 1000) or found.work
    found.parts, found.assemblies = sorted({*found.parts, *parts}), sorted({*found.assemblies, *assemblies})
    if found.waited_at and not found.supplied_at:
        found.supplied_at = max(left_at, found.waited_at)
    told = {name: getattr(found, name) for name in Visit.__dataclass_fields__}
    check(Visit(**told | {"parts": tuple(found.parts), "assemblies": tuple(found.assemblies)}), found.device)
    found.save()
    return found


@transaction.atomic
def withdraw_repair(actor: Actor, repair: int, reason: str) -> Repair:
    """Entered by mistake: it stays to be read and counts no more. Raises Refused: not_allowed, not_found, reason_missing (422)."""
    _may(actor)
    found = _held(actor, repair)
    found.withdrawn_why = clean_text(reason, 200)
    if len(found.withdrawn_why) < 2:
        raise Refused("reason_missing", {}, status=422)
    found.withdrawn_at, found.withdrawn_by = now(), actor.id
    found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
    return found


def _may(actor: Actor) -> None:
    if actor.kind != "system" and not actor.holds(*queries.REPAIRERS):
        raise Refused("not_allowed", {}, status=403)


def _held(actor: Actor, repair: int) -> Repair:
    rows = Repair.objects.visible_to(actor).filter(pk=repair, withdrawn_at=None)
    found = rows.select_related("device__model__category", "device__category").select_for_update(of=("self",)).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


def _forget(device: Device) -> None:
    """What the device knew of its past is asked anew."""
    for name in ("past", "past_told"):
        device.__dict__.pop(name, None)


def check(visit: Visit, device: Device) -> None:
    """Refuse what cannot be: it comes from outside."""
    if not clean_text(visit.fault, 200):
        raise Refused("fault_missing", {}, status=422)
    if max(filter(None, (visit.came_at, visit.left_at, visit.waited_at, visit.supplied_at))) > now():
        raise Refused("repair_ahead", {}, status=422)
    if visit.left_at is not None and visit.left_at < visit.came_at:
        raise Refused("repair_backwards", {}, status=422)
    late = visit.waited_at is not None and (
        visit.waited_at < visit.came_at or (visit.supplied_at is not None and visit.supplied_at < visit.waited_at)
    )
    if late or (visit.supplied_at is not None and visit.waited_at is None):
        raise Refused("repair_waiting", {}, status=422)
    for label, value, most in ((_("里程"), visit.mileage or 0, MOST_KM), (_("不计入的小时"), visit.uncounted_hours, MOST_HOURS)):
        if not 0 <= value <= most:
            raise Refused("out_of_range", {"label": label, "least": 0, "most": most}, status=422)
    known = {part.key: part for part in queries.main_parts(device)}
    strange = [key for key in visit.parts if key not in known] + [k for k in visit.assemblies if k not in known or not known[k].assembly]
    if strange:
        raise Refused("part_unknown", {"parts": strange}, status=422)
