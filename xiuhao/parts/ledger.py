"""The one way by which stock moves: rows locked in one order, what is there looked at under the lock, the lines of a movement in one
statement. That they balance and make the stock is the database's own work (migration 0002)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.parts.lines import Wanted
from xiuhao.parts.models import OUT, Balance, Entry, Movement, Part, Piece, Place

Pair = tuple[int, int]  # place, part
NONE = Decimal(0)

_OPEN = """
insert into parts_balance (place_id, part_id, quantity, held, owes)
select p.id, w.part, 0, 0, p.kind = 'van' from unnest(%s::bigint[], %s::bigint[]) w(place, part) join parts_place p on p.id = w.place
order by 1, 2 on conflict do nothing
"""


@dataclass(frozen=True)
class Act:
    """What a movement is: its kind, who moves, for which case, by which paper. `key` makes a repeat harmless."""

    kind: str
    actor: Actor
    case: int | None = None
    paper: int | None = None
    key: UUID | None = None
    forced: bool = False


def place_of(actor: Actor, pk: int) -> Place:
    """The place in use that the actor sees; Refused not_found (404)."""
    found = Place.objects.visible_to(actor).filter(pk=pk, active=True).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


def outside(kind: str) -> Place:
    """The place that is there once: transit, supplier, customer, variance."""
    return Place.objects.unscoped("belongs to nobody").get(kind=kind, unit=None)


def lock(pairs: Iterable[Pair]) -> dict[Pair, Balance]:
    """The balances, locked until the commit, always in the order of place and part: two who want the same never wait in a circle.

    One that was never there is opened first. Two statements, three where one is opened.
    """
    wanted = sorted(set(pairs))
    if not wanted:
        return {}
    places, parts = [place for place, _part in wanted], [part for _place, part in wanted]
    rows = Balance.objects.unscoped("the places were reached before").filter(place__in=places, part__in=parts)
    if set(wanted) - set(rows.values_list("place", "part")):
        with connection.cursor() as cursor:
            cursor.execute(_OPEN, [places, parts])
    locked = rows.order_by("place_id", "part_id").select_for_update(of=("self",))
    return {(row.place_id, row.part_id): row for row in locked if (row.place_id, row.part_id) in set(wanted)}


def holds(case: int) -> dict[Pair, Decimal]:
    """How much of each part is held at each place for a case."""
    rows = Entry.objects.unscoped("of a case that was reached").filter(movement__case_id=case)
    found = rows.values("place", "part").annotate(all=Sum("held")).order_by("place", "part")
    return {(row["place"], row["part"]): row["all"] for row in found if row["all"]}


def short(part: Part, left: Decimal) -> Refused:
    """Not so much is there: 409, with what is."""
    return Refused("stock_short", {"part": str(part), "left": plain(max(left, NONE)), "unit": part.unit})


def plain(value: Decimal) -> str:
    """A quantity without empty decimals: 2, 0.5."""
    return f"{value.normalize():f}" if value else "0"


def known(act: Act) -> Movement | None:
    """The movement that this key has made before. Refused key_reused (422) if it was another's or for another case."""
    found = Movement.objects.filter(key=act.key).first() if act.key else None
    if found is not None and (found.kind, found.case_id, found.actor_id) != (act.kind, act.case, act.actor.id):
        raise Refused("key_reused", {}, status=422)
    return found


def post(act: Act, entries: Sequence[Entry]) -> Movement:
    """Write a movement with its lines. Two statements."""
    made = Movement.objects.create(
        kind=act.kind, key=act.key, at=now(), actor_id=act.actor.id, actor_name=act.actor.name[:60], case_id=act.case,
        paper_id=act.paper, forced=act.forced,
    )  # fmt: skip
    for entry in entries:
        entry.movement = made
    Entry.objects.unscoped("writing the ledger").bulk_create(entries)
    return made


def shift(act: Act, source: Place, target: Place, wanted: Sequence[Wanted], *, hold: bool = False, taking: bool = True) -> Movement:
    """Move parts from one place to another.

    What is held at the source for the act's case goes first, then what nobody holds; with `taking` false nothing that is held is touched.
    `hold`: at the target it is held for the case. A forced act is physical truth, though the books have not so much.
    Refused: stock_short (409), serial_elsewhere (422).
    """
    parts = {w.part.pk for w in wanted}
    sides = [side for side in (source, target) if side.kind not in OUT]
    rows = lock((side.pk, part) for side in sides for part in parts)
    if (done := known(act)) is not None:
        return done
    mine = holds(act.case) if act.case and taking and source.kind not in OUT else {}
    pieces = _pieces(wanted, source, act.forced)
    entries: list[Entry] = []
    for one in wanted:
        held = NONE
        if source.kind not in OUT:
            row, own = rows[source.pk, one.part.pk], mine.get((source.pk, one.part.pk), NONE)
            if not act.forced and row.free + own < one.quantity:
                raise short(one.part, row.free + own)
            held = min(own, one.quantity)
            row.quantity, row.held = row.quantity - one.quantity, row.held - held
            mine[source.pk, one.part.pk] = own - held
        piece = pieces.get((one.part.pk, one.serial))
        entries += [
            Entry(place=source, part=one.part, piece=piece, quantity=-one.quantity, held=-held),
            Entry(place=target, part=one.part, piece=piece, quantity=one.quantity, held=one.quantity if hold else NONE),
        ]
    return post(act, entries)


def _pieces(wanted: Sequence[Wanted], source: Place, forced: bool) -> dict[tuple[int, str], Piece]:
    """The pieces that are named, locked in one order; from outside, and where the truth is stronger than the books, unknown ones are new.

    Refused 422: serial_elsewhere for one that is not at the source, serial_known for one that a supplier has brought already.
    """
    named = sorted((w.part.pk, w.serial) for w in wanted if w.serial)
    if not named:
        return {}
    rows = Piece.objects.unscoped("of places that were reached").filter(serial__in=[serial for _part, serial in named])
    if source.kind in OUT or forced:
        Piece.objects.unscoped("new pieces").bulk_create(
            (Piece(part_id=part, serial=serial) for part, serial in named), ignore_conflicts=True
        )
    locked = {(piece.part_id, piece.serial): piece for piece in rows.order_by("part_id", "serial").select_for_update(of=("self",))}
    for one in wanted:
        piece = locked.get((one.part.pk, one.serial))
        here = piece is not None and (piece.place_id == source.pk or (source.kind in OUT and piece.place_id is None))
        if one.serial and not here and not forced:
            known = "serial_known" if source.kind == "supplier" else "serial_elsewhere"
            raise Refused(known, {"part": one.part.code, "serial": one.serial}, status=422)
    return locked
