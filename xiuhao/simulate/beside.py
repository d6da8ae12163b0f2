"""A day beside its requests: calls, visitors, dealers, requests about personal data; in waves, after the requests were lived through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random

from xiuhao.registration.models import Registration
from xiuhao.simulate import calling, dealers, house
from xiuhao.simulate.clientele import Household, People
from xiuhao.simulate.company import Company
from xiuhao.simulate.errands import Errand, at_hour
from xiuhao.simulate.lives import Town
from xiuhao.simulate.rota import Rota
from xiuhao.simulate.waves import Waves

BACK_AFTER = timedelta(hours=1, minutes=20)  # calls back promised within so long before the end are still owed
Begun = tuple[datetime, Errand]
# Requests about personal data as the demo opens: what is asked, how it ended, days since, and who took it ("customer": the portal).
STANDING = (
    ("access", "done", 11, "customer"), ("correction", "done", 9, "agent3"), ("export", "done", 8, "customer"),
    ("export", "identity", 13, "agent9"), ("deletion", "service", 12, "customer"), ("correction", "verified", 3, "agent"),
    ("export", "verified", 1.2, "customer"), ("access", "verified", 19, "customer"), ("correction", "received", 0.2, "agent2"),
)  # fmt: skip
WAITING = ("received", "verified")
EARLIER = (
    ("access", "done", "customer"), ("correction", "done", "agent"), ("export", "done", "customer"), ("access", "others", "agent8"),
    ("correction", "done", "agent3"), ("export", "identity", "agent9"),
)  # fmt: skip


class Beside:
    """What happens beside the requests of a company, up to `end`: gathered day by day, then lived through."""

    def __init__(self, company: Company, households: list[Household], hours: Rota, rng: Random, end: datetime) -> None:
        self.town = Town(company, households, People(rng), hours, rng)
        self.end, self.steps = end, 0
        self.stumbled: list[str] = []
        self.first: list[Begun] = []
        self._talks: list[calling.Talk] = []
        self._sales: list[dealers.Sales] = []

    def told(self, phoned: Iterable[tuple[calling.Told, datetime]]) -> None:
        """The calls in which these requests were told."""
        self.first += [calling.of_ticket(self.town, matter, at) for matter, at in phoned if matter.line and matter.taker]

    def calls(self, day: datetime, name: str) -> None:
        """The day's other calls."""
        for at, talk in calling.others(self.town, day, name, self.end):
            self._talks.append(talk)
            self.first.append((at, talk.begin(self.town.apart(talk.line))))

    def visits(self, day: datetime, tickets: dict[str, Household]) -> None:
        """The day's visitors, some of whom come about these tickets."""
        self.first += house.visitors(self.town, day, self.end, tickets)

    def sales(self, day: datetime, place: int, most_new: int = dealers.MOST_NEW) -> None:
        """What the dealers sell and register on a day."""
        begun, days = dealers.day_of(self.town, day, place, self.end, most_new)
        self.first += begun
        self._sales += days

    def ask(self, at: datetime, kind: str, ending: str, home: Household, by: str) -> None:
        """A request about personal data."""
        self.first.append((at, house.privacy(self.town, kind, ending, home, by=by)))

    def procedures(self, begin: datetime, since: datetime | None = None, before: datetime | None = None) -> None:
        """The company's regulations, the first at a moment; of them those that are written since another, or before it."""
        for at, errand in house.procedures(self.town, begin, self.end):
            if (since is None or at >= since) and (before is None or at < before):
                self.first.append((at, errand))

    def live(self) -> None:
        """All of it; then what stands on it: the dealers' days are handed in, and who was promised a call back is called."""
        self._wave(self.first)
        after = [begun for sales in self._sales for begun in dealers.hand_in(self.town, sales, self.end)]
        self._wave([*after, *calling.backs(self.town, self._talks, self.end - BACK_AFTER)])
        self.first, self._talks, self._sales = [], [], []

    def _wave(self, begun: Sequence[Begun]) -> None:
        waves = Waves(self.town.company, sorted(begun, key=lambda pair: pair[0]), self.end)
        waves.run()
        self.steps += waves.steps
        self.stumbled += waves.stumbled


def standing(beside: Beside, end: datetime, waiting: bool) -> None:
    """The requests about personal data that stand in the register: those for which somebody has still to do something, or the others."""
    wanted = [one for one in STANDING if (one[1] in WAITING) is waiting]
    homes = beside.town.rng.sample(beside.town.households, len(wanted))
    for (kind, ending, days, by), home in zip(wanted, homes, strict=True):
        day = end - timedelta(days=days)
        at = day if days < 1 else at_hour(day, beside.town.rng.uniform(9, 17))
        beside.ask(at, kind, ending, home, by)


def forgotten(beside: Beside, since: datetime, end: datetime) -> None:
    """Somebody who has bought something in these days and given it away wants to be forgotten; nothing else of theirs is kept."""
    rows = Registration.objects.select_related("customer").filter(
        customer__created_at__gte=since, case__opened_at__lt=since + timedelta(days=3)
    )
    found = rows.order_by("pk").first()
    if found is not None:
        home = Household(found.customer.name, "", "", "", customer=found.customer_id)
        beside.ask(since + timedelta(days=3.4), "deletion", "done", home, "customer")
        beside.live()
