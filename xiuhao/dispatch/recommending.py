"""Who should do a job, best first with the reasons; and of everybody else the rule that stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from django.utils.translation import gettext as _

from xiuhao.dispatch import engine, judging, modelling, travel
from xiuhao.dispatch.engine.plan import Plan
from xiuhao.dispatch.modelling import Model
from xiuhao.dispatch.moves import Move
from xiuhao.dispatch.reasons import why_not
from xiuhao.dispatch.situation import Job, Situation
from xiuhao.kernel.refusal import Refused


@dataclass(frozen=True)
class Offer:
    """Somebody for a job: from `start` (None: it cannot be), why, and whom else it moves. `cost` in equivalent minutes of travel."""

    account: int
    name: str
    start: datetime | None
    at: str
    cost: float
    reasons: Sequence[str]
    others: Sequence[Move] = ()


def loose(day: Situation, job: Job) -> Situation:
    """The day as if nobody had the job yet and nothing else waited: what waits takes nobody's time."""
    kept = {job.pk, *(one.pk for jobs in day.rows.values() for one in jobs)}
    free = replace(job.at(None, None), state="planned", pinned=False)
    return replace(day, jobs=tuple(free if one.pk == job.pk else one for one in day.jobs if one.pk in kept))


def offers(day: Situation, job: Job, *, bump: bool = False) -> list[Offer]:
    """Everybody on duty: who can, the cheapest first; then who cannot. With `bump` others may make way, where nobody could otherwise."""
    free = loose(day, job)
    made = modelling.model(free)
    if job.number in made.elsewhere:
        return []
    rows = judging.rows(free)
    found = engine.candidates(made.problem, made.standing, job.number, bump=bump)
    return [_offer(made, rows, job, one) for one in found]


def _offer(made: Model, rows: dict[int, judging.Row], job: Job, one: engine.Candidate) -> Offer:
    day, account = made.situation, int(one.engineer)
    name = day.duties[account].name
    if not one.feasible:
        return Offer(account, name, None, "", 0.0, [why_not(reason) for reason in one.reasons])
    if one.bumped:
        plan = engine.placed(made.problem, made.standing, job.number, one)
        start = made.at(plan.places[job.number][1].start)
        others = [_moved(made, plan, key) for key, _to in one.bumped]
    else:
        start, others = fitted(day, account, job, made.at(one.start))
    reasons = [*_praise(day, rows[account], job, start), *_costs(day, others)]
    return Offer(account, name, start, f"{start.astimezone(day.zone):%H:%M}", one.cost, reasons, others)


def _moved(made: Model, plan: Plan, key: str) -> Move:
    """Where a job goes that makes way; back to the list if nobody could have it."""
    order, place = made.situation.by_number[key], plan.places.get(key)
    if place is None:
        return Move(key, order.version, None, None, uuid4())
    return Move(key, order.version, int(place[0]), made.at(place[1].start), uuid4())


def fitted(day: Situation, account: int, job: Job, wanted: datetime) -> tuple[datetime, list[Move]]:
    """When somebody can begin, not before `wanted`, after what they have before it; and what comes after it pushed
    back as far as it must."""
    mine = [one for one in day.rows.get(account, []) if one.pk != job.pk]
    before = [one for one in mine if one.begins and one.begins <= wanted]
    after = mine[len(before) :]
    here, start = day.spot(job), wanted
    if before and before[-1].ends:
        start = max(start, before[-1].ends + _way(day.spot(before[-1]), here))
    start = _rounded(start)
    moves, free, place = [], start + timedelta(minutes=job.minutes), here
    for one in after:
        need = free + _way(place, day.spot(one))
        if one.start is None or one.start >= need - timedelta(minutes=judging.SLACK) or one.fixed:
            break
        begin = _rounded(need)
        moves.append(Move(one.number, one.version, account, begin, uuid4()))
        free, place = begin + timedelta(minutes=one.minutes), day.spot(one)
    return start, moves


def _way(one: travel.Place | None, other: travel.Place | None) -> timedelta:
    return timedelta(seconds=travel.legs([(one, other)])[0]) if one and other else timedelta()


def _rounded(at: datetime) -> datetime:
    """To the next five minutes: nobody is told 10:37."""
    over = (at.minute % 5) * 60 + at.second + at.microsecond / 1e6
    return at + timedelta(seconds=300 - over) if over else at


def _praise(day: Situation, row: judging.Row, job: Job, start: datetime) -> list[str]:
    """What speaks for somebody: skill, how far they are then, how full their day is."""
    duty, found = day.duties[row.account], []
    if job.skill:
        found.append(_("技能 {level} 级").format(level=duty.skills.get(job.skill, 0)))
    before = [stop.job for stop in row.stops if stop.job.begins and stop.job.begins <= start]
    here, there = (day.spot(before[-1]) if before else day.home(row.account)), day.spot(job)
    if here and there:
        found.append(_("距离 {km} 公里").format(km=f"{travel.km(here, there):.1f}"))
    return [*found, _("负荷 {load}%").format(load=row.load)]


def _costs(day: Situation, others: Sequence[Move]) -> list[str]:
    """Whom it moves."""
    told = []
    for move in others:
        if move.engineer is None or move.start is None:
            told.append(_("{number} 放回待派").format(number=move.number))
        else:
            name, at = day.duties[move.engineer].name, f"{move.start.astimezone(day.zone):%H:%M}"
            told.append(_("{number} 改为 {name} {at}").format(number=move.number, name=name, at=at))
    return told


def chosen(day: Situation, job: Job, account: int, key: UUID, version: int | None, *, bump: bool) -> list[Move]:
    """The moves of an offer that somebody takes, worked out anew: the job first. Raises Refused offer_gone (409)."""
    found = next((one for one in offers(day, job, bump=bump) if one.account == account and one.start), None)
    if found is None:
        raise Refused("offer_gone", {"number": job.number})
    first = Move(job.number, version, account, found.start, key)
    return [first, *(replace(move, key=uuid5(key, move.number)) for move in found.others)]
