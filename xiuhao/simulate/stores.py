"""The great station's store at work: vans are filled from it, hand to hand, and places are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from xiuhao.kernel import outbox
from xiuhao.kernel.roles import LEAD
from xiuhao.kernel.time import local
from xiuhao.parts import queries as parts
from xiuhao.parts.models import Balance, Place
from xiuhao.simulate.errands import Errand, at_hour
from xiuhao.simulate.lives import Story, Town
from xiuhao.simulate.speech import words
from xiuhao.simulate.world import working_days_back

KEEPER = "stationstore"
OPEN = (11, 18)  # local hours between which something is under way
EARLIER = (3, 2)  # working days back, on each of which so many vans are filled
FILLED = 3
STEPS = ("transfer", "pick", "issue", "accept")
TODAY = (("accept", 2.6), ("issue", 1.1), ("pick", 0.8), ("transfer", 0.3))  # how far the others have come, and hours since
Begun = tuple[datetime, Errand]


def work(town: Town, end: datetime) -> Iterator[Begun]:
    """What was asked for, handed over and counted in the last days before `end`, at every stage."""
    great = words("field")["stations"][0]
    vans, rng = list(great["engineers"]), town.rng
    last = end if OPEN[0] <= local(end).hour < OPEN[1] else at_hour(working_days_back(end, 1), OPEN[1])  # when the store was open
    for back in EARLIER:
        day = working_days_back(end, back)
        for login in rng.sample(vans, FILLED):
            yield at_hour(day, rng.uniform(7.6, 8.4)), Errand(town, "supply", _filled(login, "accept"))
    for (upto, hours), login in zip(TODAY, rng.sample(vans, len(TODAY)), strict=True):
        yield last - timedelta(hours=hours), Errand(town, "supply", _filled(login, upto))
    yield at_hour(working_days_back(end, 3), 17.1), Errand(town, "count", _counted("", missing=0))
    yield at_hour(working_days_back(end, 2), 17.2), Errand(town, "count", _counted(vans[1], missing=1, agreed=True))
    yield last - timedelta(hours=1.5), Errand(town, "count", _counted(vans[2], missing=1))
    yield last - timedelta(hours=0.6), Errand(town, "count", _counted("", missing=-1))


def _filled(login: str, upto: str) -> Callable[[Errand], Story]:
    """A van is filled with what its engineer uses; it goes as far as `upto`."""

    def story(errand: Errand) -> Story:
        store, van = _store(errand, login), _van(errand, login)
        plenty = sorted(_loose(store), key=lambda row: (-row.free, row.part.code))[:12]  # others of the same hour ask for some too
        lines = "\n".join(f"{row.part.code} 1" for row in errand.world.rng.sample(plenty, 3))
        yield errand.act("transfer", login, source=store.pk, destination=van.pk, lines=lines)
        for verb, who in {"pick": KEEPER, "issue": KEEPER, "accept": login}.items():
            if verb in STEPS[: STEPS.index(upto) + 1]:
                yield errand.minutes(4, 14)
                yield errand.act(verb, who)

    return story


def _counted(login: str, missing: int, agreed: bool = False) -> Callable[[Errand], Story]:
    """The store, or the van of an engineer, is counted: so many pieces are missing (-1: it is being counted still)."""

    def story(errand: Errand) -> Story:
        place = _van(errand, login) if login else _store(errand, KEEPER)
        yield errand.act("begin", login or KEEPER, place=place.pk, reason="月度盘点")
        if missing < 0:
            return
        yield errand.minutes(12, 25)
        rows = sorted(_loose(place), key=lambda row: row.part.code)[:8]
        found = [(row.part.code, int(row.quantity) - (missing if n == 0 else 0)) for n, row in enumerate(rows)]
        yield errand.act("enter", login or KEEPER, lines="\n".join(f"{code} {count}" for code, count in found))
        if agreed:
            yield errand.minutes(20, 60)
            yield errand.act("approve", _chief(errand), note="现场复核一次，按实数入账。")

    return story


def _chief(errand: Errand) -> str:
    """Whoever decides on a difference."""
    return errand.world.company.login_of(outbox.in_charge(LEAD, errand.case.unit_path)[0])


def _loose(place: Place) -> list[Balance]:
    """What lies there free, of parts without numbers."""
    return [row for row in parts.on_hand(place.pk).values() if not row.part.tracked and row.free >= 2]


def _store(errand: Errand, login: str) -> Place:
    found = parts.store_of(errand.world.company.people[login].unit.path)
    assert found is not None
    return found


def _van(errand: Errand, login: str) -> Place:
    found = parts.van_of(errand.world.company.people[login].pk)
    assert found is not None
    return found
