"""What the demo opens without, of its own days: lived through behind the first page, before the sixty days of the past.

The first page needs today, and of each kind of work what somebody has to do now. The further stations' visits, what
the store hands out, the requests of the days before, what dealers sold then, the calls of both and what was decided in the weeks before
come after it in parts, each in one transaction with the mark that it is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from time import monotonic
from typing import Any

import structlog
from django.db import transaction

from xiuhao.kernel import lived, policy
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, Link
from xiuhao.kernel.time import simulated
from xiuhao.simulate import actions, clientele, company, fieldwork, history, queries, settlements, stores
from xiuhao.simulate.beside import Beside, forgotten, standing
from xiuhao.simulate.clientele import HOUSEHOLDS, Household, People
from xiuhao.simulate.models import Demo, History
from xiuhao.simulate.rota import Rota
from xiuhao.simulate.waves import Waves
from xiuhao.simulate.world import World, working_days_back
from xiuhao.ticket.models import Ticket

DAY = timedelta(days=1)
NEWCOMERS, EACH = 2330, 50  # the numbers of those who call for the first time in these days begin here; so many a part

log = structlog.get_logger(__name__)


def live_part(arrivals: int = actions.ARRIVALS) -> History:
    """The next part, whole or not at all; the mark as it then stands. `arrivals` as in `make_demo`."""
    begun, demo, left = monotonic(), queries.demo(), queries.history()
    assert demo is not None and left is not None
    papers = actions.papers(demo.made_until, Random(demo.seed)) if left.rest == 1 else []  # before the transaction, as in the demo's own
    with transaction.atomic():
        mark = History.objects.visible_to(SYSTEM).select_for_update().get(pk=1)
        if not mark.rest:
            return mark
        part = _Part(demo, mark, arrivals, papers)
        (part.decided, part.days, part.stations)[mark.rest - 1]()
        for ended in part.stumbled:
            log.warning("demo_story_ended_early", story=ended)
        mark.rest, mark.busy, mark.steps = mark.rest - 1, part.hours.busy, mark.steps + part.steps
        mark.stumbled, mark.seconds = mark.stumbled + len(part.stumbled), mark.seconds + monotonic() - begun
        mark.save()
        policy.moved(queries.PAST)
    return mark


class _Part:
    """The company as it stands, and one of the parts lived through in it."""

    def __init__(self, demo: Demo, mark: History, arrivals: int, papers: list[str]) -> None:
        self.demo, self.arrivals = demo, arrivals
        self.begin = working_days_back(demo.made_until, queries.WORKING_DAYS)
        self.since = working_days_back(demo.made_until, actions.FIRST_DAYS)
        self.hours, rng = Rota(history.staff(), mark.busy), Random(f"{mark.seed}/rest/{mark.rest}")
        there, homes = company.standing(demo.token), clientele.standing(self.begin)[:HOUSEHOLDS]
        self.world = Behind(there, People(rng, NEWCOMERS + EACH * mark.rest), homes, demo.made_until, rng)
        self.world.papers = papers
        self.beside = Beside(there, homes, self.hours, Random(rng.random()), demo.made_until)
        self.steps, self.stumbled = 0, list[str]()

    def stations(self) -> None:
        """The further stations, the great one's earlier days and its store; the calls of these and of what was there as the demo opened."""
        told, waves = fieldwork.further(self.world, self.begin, self.hours)
        with simulated(self.begin):
            self.beside.told([*told, *self._untold(self.demo.later["calls"])])
            self.beside.first += stores.work(self.beside.town, self.demo.made_until)
        self._live(waves)

    def days(self) -> None:
        """The requests of the days before yesterday, told by telephone some of them; what dealers sold, regulations, personal data."""
        coming = [at for at in sorted(actions.moments(self.world, self.begin, self.arrivals)) if at < self.since]
        waves = actions.before(self.world, coming, self.hours, "G")
        with simulated(self.begin):
            self.beside.told(actions.told(waves))
            actions.sales(self.beside, self.begin, self.begin, self.since - DAY)
            self.beside.procedures(self.begin - actions.REGULATED, before=self.world.end - actions.REGULATIONS)
            standing(self.beside, self.world.end, False)
        self._live(waves)
        forgotten(self.beside, self.begin, self.world.end)

    def decided(self) -> None:
        """Complaints and claims that are over."""
        for at, story in settlements.behind(self.world):
            self.world.begin(at, story)
        self.world.run()
        self.steps, self.stumbled = self.world.acts, self.world.stumbled

    def _live(self, waves: Waves) -> None:
        self.beside.live()
        self.steps, self.stumbled = waves.steps + self.beside.steps, [*waves.stumbled, *self.beside.stumbled]

    def _untold(self, calls: Sequence[Sequence[str]]) -> list[tuple[_Told, datetime]]:
        """The requests whose calls are missing, as far as a call has to know them."""
        rows = Ticket.objects.select_related("case").filter(case__number__in=[number for number, *_more in calls])
        tickets, found = {row.case.number: row for row in rows}, []
        for number, line, kind, taker in calls:
            record = tickets[number]
            home = Household(record.contact_name, record.contact_phone, "", "")
            found.append((_Told(home, kind, line, taker), record.case.opened_at))
        return found


class Behind(World):
    """Days lived through behind people who work by now: nothing moves but what its own stories have to do with, and nobody is told."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.acts, self._cases = 0, set[int]()

    def met(self, case: Case) -> None:
        self.acts += 1
        self._cases.add(case.pk)

    def _pass_to(self, at: datetime) -> None:
        with simulated(at):
            self.fired += len(lived.pass_to(dict.fromkeys(self._cases, at)))

    def _tell(self) -> None:
        while True:
            lived.react(self._cases)
            born = set(Link.objects.filter(parent__in=self._cases).exclude(child__in=self._cases).values_list("child", flat=True))
            if not born:
                return
            self._cases |= born


@dataclass
class _Told:
    household: Household
    kind: str
    line: str
    taker: str
