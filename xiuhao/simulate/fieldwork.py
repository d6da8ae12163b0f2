"""A station of twelve engineers at work: its people, vans and parts; visits of the demo's days, and today's in every state.

Requests are taken in by the desk, visits are lived through on them, and what was done long ago is solved and confirmed: three waves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from xiuhao.kernel.time import local, now, simulated
from xiuhao.roster import queries as rosters
from xiuhao.simulate import history
from xiuhao.simulate.clientele import Household
from xiuhao.simulate.company import Company
from xiuhao.simulate.errands import Errand, at_hour
from xiuhao.simulate.lives import Act, Life, Story, Town
from xiuhao.simulate.speech import words
from xiuhao.simulate.station import open_station, somewhere
from xiuhao.simulate.waves import Waves

EARLIER = 26  # visits of the days before
PATIENCE = 120  # looks at a visit that is under way
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Today's visits: how far each is, and how many.
TODAY = {
    "planned": 5, "offered": 2, "assigned": 3, "accepted": 3, "booked": 6, "travelling": 2, "arrived": 2, "diagnosed": 1, "quoted": 1,
    "repairing": 2, "repaired": 1, "checked": 1, "explained": 1, "signed": 4, "waiting_parts": 1, "waiting_customer": 1, "aborted": 1,
    "remote": 1, "conflict": 1, "cancelled": 1,
}  # fmt: skip
WAYS = {"fault": 7, "installation": 2, "other": 2}
CAUSES = {
    "fault": (("leak", "mend"), ("failed_part", "replace"), ("wear", "replace"), ("loose", "adjust"), ("firmware", "reset")),
    "installation": (("new_work", "install"),), "other": (("dirt", "clean"),),
}  # fmt: skip
ROOTS = {"firmware": "software", "dirt": "user_operation", "new_work": "user_operation"}


@dataclass
class Visit:
    """A visit to be lived: how far it comes, when it begins, how long people take for its parts."""

    upto: str
    begin: datetime
    kind: str
    at: datetime | None = None  # how far its story is
    over: bool = False
    signed: bool = False
    end: datetime | None = None  # of the demo's time
    marks: dict[str, Any] = field(default_factory=dict)


class Asked(Life):
    """A request of somebody in the town: told by phone, answered; while the station is at it the desk waits, then asks and closes."""

    visit: Visit

    def story(self) -> Story:
        """From its first word until the customer has confirmed it, if the visit is long over."""
        yield from self.birth(False)
        if not self.owner:
            yield self.act("take", self.clerk())
        if self.record.answered_at is None:
            yield from self.answered()
        for _look in range(PATIENCE):
            if self.visit.over:
                break
            yield max(self.visit.at or now(), now())
        if self.visit.signed and self.visit.end and now() < self.visit.end - 20 * HOUR:
            yield from self.closed()

    def closed(self) -> Story:
        """The desk solves what the visit was about, and the customer confirms it the day after."""
        yield self.work("closing", 20, 60)
        if self.record.verdict == "uncertain":
            yield self.act("judge", verdict="in", reason="购机凭证齐全，在保修期内")
        yield self.act("record_call", direction="out", summary="回访客户，确认工程师已上门处理。")
        yield self.act("solve", solution=self.solution())
        yield self.later("confirming", 15, 26)
        yield self.act("record_call", direction="out", summary="客户确认使用正常。")
        yield self.act("confirm", satisfied="yes", confirmed_by="phone")


def live(world: Any, begin: datetime, hours: Any, pictures: list[str], say: Callable[[str], None]) -> list[Life]:
    """The station's days from `begin` up to the present; the requests that they began with, told by telephone."""
    company: Company = world.company
    with simulated(begin - timedelta(days=20)):
        open_station(company)
    rng = Random(world.rng.random())
    town = [home for home in world.households if "杭州市" in home.address] or world.households
    visits = [*_earlier(begin, world.end, rng), *_today(world.end, rng)]
    asked = [(visit.begin, _request(world, hours, town, visit, Random(rng.random()))) for visit in visits]
    work = [_errand(world, hours, visit, life, pictures, Random(rng.random())) for visit, (_at, life) in zip(visits, asked, strict=True)]
    waves = Waves(company, sorted([*asked, *work], key=lambda pair: pair[0]), world.end)
    waves.run()
    say(f"{len(work)} work orders, {waves.steps} steps")
    for stumbled in waves.stumbled:
        say(f"a story ended early: {stumbled}")
    return [life for _at, life in asked]


def _earlier(begin: datetime, end: datetime, rng: Random) -> list[Visit]:
    """Visits of the days before, all done."""
    found, days = [], (local(end).date() - begin.date()).days
    for place in range(EARLIER):
        day = end - timedelta(days=1 + int(place * days / EARLIER))
        kind = rng.choices(list(WAYS), list(WAYS.values()))[0]
        found.append(Visit("signed", min(at_hour(day, rng.uniform(8, 12)), end - 9 * HOUR), kind))
    return found


def _today(end: datetime, rng: Random) -> list[Visit]:
    """Today's, in every state: each begins as long ago as it needs to be so far by now."""
    ago = {"signed": (5, 8), "explained": (4, 5), "checked": (4, 5), "repaired": (4, 5), "repairing": (3.4, 4), "travelling": (2.8, 3.2)}
    found = []
    for upto, count in TODAY.items():
        for _n in range(count):
            least, most = ago.get(upto, (3.4, 5))
            kind = "fault" if upto in ("quoted", "remote", "waiting_parts", "conflict") else rng.choices(list(WAYS), list(WAYS.values()))[0]
            found.append(Visit(upto, end - rng.uniform(least, most) * HOUR, kind))
    return found


def _request(world: Any, hours: Any, town: Sequence[Household], visit: Visit, rng: Random) -> Asked:
    home = rng.choice(town)
    there = Town(world.company, world.households, world.people, hours, rng)
    model, device = history.thing(there, home, visit.kind if visit.kind != "other" else "fault", local(visit.begin).month)
    with simulated(visit.begin):
        life = Asked(there, home, visit.kind, "phone", device, model, danger=False, mood="calm")  # type: ignore[arg-type]  # as `history.one`
        life.word()
    life.line, life.visit, visit.end = f"F{rng.getrandbits(40)}", visit, world.end
    return life


def _errand(world: Any, hours: Any, visit: Visit, life: Life, pictures: list[str], rng: Random) -> tuple[datetime, Errand]:
    there = Town(world.company, world.households, world.people, hours, rng)
    errand = Errand(there, "work", lambda one: Job(one, visit, life, pictures).story())
    return visit.begin + rng.uniform(12, 25) * MINUTE, errand


class Job:
    """One visit as a story: planned by the desk, sent by the station's dispatcher, done by an engineer who can."""

    def __init__(self, errand: Errand, visit: Visit, life: Life, pictures: list[str]) -> None:
        self.errand, self.visit, self.life, self.pictures = errand, visit, life, pictures
        self.rng, self.told = errand.world.rng, words("field")
        self.cause, self.measure = self.rng.choice(CAUSES[visit.kind])
        self.engineer = ""

    def do(self, verb: str, who: str = "", **given: Any) -> Act:
        """A verb of whoever has the job."""
        self.visit.at = now()
        return self.errand.act(verb, who or self.engineer, **given)

    def at(self, state: str) -> bool:
        """Whether the visit goes no further than this."""
        return self.visit.upto == state

    def soon(self, least: float, most: float) -> datetime:
        return self.errand.minutes(least, most)

    def story(self) -> Story:
        """From the plan to wherever it is now."""
        service = {"fault": "repair", "installation": "installation", "other": "cleaning"}[self.visit.kind]
        while not self.life.number:
            yield self.soon(1, 2)
        lat, lon = somewhere(self.rng)
        self.place = f"{lat},{lon}"
        yield self.errand.act(
            "plan", self.life.owner or "agent", parent=self.life.number, service=service, grade=self._grade(), position=self.place
        )
        yield from self.given()
        if self.engineer and self.visit.upto not in ("assigned", "accepted", "cancelled", "conflict"):
            yield from self.agreed()
        self.visit.at, self.visit.over = now(), True

    def _grade(self) -> str:
        return "remote" if self.at("remote") else "onsite"

    def given(self) -> Story:
        """Sent by the dispatcher, or left in the pool; somebody who can takes it."""
        sends = self.told["dispatcher"]
        yield self.soon(3, 9)
        if self.at("planned"):
            return
        if self.at("offered"):
            yield self.do("offer", sends)
            return
        if self.at("cancelled"):
            yield self.do("cancel", sends, reason="客户改为自行送修")
            return
        able = [login for login in self.told["engineers"] if self._can(login)]
        if not able:
            return
        self.engineer = min(able, key=lambda login: (self.told.setdefault("load", {}).get(login, 0), self.rng.random()))
        self.told["load"][self.engineer] = self.told["load"].get(self.engineer, 0) + 1
        yield self.do("assign", sends, to=self.errand.world.company.people[self.engineer].pk, planned_at=self._slot()[0].isoformat())
        if self.at("assigned"):
            return
        yield self.soon(2, 8)
        yield self.do("accept")
        if self.at("conflict"):
            other = next(login for login in (*able, *self.told["engineers"]) if login != self.engineer)
            yield self.do("transfer", sends, to=self.errand.world.company.people[other].pk, reason="片区调整")
            yield self.do("conflict", text="离线时已到场检查，改派消息未收到。")

    def _can(self, login: str) -> bool:
        record = self.errand.record
        return rosters.holds(self.errand.world.company.people[login].pk, record.skill, max(1, record.level), local(now()).date())

    def _slot(self) -> tuple[datetime, datetime]:
        """A window that fits how far the visit will come: past for what is done, ahead for what is booked."""
        if "slot" not in self.visit.marks:
            ahead = self.rng.choice((1, 2, 3, 4, 20, 22, 24)) if self.visit.upto in ("booked", "assigned", "accepted") else 0.6
            start = (now() + ahead * HOUR).replace(minute=self.rng.choice((0, 30)), second=0, microsecond=0)
            if start <= now():
                start += HOUR
            self.visit.marks["slot"] = (start, start + 2 * HOUR)
        slot: tuple[datetime, datetime] = self.visit.marks["slot"]
        return slot

    def agreed(self) -> Story:
        """The customer called, a time agreed; then the way."""
        yield self.soon(3, 12)
        yield self.do("contact", way="phone")
        if self.at("remote"):
            yield self.soon(10, 30)
            yield self.do("remote_session", channel="company", consent=True, recording=[self.pictures.pop()])
            return
        start, end = self._slot()
        yield self.do("book", window_from=start.isoformat(), window_to=end.isoformat())
        if self.at("booked"):
            return
        yield self.soon(15, 30)
        yield self.do("depart", loaded=True, position=self.place)
        if not self.at("travelling"):
            yield from self.there()

    def there(self) -> Story:
        """At the door, then what is wrong."""
        yield self.soon(14, 35)
        yield self.do("arrive", position=self.place)
        yield self.do("show_badge", uniform=True, badge=True, certificate=True)
        if self.at("arrived"):
            return
        yield self.soon(6, 14)
        if self.at("aborted"):
            yield self.do("abort", reason="楼道停电，客户另约")
            return
        record = self.errand.record
        yield self.do(
            "diagnose", symptom=self.told["symptoms"][self.visit.kind], inspection=self.told["inspected"][self.visit.kind],
            cause=self.cause, root=ROOTS.get(self.cause, "hardware_compat"), from_tests=True, from_user=True, impact="user",
            minutes=self.rng.choice((40, 60, 90)),
        )  # fmt: skip
        if self.at("diagnosed"):
            return
        if record.charged:
            yield self.do("quote", reason="已过保修期，按价目收费", minutes=60, parts_cost=str(self.rng.choice((0, 45, 80, 160))))
            if self.at("quoted"):
                return
            yield self.soon(3, 9)
            yield self.do("agree", how="phone")
        yield from self.waits() if self.visit.upto.startswith("waiting") else self.worked()

    def waits(self) -> Story:
        """A part is missing, or the customer has to clear the way."""
        if self.at("waiting_parts"):
            yield self.do("await_parts", note="缺压缩机，已申请调拨", parts_due=(now() + 26 * HOUR).isoformat())
        else:
            yield self.do("await_customer", note="客户需先清空橱柜")

    def worked(self) -> Story:
        """Done, with its evidence."""
        yield self.do("repair", measure=self.measure)
        if self.at("repairing"):
            return
        yield self.soon(18, 50)
        asked = {"fault": (("before", "after"), ("running",)), "installation": (("installed",), ("running", "earthing", "tidy")),
                 "other": (("after",), ("running", "tidy"))}[self.visit.kind]  # fmt: skip
        slots = {*asked[0], *({"user", "installed", "dust", "sheet"} if self._purifier() else ())}
        for slot in sorted(slots):
            yield self.do("photograph", slot=slot, photos=[self.pictures.pop()])
        for item in asked[1]:
            yield self.do("tick", item=item, fine="yes")
        if self.visit.kind == "installation":
            yield self.do("measure", reading="voltage", value=str(self.rng.randint(214, 229)))
        yield self.do("finish", solution=self.told["done"][self.visit.kind])
        if not self.at("repaired"):
            yield from self.handed_over()

    def _purifier(self) -> bool:
        record = self.errand.record
        return self.visit.kind == "other" and record.category is not None and record.category.key == "air_purifier"

    def handed_over(self) -> Story:
        """Looked at, explained, listed, signed."""
        yield self.soon(2, 6)
        yield self.do("check", passed="yes")
        if self.at("checked"):
            return
        yield self.do("explain", repair_explained=True, usage_explained=True, trained=True, care_list=True)
        if self.at("explained"):
            return
        if self.errand.record.charged:
            yield self.do("settle")
        yield self.soon(2, 5)
        yield self.do("sign", signed_how="screen", signature=[self.pictures.pop()])
        self.visit.signed = not self.errand.record.charged  # what is owed still waits for its payment
