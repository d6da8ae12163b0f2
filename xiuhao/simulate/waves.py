"""Many stories at once: the next act of every one of them is one call of the engine, with the clocks that fired in between.

All in one transaction of the caller's: nobody sees half a story.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from django.apps import apps

from xiuhao.kernel import engine, lived, registry
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.accounts import actor_for_token, actor_of
from xiuhao.kernel.engine import Outcome, Request
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated
from xiuhao.simulate.company import SHOP, Company
from xiuhao.simulate.errands import Errand
from xiuhao.simulate.lives import Act, Life, Story


class Running:
    """A life or an errand under way: what it waits for, and since when."""

    def __init__(self, life: Life | Errand, at: datetime) -> None:
        self.life, self.at = life, at
        self.gaps = Random(life.world.rng.random())
        self.story: Story = life.story()
        self.next: datetime | Act | Errand | None = at

    def go(self, answer: Any = None) -> None:
        """On to the next moment, act or errand; None is its end."""
        with simulated(self.at):
            self.next = next(self.story, None) if answer is None else _sent(self.story, answer)
        if isinstance(self.next, datetime):
            self.at = max(self.next, self.at + timedelta(seconds=1))


def _sent(story: Story, answer: Any) -> datetime | Act | Errand | None:
    try:
        return story.send(answer)
    except StopIteration:
        return None


class Waves:
    """Lives these stories until `end`; what would come later has not happened yet."""

    def __init__(self, company: Company, lives: Sequence[tuple[datetime, Life | Errand]], end: datetime) -> None:
        self.company, self.end = company, end
        self.running: list[Running] = []
        self.steps, self.stumbled = 0, list[str]()
        self.actor: Callable[[str], Actor] = cache(self._actor)
        self.take(lives)

    def take(self, lives: Sequence[tuple[datetime, Life | Errand]]) -> None:
        """These too, each from its moment on."""
        self.running += [Running(life, at) for at, life in lives]

    def run(self) -> None:
        """All of them, wave by wave; then the clocks of what is still open, up to the end."""
        alive = self.running
        while alive := [one for one in alive if one.next is not None and one.at <= self.end]:
            alive += self.begun(alive)
            latest = max(one.at for one in alive)
            with simulated(latest):
                self._pass_to({one: one.at for one in alive})
                for one in alive:
                    if isinstance(one.next, datetime):
                        one.go()
                acting = [one for one in alive if isinstance(one.next, Act)]
                for process in dict.fromkeys(one.life.process for one in acting):
                    self._act(process, [one for one in acting if one.life.process == process])
        with simulated(self.end):
            self._pass_to(dict.fromkeys(self.running, self.end))

    def begun(self, alive: Sequence[Running]) -> list[Running]:
        """The errands that these have begun; they go on beside them."""
        fresh = []
        for one in alive:
            while isinstance(one.next, Errand):
                fresh.append(Running(one.next, one.at))
                one.go()
        self.running += fresh
        return fresh

    def _pass_to(self, moments: dict[Running, datetime]) -> None:
        """Clocks fire; whom that concerns reads the case anew."""
        open_ones = [one for one in moments if one.life.number and one.life.case.is_open and registry.process(one.life.process).clocks]
        by_case = {one.life.case.pk: one for one in open_ones}
        touched = lived.pass_to({pk: moments[one] for pk, one in by_case.items()})
        self.refresh([by_case[pk] for pk in touched])

    @staticmethod
    def refresh(stale: Sequence[Running]) -> None:
        """Read how these cases stand now. One statement a process."""
        by_case = {one.life.case.pk: one for one in stale}
        for process in dict.fromkeys(one.life.process for one in stale):
            declared = registry.process(process)
            rows = apps.get_model(declared.record).objects.select_related("case", *declared.related)
            for record in rows.filter(pk__in=[pk for pk, one in by_case.items() if one.life.process == process]):
                by_case[record.pk].life.stands(record)

    def _act(self, process: str, acting: list[Running]) -> None:
        requests = [self._request(one) for one in acting]
        results = engine.perform_many(process, requests, actor=SYSTEM, quiet=True)
        self.steps += len(results)
        lived.react([result.case.pk for result in results if isinstance(result, Outcome)])
        for one, result in zip(acting, results, strict=True):
            act = one.next
            assert isinstance(act, Act)
            if isinstance(result, Refused):
                if not act.tried:
                    self.stumbled.append(f"{process} {act.verb}: {result}")
                    one.next = None
                    continue
            else:
                result.record.case = result.case
                one.life.stands(result.record)
            one.at += timedelta(seconds=one.gaps.randint(*one.life.gap))
            one.go(result)

    def _request(self, one: Running) -> Request:
        act, life = one.next, one.life
        assert isinstance(act, Act)
        who = life.owner if act.who == "owner" else act.who
        by = who if isinstance(who, Actor) else life.customer if who == "customer" else self.actor(who) if who else SYSTEM
        return Request(act.verb, act.given, life.number, act.key, occurred=one.at, parent=act.parent, by=by)

    def _actor(self, login: str) -> Actor:
        account = self.company.people[login]
        return actor_for_token(self.company.token) if login == SHOP else actor_of(account.pk)
