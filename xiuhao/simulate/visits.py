"""One visit to a customer as a story: planned by the desk, sent by the station's dispatcher, done by an engineer who can, paid, filed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from xiuhao.billing import actions as billing
from xiuhao.billing import queries as bills
from xiuhao.fieldwork import queries as field
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel.accounts import actor_of
from xiuhao.kernel.time import local, now
from xiuhao.parts.models import Part
from xiuhao.simulate.errands import Errand, at_hour
from xiuhao.simulate.lives import Act, Life, Story
from xiuhao.simulate.speech import words
from xiuhao.simulate.squad import Squad
from xiuhao.simulate.station import somewhere

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PATIENCE = 120  # looks at a visit that is under way
EARLIEST, LATEST, LUNCH = 8.6, 16.9, (11.2, 13.0)  # local hours in which a visit begins
ROOM = (95, 150)  # minutes of an engineer's day, with the way there
LATE, NO = 0.05, 0.12  # shares: later than was said; the price is too high
CAUSES = {
    "fault": (("leak", "mend"), ("failed_part", "replace"), ("wear", "replace"), ("loose", "adjust"), ("firmware", "reset")),
    "installation": (("new_work", "install"),), "other": (("dirt", "clean"),),
}  # fmt: skip
ROOTS = {"firmware": "software", "dirt": "user_operation", "new_work": "user_operation"}
SERVICES = {"fault": "repair", "installation": "installation", "other": "cleaning"}
READINGS = {"voltage": (214, 229), "outlet": (6, 24), "indoor": (55, 120), "outdoor": (60, 150), "outflow": (9, 16)}


@dataclass
class Visit:
    """A visit to be lived: how far it comes ("" : to its end) and, where the demo wants it so, when the engineer sets out."""

    upto: str
    begin: datetime
    kind: str
    door: datetime | None = None  # when the engineer sets out
    at: datetime | None = None  # how far its story is
    over: bool = False
    signed: bool = False
    end: datetime | None = None  # of the demo's time
    slot: tuple[datetime, datetime] | None = None  # as promised


def by_day(at: datetime) -> bool:
    """Whether an engineer sets out at this hour."""
    hour = local(at).hour + local(at).minute / 60
    return EARLIEST <= hour <= LATEST and not LUNCH[0] < hour < LUNCH[1]


def by(squads: Sequence[Squad]) -> Callable[[Life], Story | None]:
    """Who visits customers: each squad those of its town, others nobody that we know of."""

    def visited(life: Life) -> Story | None:
        squad = next((one for one in squads if one.serves(life.household.address)), None)
        return of(life, squad) if squad else None

    return visited


def of(life: Life, squad: Squad) -> Story:
    """A request's own visit, from the promise to the customer's signature; while the station is at it the desk waits."""
    visit = Visit("", now(), life.kind if life.kind in SERVICES else "fault")
    yield Errand(life.world.apart(f"work {life.line}"), "work", lambda one: Job(one, visit, life, squad).story())
    for _look in range(PATIENCE):
        if visit.slot or visit.over or not life.case.is_open:
            break
        yield now() + MINUTE
    if visit.slot and life.state in ("in_progress", "received"):
        reason = life.text_of("promise")
        yield life.act("promise", promised_at=visit.slot[1] + 12 * HOUR, promise_way="phone", reason=reason)
    for _look in range(PATIENCE):
        if visit.over or not life.case.is_open:
            break
        yield max(visit.at or now(), now()) + 5 * MINUTE


class Job:
    """One visit as a story."""

    def __init__(self, errand: Errand, visit: Visit, life: Life, squad: Squad) -> None:
        self.errand, self.visit, self.life, self.squad = errand, visit, life, squad
        self.rng, self.told = errand.world.rng, words("field")
        self.cause, self.measure = self.rng.choice(CAUSES[visit.kind])
        self.engineer, self.paid = "", False
        self.part = ""
        self.short: Part | None = None  # for which it waits

    # What it is made of

    @property
    def record(self) -> WorkOrder:
        """The order as the last wave left it."""
        found: WorkOrder = self.errand.record
        return found

    def do(self, verb: str, who: str = "", **given: Any) -> Act:
        """A verb of whoever has the job."""
        self.visit.at = now()
        return self.errand.act(verb, who or self.engineer, **given)

    def at(self, state: str) -> bool:
        """Whether the visit goes no further than this."""
        return self.visit.upto == state

    def soon(self, least: float, most: float) -> datetime:
        return self.errand.minutes(least, most)

    def person(self, login: str) -> int:
        return self.errand.world.company.people[login].pk

    def picture(self) -> list[str]:
        return [self.squad.album.take(self.person(self.engineer))]

    # Its story

    def story(self) -> Story:
        """From the plan to wherever it is now."""
        while not self.life.number:
            yield self.soon(1, 2)
        lat, lon = somewhere(self.rng, self.squad.centre)
        self.place = f"{lat},{lon}"
        service, grade = SERVICES[self.visit.kind], "remote" if self.at("remote") else "onsite"
        clerk = self.life.owner or "agent"
        yield self.errand.act("plan", clerk, parent=self.life.number, service=service, grade=grade, position=self.place)
        yield from self.given()
        if self.engineer and self.visit.upto not in ("assigned", "accepted", "cancelled", "conflict"):
            yield from self.agreed()
        self.visit.at, self.visit.over = now(), True
        if not self.visit.upto:
            yield from self.filed()

    def given(self) -> Story:
        """Sent by the dispatcher, or left in the pool; somebody who can takes it."""
        sends = self.squad.sends
        yield self.soon(3, 9)
        if self.at("planned"):
            return
        if self.at("offered"):
            yield self.do("offer", sends)
            return
        if self.at("cancelled"):
            yield self.do("cancel", sends, reason="客户改为自行送修")
            return
        self._choose()
        if not self.engineer or not self.visit.door:
            if not self.visit.upto:
                yield self.do("cancel", sends, reason="本站没有合适的工程师，转由客服安排")
            return
        yield self.do("assign", sends, to=self.person(self.engineer), planned_at=self.visit.door.isoformat())
        if self.at("assigned"):
            return
        yield self.soon(2, 8)
        yield self.do("accept")
        if self.at("conflict"):
            yield self.do("transfer", sends, to=self.person(self._other()), reason="片区调整")
            yield self.do("conflict", text="离线时已到场检查，改派消息未收到。")

    def _choose(self) -> None:
        """Who comes and when: as early as the customer likes and somebody is free, or when the demo wants it."""
        minutes = self.rng.uniform(*ROOM)
        if self.visit.door:
            self.engineer = self.squad.spare(self.record, self.visit.door, minutes)
        if not self.engineer and (found := self.squad.first(self.record, self.visit.door or self._liked(), minutes)):
            self.engineer, self.visit.door = found  # nobody works then: as soon as somebody does

    def _liked(self) -> datetime:
        """From when on the customer would like it: soon, and by day at any hour."""
        at = now() + self.rng.uniform(2, 30) * HOUR
        late = local(at).hour >= int(LATEST)
        return at if by_day(at) else at_hour(at + timedelta(days=late), self.rng.uniform(EARLIEST, LATEST - 1))

    def _other(self) -> str:
        able = [self.squad.company.login_of(one.account) for one in self.squad.able(self.record, local(now()).date())]
        return next((login for login in able if login != self.engineer), self.squad.another(self.engineer))

    def _window(self) -> tuple[datetime, datetime]:
        """Two hours from the half hour in which the engineer sets out; a few are promised sooner than can be kept."""
        assert self.visit.door is not None
        door = local(self.visit.door)
        start = door.replace(minute=30 * (door.minute // 30), second=0, microsecond=0)
        if not self.visit.upto and self.rng.random() < LATE and start - 2.5 * HOUR > now():
            start -= 2.5 * HOUR
        if start + 2 * HOUR <= now():
            start += HOUR
        return start, start + 2 * HOUR

    def agreed(self) -> Story:
        """The customer called, a time agreed; then the way."""
        yield self.soon(3, 12)
        yield self.do("contact", way="phone")
        if self.at("remote"):
            yield self.soon(10, 30)
            yield self.do("remote_session", channel="company", consent=True, recording=self.picture())
            return
        self.visit.slot = start, end = self._window()
        yield self.do("book", window_from=start.isoformat(), window_to=end.isoformat())
        if self.at("booked"):
            return
        assert self.visit.door is not None
        yield max(self.visit.door, self.soon(4, 9))
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
        kind, minutes = self.visit.kind, self.rng.choice((40, 60, 90))
        if self.at("waiting_parts"):
            self.short = self.squad.lacking(self.engineer, self.record)
        yield self.do(
            "diagnose", symptom=self.told["symptoms"][kind], inspection=self.told["inspected"][kind], cause=self.cause,
            root=ROOTS.get(self.cause, "hardware_compat"), from_tests=True, from_user=True, impact="user", minutes=minutes,
            parts=f"{self.short.code} 1" if self.short else "",
        )  # fmt: skip
        if self.at("diagnosed") or (self.at("quoted") and not self.record.charged):
            return
        if self.measure == "replace" and not self.visit.upto.startswith("waiting"):
            self.part = self.squad.part(self.engineer, self.record)
        if self.record.charged:
            told = {"parts": f"{self.part} 1"} if self.part else {"parts_cost": "0"}
            yield self.do("quote", reason="已过保修期，按价目收费", minutes=60, **told)
            if self.at("quoted"):
                return
            yield self.soon(3, 9)
            if not self.visit.upto and self.rng.random() < NO:
                yield self.do("decline", how="phone", note="价格高于预期，客户考虑换新")
                return
            yield self.do("agree", how="phone")
        yield from self.waits() if self.visit.upto.startswith("waiting") else self.worked()

    def waits(self) -> Story:
        """A part is missing, or the customer has to clear the way."""
        if self.at("waiting_parts"):
            what = self.short.zh if self.short else "备件"
            yield self.do("await_parts", note=f"缺{what}，已向备件库申请", parts_due=(now() + 26 * HOUR).isoformat())
        else:
            yield self.do("await_customer", note="客户需先清空橱柜")

    def worked(self) -> Story:
        """Done, with the evidence that the rules in force ask for."""
        yield self.do("repair", measure=self.measure)
        if self.at("repairing"):
            return
        yield self.soon(18, 50)
        if self.part:
            yield self.do("use_parts", parts=f"{self.part} 1", returned=f"{self.part} 1")
        asked = field.evidence_set(self.record)
        for slot, least in sorted(asked.photos.items()):
            for _one in range(least):
                yield self.do("photograph", slot=slot, photos=self.picture())
        for item in asked.checks:
            yield self.do("tick", item=item, fine="yes")
        for key in asked.readings:
            yield self.do("measure", reading=key, value=str(self.rng.randint(*READINGS[key])))
        yield self.do("finish", solution=self.told["done"][self.visit.kind])
        if not self.at("repaired"):
            yield from self.handed_over(asked.another)

    def handed_over(self, by_another: bool) -> Story:
        """Looked at, explained, listed, signed; in what is past also paid."""
        yield self.soon(2, 6)
        yield self.do("check", self._other() if by_another else self.engineer, passed="yes")
        if self.at("checked"):
            return
        yield self.do("explain", repair_explained=True, usage_explained=True, trained=True, care_list=True)
        if self.at("explained"):
            return
        if self.record.charged:
            yield self.do("settle")
        yield self.soon(2, 5)
        yield self.do("sign", signed_how="screen", signature=self.picture())
        self.visit.signed = not self.record.charged
        if not self.visit.upto:
            self._pay()

    def _pay(self) -> None:
        """In cash or by transfer, to whoever did the work."""
        bill = bills.bill_of(self.errand.case.pk)
        if bill is not None and bill.due > 0:
            key, way = UUID(int=self.rng.getrandbits(128), version=4), self.rng.choice(("cash", "transfer"))
            billing.pay(bill, bill.due, way, "", key, actor_of(self.person(self.engineer)), shown=True)
            self.paid = True

    def filed(self) -> Story:
        """Watched for as long as it takes, then archived; what is neither watched nor owed was archived with the signature."""
        if self.errand.case.state == "watching" or self.paid:
            yield max(self.record.watch_until or now(), now()) + 2 * MINUTE
            yield self.errand.act("archive", "")


def asked_before(door: datetime, rng: Any) -> datetime:
    """When the customer told of what an engineer sets out for: in the morning of the same day or on the day before, while people are up."""
    clock = local(door)
    if clock.hour >= 12 and rng.random() < 0.4:
        return at_hour(door, rng.uniform(8.1, 9.9))
    return at_hour(door - timedelta(days=1), rng.uniform(13.5, 19.5))
