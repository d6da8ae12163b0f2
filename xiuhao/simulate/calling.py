"""Calls as the telephone system reports them and agents walk through them: of tickets, of questions that need none, missed, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from xiuhao.calls.queries import checklist
from xiuhao.kernel.time import now
from xiuhao.simulate.chances import pick
from xiuhao.simulate.clientele import Household
from xiuhao.simulate.company import SWITCHBOARD
from xiuhao.simulate.errands import Errand, at_hour, house
from xiuhao.simulate.lives import Story, Town
from xiuhao.simulate.matter import PROVIDER

SCRIPTED = 0.45  # share of talks in which the script is walked on the screen
SKIPPED = 0.04  # share of its steps that somebody leaves out
AGENT_FIRST = 0.13  # share of talks in which the agent hangs up first
CHECKED, MISSING = 0.15, 0.06  # shares of the calls at which quality looks, and of the items of its checklist that were not kept
ON_AVERAGE = 15  # seconds of a step
QUESTIONS, MISSED, OUT = 9, 3, 4  # a day, beside the calls in which tickets are told
HOURS = (8, 9, 9, 10, 10, 11, 13, 14, 14, 15, 15, 16, 17, 19, 20)
TOLD = (("greet", 0), ("matter", 3), ("full_name", 0), ("spell", 0), ("mobile", 0), ("read_back", 0), ("task", 1))
COMPLAINED = (("greet", 0), ("matter", 4), ("soothe", 0), ("demand", 1), ("restate", 0), *TOLD[2:])
ASKED = {True: (("greet", 0), ("matter", 1), ("hold", 1)), False: (("greet", 0), ("matter", 2), ("direct", 1))}
UNKNOWN = (("greet", 0), ("matter", 1), ("hold", 2), ("apology", 0), *TOLD[2:6], ("task", 2), ("call_back", 0))


@dataclass
class Talk:
    """One call: how the telephone system names it, who calls, who takes it (a log-in), and the steps of the script on the way.

    `told` is when the ticket was saved that is born in it; `missed`: nobody answered; `fault` is what a technician has to call back for.
    """

    line: str
    home: Household
    agent: str
    steps: tuple[tuple[str, int], ...] = ()
    told: datetime | None = None
    direction: str = "in"
    missed: bool = False
    fault: str = ""
    named: bool = False  # whether the caller has said the whole name
    errand: Errand = field(init=False)

    def begin(self, town: Town) -> Errand:
        """The errand that lives it."""
        self.errand = Errand(town, "call", self._story)
        return self.errand

    def _story(self, errand: Errand) -> Story:
        rng = errand.world.rng
        yield errand.act(
            "ring", SWITCHBOARD, provider=PROVIDER, provider_id=self.line, direction=self.direction, caller=self.home.phone,
            agent=self.agent, ringing=True,
        )  # fmt: skip
        if self.missed:
            yield now() + timedelta(seconds=rng.randint(12, 40))
            yield errand.act("end", SWITCHBOARD, ended_by="customer")
            return
        yield errand.act("answer", SWITCHBOARD, agent=self.agent)
        for node, branch in self.steps:
            yield errand.act("walk", **self._step(errand, node, branch))
        if self.told is not None:
            yield max(self.told, now()) + timedelta(seconds=rng.randint(3, 12))
        elif not self.steps:
            yield now() + timedelta(seconds=rng.randint(40, 260))
        errand.gap = (1, 9)
        if self.steps:
            yield errand.act("walk", **self._step(errand, "other", 1))
            if not errand.world.chance(SKIPPED):
                yield errand.act("walk", node="goodbye", outcome="done", branch=1 if errand.world.chance(0.8) else 2)
        first = "agent" if errand.world.chance(AGENT_FIRST) else "customer"
        yield errand.act("end", SWITCHBOARD, ended_by=first)
        if errand.world.chance(CHECKED):
            yield errand.office(1)
            yield errand.act("check", errand.world.rng.choice(errand.world.company.held("quality")), **self._judged(errand))

    @staticmethod
    def _judged(errand: Errand) -> dict[str, Any]:
        """What quality finds in a call: most of it was kept."""
        missed = [key for key in checklist() if errand.world.chance(MISSING)]
        return {"kept": ",".join(key for key in checklist() if key not in missed), "missed": ",".join(missed)}

    def _step(self, errand: Errand, node: str, branch: int) -> dict[str, Any]:
        skipped = errand.world.chance(SKIPPED) and node not in ("greet", "matter")
        if node == "full_name":
            self.named = not skipped
        if skipped or (node == "spell" and not self.named):
            return {"node": node, "outcome": "skipped"}
        said = {"greet": self.home.name[:1], "full_name": self.home.name, "mobile": self.home.phone}
        return {"node": node, "outcome": "done", "branch": branch or None, "value": said.get(node)}

    @property
    def before(self) -> float:
        """Seconds from the first ringing until the ticket is saved, about."""
        return ON_AVERAGE * (len(self.steps) + 2.5)


class Told(Protocol):
    """What a call has to know of the request that is told in it."""

    household: Household
    kind: str
    line: str
    taker: str


def of_ticket(town: Town, matter: Told, told: datetime) -> tuple[datetime, Errand]:
    """The call in which a ticket was told, and when it begins."""
    town = town.apart(f"{matter.line}/told")
    steps = (COMPLAINED if matter.kind == "complaint" else TOLD) if town.chance(SCRIPTED) else ()
    talk = Talk(matter.line, matter.household, matter.taker, steps, told)
    return told - timedelta(seconds=talk.before if steps else town.rng.randint(80, 300)), talk.begin(town)


def others(town: Town, day: datetime, name: str, until: datetime) -> Iterator[tuple[datetime, Talk]]:
    """The day's calls that no ticket comes of, with when they begin, up to a moment. `name` tells the days apart."""
    kinds = ["question"] * town.rng.randint(QUESTIONS - 3, QUESTIONS + 3) + ["missed"] * town.rng.randint(1, MISSED + 1)
    kinds += ["out"] * town.rng.randint(OUT - 2, OUT + 2) + (["unknown"] if town.chance(0.55) else [])
    for place, kind in enumerate(kinds):
        line = f"{name}-{place}"
        own = town.apart(f"{line}/about")
        at = at_hour(day, own.rng.choice(HOURS) + own.rng.random())
        agent = _free(town, at, line)
        if not agent or at > until - timedelta(minutes=6):
            continue
        talk = Talk(line, own.rng.choice(town.households), agent)
        if kind == "missed":
            talk.missed = True
        elif kind == "out":
            talk.direction = "out"
        elif kind == "unknown":
            talk.steps, talk.fault = UNKNOWN, own.rng.choice(house()["faults"])
        elif own.chance(SCRIPTED):
            talk.steps = ASKED[own.chance(0.5)]
        yield at, talk


def _free(town: Town, at: datetime, line: str) -> str:
    """An agent who is at work and idle then, else one who is at work; "" at hours when nobody is."""
    there = [login for login in town.company.desk if town.hours.on(login, at)]
    idle = [login for login in there if town.hours.idle(login, at)]
    chosen = pick(f"{town.seed}/{line}", idle or there or [""])
    if chosen:
        town.hours.book(chosen, at, 4)
    return chosen


def backs(town: Town, talks: Iterable[Talk], open_since: datetime) -> Iterator[tuple[datetime, Errand]]:
    """The calls back that these talks have promised; what was promised after `open_since` is not done yet."""
    for talk in talks:
        if talk.fault and talk.errand.number:
            own, at = town.apart(f"{talk.line}/back"), talk.errand.case.opened_at + timedelta(seconds=150)
            yield at, Errand(own, "call_back", _back(talk, open_since))


def _back(talk: Talk, open_since: datetime) -> Callable[[Errand], Story]:
    def story(errand: Errand) -> Story:
        late = now() >= open_since
        call = talk.errand.number
        yield errand.act("ask_back", talk.agent, parent=call, name=talk.home.name, phone=talk.home.phone, fault=talk.fault)
        if late:
            return
        expert = errand.world.rng.choice(errand.world.company.held("expert"))
        hours = errand.world.hours
        yield hours.book(expert, now(), 3)
        yield errand.act("take", expert)
        yield hours.squeeze(expert, now(), 9)
        yield errand.act("call", expert, outcome=errand.drawn(house()["outcomes"]))

    return story
