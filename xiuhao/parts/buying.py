"""What the verbs of a purchase write, and how a place that runs low asks for one by itself."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from xiuhao.kernel import engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.parts import queries
from xiuhao.parts.ledger import NONE, Act, lock, outside, plain, shift
from xiuhao.parts.lines import Line, Wanted, judged, resolve, told
from xiuhao.parts.models import Level, Purchase, PurchaseLine
from xiuhao.parts.supplying import refill


def ask(step: Step) -> None:
    """What is to be bought, and about how much it costs: by cost, where that is not known by the list's price."""
    record: Purchase = step.record
    wanted = judged(resolve(step.given["lines"]))
    listed = queries.prices({one.part.pk for one in wanted}, local(step.at).date())
    for one in wanted:
        step.add(PurchaseLine(case_id=step.case.pk, part=one.part, quantity=one.quantity))
    record.content = "\n".join(f"{one.part.code} × {plain(one.quantity)}" for one in wanted)
    record.amount = sum((_worth(one, listed.get(one.part.pk)) for one in wanted), Decimal(0)).quantize(Decimal("0.01"))
    assert record.place.unit is not None
    step.place(record.place.unit)
    step.say(lines=len(wanted), amount=str(record.amount))


def _worth(one: Wanted, listed: Any) -> Decimal:
    unit: Decimal = NONE if listed is None else listed.cost if listed.cost is not None else listed.price
    return unit * one.quantity


def lines_of(case: int) -> list[PurchaseLine]:
    """The lines of a purchase, by part."""
    return list(PurchaseLine.objects.filter(case_id=case).select_related("part").order_by("part__code"))


def order(step: Step) -> None:
    """Ordered of a supplier, for a day: it is on the way."""
    step.record.ordered_at = step.at
    lock((step.record.place_id, line.part_id) for line in lines_of(step.case.pk))  # so that it shows there as being on its way


def receive(step: Step) -> None:
    """Into the place: what `lines` says, else all that is still to come. Refused accepted_beyond (422) for more than was ordered."""
    record: Purchase = step.record
    lines = lines_of(step.case.pk)
    came = resolve(step.given["lines"]) or [
        Line(line.part_id, line.quantity - line.received) for line in lines if line.quantity > line.received
    ]
    wanted = judged(came, serials=True)
    known = {line.part_id: line for line in lines}
    for one in wanted:
        line = known.get(one.part.pk)
        if line is None or line.received + one.quantity > line.quantity:
            raise Refused("accepted_beyond", {"part": str(one.part)}, status=422)
        line.received += one.quantity
        line.save(update_fields=["received"])
    shift(Act("receive", step.actor, step.case.pk, step.case.pk), outside("supplier"), record.place, wanted)
    if any(line.received < line.quantity for line in lines):
        step.go(step.process.state("ordered"))
    step.say(received=len(wanted), days=(step.at - record.ordered_at).days if record.ordered_at else None)


def to_receive(step: Step) -> str:
    """What is still to come, as the lines with which the form begins."""
    return told((line.part, line.quantity - line.received, "") for line in lines_of(step.case.pk) if line.quantity > line.received)


def received(case: Case) -> None:
    """Reaction to `receive`: what has come goes to who waits for it."""
    refill(Purchase.objects.get(pk=case.pk).place_id)


def facts(record: Purchase) -> Mapping[str, Any]:
    """What the decision tables match on."""
    return {"place": record.place.kind if record.place_id else ""}


def below() -> dict[int, list[Line]]:
    """Place → what is to be bought so that the reorder points hold: what is free and on the way is less than the point."""
    found: dict[int, list[Line]] = {}
    rows = Level.objects.select_related("place", "part").filter(place__active=True, part__active=True).order_by("place_id", "part__code")
    by_place: dict[int, list[Level]] = {}
    for level in rows:
        by_place.setdefault(level.place_id, []).append(level)
    for place, levels in by_place.items():
        there, coming = queries.on_hand(place), queries.incoming(place)
        for level in levels:
            free = there[level.part_id].free if level.part_id in there else NONE
            if free + (way := coming.get(level.part_id, NONE)) < level.least:
                found.setdefault(place, []).append(Line(level.part_id, level.target - free - way))
    return found


def reorder() -> int:
    """Chore: a purchase for every place that runs low. Returns how many. Done twice it asks once: what is asked for counts as coming."""
    wanted = below()
    for place, lines in wanted.items():
        codes = {part.pk: part.code for part in queries.parts(everything=True).filter(pk__in=[line.part for line in lines])}
        rows = [{"part": codes[line.part], "quantity": plain(line.quantity)} for line in lines]
        engine.perform("purchase", "ask", actor=SYSTEM, given={"place": place, "lines": rows, "reason": _("低于补货点")})
    return len(wanted)
