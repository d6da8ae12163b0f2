"""The demo kept moving: people turn up at a gentle pace during the day, and what they ask for runs its course in real time; beside
them the telephone rings, visitors come, and the dealers register what they sell and hand in.

The same stories as those of the past, each act done when its moment has come, with its notices. Who works in the demo may take any case
over: a story that the engine then stops is over. Nothing is kept: a restart leaves open what was open, for people.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.accounts import actor_for_token, actor_of
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.registration.models import DealerDay
from xiuhao.simulate import calling, clientele, company, dealers, history, queries, visits
from xiuhao.simulate.beside import Beside
from xiuhao.simulate.clientele import STRANGERS, Household, People
from xiuhao.simulate.company import SHOP, Company
from xiuhao.simulate.errands import Errand, at_hour
from xiuhao.simulate.lives import Act, Life, Town
from xiuhao.simulate.models import Demo
from xiuhao.simulate.rota import Rota
from xiuhao.simulate.squad import Album, squads
from xiuhao.simulate.waves import Running, Waves

BUSIEST = 18.0  # requests in the busiest hour of the day
BEAT = 2.0  # seconds between two looks
MOST = 400  # stories at once
LATER = 100  # the dealers' days of the real time are counted from here


class Live:
    """What is under way."""

    def __init__(self, demo: Demo, seed: int | None = None) -> None:
        self.rng = Random(seed)
        self.company: Company = company.standing(demo.token)
        self.households: list[Household] = clientele.standing(now())
        self.hours = Rota(history.staff())
        self.squads = squads(self.company, self.hours.busy, Album(theirs=True))
        self.running: list[Running] = []
        self.born = self.done = 0
        self._next = now()
        self._day: date | None = None
        self._handing: set[int] = set()  # dealers' days that somebody has in mind

    def beat(self) -> int:
        """Do what is due; how many acts."""
        at, done = now(), 0
        if local(at).date() != self._day:
            self._day = local(at).date()
            self._beside(at)
        self._hand_in(at)
        while self._next <= at and len(self.running) < MOST:
            self._turn_up(at)
            self._next = at + timedelta(hours=self.rng.expovariate(self._pace(at)))
        for one in [one for one in self.running if one.at <= at]:
            done += self._go(one, at)
        self.running = [one for one in self.running if one.next is not None]
        self.done += done
        return done

    def _turn_up(self, at: datetime) -> None:
        """Somebody with a request; by telephone it rings first, and the ticket is saved while they talk."""
        life = self._life(at)
        if life.channel == "phone":
            life.line, life.taker = f"L{self.rng.getrandbits(48):x}", life.clerk()
            begins, call = calling.of_ticket(life.world, life, at)
            self.running.append(Running(call, at))
            at += at - begins
        self.running.append(Running(life, at))

    def _beside(self, at: datetime) -> None:
        """What is left of the day beside the requests."""
        rng = Random(self.rng.getrandbits(64))
        beside = Beside(self.company, self.households, self.hours, rng, at_hour(at, 24))
        beside.calls(at, f"L{local(at):%y%m%d}-{rng.getrandbits(24):x}")
        beside.visits(at, {})
        beside.sales(at, LATER + local(at).toordinal() % 4000, most_new=0)
        self.running += [Running(errand, begins) for begins, errand in beside.first if begins > at]

    def _hand_in(self, at: datetime) -> None:
        """The dealers' days that the house has opened."""
        rows = DealerDay.objects.select_related("case").filter(case__is_open=True).exclude(pk__in=self._handing)
        for record in rows:
            town = Town(self.company, self.households, People(self.rng), self.hours, Random(self.rng.getrandbits(64)))
            errand = Errand(town, "dealer_day", dealers.hand_in_now)
            errand.stands(record)
            self._handing.add(record.pk)
            self.running.append(Running(errand, at))

    def _pace(self, at: datetime) -> float:
        """Requests an hour at this hour."""
        share = history.HOURS[local(at).hour] / max(history.HOURS)
        return BUSIEST * share * history.weight(at)

    def _life(self, at: datetime) -> Life:
        rng = Random(self.rng.getrandbits(64))
        people = People(rng, STRANGERS + history.REQUESTS + self.born % 3000)
        town = Town(self.company, self.households, people, self.hours, rng, visited=visits.by(self.squads))
        return history.one(town, at)

    def _go(self, one: Running, at: datetime) -> int:
        """A story's next acts, up to the next moment for which it waits."""
        done, one.at = 0, at
        if one.life.number:
            Waves.refresh([one])
        if isinstance(one.next, datetime):
            one.go()
        self._begin(one, at)
        while isinstance(one.next, Act):
            act = one.next
            try:
                actor = self._actor(act, one)
                outcome = engine.perform(
                    one.life.process, act.verb, actor=actor, number=one.life.number, given=act.given, key=act.key, parent=act.parent
                )
            except Refused as refused:
                if not act.tried:
                    one.next = None  # somebody else has gone on with it
                    return done
                one.go(refused)
                continue
            self.born += not one.life.number and one.life.process == "ticket"
            outcome.record.case = outcome.case
            one.life.stands(outcome.record)
            done += 1
            one.go(outcome)
            self._begin(one, at)
        return done

    def _begin(self, one: Running, at: datetime) -> None:
        """The errands that a story has begun, beside it."""
        while isinstance(one.next, Errand):
            self.running.append(Running(one.next, at))
            one.go()

    def _actor(self, act: Act, one: Running) -> Actor:
        if isinstance(act.who, Actor):
            return act.who
        if act.who == "customer":
            return one.life.customer
        login = one.life.owner if act.who == "owner" else act.who
        if not login:
            raise Refused("nobody_owns", {"number": one.life.number})
        account = self.company.people[login]
        return actor_for_token(self.company.token) if login == SHOP else actor_of(account.pk)


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
