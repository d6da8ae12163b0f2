"""The demo kept moving: people turn up at a gentle pace during the day, and what they ask for runs its course in real time.

The same stories as those of the past, each act done when its moment has come, with its notices. Who works in the demo may take any case
over: a story that the engine then stops is over. Nothing is kept: a restart leaves open what was open, for people.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.accounts import actor_for_token, actor_of
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.simulate import clientele, company, history, queries
from xiuhao.simulate.clientele import STRANGERS, Household, People
from xiuhao.simulate.company import Company
from xiuhao.simulate.lives import Act, Life, Town
from xiuhao.simulate.models import Demo
from xiuhao.simulate.rota import Rota
from xiuhao.simulate.waves import Running
from xiuhao.ticket.models import Ticket

BUSIEST = 18.0  # requests in the busiest hour of the day
BEAT = 2.0  # seconds between two looks
MOST = 400  # stories at once


class Live:
    """What is under way."""

    def __init__(self, demo: Demo, seed: int | None = None) -> None:
        self.rng = Random(seed)
        self.company: Company = company.standing(demo.token)
        self.households: list[Household] = clientele.standing(now())
        self.hours = Rota(history.staff())
        self.running: list[Running] = []
        self.born = self.done = 0
        self._next = now()

    def beat(self) -> int:
        """Do what is due; how many acts."""
        at, done = now(), 0
        while self._next <= at and len(self.running) < MOST:
            self.running.append(Running(self._life(at), at))
            self._next = at + timedelta(hours=self.rng.expovariate(self._pace(at)))
        for one in [one for one in self.running if one.at <= at]:
            done += self._go(one, at)
        self.running = [one for one in self.running if one.next is not None]
        self.done += done
        return done

    def _pace(self, at: datetime) -> float:
        """Requests an hour at this hour."""
        share = history.HOURS[local(at).hour] / max(history.HOURS)
        return BUSIEST * share * history.weight(at)

    def _life(self, at: datetime) -> Life:
        rng = Random(self.rng.getrandbits(64))
        people = People(rng, STRANGERS + history.REQUESTS + self.born % 3000)
        return history.one(Town(self.company, self.households, people, self.hours, rng), at)

    def _go(self, one: Running, at: datetime) -> int:
        """A story's next acts, up to the next moment for which it waits."""
        done, one.at = 0, at
        if one.life.number:
            one.life.stands(Ticket.objects.select_related("case", "category").get(case__number=one.life.number))
        if isinstance(one.next, datetime):
            one.go()
        while isinstance(one.next, Act):
            act = one.next
            try:
                actor = self._actor(act, one)
                outcome = engine.perform("ticket", act.verb, actor=actor, number=one.life.number, given=act.given, key=act.key)
            except Refused as refused:
                if not act.tried:
                    one.next = None  # somebody else has gone on with it
                    return done
                one.go(refused)
                continue
            self.born += not one.life.number
            outcome.record.case = outcome.case
            one.life.stands(outcome.record)
            done += 1
            one.go(outcome)
        return done

    def _actor(self, act: Act, one: Running) -> Actor:
        if isinstance(act.who, Actor):
            return act.who
        if act.who == "customer":
            return one.life.customer
        login = one.life.owner if act.who == "owner" else act.who
        if not login:
            raise Refused("nobody_owns", {"number": one.life.number})
        account = self.company.people[login]
        return actor_for_token(self.company.token) if account.kind == "api" else actor_of(account.pk)


def run(stop: Callable[[float], bool], say: Callable[[str], None]) -> None:
    """Until `stop(seconds)`, which waits so long, says so. Refused not_the_demo in somebody's own company."""
    demo = queries.demo()
    if demo is None:
        raise Refused("not_the_demo", {})
    live, told = Live(demo), 0
    while not stop(BEAT):
        live.beat()
        if live.born >= told + 10:
            told = live.born
            say(f"{live.born} requests, {live.done} acts, {len(live.running)} under way")
