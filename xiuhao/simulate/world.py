"""A stretch of time lived through: stories wake in their order, clocks fire when they are due, effects are done at once.

A story is a generator: it acts at the moment at which it is woken and yields the moment of its next act. Everything it does goes
through the engine. Time ends at `end`, the present; what wanted to wake later simply has not happened yet.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from xiuhao.kernel import calendars, dispatcher, scheduler
from xiuhao.kernel.access import Actor
from xiuhao.kernel.accounts import actor_for_token, actor_of
from xiuhao.kernel.models import Case, CaseClock
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now, simulated
from xiuhao.simulate.clientele import Household, People
from xiuhao.simulate.company import SHOP, Company
from xiuhao.simulate.speech import Speech

Story = Generator[datetime, None, None]
TICK = timedelta(minutes=1)  # the simulated scheduler looks once a minute; each level is written with its own true moment. So does the
# dispatcher: what follows from several acts of one minute is done at once
MORNING, EVENING = 8, 21  # local hours between which people call on each other
SECONDS = (3, 25)  # between two verbs of the same person
EARLY = timedelta(minutes=75)  # within which a night's put-off acts begin


class Over(Exception):
    """Time has ended in the middle of a waking: the rest of it has not happened yet."""


class World:
    """The company, its customers, and the time from now on until `end`."""

    def __init__(self, company: Company, people: People, households: list[Household], end: datetime, rng: Random) -> None:
        self.company, self.people, self.households, self.end, self.rng = company, people, households, end, rng
        self.speech = Speech(rng)
        self.vips: list[int] = []
        self.photos: list[str] = []  # handed in by visitors, not yet of any request
        self.papers: list[str] = []  # that the staff will hand in
        self.stumbled: list[str] = []  # stories that the engine stopped
        self.away: set[str] = set()
        self.fired = 0  # levels of clocks, so far
        self._clock = datetime.min.replace(tzinfo=UTC)
        self._told = self._clock  # when what followed from the acts was done last
        self._acts = 0  # verbs of the present waking
        self.born = 0  # requests, so far
        self.phoned: list[tuple[Any, datetime]] = []  # those that were told by telephone, and when
        self.seen: Callable[[int], None] = lambda born: None
        self._agenda: list[tuple[datetime, int, Story]] = []
        self._order = count()
        self._actors: dict[tuple[str, date], Actor] = {}

    def begin(self, at: datetime, story: Story) -> None:
        """Let a story begin at a moment."""
        heapq.heappush(self._agenda, (at, next(self._order), story))

    def run(self) -> None:
        """Live until `end`."""
        while self._agenda and self._agenda[0][0] <= self.end:
            at, _order, story = heapq.heappop(self._agenda)
            at = self._clock = min(max(at, self._clock), self.end)
            self._acts = 0
            self._pass_to(at)
            with simulated(at):
                again = self._wake(story)
            if again is not None:
                self.begin(max(again, at + timedelta(seconds=1)), story)
            if not self._agenda or self._agenda[0][0] >= self._told + TICK:
                self._told = self._clock
                with simulated(self._clock):
                    self._tell()
        self._pass_to(self.end + timedelta(seconds=1))
        with simulated(self.end):
            self._tell()

    def _tell(self) -> None:
        """Do what follows from it."""
        dispatcher.drain()

    def met(self, case: Case) -> None:
        """A story has to do with this case."""

    def _wake(self, story: Story) -> datetime | None:
        """The next act of a story, and when it goes on. What the engine refuses ends it, and is told at the end: the demo shows
        what could happen, not what the author thought of."""
        try:
            return next(story, None)
        except Over:
            return None
        except Refused as refused:
            name = getattr(story, "__name__", "")
            self.stumbled.append(f"{name}: {refused}")
            return None

    def _pass_to(self, at: datetime) -> None:
        """Fire what falls due before `at`, minute by minute, and do what follows from it."""
        while (
            due := CaseClock.objects.filter(next_at__isnull=False).order_by("next_at").values_list("next_at", flat=True).first()
        ) and due < at:
            tick = (due + TICK).replace(second=0, microsecond=0)
            with simulated(min(max(tick, due + timedelta(seconds=1)), self.end)):
                fired = scheduler.round()
                while dispatcher.round():
                    pass
            self.fired += fired
            if not fired:
                return  # due in the very second in which time ends

    @contextmanager
    def act(self) -> Iterator[None]:
        """Time for one verb: the first of a waking at its moment, each further one some seconds later."""
        if self._acts:
            self._clock += timedelta(seconds=self.rng.randint(*SECONDS))
            if self._clock > self.end:
                raise Over
            self._pass_to(self._clock)
        self._acts += 1
        with simulated(self._clock):
            yield

    def bear(self, matter: Any) -> None:
        """One more request is born."""
        self.born += 1
        if matter.line:
            self.phoned.append((matter, matter.case.opened_at))
        self.seen(self.born)

    # Who acts

    def staff(self, login: str) -> Actor:
        """The actor of a log-in on this day: posts and absences are looked at once a day."""
        today = login, local(now()).date()
        if today not in self._actors:
            account = self.company.people[login]
            self._actors[today] = actor_for_token(self.company.token) if login == SHOP else actor_of(account.pk)
        return self._actors[today]

    def on_duty(self, role: str) -> list[str]:
        """The log-ins of those who hold a role and are not away."""
        return [login for login in self.company.held(role) if login not in self.away]

    # When

    def minutes(self, least: float, most: float) -> datetime:
        """So many minutes from now."""
        return now() + timedelta(minutes=self.rng.uniform(least, most))

    def hours(self, least: float, most: float) -> datetime:
        """So many hours from now; at night people sleep, and it becomes the next morning."""
        at = now() + timedelta(hours=self.rng.uniform(least, most))
        clock = local(at)
        if MORNING <= clock.hour < EVENING:
            return at
        day = clock.date() + timedelta(days=1 if clock.hour >= EVENING else 0)
        opening = clock.replace(year=day.year, month=day.month, day=day.day, hour=MORNING, minute=0, second=0)
        return opening + self.rng.random() * EARLY

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.rng.random() < share


def working_days_back(end: datetime, days: int) -> datetime:
    """Midnight of the day from which on so many working days lie before `end`, whatever holidays come between."""
    day, left = local(end).replace(hour=0, minute=0, second=0, microsecond=0), days
    while left:
        day -= timedelta(days=1)
        left -= calendars.is_workday(day.date())
    return day
