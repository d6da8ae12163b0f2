"""The engineers of the demo's stations as a customer's appointment needs them: who can, when they are free by the roster, what lies in
their van, and the pictures that they take."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Attachment
from xiuhao.kernel.time import local, now
from xiuhao.parts import queries as stores
from xiuhao.parts.models import Part
from xiuhao.roster import queries as rosters
from xiuhao.roster.queries import Duty
from xiuhao.simulate.company import Company
from xiuhao.simulate.speech import words

AHEAD = 14  # days that an appointment is looked for
MARGIN = timedelta(minutes=20)  # before the end of a shift, by which a visit is over
ONE = Decimal(1)
Busy = dict[str, list[list[float]]]


class Album:
    """Pictures, one by one: those that were handed in before, else the same ones again as attachments of their own. `theirs`: handed in
    by whoever takes them, not by the system."""

    def __init__(self, ready: list[str] | None = None, *, theirs: bool = False, rng: Random | None = None) -> None:
        self.ready, self.theirs, self.rng = ready or [], theirs, rng or Random(0)
        self._known: list[str] = []

    def take(self, account: int) -> str:
        """The id of one that no case has yet."""
        if self.ready:
            return self.ready.pop()
        self._known = self._known or self._contents()
        name, by = f"IMG_{self.rng.randint(1000, 9999)}.jpg", {"uploaded_by_kind": "staff", "uploaded_by_id": account}
        made = Attachment(file_id=self.rng.choice(self._known), name=name, created_at=now(), taken_at=now())
        for column, value in (by if self.theirs else {"uploaded_by_kind": "system"}).items():
            setattr(made, column, value)
        made.save(force_insert=True)
        return str(made.public_id)

    @staticmethod
    def _contents() -> list[str]:
        rows = Attachment.objects.visible_to(SYSTEM).filter(case__process="work", file__is_image=True)
        return sorted(set(rows.values_list("file_id", flat=True)))


def squads(company: Company, busy: Busy, album: Album) -> list[Squad]:
    """Those of every station that has its people: the great one first."""
    return [one for told in words("field")["stations"] if (one := Squad(company, busy, album, told)).works]


class Squad:
    """The engineers of a station. `busy` (log-in → [begin, end] in seconds of the epoch) is shared with whoever keeps it."""

    def __init__(self, company: Company, busy: Busy, album: Album, told: Mapping[str, Any]) -> None:
        self.company, self.busy, self.album = company, busy, album
        self.sends: str = told["dispatcher"]
        self.town, self.centre, self.engineers = told["town"], told["centre"], told["engineers"]
        self.unit = company.units[told["unit"]]
        self._days: dict[date, list[Duty]] = {}

    @property
    def works(self) -> bool:
        """Whether the station is open at all."""
        return self.sends in self.company.people

    def serves(self, address: str) -> bool:
        """Whether somebody lives where the station's engineers drive to."""
        return self.town in address

    def duties(self, day: date) -> list[Duty]:
        """Who works on a day, by the roster."""
        if day not in self._days:
            self._days[day] = rosters.engineers([self.unit.pk], day)
        return self._days[day]

    def able(self, record: WorkOrder, day: date) -> list[Duty]:
        """Who works on a day and can do a job, with the paper that it needs."""
        skill, level = record.skill, max(1, record.level)
        return [one for one in self.duties(day) if not skill or (one.skills.get(skill, 0) >= level and skill not in one.expired)]

    def first(self, record: WorkOrder, since: datetime, minutes: float) -> tuple[str, datetime] | None:
        """Whoever is free first for so long, and from when; booked with it. None where nobody is for weeks."""
        for ahead in range(AHEAD):
            day = local(since).date() + timedelta(days=ahead)
            found = [(gap, login) for one in self.able(record, day) for login, gap in self._gap(one, since, minutes)]
            if found:
                begin, login = min(found)
                self._book(login, begin, minutes)
                return login, datetime.fromtimestamp(begin, since.tzinfo)
        return None

    def spare(self, record: WorkOrder, at: datetime, minutes: float) -> str:
        """Whoever can and is least busy at a moment; "" if nobody can."""
        logins = [self.company.login_of(one.account) for one in self.able(record, local(at).date())]
        stamp, length = at.timestamp(), minutes * 60
        clash = {login: sum(1 for a, b in self.busy.get(login, ()) if a < stamp + length and stamp < b) for login in logins}
        login = min(logins, key=lambda one: (clash[one], len(self.busy.get(one, ())), one), default="")
        if login:
            self._book(login, stamp, minutes)
        return login

    def another(self, login: str) -> str:
        """A colleague."""
        names = [self.company.login_of(one.account) for one in self.duties(local(now()).date())]
        return next((name for name in (*names, *self.engineers) if name != login), login)

    def part(self, login: str, record: WorkOrder) -> str:
        """The code of a part with a price for this kind of machine that lies free in somebody's van, most of it first; "" for none."""
        van = stores.van_of(self.company.people[login].pk)
        if van is None:
            return ""
        there = [row for row in stores.on_hand(van.pk).values() if row.free >= ONE and not row.part.tracked]
        fitting = sorted((row for row in there if row.part.category_id == record.category_id), key=lambda row: (-row.free, row.part.code))
        for row in fitting:
            if stores.price(row.part_id, local(now()).date()) is not None:
                return row.part.code
        return ""

    def lacking(self, login: str, record: WorkOrder) -> Part | None:
        """A part for this kind of machine that the van does not have, else any of them."""
        van = stores.van_of(self.company.people[login].pk)
        there = {row.part_id for row in stores.on_hand(van.pk).values() if row.free > 0} if van else set()
        fitting = stores.parts().filter(category=record.category_id, tracked=False).order_by("code")
        return next((one for one in fitting if one.pk not in there), fitting.first())

    def _gap(self, one: Duty, since: datetime, minutes: float) -> Iterator[tuple[str, float]]:
        login = self.company.login_of(one.account)
        noon, after = one.lunch or (one.end - MARGIN, one.end)
        spans = ((one.start, noon), (after, one.end - MARGIN))
        for begin, end in spans:
            start = max(begin, since).timestamp()
            for taken, until in self.busy.get(login, ()):
                if until > start and taken < start + minutes * 60:
                    start = until
            if start + minutes * 60 <= end.timestamp():
                yield login, start
                return

    def _book(self, login: str, begin: float, minutes: float) -> None:
        insort(self.busy.setdefault(login, []), [begin, begin + minutes * 60])
