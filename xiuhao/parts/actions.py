"""What a higher process does with stock, inside its own transaction: it has locked its case before. Lock order: the case, then stock.

Who may do it is the higher process's to say; here only what one sees can be moved. Every act takes `key`: again with the same key it does
nothing and gives the movement of the first time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.parts import ledger
from xiuhao.parts.catalogue import load_parts, open_place, open_van, save_level, save_part, save_place, set_price
from xiuhao.parts.ledger import NONE, Act, outside, place_of, shift
from xiuhao.parts.lines import Line, Wanted, judged
from xiuhao.parts.models import Entry, Movement, Need, Place

__all__ = [
    "Line", "issue", "leave_vans", "load_parts", "need", "open_place", "open_van", "put_back", "receive", "release", "reserve",
    "save_level", "save_part", "save_place", "set_price", "take_back", "unneed", "use",
]  # fmt: skip


def need(case: int, lines: Sequence[Line]) -> list[Need]:
    """What a job will take, as it was estimated: replaces what was said before, nothing is held yet. Refused 422 as `lines.judged`."""
    with transaction.atomic(savepoint=False):
        Need.objects.filter(case_id=case).delete()
        wanted = judged(lines) if lines else []
        return Need.objects.bulk_create(Need(case_id=case, part=one.part, quantity=one.quantity, at=now()) for one in wanted)


def reserve(case: int, place: int, lines: Sequence[Line], actor: Actor, *, key: UUID | None = None) -> Movement:
    """Hold parts at a place for a case: all of them, or Refused stock_short (409, with what is left). Of many at once one gets the last."""
    with transaction.atomic(savepoint=False):
        wanted, where, act = judged(_unnamed(lines)), place_of(actor, place), Act("reserve", actor, case, key=key)
        rows = ledger.lock((where.pk, one.part.pk) for one in wanted)
        if (done := ledger.known(act)) is not None:
            return done
        for one in wanted:
            if rows[where.pk, one.part.pk].free < one.quantity:
                raise ledger.short(one.part, rows[where.pk, one.part.pk].free)
        return ledger.post(act, [Entry(place=where, part=one.part, held=one.quantity) for one in wanted])


def reserve_some(where: Place, wanted: Sequence[Wanted], act: Act) -> dict[int, Decimal]:
    """Hold as much of each part as is there for the act's case; part → how much. For requests that wait for the rest."""
    rows = ledger.lock((where.pk, one.part.pk) for one in wanted)
    found = {one.part.pk: max(NONE, min(one.quantity, rows[where.pk, one.part.pk].free)) for one in wanted}
    entries = [Entry(place=where, part=one.part, held=found[one.part.pk]) for one in wanted if found[one.part.pk]]
    if entries:
        ledger.post(act, entries)
    return found


def release(case: int, actor: Actor, *, place: int | None = None) -> Movement | None:
    """Let go what is held for a case, everywhere or at one place; None if nothing was."""
    with transaction.atomic(savepoint=False):
        ledger.lock(ledger.holds(case))
        held = {pair: much for pair, much in ledger.holds(case).items() if place in (None, pair[0])}  # read again under the lock
        return let_go(Act("release", actor, case), held)


def leave_vans(case: int, actor: Actor, but: int | None = None) -> Movement | None:
    """Let go what is held for a case in vans, but in that of one account: nobody who has the job drives them any more. None if nothing."""
    with transaction.atomic(savepoint=False):
        if not (seen := ledger.holds(case)):
            return None
        ledger.lock(seen)
        held = ledger.holds(case)  # read again under the lock
        vans = Place.objects.unscoped("where parts of the case at hand are held").filter(
            pk__in={place for place, _part in held}, kind="van"
        )
        left = set(vans.exclude(account=but).values_list("pk", flat=True))
        return let_go(Act("release", actor, case), {pair: much for pair, much in held.items() if pair[0] in left})


def unneed(case: int, lines: Sequence[Line], actor: Actor) -> list[int]:
    """A job takes these and no more after all: what was needed beyond them is let go, but for what was handed out into a van for it.
    Returns the parts of which less is needed now."""
    with transaction.atomic(savepoint=False):
        left = {line.part: line.quantity for line in lines}
        before = dict(Need.objects.filter(case_id=case).values_list("part", "quantity"))
        beyond = {part: much - left.get(part, NONE) for part, much in before.items() if much > left.get(part, NONE)}
        need(case, lines)
        ledger.lock(pair for pair in ledger.holds(case) if pair[1] in beyond)
        held, used = ledger.holds(case), _sum(case, "use", "customer")  # read again under the lock
        for part, much in beyond.items():
            still = max(NONE, left.get(part, NONE) - used.get(part, NONE))
            beyond[part] = min(much, sum((some for pair, some in held.items() if pair[1] == part), NONE) - still)
        let_go(Act("release", actor, case), _beyond(case, held, dict(beyond)))
        return list(beyond)


def _beyond(case: int, held: Mapping[ledger.Pair, Decimal], rest: dict[int, Decimal]) -> dict[ledger.Pair, Decimal]:
    """Of what is held so much of each part, out of stores before vans; what was handed out into a van stays there."""
    places = Place.objects.unscoped("where parts of the case at hand are held").in_bulk({place for place, _part in held})
    found = {}
    for pair in sorted(held, key=lambda pair: (places[pair[0]].kind == "van", pair)):
        given = _into(case, places[pair[0]]).get(pair[1], NONE) if places[pair[0]].kind == "van" else NONE
        found[pair] = max(NONE, min(rest.get(pair[1], NONE), held[pair] - max(NONE, given)))
        rest[pair[1]] = rest.get(pair[1], NONE) - found[pair]
    return found


def let_go(act: Act, held: Mapping[ledger.Pair, Decimal]) -> Movement | None:
    """Free what is held for the act's case, its balances being locked; None if that is nothing."""
    entries = [Entry(place_id=where, part_id=part, held=-much) for (where, part), much in held.items() if much]
    return ledger.post(act, entries) if entries else None


def issue(case: int, source: int, van: int, lines: Sequence[Line], actor: Actor, *, key: UUID | None = None) -> Movement:
    """Hand parts out from a store into a van, where they are held for the case; what was held in the store goes first.

    Refused: stock_short (409), serial_missing, serial_elsewhere (422).
    """
    with transaction.atomic(savepoint=False):
        wanted = judged(lines, serials=True)
        return shift(Act("issue", actor, case, key=key), place_of(actor, source), place_of(actor, van), wanted, hold=True)


def use(case: int, place: int, lines: Sequence[Line], actor: Actor, offline: bool = False, *, key: UUID | None = None) -> Movement:
    """Parts that were built in for a case. Refused stock_short (409), serial_elsewhere (422).

    `offline`: it was done before we heard of it, so the van's books may fall below nothing, and a count of the van is opened (O9).
    """
    with transaction.atomic(savepoint=False):
        source = place_of(actor, place)
        if offline and source.kind != "van":
            raise Refused("only_van_owes", {}, status=422)
        act = Act("use", actor, case, key=key, forced=offline)
        return shift(act, source, outside("customer"), judged(lines, serials=True))


def take_back(case: int, place: int, lines: Sequence[Line], actor: Actor, *, key: UUID | None = None) -> Movement:
    """Old parts out of a customer's device into quarantine: that of the place's unit, if the place is none itself.

    Refused returned_beyond (422) for more than was built in for the case.
    """
    with transaction.atomic(savepoint=False):
        where = place_of(actor, place)
        if where.kind != "faulty":
            assert where.unit is not None
            where = open_place("faulty", where.unit)
        wanted, act = judged(lines), Act("back", actor, case, key=key)
        ledger.lock((where.pk, one.part.pk) for one in wanted)
        if (done := ledger.known(act)) is not None:
            return done
        _within(wanted, _sum(case, "use", "customer"), _sum(case, "back", "customer"))
        return shift(act, outside("customer"), where, wanted)


def put_back(case: int, van: int, place: int, lines: Sequence[Line], actor: Actor, *, key: UUID | None = None) -> Movement:
    """Unused parts from a van back into a store. Refused returned_beyond (422) for more than was handed out for the case and not used."""
    with transaction.atomic(savepoint=False):
        source, where, act = place_of(actor, van), place_of(actor, place), Act("return", actor, case, key=key)
        wanted = judged(lines, serials=True)
        ledger.lock((side.pk, one.part.pk) for side in (source, where) for one in wanted)
        if (done := ledger.known(act)) is not None:
            return done
        _within(wanted, _into(case, source), _sum(case, "return", source.kind))
        return shift(act, source, where, wanted)


def receive(place: int, lines: Sequence[Line], actor: Actor, *, paper: int | None = None, key: UUID | None = None) -> Movement:
    """Parts from a supplier. Refused serial_missing, serial_known (422: a piece with that serial is somewhere already)."""
    with transaction.atomic(savepoint=False):
        act = Act("receive", actor, paper, paper, key)
        return shift(act, outside("supplier"), place_of(actor, place), judged(lines, serials=True))


def _unnamed(lines: Sequence[Line]) -> list[Line]:
    """What is held is held by number: which piece it is shows when it is picked."""
    return [Line(line.part, line.quantity, unit=line.unit) for line in lines]


def _sum(case: int, kind: str, at: str) -> dict[int, Decimal]:
    """Part → how much a kind of movement of a case has moved at places of a kind, whichever way."""
    rows = Entry.objects.unscoped("of a case that was reached").filter(movement__case_id=case, movement__kind=kind, place__kind=at)
    return {row["part"]: abs(row["all"]) for row in rows.values("part").annotate(all=Sum("quantity"))}


def _into(case: int, van: Place) -> dict[int, Decimal]:
    """Part → how much a van has got for a case and not used."""
    rows = Entry.objects.unscoped("of a case that was reached").filter(
        movement__case_id=case, movement__kind__in=("issue", "arrive", "use"), place=van
    )
    return {row["part"]: row["all"] for row in rows.values("part").annotate(all=Sum("quantity"))}


def _within(wanted: Sequence[Wanted], had: dict[int, Decimal], gone: dict[int, Decimal]) -> None:
    for part in {one.part.pk: one.part for one in wanted}.values():
        much = sum((one.quantity for one in wanted if one.part.pk == part.pk), NONE)
        left = had.get(part.pk, NONE) - gone.get(part.pk, NONE)
        if much > left:
            raise Refused("returned_beyond", {"part": str(part), "left": ledger.plain(max(left, NONE))}, status=422)
