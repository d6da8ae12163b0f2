"""Stations at work: visits of the demo's days, and today's, at the great one in every state in which they can be at this hour.

Requests are taken in by the desk, visits are lived through on them, and what was done long ago is solved and confirmed: three waves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from xiuhao.kernel import dispatcher, lived, scheduler
from xiuhao.kernel.time import local, now, simulated
from xiuhao.parts.models import Supply
from xiuhao.simulate import history
from xiuhao.simulate.clientele import Household
from xiuhao.simulate.errands import Errand, at_hour
from xiuhao.simulate.lives import Life, Story, Town
from xiuhao.simulate.speech import words
from xiuhao.simulate.squad import Album, Squad, squads
from xiuhao.simulate.station import open_stations, stock_others
from xiuhao.simulate.visits import HOUR, PATIENCE, Job, Visit, asked_before, by_day
from xiuhao.simulate.waves import Waves

EARLIER, FEW = 26, 4  # visits of the days before, at the great station and at each of the others
AT_FIRST = 3  # of the great station's, the newest: there as the demo opens
OPENED = timedelta(days=20 + history.DAYS)  # the station, before the demo's days: its engineers work in the past behind them too
UP = (8, 20)  # local hours in which people telephone about a repair
# Today's visits: how far each is, and how many.
TODAY = {
    "planned": 5, "offered": 2, "assigned": 3, "accepted": 3, "booked": 6, "travelling": 2, "arrived": 2, "diagnosed": 1, "quoted": 1,
    "repairing": 2, "repaired": 1, "checked": 1, "explained": 1, "signed": 4, "waiting_parts": 1, "waiting_customer": 1, "aborted": 1,
    "remote": 1, "conflict": 1, "cancelled": 1,
}  # fmt: skip
TODAY_FEW = {"planned": 1, "assigned": 1, "booked": 2, "travelling": 1, "repairing": 1, "signed": 1, "waiting_parts": 1}
# Hours since the engineer set out, of those who have; what else it takes lies ahead, or needs nobody on the way.
AGO = {
    "travelling": (0.1, 0.4), "arrived": (0.75, 0.95), "diagnosed": (1, 1.3), "quoted": (1.1, 1.5), "repairing": (1.1, 1.5),
    "repaired": (2.1, 2.5), "checked": (2.2, 2.6), "explained": (2.3, 2.7), "signed": (2.5, 6), "waiting_parts": (1.3, 5),
    "waiting_customer": (1.3, 5), "aborted": (1.2, 5),
}  # fmt: skip
ON_SITE = ("travelling", "arrived", "diagnosed", "repairing", "checked", "explained")  # not at night, nor at lunch
WAYS = {"fault": 7, "installation": 2, "other": 2}


class Asked(Life):
    """A request of somebody in the town: told by phone, answered; while the station is at it the desk waits, then asks and closes."""

    visit: Visit

    def story(self) -> Story:
        """From its first word until the customer has confirmed it, if the visit is long over."""
        yield from self.birth(False)
        if not self.owner:
            yield self.act("take", self.clerk())
        if self.record.answered_at is None:
            yield from self.answered()
        for _look in range(PATIENCE):
            if self.visit.over:
                break
            yield max(self.visit.at or now(), now())
        if self.visit.signed and self.visit.end and now() < self.visit.end - 20 * HOUR:
            yield from self.closed()

    def closed(self) -> Story:
        """The desk solves what the visit was about, and the customer confirms it the day after."""
        yield self.work("closing", 20, 60)
        if self.record.verdict == "uncertain":
            yield self.act("judge", verdict="in", reason="购机凭证齐全，在保修期内")
        yield self.act("record_call", direction="out", summary="回访客户，确认工程师已上门处理。")
        yield self.act("solve", solution=self.solution())
        yield self.later("confirming", 15, 26)
        yield self.act("record_call", direction="out", summary="客户确认使用正常。")
        yield self.act("confirm", satisfied="yes", confirmed_by="phone")


Told = list[tuple[Life, datetime]]


def first(world: Any, begin: datetime, hours: Any, pictures: list[str], say: Callable[[str], None]) -> Told:
    """The stations open at `begin`; today at the great one, with the newest visits of the days before. The requests that they began
    with, and when they were told by telephone."""
    with simulated(begin - OPENED):
        open_stations(world.company)
    rng = Random(world.rng.random())
    great, *_others = squads(world.company, hours.busy, Album(pictures))
    visits = [*_earlier(begin, world.end, rng, EARLIER)[:AT_FIRST], *_today(world.end, rng, TODAY)]
    told, waves = _lived(world, hours, [(great, visits)], rng)
    with simulated(world.end):
        while scheduler.round():  # what the stores were asked for has clocks of its own
            pass
        dispatcher.drain()
    say(f"{len(visits)} work orders, {waves.steps} steps")
    for stumbled in waves.stumbled:
        say(f"a story ended early: {stumbled}")
    return told


def further(world: Any, begin: datetime, hours: Any) -> tuple[Told, Waves]:
    """What the demo opens without: the great station's other visits, and whatever the further stations do. As `first`, and the waves."""
    with simulated(begin - OPENED):
        stock_others(world.company)
    rng = Random(world.rng.random())
    great, *others = squads(world.company, hours.busy, Album(rng=Random(rng.random())))
    visits = [(great, _earlier(begin, world.end, rng, EARLIER)[AT_FIRST:])]
    visits += [(squad, [*_earlier(begin, world.end, rng, FEW), *_today(world.end, rng, TODAY_FEW)]) for squad in others]
    told, waves = _lived(world, hours, visits, rng)
    asked = list(
        Supply.objects.filter(work__in=[one.life.case.pk for one in waves.running if one.life.number]).values_list("pk", flat=True)
    )
    with simulated(world.end):
        lived.react(asked)
        lived.pass_to(dict.fromkeys(asked, world.end))
    return told, waves


def _lived(world: Any, hours: Any, of: Sequence[tuple[Squad, Sequence[Visit]]], rng: Random) -> tuple[Told, Waves]:
    asked: list[tuple[datetime, Asked]] = []
    work: list[tuple[datetime, Errand]] = []
    for squad, visits in of:
        town = [home for home in world.households if squad.serves(home.address)] or world.households
        told = [(visit.begin, _request(world, hours, town, visit, Random(rng.random()))) for visit in visits]
        work += [_errand(world, hours, visit, life, squad, Random(rng.random())) for visit, (_at, life) in zip(visits, told, strict=True)]
        asked += told
    waves = Waves(world.company, sorted([*asked, *work], key=lambda pair: pair[0]), world.end)
    waves.run()
    return [(life, life.case.opened_at) for _at, life in asked if life.number], waves


def _earlier(begin: datetime, end: datetime, rng: Random, count: int) -> list[Visit]:
    """Visits of the days before, all done."""
    found, days = [], (local(end).date() - begin.date()).days
    for place in range(count):
        day = end - timedelta(days=1 + int(place * days / count))
        door = at_hour(day, rng.uniform(8.7, 11) if place % 2 else rng.uniform(13.1, 16))
        asked = asked_before(door, rng)
        if asked < begin:
            asked, door = at_hour(begin, rng.uniform(8.1, 9.9)), at_hour(begin, rng.uniform(13.1, 16))
        found.append(Visit("signed", asked, _kind(rng), door, end=end))
    return found


def _kind(rng: Random) -> str:
    return rng.choices(list(WAYS), list(WAYS.values()))[0]


def _today(end: datetime, rng: Random, wanting: Mapping[str, int]) -> Iterator[Visit]:
    """Today's, in every state that is wanted and in which they can be: nobody is with a customer at night."""
    for wanted, count in wanting.items():
        for _n in range(count):
            upto, kind = wanted, _kind(rng)
            door = end - rng.uniform(*AGO[upto]) * HOUR if upto in AGO else None
            if door and not by_day(door):
                upto = "booked" if upto in ON_SITE else upto
                door = _by_day_before(door, rng) if upto != "booked" else None
            if upto in ("quoted", "remote", "waiting_parts", "conflict"):
                kind = "fault"
            begin = asked_before(door, rng) if door else _awake(end - rng.uniform(1.5, 5) * HOUR, rng)
            yield Visit(upto, begin, kind, door or _ahead(end, rng), end=end)


def _by_day_before(door: datetime, rng: Random) -> datetime:
    """The last afternoon before that."""
    same = at_hour(door, rng.uniform(13.2, 16))
    return same if same <= door else same - timedelta(days=1)


def _awake(at: datetime, rng: Random) -> datetime:
    """That moment, or the evening before it where people slept."""
    hour = local(at).hour
    return at if UP[0] <= hour < UP[1] else at_hour(at - timedelta(days=hour < UP[0]), rng.uniform(17, 19.5))


def _ahead(end: datetime, rng: Random) -> datetime:
    """When somebody will set out: still today if the day is young, else tomorrow."""
    soon = end + rng.uniform(0.5, 4) * HOUR
    return soon if by_day(soon) and rng.random() < 0.6 else at_hour(end + timedelta(days=1), rng.choice((8.75, 9.5, 10.5, 13.25, 14.5, 16)))


def _request(world: Any, hours: Any, town: Sequence[Household], visit: Visit, rng: Random) -> Asked:
    home = rng.choice(town)
    there = Town(world.company, world.households, world.people, hours, rng)
    model, device = history.thing(there, home, visit.kind if visit.kind != "other" else "fault", local(visit.begin).month)
    with simulated(visit.begin):
        life = Asked(there, home, visit.kind, "phone", device, model, danger=False, mood="calm")  # type: ignore[arg-type]  # as `history.one`
        life.word()
    if visit.kind == "other":  # to be cleaned, not one of the questions that a desk answers
        told = words("field")
        life.text = rng.choice(told["cleaning"]).format_map(life.about)
        life.about |= {"brief": life.text, "done": told["done"]["other"]}
    life.line, life.visit = f"F{rng.getrandbits(40)}", visit
    return life


def _errand(world: Any, hours: Any, visit: Visit, life: Life, squad: Squad, rng: Random) -> tuple[datetime, Errand]:
    there = Town(world.company, world.households, world.people, hours, rng)
    errand = Errand(there, "work", lambda one: Job(one, visit, life, squad).story())
    return visit.begin + timedelta(minutes=rng.uniform(12, 25)), errand
