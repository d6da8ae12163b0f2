"""What the verbs of a count write: what was found beside what the books say; a difference moves stock only once it was approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from xiuhao.kernel import engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.parts import queries
from xiuhao.parts.ledger import NONE, Act, lock, outside, plain, shift
from xiuhao.parts.lines import Wanted, judged, resolve
from xiuhao.parts.models import Balance, Count, CountLine, Part, Piece
from xiuhao.parts.supplying import refill


def begin(step: Step) -> None:
    """A count of a place."""
    record: Count = step.record
    assert record.place.unit is not None
    step.place(record.place.unit)
    if record.place.account is not None:
        step.own(record.place.account)


def enter(step: Step) -> None:
    """What was found, beside the books of this moment. With `whole` what is not named was not there. No difference: done."""
    record: Count = step.record
    told = judged(resolve(step.given["lines"]), serials=_named(record), zero=True) if step.given["lines"] else []
    found: dict[int, Decimal] = {}
    serials: dict[int, list[str]] = {}
    for one in told:
        found[one.part.pk] = found.get(one.part.pk, NONE) + one.quantity
        serials.setdefault(one.part.pk, []).extend([one.serial] if one.serial else [])
    there = queries.on_hand(record.place_id)
    if step.given["whole"]:
        found = {**dict.fromkeys(there, NONE), **found}
    lock((record.place_id, part) for part in found)
    there = queries.on_hand(record.place_id)  # again, under the lock
    CountLine.objects.filter(case_id=step.case.pk).delete()
    parts = Part.objects.in_bulk(found)
    rows = [_line(step, parts[part], much, there.get(part), serials.get(part, [])) for part, much in sorted(found.items())]
    for row in rows:
        step.add(row)
    _judge(step, [row for row in rows if row.book != row.found or _strange(row, record)])


def _line(step: Step, part: Part, much: Decimal, row: Balance | None, serials: Sequence[str]) -> CountLine:
    return CountLine(case_id=step.case.pk, part=part, found=much, book=row.quantity if row else NONE, serials=sorted(serials))


def _strange(row: CountLine, record: Count) -> bool:
    """Whether other pieces were found than the books have here."""
    return _named(record) and row.part.tracked and set(row.serials) != set(_pieces(row.part_id, record))


def _named(record: Count) -> bool:
    """Whether pieces are counted by serial: old parts are not, theirs may be illegible."""
    return record.place.kind != "faulty"


def _pieces(part: int, record: Count) -> list[str]:
    rows = Piece.objects.unscoped("of the place that is counted").filter(part=part, place=record.place_id)
    return list(rows.values_list("serial", flat=True))


def _judge(step: Step, differing: Sequence[CountLine]) -> None:
    """The differences in words and money; somebody else decides on them."""
    record: Count = step.record
    listed = queries.prices([row.part_id for row in differing], local(step.at).date())
    record.differences = "\n".join(f"{row.part.code} {plain(row.book)} → {plain(row.found)}" for row in differing)
    worth = (abs(row.found - row.book) * listed[row.part_id].price for row in differing if row.part_id in listed)
    record.amount = sum(worth, Decimal(0)).quantize(Decimal("0.01"))
    step.say(differences=len(differing), amount=str(record.amount))
    if differing:
        step.ask(step.transition.may_open[0])
    else:
        step.go(step.process.state("closed"))


def post(step: Step) -> None:
    """The approved differences, as differences: what moved since the count stays moved. Refused stock_held for what is promised to jobs."""
    record: Count = step.record
    more: list[Wanted] = []
    less: list[Wanted] = []
    for row in CountLine.objects.filter(case_id=step.case.pk).select_related("part").order_by("part_id"):
        found, lost = _moved(row, record)
        more += found
        less += lost
    rows = lock((record.place_id, one.part.pk) for one in (*more, *less))
    for one in less:
        there = rows[record.place_id, one.part.pk]
        if not there.owes and there.free < one.quantity:
            raise Refused("stock_held", {"part": str(one.part), "held": plain(there.held)})
    act = Act("count", step.actor, step.case.pk, step.case.pk, forced=True)
    if more:
        shift(act, outside("variance"), record.place, more)
    if less:
        shift(act, record.place, outside("variance"), less, taking=False)


def _moved(row: CountLine, record: Count) -> tuple[list[Wanted], list[Wanted]]:
    """What is to come to the place and what is to leave it; of a part whose pieces were named, piece by piece."""
    if row.part.tracked and _named(record):
        there = set(_pieces(row.part_id, record))
        found = [Wanted(row.part, Decimal(1), serial) for serial in sorted(set(row.serials) - there)]
        return found, [Wanted(row.part, Decimal(1), serial) for serial in sorted(there - set(row.serials))]
    change = row.found - row.book
    one = [Wanted(row.part, abs(change))] if change else []
    return (one, []) if change > 0 else ([], one)


def posted(case: Any) -> None:
    """Reaction to `approve`: what was found goes to who waits for it."""
    refill(Count.objects.get(pk=case.pk).place_id)


def check_vans() -> int:
    """Chore: a count of every van whose books owe something, unless one is open: somebody looks what is there (O9). Returns how many."""
    rows = Balance.objects.unscoped("the product looks after its own books").filter(quantity__lt=0)
    counted = Count.objects.filter(case__is_open=True).values("place")
    owing = set(rows.exclude(place__in=counted).values_list("place", flat=True))
    for place in sorted(owing):
        engine.perform("count", "begin", actor=SYSTEM, given={"place": place, "reason": _("离线用料后账面为负，请核对")})
    return len(owing)


def facts(record: Count) -> Mapping[str, Any]:
    """What the decision tables match on."""
    return {"place": record.place.kind if record.place_id else ""}
