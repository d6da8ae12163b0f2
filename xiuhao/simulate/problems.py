"""Problems: many tickets of one fault under one roof. One is open as the demo opens; two of the past were solved for all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from xiuhao.kernel import lived
from xiuhao.kernel.engine import perform
from xiuhao.kernel.time import now
from xiuhao.product.models import Device, Model
from xiuhao.simulate.clientele import Household
from xiuhao.simulate.company import Company
from xiuhao.simulate.errands import Errand, at_hour, house
from xiuhao.simulate.lives import Life, Story, Town
from xiuhao.simulate.matter import Matter, looked_over
from xiuhao.simulate.speech import Speech
from xiuhao.simulate.stories import opening, taken_in
from xiuhao.simulate.waves import Waves
from xiuhao.simulate.world import Story as Scene
from xiuhao.simulate.world import World

HOUR = timedelta(hours=1)
OPEN_SINCE = (66, 61, 49, 44, 30, 26, 7, 5)  # hours since the tickets of the open problem came; the last two joined it later
SUSPECTED = (52, 40, 29, 18, 8, 3)  # hours since tickets of another model in which nobody has seen a problem yet
CAME = (0.4, 1.1, 1.9, 2.3, 3.2, 4.1, 4.6)  # days until the tickets of a solved one came


def model_of(company: Company, code: str) -> Model:
    """The model of a code."""
    return next(model for model, _weight in company.models if model.code == code)


def scenes(world: World) -> Iterator[tuple[datetime, Scene]]:
    """The open problem with its tickets, and tickets that are only alike."""
    told = house()["problems"]
    tickets: list[Matter] = []
    owners = {key: _owners(world, told[key]["model"]) for key in ("open", "suspected")}
    for hours in OPEN_SINCE:
        yield world.end - hours * HOUR, _struck(world, told["open"], tickets, next(owners["open"]))
    yield world.end - 22 * HOUR, _open(world, told["open"], tickets)
    for hours in SUSPECTED:
        yield world.end - hours * HOUR, _struck(world, told["suspected"], [], next(owners["suspected"]))


def _owners(world: World, code: str) -> Iterator[tuple[Household, Device | None]]:
    """Each customer who has such a model, with it; then people who have never called."""
    owned = [(home, device) for home in world.households for device in home.devices if device.model and device.model.code == code]
    world.rng.shuffle(owned)
    yield from {home.customer: (home, device) for home, device in owned}.values()
    while True:
        yield world.people.draw(), None


def _struck(world: World, told: dict[str, str], tickets: list[Matter], whose: tuple[Household, Device | None]) -> Scene:
    """One more customer with the same fault; nothing helps until the maker has an answer."""
    yield now()
    model = model_of(world.company, told["model"])
    home, device = whose
    channel = "phone" if device else world.rng.choice(("web", "chat"))
    matter = Matter(world, home, "fault", channel, device, model, urgency="normal", danger=False)
    matter.about |= {key: world.speech.fill(told[key], matter.about) for key in ("say", "more", "part", "tried", "ask")}
    taken_in(matter)
    tickets.append(matter)
    yield from opening(matter)
    yield world.minutes(30, 150)
    if matter.state == "in_progress":
        matter.do("note", text=told["note"])


def _open(world: World, told: dict[str, str], tickets: list[Matter]) -> Scene:
    """An expert sees that it is one fault, tells all customers, and joins those who come later."""
    yield now()
    expert, model = world.staff("expert"), model_of(world.company, told["model"])
    given = {"subject": told["subject"], "model": model.pk, "description": told["description"], "numbers": _open_ones(tickets)}
    number = perform("problem", "open", actor=expert, given=given).case.number
    yield world.minutes(50, 70)
    perform("problem", "answer", actor=expert, number=number, given=looked_over("reply", {"text": told["answer"]}))
    yield world.end - 4 * HOUR
    late = _open_ones(tickets[-2:])
    if late:
        perform("problem", "join", actor=expert, number=number, given={"numbers": late})
    yield world.minutes(5, 20)
    perform("problem", "note", actor=expert, number=number, given={"text": told["progress"]})


def _open_ones(tickets: Sequence[Matter]) -> str:
    return " ".join(one.number for one in tickets if one.number and one.case.is_open)


# Of the past


class Alike(Life):
    """A request that is solved with its problem."""

    def story(self) -> Story:
        """From birth, through the wait for the one answer, to the archive."""
        yield from self.birth(False)
        yield from self.opening()
        yield self.world.solved
        if self.state != "solved":
            yield from self.solve()
        yield from self.farewell()


def past(towns: Sequence[Town], told: dict[str, str], day: datetime, end: datetime) -> int:
    """A problem of the past, whole: how many steps. A town for each of its tickets, and one for the problem itself."""
    own, *others = towns
    model, solved = model_of(own.company, told["model"]), at_hour(day + timedelta(days=7), 15.2)
    lives = [(day + timedelta(days=days, hours=9), _alike(town, model, told, solved)) for days, town in zip(CAME, others, strict=False)]
    opened = at_hour(day + timedelta(days=5), 10.1)
    waves = Waves(own.company, lives, opened)
    waves.run()
    struck = [one for one in waves.running if one.life.number and one.life.case.is_open]
    numbers = " ".join(one.life.number for one in struck)
    above = Waves(own.company, [(opened, Errand(own, "problem", lambda one: _solved(one, model, told, numbers, solved)))], opened)
    while above.running[0].next is not None:  # its tickets go on between two of its steps: no case has a line older than the one before
        waves.end = above.end = above.running[0].at
        waves.run()
        above.run()
        lived.react([one.life.case.pk for one in struck])
        waves.refresh(struck)
    waves.end = end
    waves.run()
    return waves.steps + above.steps


def _alike(town: Town, model: Model, told: dict[str, str], solved: datetime) -> Alike:
    home = town.people.draw()
    life = Alike(town, home, "fault", "web" if town.chance(0.5) else "chat", None, model, danger=False, urgency="normal")  # type: ignore[arg-type]
    life.about |= {key: Speech(town.rng).fill(told[key], life.about) for key in ("say", "more", "part", "tried", "ask")}
    town.solved = solved
    life.word()
    return life


def _solved(errand: Errand, model: Model, told: dict[str, str], numbers: str, solved: datetime) -> Story:
    yield errand.act("open", "expert", subject=told["subject"], model=str(model.pk), description=told["description"], numbers=numbers)
    yield errand.minutes(40, 90)
    yield errand.act("answer", "expert", **looked_over("reply", {"text": told["answer"]}))
    yield solved - timedelta(minutes=2)
    yield errand.act("solve", "expert", **looked_over("solve", {"solution": told["solution"]}))
