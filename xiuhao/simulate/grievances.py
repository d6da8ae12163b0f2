"""Complaints as the demo opens: of people, some fresh, some near their time, one that the management hears of; slips and reports."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from xiuhao.kernel import engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.simulate.matter import Matter
from xiuhao.simulate.problems import model_of
from xiuhao.simulate.speech import words
from xiuhao.simulate.stories import taken_in
from xiuhao.simulate.world import Story, World

Way = Generator[datetime, None, str]
HOUR = timedelta(hours=1)
# Who takes it in, through which channel, how many hours ago, up to which verb, and who answers for its department.
STANDING = (
    ("fresh", "agent8", "phone", 0.3, "receive", ""), ("counter", "dealer", "dealer", 0.6, "receive", ""),
    ("costly", "agent9", "phone", 3.2, "assign", "quality"), ("late_part", "agent8", "phone", 21.5, "assign", "sales"),
    ("unsafe", "agent9", "phone", 2.6, "assign", "quality"), ("planned", "agent8", "phone", 30, "offer", "quality"),
    ("confirmed", "agent13", "phone", 52, "confirm", "lead"), ("done", "agent8", "phone", 96, "close", "quality"),
)  # fmt: skip
PAUSES = {
    "assign": 0.2,
    "answer": 2.5,
    "plan": 1.2,
    "offer": 0.5,
    "confirm": 20,
    "execute": 24,
    "survey": 20,
    "close": 2,
}  # hours before each
REGION = "浙江"
BOUGHT = 90  # days ago
MACHINES = ("quality", "delivery", "price")


def told(what: str) -> Any:
    """A part of `words/grievances.yaml`."""
    return words("grievances")[what]


def scenes(world: World) -> Iterator[tuple[datetime, Story]]:
    """Each with the moment at which it begins."""
    for place, (at, story) in enumerate(_all(world)):
        yield at, apart(world, story, f"grievance {place}")


def _all(world: World) -> Iterator[tuple[datetime, Any]]:
    by_key = {one["key"]: one for one in told("complaints")}
    for key, who, channel, hours, until, department in STANDING:
        yield world.end - hours * HOUR, complained(world, by_key[key], channel, who, until, department)
    for one, ago in zip(told("returns"), (1.6, 5), strict=True):
        yield world.end - ago * HOUR, returned(world, one)
    yield world.end - 20 * HOUR, anomaly(world)
    yield world.end - 26 * HOUR, tipoff(world)


def apart(world: World, story: Story, seed: str) -> Story:
    """A story with chances of its own: what it draws changes nothing of the others' days."""
    own = Random(seed).getstate()
    while True:
        others = world.rng.getstate()
        world.rng.setstate(own)
        try:
            at = next(story, None)
        finally:
            own = world.rng.getstate()
            world.rng.setstate(others)
        if at is None:
            return
        yield at


def act(world: World, process: str, verb: str, who: str, number: str = "", /, parent: str = "", **given: Any) -> Case:
    """A verb at this moment; what is None is not given."""
    wanted = {key: value for key, value in given.items() if value is not None}
    with world.act():
        case = engine.perform(process, verb, actor=world.staff(who), number=number, parent=parent, given=wanted).case
    world.met(case)
    return case


def act_with_papers(world: World, process: str, verb: str, who: str, number: str, **given: Any) -> Case:
    """A verb that hands in papers: they were taken before the demo's own transaction, by nobody in particular."""
    with world.act():
        request = engine.Request(verb, given, number, by=world.staff(who))
        [done] = engine.perform_many(process, [request], actor=SYSTEM)
    if isinstance(done, Refused):
        raise done
    world.met(done.case)
    return done.case


def hence(hours: float) -> str:
    """So many hours from now."""
    return (now() + hours * HOUR).isoformat()


def heard(world: World, one: dict[str, Any], who: str, channel: str, home: Any) -> Case:
    """Taken in: apologised, said back, agreed, with a time for the next word."""
    machine = one["content"] in MACHINES
    return act(
        world, "complaint", "receive", who, channel=channel, contact_name=home.name, contact_phone=home.phone, content=one["content"],
        model=model_of(world.company, one["model"]).pk if machine else None, symptom=one["symptom"],
        purchased_on=(local(now()).date() - timedelta(days=BOUGHT)).isoformat() if machine else None, loss="some" if machine else None,
        demand=one["demand"], claimed=one.get("claimed"), safety=one.get("safety"), restated=one["restated"], agreed="yes",
        promised_at=hence(26),
    )  # fmt: skip


def complained(world: World, one: dict[str, Any], channel: str, who: str, until: str, department: str) -> Way:
    """A complaint of somebody at home, from the first word up to a verb; its number."""
    yield now()
    number = heard(world, one, who, channel, world.people.draw()).number
    for verb, hours in PAUSES.items() if until != "receive" else ():
        yield now() + hours * HOUR
        step(world, one, number, verb, who, department)
        if verb == until:
            break
    return number


def step(world: World, one: dict[str, Any], number: str, verb: str, who: str, department: str) -> None:
    """One step of the way, as it is told."""
    if verb == "execute":
        act_with_papers(world, "complaint", verb, who, number, outcome=one["outcome"], basis=one["basis"], proof=[world.papers.pop()])
        return
    given: dict[str, Any] = {}
    if verb == "answer":
        given = {"contacted": True, "way": one["way"], "facts": one["facts"], "fault": "ours", "apologised": True, "text": one["text"]}
        given["promised_at"] = hence(47)
    elif verb == "plan":
        given = {f"option_{place}": text for place, text in enumerate(one["options"], 1)}
    elif verb == "offer":
        given = {"way": one["way"], "text": one["offer"]}
    elif verb == "confirm":
        given = {"way": one["way"], "note": one["agreed"]}
    elif verb == "survey":
        given = {"satisfied": "yes", "better": "yes", "opinion": one["opinion"]}
    elif verb == "close":
        given = {"cause": "quality", "summary": one["summary"], "improvement": one["improvement"]}
    act(world, "complaint", verb, department if verb == "answer" else who, number, **given)


def anomaly(world: World) -> Story:
    """Something wrong that has cost nobody anything."""
    yield now()
    act(world, "anomaly", "report", "engineer", **told("anomaly"))


def tipoff(world: World) -> Story:
    """A report of wrongdoing, whose source wants no name."""
    yield now()
    act(world, "tipoff", "file", "agent8", anonymous=True, **told("tipoff"))


def returned(world: World, one: dict[str, Any]) -> Story:
    """A machine that failed within its first days: asked for by the desk, received by the region, with a technician."""
    yield now()
    model = model_of(world.company, one["model"])
    home = next(home for home in world.people if home.province == REGION)
    matter = Matter(world, home, "return_exchange", "phone", None, model, urgency="normal")
    taken_in(matter, "agent8")
    yield world.minutes(8, 20)
    bought = (local(now()).date() - timedelta(days=4)).isoformat()
    number = act(
        world, "returns", "apply", "agent8", parent=matter.number, kind=one["kind"], reason=one["reason"], purchased_on=bought
    ).number
    if one["key"] == "asked":
        return
    yield world.minutes(30, 60)
    act(world, "returns", "take", "region", number, technician=world.company.people["engineer"].pk)
