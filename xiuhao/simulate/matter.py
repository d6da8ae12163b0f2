"""One request from its birth on: whose it is, what it is about, and what people do about it, all through the engine."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from xiuhao.calls.queries import screen_of
from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.product.models import Device, Model
from xiuhao.simulate.clientele import Household
from xiuhao.simulate.world import World
from xiuhao.ticket.models import Ticket
from xiuhao.wording import queries as wording

URGENCY = {
    "calm": ("low", "normal", "normal", "normal"),
    "worried": ("normal", "normal", "high"),
    "annoyed": ("normal", "normal", "high"),
    "angry": ("normal", "high"),
}
PICTURED = 0.5  # share of strangers who send a picture
PROVIDER = "pbx"  # the telephone system
VISIT = "demo"  # the mark of the visit in which strangers hand in their pictures
STRANGER = Actor(kind="customer", verbs=frozenset({"ticket.receive"}), extra={"visit": VISIT})


SAYS = {"reply": "text", "wait_customer": "text", "promise": "reason", "solve": "solution"}  # verbs whose text goes to the customer


def looked_over(verb: str, given: dict[str, Any]) -> dict[str, Any]:
    """What is given, with the yes of somebody who has looked at the words that they were warned of."""
    marks = wording.found(str(given.get(SAYS[verb]) or "")) if verb in SAYS else ()
    return {**given, wording.CONFIRMED: True} if any(not mark.blocks for mark in marks) else given


class Matter:
    """A request in somebody's mind, and its ticket once it is born. `who` in the verbs: a log-in, "owner" or "customer"."""

    def __init__(
        self, world: World, household: Household, kind: str, channel: str, device: Device | None, model: Model, **wanted: Any
    ) -> None:
        self.world, self.household, self.kind, self.channel, self.device, self.model = world, household, kind, channel, device, model
        self.mood: str = wanted.get("mood") or world.speech.mood()
        self.about: dict[str, Any] = world.speech.symptom(model.category.key, model.name, kind, wanted.get("danger", False))
        stations = world.company.stations(household.province)
        self.about |= {"station": world.rng.choice(stations).name, "to": "", "me": ""}
        self.urgency: str = wanted.get("urgency") or ("danger" if self.about["danger"] else world.rng.choice(URGENCY[self.mood]))
        self.text: str = wanted.get("text", "")
        self.number, self.level = "", 1
        self.line = str(wanted.get("line") or "")  # how the telephone system names the call in which it is told
        self.taker = ""  # the log-in of who took that call
        self._known: tuple[int, Ticket] | None = None

    def text_of(self, what: str, **more: Any) -> str:
        """A sentence of the desk about this matter."""
        return self.world.speech.desk(what, {**self.about, **more})

    def solution(self) -> str:
        """How it ends: as the topic says, else by the kind."""
        done = self.about.get("done")
        kind = "question" if self.kind == "usage_question" else self.kind
        return self.world.speech.fill(done, self.about) if done else self.text_of(f"done_{kind}")

    # How it stands

    @property
    def record(self) -> Ticket:
        """The ticket as it is now, with its case: as the last verb left it, read again if a clock has fired anywhere since."""
        if self._known is None or self._known[0] != self.world.fired:
            self._known = self.world.fired, Ticket.objects.select_related("case").get(case__number=self.number)
        return self._known[1]

    @property
    def case(self) -> Case:
        """The case as it is now."""
        return self.record.case

    @property
    def state(self) -> str:
        return self.case.state

    @property
    def owner(self) -> str:
        """The owner's log-in; "" while it is nobody's."""
        return self.world.company.login_of(self.case.owner_id)

    @cached_property
    def customer(self) -> Actor:
        """The customer on the tracking page, their number proven."""
        return Actor(kind="customer", customer=self.record.customer_id, cases=frozenset({self.case.pk}), proven=True)

    @property
    def proven(self) -> bool:
        """True once the case belongs to its customer."""
        return self.case.customer_id is not None

    # What is done

    def receive(self, who: str = "", **given: Any) -> None:
        """The ticket is born: by an agent, a dealer, the shop's API, or the customer's own report on the web."""
        actor = self._reporter() if self.channel == "web" else self.world.staff(who)
        if self.channel == "phone":
            self.line, self.taker = self.line or f"D{self.world.born}", who
        wanted = {name: value for name, value in {**self._given(actor), **given}.items() if value not in (None, "")}
        with self.world.act():
            self._remember(engine.perform("ticket", "receive", actor=actor, given=wanted, key=self.key()))
        self.world.bear(self)

    def key(self) -> UUID:
        """Of its birth: that of the phone screen where it was told by telephone."""
        drawn = UUID(int=self.world.rng.getrandbits(128), version=4)
        return screen_of(PROVIDER, self.line) if self.channel == "phone" and self.line else drawn

    def _reporter(self) -> Actor:
        if self.household.customer and self.world.chance(0.6):
            return Actor(kind="customer", customer=self.household.customer, proven=True)
        return STRANGER

    def _given(self, actor: Actor) -> dict[str, Any]:
        home, device = self.household, self.device
        text = self.text or self.world.speech.request(self.kind, self.channel, self.mood, self._age(), self.about)
        told = actor.kind == "customer" or self.channel in ("api", "dealer")
        return {
            "contact_name": home.name, "contact_phone": home.phone, "contact_address": home.address, "kind": self.kind,
            "category": self.model.category.key, "description": text, "urgency": self.urgency, "channel": self.channel,
            "device": None if told or device is None else device.pk, "serial": device.serial if told and device else None,
            "purchased_on": device.purchased_on if told and device else None,
            "tier_told": True if self.channel == "phone" and actor.kind == "staff" else None,
            "photos": [self.world.photos.pop()] if actor is STRANGER and self.world.photos and self.world.chance(PICTURED) else None,
        }  # fmt: skip

    def _age(self) -> str:
        bought: date | None = self.device.purchased_on if self.device else None
        days = (local(now()).date() - bought).days if bought else None
        return "any" if days is None else "new" if days < 45 else "year" if days < 400 else "old"

    def do(self, verb: str, who: str = "owner", **given: Any) -> None:
        """Perform a verb; Refused where the engine says no."""
        with self.world.act():
            self._remember(engine.perform("ticket", verb, actor=self._actor(who), number=self.number, given=looked_over(verb, given)))

    def _actor(self, who: str) -> Actor:
        if who == "customer":
            return self.customer
        login = self.owner if who == "owner" else who
        if not login:
            raise Refused("nobody_owns", {"number": self.number})
        return self.world.staff(login)

    def _remember(self, outcome: engine.Outcome) -> None:
        self.number, outcome.record.case = outcome.case.number, outcome.case
        self._known = self.world.fired, outcome.record

    def refused(self, verb: str, who: str = "owner", **given: Any) -> None:
        """Try what the rules forbid: the attempt is counted, nothing happens."""
        with suppress(Refused):
            self.do(verb, who, **given)

    def person(self, login: str) -> int:
        """The id of an account, to name it in evidence."""
        return self.world.company.people[login].pk
