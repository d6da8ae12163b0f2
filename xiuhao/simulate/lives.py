"""How a request of the past goes, as a story that says what is done next and by whom; `waves` does it, many stories at once.

A story yields a moment (nothing happens until then), an act (a verb, done now; it is sent the act's outcome) or an errand, which goes on
beside it from now on. Work of the desk is put
into the hours of whoever it lies with (`rota`): how long a customer waits comes from how much there is to do.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from xiuhao.kernel.access import Actor
from xiuhao.kernel.time import local, now
from xiuhao.simulate.chances import Chances
from xiuhao.simulate.clientele import Household, People
from xiuhao.simulate.company import Company
from xiuhao.simulate.matter import STRANGER, Matter, looked_over
from xiuhao.simulate.rota import Rota
from xiuhao.simulate.speech import Speech
from xiuhao.ticket.models import Ticket

if TYPE_CHECKING:
    from xiuhao.simulate.errands import Errand

MORNING, EVENING = 8, 21  # local hours between which customers do something
SECONDS = (3, 25)  # between two verbs of the same person
FAR, NEAR = (30, 42, 16, 12), (18, 66, 6, 10)  # talked through, visited, after a part, after a question: where our engineers are, they go
PRESSING = 2  # priorities up to here are answered before everything else


@dataclass
class Town:
    """What a story draws from: the company and its customers, with chance of its own. `hours` and `actors` are shared by all."""

    company: Company
    households: list[Household]
    people: People
    hours: Rota
    rng: Random
    photos: list[str] = field(default_factory=list)
    solved: datetime | None = None  # when the problem ends that a request waits for
    visited: Callable[[Life], Story | None] | None = None  # by whom who lives where

    def __post_init__(self) -> None:
        self.speech, self.seed = Speech(self.rng), self.rng.random()

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.rng.random() < share

    def apart(self, name: str) -> Town:
        """The same with chance of its own, which depends on the name alone: nothing that happens to others changes it."""
        return replace(self, rng=Random(f"{self.seed}/{name}"))


@dataclass
class Act:
    """A verb to be done now by a log-in, "owner", "customer" or (a birth) an actor. `tried`: the rules stop it, and that is the point.
    `parent` is the number of the case on which one is born."""

    verb: str
    who: str | Actor
    given: dict[str, Any]
    key: UUID | None = None
    tried: bool = False
    parent: str = ""


Story = Generator["datetime | Act | Errand", Any, None]


class Life(Matter):
    """A request from its birth on. `world` is a `Town`."""

    world: Any
    process = "ticket"
    gap = SECONDS
    _ticket: Ticket | None = None
    replier = "owner"

    @cached_property
    def luck(self) -> Chances:
        """What chance says of it, occasion by occasion."""
        return Chances(str(self.world.rng.random()))

    def word(self) -> None:
        """What is asked for is said before anybody answers; what comes of it is chance of its own: the same is asked of any desk, and the
        same people do with its answers what they would do with any other's."""
        self.text = self.world.speech.request(self.kind, self.channel, self.mood, self._age(), self.about)
        self.luck = Chances(str(self.world.rng.random()))
        self.world.rng = Random(self.world.rng.random())
        self.world.speech = Speech(self.world.rng)

    def maybe(self, occasion: str, share: float) -> bool:
        """True so often on this occasion, whatever else happened."""
        return self.luck.of(occasion).random() < share

    @property
    def record(self) -> Ticket:
        """The ticket as the last wave left it."""
        assert self._ticket is not None
        return self._ticket

    def stands(self, record: Ticket) -> None:
        """How it stands now, told by whoever changed it."""
        self._ticket, self.number = record, record.case.number

    def act(self, verb: str, who: str | Actor = "owner", **given: Any) -> Act:
        """A verb done now."""
        return Act(verb, who, looked_over(verb, given))

    def tries(self, verb: str, who: str | Actor = "owner", **given: Any) -> Act:
        """A verb that the rules stop."""
        return Act(verb, who, given, tried=True)

    def work(self, occasion: str, least: float, most: float) -> datetime:
        """When the owner has so many minutes of work behind them; what presses is done out of turn while they are there."""
        minutes, owner = self.luck.of(occasion).uniform(least, most), self.owner or self.clerk()
        hours: Rota = self.world.hours
        does = hours.squeeze if (self.case.priority or PRESSING + 1) <= PRESSING else hours.book
        return does(owner, now(), minutes)

    def reply_by(self) -> datetime:
        """When the first answer is given: before other work, and while the owner is away by whoever is there."""
        owner = self.owner or self.clerk()
        who = owner if self.world.hours.on(owner, now()) else self.clerk()
        self.replier = who
        hours: Rota = self.world.hours
        return hours.squeeze(who, now(), self.luck.of("reply").uniform(5, 14))

    def later(self, occasion: str, least: float, most: float) -> datetime:
        """So many hours on; at night people sleep, and it becomes the next morning."""
        rng = self.luck.of(occasion)
        at = now() + timedelta(hours=rng.uniform(least, most))
        clock = local(at)
        if MORNING <= clock.hour < EVENING:
            return at
        day = clock + timedelta(days=1 if clock.hour >= EVENING else 0)
        return day.replace(hour=MORNING, minute=0, second=0) + timedelta(minutes=75 * rng.random())

    def clerk(self) -> str:
        """Who takes the next call: an idle agent, else one who is at work, else (at night) anybody."""
        agents, hours = self.world.company.desk, self.world.hours
        there = [login for login in agents if hours.on(login, now())]
        idle = [login for login in there if hours.idle(login, now())]
        return self.luck.pick("clerk", idle or there or agents)

    def story(self) -> Story:
        """From its first word to the archive."""
        at_once = self.channel == "phone" and self.kind in ("usage_question", "other") and self.maybe("at_once", 0.6)
        yield from self.birth(at_once)
        if not at_once:
            yield from self.opening()
            if self.maybe("cancel", 0.04):
                yield self.later("cancel", 0.2, 3)
                who = "customer" if self.maybe("cancels", 0.7) and self.proven else "owner"
                yield self.act("cancel", who, reason=self.text_of("cancel"))
                return
            yield from self.middle()
        yield from self.farewell()

    def birth(self, at_once: bool) -> Story:
        """Told by phone to whoever has time, by a dealer, by the shop, or in writing."""
        company, luck = self.world.company, self.luck
        who: str | Actor = self._reporter() if self.channel in ("web", "mail", "chat") else ""
        if not who:
            who = "api" if self.channel == "api" else luck.of("dealer").choice(company.held("dealer")) if self.channel == "dealer" else ""
        who = who or self.taker or self.clerk()
        if self.channel == "phone":
            self.taker = str(who)
            self.world.hours.book(who, now(), luck.of("call").uniform(4, 11))
            if self.kind == "fault" and self.maybe("incomplete", 0.05):
                yield self.tries("receive", who, **{**self.told(who), "contact_address": None, "description": ""})
        given = self.told(who) | ({"at_once": True, "solution": self.solution()} if at_once else {})
        yield Act("receive", who, given, self.key())

    def told(self, who: str | Actor) -> dict[str, Any]:
        """The evidence of the birth."""
        actor = who if isinstance(who, Actor) else Actor(kind="staff")
        channel = "phone" if actor.kind == "staff" and self.channel in ("mail", "chat") else self.channel
        given = {**self._given(actor), "channel": channel}
        if self.maybe("tier_told", 0.06):
            given.pop("tier_told")  # forgotten
        return {name: value for name, value in given.items() if value not in (None, "")}

    def opening(self) -> Story:
        """Reviewed if it is complex, taken from the pool if nobody had room, answered, the stranger's number proven."""
        company, luck = self.world.company, self.luck
        if self.state == "in_review":
            yield self.world.hours.book("lead", now(), luck.of("review").uniform(3, 9))
            if self.maybe("release", 0.75):
                to = self.person(luck.of("expert").choice(company.held("expert")))
                yield self.act("release", "lead", to=to, note=self.text_of("release"))
            else:
                yield self.act("simplify", "lead", note=self.text_of("simplify"))
        if self.state == "received" and not self.owner:
            clerk = self.clerk()
            yield self.world.hours.book(clerk, now(), luck.of("take").uniform(2, 6))
            if not self.owner:
                yield self.act("take", clerk)
        if self.record.answered_at is None:
            yield self.reply_by()
            yield from self.answered()
        if not self.proven:
            yield self.later("claim", 0.1, 1)
            yield self.act("claim", "customer") if self.maybe("claim", 0.55) else self.act("vouch", note=self.text_of("vouch"))

    def answered(self) -> Story:
        """A public answer."""
        self.about["me"] = self.world.company.people[self.owner].name[0] if self.owner else ""
        kind = "answer" if self.kind == "usage_question" else "first" if self.kind == "fault" else "first_plain"
        if self.state not in ("archived", "cancelled"):
            yield self.act("reply", self.replier, text=self.text_of(kind))

    def raised(self) -> Story:
        """Whoever it was handed up to, by a person or by the clock, says that they have it. With whom it lies by now may be somebody
        else, who had been offered it before: they cannot, and the work goes on."""
        if self.record.level > self.level and self.state != "received":
            self.level = self.record.level
            yield replace(self.act("take_up", note=self.text_of("take_up")), tried=True)

    def middle(self) -> Story:
        """Looked into, then by phone, by a visit, after a part or an answer; a complaint is heard; paper work is done."""
        yield self.work("look", 12, 34)
        yield from self.raised()
        yield from self.between()
        near = self.world.visited is not None and self.world.visited(self) is not None
        ways, shares = (self.by_phone, self.by_visit, self.with_part, self.after_question), NEAR if near else FAR
        if self.kind == "installation":
            yield from self.by_visit()
        elif self.kind == "return_exchange":
            yield from self.after_question()
        elif self.kind in ("fault", "complaint"):
            yield from self.luck.of("way").choices(ways, shares)[0]()
        yield from self.solve()

    def between(self) -> Story:
        """One or none of the small things that happen to a ticket."""
        acts = ("", "reveal", "note", "urge", "add", "prioritise", "missed", "escalate", "transfer")
        what = self.luck.of("between").choices(acts, (34, 12, 16, 7, 7, 5, 7, 5, 7))[0]
        if what == "reveal":
            yield self.act("reveal", reason=self.text_of("reveal"))
        elif what == "note":
            yield self.act("note", text=self.text_of("note"))
        elif what in ("urge", "add") and self.proven:
            yield self.later("urge", 0.3, 3)
            if self.state in ("in_progress", "received"):
                yield self.act("urge", "customer") if what == "urge" else self.act("add", "customer", text=self.text_of("add"))
                if what == "urge":
                    yield self.tries("urge", "customer")
        elif what == "prioritise":
            yield self.act("prioritise", priority=self.luck.of("priority").choice(("2", "2", "4")), reason=self.text_of("priority"))
        elif what == "missed":
            yield self.act("missed_call", note=self.text_of("missed"))
        elif what == "escalate" and self.record.level == 1:
            yield self.act("escalate", summary=self.text_of("escalate"))
            yield self.work("escalated", 10, 30)
            yield from self.raised()
        elif what == "transfer":
            yield from self.handed_over()

    def handed_over(self) -> Story:
        """Offered to a colleague, who accepts or declines."""
        others = [login for login in self.world.company.desk if login != self.owner]
        if not others:
            return
        colleague = self.luck.pick("colleague", others)
        name = self.world.company.people[colleague].name
        yield self.act("transfer", to=self.person(colleague), reason=self.text_of("transfer", to=name))
        yield self.world.hours.book(colleague, now(), self.luck.of("accept").uniform(2, 5))
        if self.maybe("accept", 0.75):
            yield self.act("accept", colleague)
        else:
            yield self.act("decline", colleague, reason=self.text_of("decline"))

    def by_phone(self) -> Story:
        """Talked through."""
        yield self.work("by_phone", 10, 26)
        yield self.act("record_call", direction="out", summary=self.text_of("call_out"))

    def by_visit(self) -> Story:
        """A visit promised, and made: by our own engineers with all that they do, elsewhere by somebody of whom no more is known."""
        story = self.world.visited(self) if self.world.visited else None
        if story is not None:
            yield from story
            return
        visit = self.later("visit", 3, 40)
        yield self.act("promise", promised_at=visit + timedelta(hours=12), promise_way="phone", reason=self.text_of("promise"))
        yield visit

    def with_part(self) -> Story:
        """A part is missing; the customer is told when, and the clocks wait until it has come."""
        yield self.act("wait_parts", note=self.text_of("parts"))
        come = self.later("part", 16, 90)
        yield self.act("promise", promised_at=come + timedelta(hours=20), promise_way="phone", reason=self.text_of("promise"))
        yield come
        yield self.act("resume", note=self.text_of("resume"))

    def after_question(self) -> Story:
        """The customer is asked, and answers when they find the time."""
        yield self.act("wait_customer", text=self.text_of("question"))
        yield self.later("answer", 0.5, 26)
        who = "customer" if self.maybe("answer", 0.7) and self.proven else "owner"
        yield self.act("answer", who, text=self.text_of("customer_answer"))

    def solve(self) -> Story:
        """Solved; whether it is under warranty has to be settled before, and who forgets it is stopped."""
        yield self.work("solve", 8, 22)
        yield from self.raised()
        if self.kind == "complaint":
            heard, then = self.record.description[:2000], self.text_of("promise")[:300]
            yield self.act("restate", restated=heard, agreed="yes", demand="repair", next_step=then)
        if self.record.verdict == "uncertain":
            if self.maybe("unjudged", 0.3):
                yield self.tries("solve", solution=self.solution())
            yield self.act("judge", verdict=self.luck.of("judge").choice(("in", "in", "out")), reason=self.text_of("judge"))
        yield self.act("solve", solution=self.solution())

    def farewell(self) -> Story:
        """The customer has the last word: satisfied, not satisfied, or silent until the desk calls."""
        silent = self.maybe("silent", 0.2)
        yield self.later("farewell", 14, 46) if silent else self.later("farewell", 0.4, 16)
        if self.maybe("dispute", 0.07):
            yield from self.once_more("dispute")
        if self.maybe("confirm", 0.65) and self.proven and not silent:
            yield self.act("confirm", "customer", satisfied="yes", confirmed_by="link")
        else:
            yield from self.called()
        if self.maybe("reopen", 0.03):
            yield self.later("reopen", 6, 60)
            yield from self.once_more("reopen")
            yield from self.called()

    def once_more(self, verb: str) -> Story:
        """Not content: another round."""
        yield self.act(verb, "customer" if self.proven else "owner", reason=self.text_of(verb))
        yield self.work("again", 4, 12)
        yield from self.raised()
        yield from self.answered()
        yield from self.solve()
        yield self.later("again", 1, 20)

    def called(self) -> Story:
        """The desk calls, and the customer is content."""
        yield self.work("call", 3, 8)
        yield self.act("record_call", direction="out", summary=self.text_of("call_out"))
        yield self.act("confirm", satisfied="yes", confirmed_by="phone")

    def _reporter(self) -> Actor:
        known = self.household.customer and self.channel == "web" and self.maybe("known", 0.6)
        return Actor(kind="customer", customer=self.household.customer, proven=True) if known else STRANGER
