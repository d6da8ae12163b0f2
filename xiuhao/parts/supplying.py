"""What the verbs of a request for parts write: hold what is there, pick, hand out by the price list, accept, settle what differs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from xiuhao.kernel import engine
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Account, Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local
from xiuhao.parts import actions, queries
from xiuhao.parts.ledger import NONE, Act, holds, lock, outside, shift
from xiuhao.parts.lines import Line, Wanted, judged, resolve, told
from xiuhao.parts.models import Part, Piece, Place, Supply, SupplyLine

SPEED = "SL-3.10"
QUARANTINE = ("good", "faulty")  # old parts leave it for a shelf or a van only by way of who judges them


def places_of(steps: list[Step]) -> None:
    """Of a request for a job: where the parts come from and go to, where nobody says it: the unit's store, the van of who does the job."""
    for step in steps:
        parent: Case | None = step.context.get("parent")
        if parent is None:
            continue
        step.context.setdefault("source", queries.store_of(parent.unit_path))
        step.context.setdefault("destination", queries.van_of(parent.owner_id) if parent.owner_id else None)


def ask(step: Step) -> None:
    """The request: what is there is held for it at once, the rest waits. Its lines, and how many of them were filled, are kept."""
    record: Supply = step.record
    parent: Case | None = step.context.get("parent")
    record.source, record.destination = _side(step, "source"), _side(step, "destination")
    if record.source == record.destination:
        raise Refused("places_same", {}, status=422)
    if record.source.kind == "faulty" and record.destination.kind not in QUARANTINE:
        raise Refused("not_judged", {}, status=422)
    record.purpose, record.work = ("job", parent) if parent else ("transfer", None)
    wanted = judged(_typed(step, parent))
    held = _hold(step, wanted)
    for one in wanted:
        step.add(SupplyLine(case_id=step.case.pk, part=one.part, wanted=one.quantity, held=held[one.part.pk]))
    record.asked, record.filled = len(wanted), sum(held[one.part.pk] == one.quantity for one in wanted)
    assert record.source.unit is not None
    step.place(record.source.unit)
    step.case.customer_id = None  # the house's own paper
    step.own(record.destination.account or Account.objects.filter(pk=step.actor.id or 0).first())
    step.say(asked=record.asked, filled=record.filled)
    if record.filled < record.asked:
        step.go(step.process.state("short"))
    if SPEED in step.transition.clauses:
        step.rule(SPEED, "met" if record.filled == record.asked else "broken")


def _hold(step: Step, wanted: Sequence[Wanted]) -> dict[int, Decimal]:
    """Part → how much of what is wanted is held at the source now: by the job itself before, or by this request."""
    record: Supply = step.record
    before: dict[int, Decimal] = {}
    if record.work_id:
        at_source = {part: much for (place, part), much in holds(record.work_id).items() if place == record.source_id}
        others = SupplyLine.objects.filter(case__in=Supply.objects.filter(work=record.work_id, source=record.source).values("case_id"))
        for line in others.filter(case__state__in=("reserved", "short", "picked")):
            at_source[line.part_id] = at_source.get(line.part_id, NONE) - line.held
        before = {one.part.pk: max(NONE, min(one.quantity, at_source.get(one.part.pk, NONE))) for one in wanted}
    more = [Wanted(one.part, one.quantity - before.get(one.part.pk, NONE)) for one in wanted]
    held = actions.reserve_some(record.source, more, Act("reserve", step.actor, _holder(step), step.case.pk))
    return {part: before.get(part, NONE) + much for part, much in held.items()}


def _side(step: Step, key: str) -> Place:
    found: Place | None = step.context.get(key)
    if found is None:
        raise Refused("place_unsaid", {}, status=422)
    return found


def _typed(step: Step, parent: Case | None) -> list[Line]:
    """What was typed; of a job, where nothing was, what it still needs."""
    if step.given["lines"] or parent is None:
        return resolve(step.given["lines"])
    return _lacking(parent, step.record.destination)


def _lacking(work: Case, van: Place) -> list[Line]:
    """What a job still has to get into a van: needed, neither built in nor held there."""
    there = {part: much for (place, part), much in holds(work.pk).items() if place == van.pk}
    left = [(one.part.pk, one.quantity - one.used - there.get(one.part.pk, NONE)) for one in queries.needs_for(work.pk)]
    return [Line(part, much) for part, much in left if much > 0]


def _holder(step: Step) -> int:
    """For which case the parts are held: the job, or the request itself."""
    return int(step.record.work_id or step.case.pk)


def lines_of(case: int) -> list[SupplyLine]:
    """The lines of a request, by part."""
    return list(SupplyLine.objects.filter(case_id=case).select_related("part").order_by("part__code"))


def fill(step: Step) -> None:
    """Hold what has come meanwhile."""
    lines = [line for line in lines_of(step.case.pk) if line.held < line.wanted]
    more = [Wanted(line.part, line.wanted - line.held) for line in lines]
    held = actions.reserve_some(step.record.source, more, Act("reserve", step.actor, _holder(step), step.case.pk))
    for line in lines:
        line.held += held[line.part_id]
        line.save(update_fields=["held"])
    step.say(held=sum(1 for much in held.values() if much))
    if any(line.held < line.wanted for line in lines):
        step.go(step.process.state("short"))


def something_held(step: Step) -> bool:
    """Whether anything of the request can be picked."""
    return any(line.held for line in lines_of(step.case.pk))


def pick(step: Step) -> None:
    """Choose the pieces of tracked parts: those that are named, else those that came first."""
    named = resolve(step.given["pieces"])
    for line in lines_of(step.case.pk):
        if not line.held:
            continue
        line.serials = (
            _pieces(line, step.record.source, [one.serial for one in named if one.part == line.part_id]) if line.part.tracked else []
        )
        line.sent = line.held
        line.save(update_fields=["serials", "sent"])


def _pieces(line: SupplyLine, source: Place, named: Sequence[str]) -> list[str]:
    rows = Piece.objects.unscoped("of the store that hands out").filter(part=line.part, place=source).order_by("pk")
    taken = SupplyLine.objects.filter(part=line.part, case__state="picked", case__in=Supply.objects.filter(source=source).values("case_id"))
    others = {serial for serials in taken.values_list("serials", flat=True) for serial in serials}
    there = [piece.serial for piece in rows if piece.serial not in others]
    count = int(line.held)
    chosen = [*named, *(serial for serial in there if serial not in named)][:count]
    if lost := [serial for serial in named if serial not in there]:
        raise Refused("serial_elsewhere", {"part": line.part.code, "serial": lost[0]}, status=422)
    if len(chosen) < count or len(named) > count:
        raise Refused("serial_missing", {"part": line.part.code}, status=422)
    return chosen


def unpriced(step: Step) -> list[str]:
    """The picked parts that the price list does not know today."""
    lines = [line for line in lines_of(step.case.pk) if line.sent]
    listed = queries.prices({line.part_id for line in lines}, local(step.at).date())
    return [line.part.code for line in lines if line.part_id not in listed]


def issue(step: Step) -> None:
    """Out of the store, on the way; each part at the price of the list of the day."""
    lines = [line for line in lines_of(step.case.pk) if line.sent]
    listed = queries.prices({line.part_id for line in lines}, local(step.at).date())
    for line in lines:
        line.price = listed[line.part_id].price if line.part_id in listed else None
        line.save(update_fields=["price"])
    act = Act("issue", step.actor, _holder(step), step.case.pk)
    lock((step.record.destination_id, line.part_id) for line in lines)  # so that it shows there as being on its way
    shift(act, step.record.source, outside("transit"), judged([one for line in lines for one in _each(line, line.sent)], serials=True))
    step.record.issued_by = step.actor.id
    step.say(prices={line.part.code: str(line.price) for line in lines})


def _each(line: SupplyLine, much: Decimal) -> Iterable[Line]:
    """A line piece by piece where it has serials."""
    if line.serials:
        return [Line(line.part_id, Decimal(1), serial) for serial in line.serials[: int(much)]]
    return [Line(line.part_id, much)] if much else []


def other_hands(step: Step) -> bool:
    """Who hands out for a job does not accept it too; between stores one keeper may do both."""
    return bool(step.record.purpose != "job" or step.actor.id != step.record.issued_by)


def accept(step: Step) -> None:
    """Into the place that asked, held there for the job: all of it, or what `lines` says has come; then the rest is to be cleared up."""
    record: Supply = step.record
    lines = [line for line in lines_of(step.case.pk) if line.sent]
    came = _came(lines, resolve(step.given["lines"]))
    arrived = [one for line in lines for one in came[line.pk]]
    for line in lines:
        line.accepted = sum((one.quantity for one in came[line.pk]), NONE)
        line.save(update_fields=["accepted"])
    if arrived:
        act = Act("arrive", step.actor, _holder(step), step.case.pk)
        shift(act, outside("transit"), record.destination, judged(arrived, serials=True), hold=_awaited(record), taking=False)
    if any(line.accepted < line.sent for line in lines):
        step.go(step.process.state("differs"))
    step.say(accepted=sum(line.accepted == line.sent for line in lines), sent=len(lines))


def to_accept(step: Step) -> str:
    """What was sent, as the lines with which the form begins: who misses a piece strikes out its line."""
    lines = [line for line in lines_of(step.case.pk) if line.sent]
    return told((line.part, one.quantity, one.serial) for line in lines for one in _each(line, line.sent))


def _awaited(record: Supply) -> bool:
    """Whether the job still waits for the parts there: it is open, and its van, if it is one, is that of who has it. The job is locked, so
    that nobody gives it to another meanwhile."""
    if record.work_id is None:
        return False
    work = Case.objects.unscoped("the job that asked").select_for_update(of=("self",)).get(pk=record.work_id)
    return work.is_open and record.destination.account_id in (None, work.owner_id)


def redirect(step: Step) -> None:
    """The job is another's now: what the store has not sent yet goes to their van, and is theirs to accept. Refused places_same."""
    record: Supply = step.record
    work = Case.objects.unscoped("the job that asked").get(pk=record.work_id or 0)
    van = queries.van_of(work.owner_id) if work.owner_id else None
    if van is None or van == record.destination:
        raise Refused("places_same")
    step.say(was=str(record.destination))
    record.destination = van
    step.own(van.account)


def _came(lines: Sequence[SupplyLine], said: Sequence[Line]) -> dict[int, list[Line]]:
    """Line → what of it has come. Refused 422: accepted_beyond for what was not sent, serial_missing."""
    if not said:
        return {line.pk: list(_each(line, line.sent)) for line in lines}
    known = {line.part_id: line for line in lines}
    found: dict[int, list[Line]] = {line.pk: [] for line in lines}
    for one in said:
        line = known.get(one.part)
        if line is not None and line.serials and not one.serial and one.quantity < line.sent:
            raise Refused("serial_missing", {"part": line.part.code}, status=422)  # which of them came decides which one is looked for
        if line is None or (one.serial and one.serial not in line.serials):
            raise Refused("accepted_beyond", {"part": one.serial or str(Part.objects.get(pk=one.part))}, status=422)
        found[line.pk] += [one] if one.serial or not line.serials else list(_each(line, one.quantity))
        if sum((each.quantity for each in found[line.pk]), NONE) > line.sent:
            raise Refused("accepted_beyond", {"part": str(line.part)}, status=422)
    return found


def settle(step: Step) -> None:
    """What had not come: found again in the store that sent it, or lost."""
    record: Supply = step.record
    lines = [line for line in lines_of(step.case.pk) if line.accepted < line.sent]
    left = [one for line in lines for one in _missing(line)]
    target = record.source if step.given["how"] == "found" else outside("variance")
    shift(Act("settle", step.actor, step.case.pk, step.case.pk), outside("transit"), target, judged(left, serials=True), taking=False)


def _missing(line: SupplyLine) -> Iterable[Line]:
    if not line.serials:
        return [Line(line.part_id, line.sent - line.accepted)]
    transit = outside("transit")
    rows = Piece.objects.unscoped("on its way").filter(part=line.part, serial__in=line.serials, place=transit)
    return [Line(line.part_id, Decimal(1), serial) for serial in rows.values_list("serial", flat=True)]


def drop(step: Step) -> None:
    """Nothing is handed out: what was held for this request is free again."""
    holder, source = _holder(step), step.record.source_id
    lines = {line.part_id: line.held for line in lines_of(step.case.pk) if line.held}
    lock((source, part) for part in lines)
    held = holds(holder)
    mine = {(source, part): min(much, held.get((source, part), NONE)) for part, much in lines.items()}
    actions.let_go(Act("release", step.actor, holder, step.case.pk), mine)


# After the commit, and around


def inform(case: Case) -> None:
    """Reaction for the verbs that arrange a repair: the parts department gets a request for what the estimate says (YD-1.4).

    `case` is the job. Nothing is asked for while nobody has the job, where its van has everything, or while a request for it is open.
    """
    van = queries.van_of(case.owner_id) if case.owner_id else None
    if van is None or queries.store_of(case.unit_path) is None:
        return
    _redirected(case, van)
    if not _lacking(case, van):
        return
    if not Supply.objects.filter(work=case, case__is_open=True).exists():
        engine.perform("supply", "request", actor=SYSTEM, parent=case.number)


def _redirected(work: Case, van: Place) -> None:
    """The requests of a job that are meant for another's van and not sent yet. What the store sends just now goes its way."""
    _to_unsent(Supply.objects.filter(work=work, destination__kind="van").exclude(destination=van), "redirect")


def drop_all(case: Case) -> None:
    """Reaction for the verbs that end a job unfinished: what was asked for it and is not sent stays in the store. `case` is the job."""
    with translation.override(settings.LANGUAGE_CODE):
        why = _("派工单 {number} 已取消或中止").format(number=case.number)
    _to_unsent(Supply.objects.filter(work=case), "cancel", why=why)


def reconsider(case: Case, parts: Collection[int]) -> None:
    """Reaction where a job needs less of these parts than it did: a request that asks for more than it still lacks is withdrawn, and what
    it does lack is asked for anew. `case` is the job."""
    van = queries.van_of(case.owner_id) if case.owner_id else None
    if van is None or not parts:
        return
    lacking = {line.part: line.quantity for line in _lacking(case, van)}
    lines = SupplyLine.objects.filter(part__in=parts, case__in=Supply.objects.filter(work=case).values("case_id"))
    more = {line.case_id for line in lines if line.wanted > lacking.get(line.part_id, NONE)}
    with translation.override(settings.LANGUAGE_CODE):
        why = _("派工单 {number} 的客户没有同意追加的报价").format(number=case.number)
    _to_unsent(Supply.objects.filter(pk__in=more), "cancel", why=why)
    inform(case)


def _to_unsent(requests: QuerySet[Supply], verb: str, **given: str) -> None:
    """What the system does to those of some requests that are not sent yet; one that the store sends just now goes its way."""
    rows = requests.filter(case__state__in=("reserved", "short", "picked")).order_by("pk")
    for number in rows.values_list("case__number", flat=True):
        try:
            engine.perform("supply", verb, actor=SYSTEM, number=number, given=given)
        except Refused as refused:
            if refused.code not in ("wrong_state", "places_same"):
                raise


def refill(place: int) -> None:
    """What has come to a place goes to the requests that wait there, oldest first."""
    waiting = Case.objects.unscoped("the system gives what has come").filter(process="supply", state="short")
    for case in waiting.filter(pk__in=Supply.objects.filter(source=place).values("case_id")).order_by("pk"):
        there = queries.on_hand(place)
        lacking = [line.part_id for line in lines_of(case.pk) if line.held < line.wanted]
        if any(part in there and there[part].free > 0 for part in lacking):
            engine.perform("supply", "fill", actor=SYSTEM, number=case.number)


def accepted(case: Case) -> None:
    """Reaction to `accept` and `settle`: who waits at either end may have it now."""
    record = Supply.objects.select_related("destination", "work").get(pk=case.pk)
    if record.work is not None and record.destination.account_id not in (None, record.work.owner_id):
        inform(record.work)  # it came to a van that has the job no more
    refill(record.destination_id)
    refill(record.source_id)


def relations(actor: Actor, case: Any, record: Supply | None) -> Iterable[str]:
    """Who keeps the store that gets the parts accepts them as the owner does."""
    unit = record.destination.unit if case is not None and record is not None else None
    if unit is not None and actor.holds(r.WAREHOUSE, r.LEAD, r.MANAGER, path=unit.path):
        yield r.OWNER


def facts(record: Supply) -> Mapping[str, Any]:
    """What the decision tables match on."""
    return {"purpose": record.purpose, "short": record.filled < record.asked}


def title(record: Supply) -> str:
    """从 → 到, with how many parts."""
    return f"{record.source} → {record.destination}" if record.source_id else ""
