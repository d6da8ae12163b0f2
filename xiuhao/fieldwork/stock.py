"""Parts of a job: what it will take is told and held, what was built in leaves the van, what came out comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel.models import Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.parts import actions as parts
from xiuhao.parts import queries as stores
from xiuhao.parts.models import Part, Place
from xiuhao.parts.queries import Line

SPACE = UUID("5a3b3f0e-6d6c-4f53-9a0c-2f1f0d2f7a11")  # of the keys that are made of a step's own


def estimated(step: Step) -> None:
    """What it will take, as estimated (YD-1.4): held at once if somebody has the job."""
    if lines := lines_of(step):
        parts.need(step.case.pk, lines)
        if step.record.engineer_id is not None:
            hold(step)


def lines_of(step: Step, key: str = "parts") -> Sequence[Line]:
    """The parts that a step names; Refused 422 for one that is not there."""
    told = step.given.get(key)
    return stores.resolve(told) if told else ()


def wanted(step: Step) -> bool:
    """True if the job will take parts that nobody holds yet, or that were just held."""
    if "needed" not in step.context:
        step.context["needed"] = stores.needs_for(step.case.pk)
    return bool(step.context["needed"])


def hold(step: Step) -> None:
    """Hold what the job still needs: in the van of who has it, else in the store of the unit; another's van is left. What is short is
    said and stands in nothing's way: the store is told."""
    if parts.leave_vans(step.case.pk, step.actor, but=step.record.engineer_id):
        step.say(left_van=True)
    missing = [Line(one.part.pk, one.missing) for one in stores.needs_for(step.case.pk) if one.missing]
    if not missing:
        return
    for place in _near(step.record, step.case.unit_path):
        try:
            with transaction.atomic():
                parts.reserve(step.case.pk, place.pk, missing, step.actor, key=_key(step, f"hold {place.pk}"))
        except Refused as refused:
            if refused.code not in ("stock_short", "not_found"):
                raise
            continue
        step.say(held_at=place.pk)
        return
    step.say(parts_short=len(missing))


def _near(record: WorkOrder, path: str) -> list[Place]:
    van = stores.van_of(record.engineer_id) if record.engineer_id else None
    return [place for place in (van, stores.store_of(path)) if place is not None]


def _key(step: Step, act: str) -> UUID:
    """A key of a movement that a repeat of the step has again."""
    return uuid5(SPACE, f"{step.case.pk} {step.key or step.context['line']} {act}")


def use(step: Step) -> None:
    """Built in, out of the engineer's van, at the list's price (YD-1.9); old parts go to quarantine. What was done without a network is a
    fact even where the books say otherwise (O9)."""
    van = stores.van_of(step.record.engineer_id or 0)
    if van is None:
        raise Refused("van_missing", {}, status=422)
    lines = lines_of(step)
    offline = step.offline or bool(step.context.get("recorded"))
    parts.use(step.case.pk, van.pk, lines, step.actor, offline, key=_key(step, "use"))
    if back := lines_of(step, "returned"):
        parts.take_back(step.case.pk, van.pk, back, step.actor, key=_key(step, "back"))
    step.say(parts=[[line.part, str(line.quantity)] for line in lines])


def let_go(step: Step) -> None:
    """The job ends: what is held for it is free again."""
    parts.release(step.case.pk, step.actor)


def needed(step: Step) -> list[list[int | str]]:
    """What the job will take by now, for the line of the step: [part, how much]."""
    return [[one.part.pk, str(one.quantity)] for one in stores.needs_for(step.case.pk)]


def unbuilt(needs: Sequence[stores.Needed]) -> list[dict[str, str]]:
    """What the job will take and does not hold yet, as lines to begin with: a tracked part piece by piece, each with its serial."""
    found = []
    for one in needs:
        left = max(one.quantity - one.used, 0 * one.used)
        pieces, each = (int(left), "1") if one.part.tracked else (int(left > 0), stores.plain(left))
        found += [{"part": one.part.code, "quantity": each}] * pieces
    return found


def to_build(step: Step) -> str:
    """What is still to be built in, as the lines of the desk's form."""
    return "\n".join(f"{line['part']} {line['quantity']}" for line in unbuilt(stores.needs_for(step.case.pk)))


def reckoned(step: Step) -> str:
    """What the job takes by now, as the lines of the desk's form."""
    return "\n".join(f"{one.part.code} {stores.plain(one.quantity)}" for one in stores.needs_for(step.case.pk))


def listed(step: Step) -> list[tuple[Part, Decimal, Decimal]]:
    """The parts that the job takes by now, built in or still to be, each with how much and its price by the list. Refused part_unpriced
    (422): what they cost is told then."""
    wanted = {one.part: one.quantity for one in stores.needs_for(step.case.pk)}
    built: dict[Part, Decimal] = {}
    for one in stores.used_for(step.case.pk):
        built[one.part] = built.get(one.part, Decimal(0)) + one.quantity
    for part, much in built.items():
        wanted[part] = max(much, wanted.get(part, Decimal(0)))
    prices = stores.prices([part.pk for part in wanted], local(step.at).date())
    if unpriced := [str(part) for part in wanted if part.pk not in prices]:
        raise Refused("part_unpriced", {"part": unpriced[0]}, status=422)
    return [(part, much, prices[part.pk].price) for part, much in wanted.items()]


def guaranteed(record: WorkOrder, opened: datetime) -> dict[Part, tuple[Decimal, date]]:
    """The parts that earlier jobs built into the device and that are guaranteed themselves on the day when this one was `opened`: how
    many, and until when all of them are."""
    if record.device_id is None:
        return {}
    before = WorkOrder.objects.filter(device=record.device_id, case__opened_at__lt=opened)
    cases = list(before.values_list("case_id", flat=True))
    found: dict[Part, tuple[Decimal, date]] = {}
    for one in stores.used_for(*cases) if cases else ():
        if one.at < opened and one.until >= local(opened).date():
            much, until = found.get(one.part, (Decimal(0), one.until))
            found[one.part] = much + one.quantity, min(until, one.until)
    return found


def fall_back(step: Step, version: int) -> None:
    """What was quoted after that version is declined: the job takes what it took before, what only later ones named is left to others."""
    later = Journal.objects.filter(case_id=step.case.pk, verb="quote", data__quote__gt=version).order_by("seq").first()
    if later is not None:
        lines = [Line(part, Decimal(much)) for part, much in later.data["needed"]]
        step.say(unneeded=parts.unneed(step.case.pk, lines, step.actor))


def unneeded(case: int) -> Sequence[int]:
    """The parts of which a job needs less since its customer's latest no."""
    line = Journal.objects.filter(case_id=case, verb="decline").order_by("-seq").first()
    return line.data.get("unneeded", ()) if line else ()


def wait(step: Step) -> None:
    """The job is nobody's for now: what the store holds for it stays held, no van does."""
    parts.leave_vans(step.case.pk, step.actor)


def beside(record: WorkOrder, opened: datetime) -> dict[str, Any]:
    """For a page: what is needed, what was built in, and what earlier jobs built in that is still guaranteed."""
    kept = [(part, much, until) for part, (much, until) in guaranteed(record, opened).items()]
    return {"needs": stores.needs_for(record.pk), "used": stores.used_for(record.pk), "kept": kept}
