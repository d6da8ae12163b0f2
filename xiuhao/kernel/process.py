"""What a process is: states, verbs, clocks, asks. Pure: nothing here knows Django, a ticket or a customer.

A declaration is read by everything else (engine, pages, API, permission matrix, charts, reference, tests), and checks
itself when it is built, so that a mistake in it stops the start and not a customer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xiuhao.kernel.evidence import Evidence
from xiuhao.kernel.refusal import Refused

if TYPE_CHECKING:
    from django.db.models import Q

    from xiuhao.kernel.access import Actor
    from xiuhao.kernel.step import Step

__all__ = ["Ask", "Clock", "Duty", "Guard", "Notice", "Process", "Reaction", "Refused", "Series", "State", "Transition"]


@dataclass(frozen=True, eq=False)
class State:
    """A stage that a case can be in. `waits` pauses the clocks, `end` is a state that nothing need leave; with `given_up` the work was
    not done, nor is it owed any more: the clocks end neither met nor broken."""

    key: str
    label: str
    tone: str = "blue"  # a colour token of `ui`: blue, green, amber, red, purple, grey
    waits: bool = False
    end: bool = False
    given_up: bool = False


@dataclass(frozen=True)
class Guard:
    """A named condition of a verb. `holds(step)` is asked under the case's lock; `sentence` tells a person what is wrong.

    `early`: it looks at the case only, never at what is given, and while it does not hold the verb has no point: no button.
    `why(step)` are the words that fill the sentence's `{places}`. `of` is the evidence whose words it judges: it is asked, and counted,
    only where that was given, and never of a customer's own words.
    """

    code: str
    sentence: str
    holds: Callable[[Step], bool]
    clauses: tuple[str, ...] = ()
    early: bool = False
    why: Callable[[Step], Mapping[str, Any]] | None = None
    of: str = ""

    def refusal(self, step: Step, **named: Any) -> Refused:
        """What is raised where it does not hold; `named` goes with its words."""
        words = dict(self.why(step)) if self.why else {}
        sentence = str(self.sentence).format(**words) if words else str(self.sentence)
        return Refused(self.code, {**named, **words}, clauses=self.clauses, sentence=sentence)

    def asked(self, step: Step) -> bool:
        """Whether this step has anything for it to judge."""
        return not self.of or (step.actor.kind != "customer" and step.given.get(self.of) not in (None, "", (), []))


@dataclass(frozen=True)
class Notice:
    """A message to roles of the case (`customer`, `owner`, …), sent through the outbox after the commit.

    `purpose` is service, revisit or marketing: but for service, outsiders get it only with their consent to that purpose.
    `when(step)`, asked when the step is done: otherwise there is nobody to tell, nothing is sent, and its clauses are not kept.
    """

    template: str
    to: Collection[str]
    clauses: tuple[str, ...] = ()
    purpose: str = "service"
    when: Callable[[Step], bool] | None = None

    def sent(self, step: Step) -> bool:
        """True if this step gives somebody to tell."""
        return self.when is None or self.when(step)


@dataclass(frozen=True)
class Ask:
    """An addressed request that a person or a post answers.

    `to` is the role that answers; `to_person` names the evidence that picks one person instead. With `covers` it is an approval
    of content: the hash of those record fields is kept, and a change voids it. `amount` names the record field that the decision
    table `authority.<process>.<key>` reads to find the deciding role; without a matching row `to` (the highest level) decides.
    `to_choice` names the evidence that chooses the role instead, where one of several departments is asked; `each` are several roles that
    are asked at once, each for an answer of its own.
    """

    key: str
    label: str
    to: str
    to_person: str = ""
    to_choice: str = ""
    each: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    amount: str = ""
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Transition:
    """One verb: its name is the URL, the journal entry, the test file and the template.

    No `source` means that it brings a case into being; no `target` leaves the state as it is. `may` are roles relative to the
    case. `prefill(steps)` completes raw evidence from what is on file before it is judged, `gather(steps)` reads what `do` will need,
    both once for all steps of a batch. `do(step)` writes what the verb means; evidence whose key is a field of the record is stored
    without it. `or_else` are further targets that `do` may choose by `step.go(state)`. `opens` asks somebody, `may_open` does so only
    where `do` says `step.ask(…)`, `answers` is the answer to such an ask with its `outcome` ("agreed" or "refused").
    `inverse` is the verb that undoes it, `reopens` starts a new round, `public` shows the line to the customer,
    `quiet` is done by the system or a page of its own and gets no button. `on` is the process on whose case it is born.
    `joins`: the case becomes part of another (`Process.joined_by`), and its clocks end neither met nor broken; the `inverse` wakes them.
    `follows`: asked of a case that was joined to another, it is done on that one.
    """

    key: str
    label: str
    source: tuple[State, ...]
    target: State | None
    may: Collection[str]
    needs: tuple[Evidence, ...] = ()
    guards: tuple[Guard, ...] = ()
    do: Callable[[Step], None] | None = None
    prefill: Callable[[list[Step]], None] | None = None
    gather: Callable[[list[Step]], None] | None = None
    notify: tuple[Notice, ...] = ()
    clauses: tuple[str, ...] = ()
    opens: tuple[Ask, ...] = ()
    may_open: tuple[Ask, ...] = ()
    answers: Ask | None = None
    outcome: str = ""
    or_else: tuple[State, ...] = ()
    inverse: str = ""
    reopens: bool = False
    public: bool = False
    quiet: bool = False
    on: str = ""
    says: str = ""
    joins: bool = False
    follows: bool = False

    def __post_init__(self) -> None:
        """Evidence brings along what else it needs, and the conditions under which it may be given; once, however often it is copied."""
        there = {need.key for need in self.needs}
        fresh = [need for need in self.needs if not there.issuperset(one.key for one in need.beside)]
        object.__setattr__(self, "needs", tuple(one for need in self.needs for one in (need, *(need.beside if need in fresh else ()))))
        object.__setattr__(self, "guards", (*self.guards, *(guard for need in fresh for guard in need.guards)))

    @property
    def births(self) -> bool:
        return not self.source

    @property
    def targets(self) -> tuple[State, ...]:
        """Every state that the verb may lead to; none if it leaves the state as it is."""
        return (*((self.target,) if self.target else ()), *self.or_else)


@dataclass(frozen=True, eq=False)
class Clock:
    """A deadline of a case. How long it is comes from policy rows (table `clock.<process>.<key>`), never from here.

    It starts with the verb `starts`, or on entering `runs_in`; is met by a verb of `stops`, or on leaving `runs_in` and the
    waiting states; pauses in states that wait, unless `runs_in` names them. `due` names a record field that holds the moment
    itself (a promise): then there is no limit to look up, a new value is a new due moment, and none ends it. A limit is granted once a
    round, and anew by each verb of `again`, where its clock has ended: what comes a second time has its limit a second time. `kept(step)`
    is asked of what ends it in time: where that is not what was waited for, the clock was neither met nor broken.
    """

    key: str
    label: str
    runs_in: tuple[State, ...] = ()
    starts: str = ""
    stops: tuple[str, ...] = ()
    due: str = ""
    escalates: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    kept: Callable[[Step], bool] | None = None


@dataclass(frozen=True)
class Reaction:
    """After the commit of `verb` (or of a clock's level, as `clock.<key>.<level>`) the system performs `then` on the same case. What
    follows a verb of another process names that process first (`ticket.wait_parts`): `then` is given the case of the other."""

    verb: str
    then: Callable[[Any], None]


@dataclass(frozen=True)
class Series:
    """How cases are numbered: `prefix`, two digits of the year, month, serial.

    `gapless` restarts each month and has neither gap nor repeat (a clause demands it); otherwise a contention-free sequence. `dash`
    stands before the serial.
    """

    prefix: str
    gapless: bool = False
    digits: int = 6
    dash: str = ""


@dataclass(frozen=True)
class Duty:
    """A periodic obligation: the scheduler opens one case per (clause, unit, period) with the verb `opens`. One that no clause demands
    names none.

    The units that owe it are the active ones of a kind, or those whose keys `units()` gives.
    """

    clause: str
    opens: str
    every: str  # day | workday | week | month
    unit_kind: str
    at: str = "09:00"
    units: Callable[[], Collection[int]] | None = None


@dataclass(frozen=True, eq=False)
class Process:
    """A declaration. `record` is "app.Model", read with its `related`; `facts(record)` are what policies and tables match on.

    `joined_by` is the kind of link from a case that was joined to another (child) to that one (parent). `readers` are roles that, beside
    `roles.READERS`, see every case of this process in the unit where they are held; where it is `closed` they alone do, beside owner and
    asked. Of these, `kept_from(actor)` names cases that one of them never sees (whom a report concerns).
    """

    key: str
    label: str
    transitions: tuple[Transition, ...]
    record: str
    related: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()
    series: Series = Series("XH")
    facts: Callable[[Any], Mapping[str, Any]] = field(default=lambda record: {})
    relations: Callable[[Any, Any, Any], Iterable[str]] = field(default=lambda actor, case, record: ())
    title: Callable[[Any], str] = field(default=str)
    reactions: tuple[Reaction, ...] = ()
    duty: Duty | None = None
    joined_by: str = ""
    readers: Collection[str] = ()
    closed: bool = False
    kept_from: Callable[[Actor], Q] | None = None

    def __post_init__(self) -> None:
        self._check_keys()
        for state in self.states:
            leaves = any(state in t.source and t.targets for t in self.transitions)
            if not state.end and not leaves:
                raise ValueError(f"{self.key}: no way out of {state.key}")
        lost = set(self.states) - self._reachable()
        if lost:
            raise ValueError(f"{self.key}: unreachable {sorted(s.key for s in lost)}")

    def _check_keys(self) -> None:
        for name, keys in (
            ("verb", [t.key for t in self.transitions]),
            ("state", [s.key for s in self.states]),
            ("clock", [c.key for c in self.clocks]),
        ):
            twice = {k for k in keys if keys.count(k) > 1}
            if twice:
                raise ValueError(f"{self.key}: {name} declared twice: {sorted(twice)}")
        verbs = {t.key for t in self.transitions}
        named = {t.inverse for t in self.transitions if t.inverse}
        named |= {v for c in self.clocks for v in (*c.stops, *c.again, c.starts) if v}
        if named - verbs:
            raise ValueError(f"{self.key}: unknown verb {sorted(named - verbs)}")
        if not any(t.births for t in self.transitions):
            raise ValueError(f"{self.key}: nothing brings a case into being")

    def _reachable(self) -> set[State]:
        found: set[State] = {s for t in self.transitions if t.births for s in t.targets}
        before: set[State] = set()
        while found != before:
            before = set(found)
            found |= {s for t in self.transitions if found & set(t.source) for s in t.targets}
        return found

    @cached_property
    def states(self) -> tuple[State, ...]:
        seen: dict[State, None] = {}
        for t in self.transitions:
            seen |= dict.fromkeys((*t.source, *t.targets))
        return tuple(seen)

    @cached_property
    def asks(self) -> tuple[Ask, ...]:
        return tuple({a.key: a for t in self.transitions for a in (*t.opens, *t.may_open)}.values())

    @cached_property
    def roles(self) -> tuple[str, ...]:
        return tuple(sorted({r for t in self.transitions for r in t.may}))

    def ours(self, verb: str) -> set[str]:
        """The evidence of a verb that no outsider reads, by key."""
        return {need.key for need in self._verbs[verb].needs if need.ours} if verb in self._verbs else set()

    @cached_property
    def _verbs(self) -> dict[str, Transition]:
        return {t.key: t for t in self.transitions}

    @cached_property
    def _states(self) -> dict[str, State]:
        return {s.key: s for s in self.states}

    def verb(self, key: str) -> Transition:
        """The transition of that key; Refused("unknown_verb", 404) if there is none."""
        if key not in self._verbs:
            raise Refused("unknown_verb", {"verb": key, "process": self.label}, status=404)
        return self._verbs[key]

    def state(self, key: str) -> State:
        """The state of that key; KeyError if there is none."""
        return self._states[key]

    def joining(self, inverse: str) -> Transition | None:
        """The joining verb that this one undoes, if it does."""
        return next((t for t in self.transitions if t.joins and t.inverse == inverse), None)

    def clock(self, key: str) -> Clock:
        for c in self.clocks:
            if c.key == key:
                return c
        raise KeyError(f"{self.key} has no clock {key}")

    def open_to(self, state: State | None, roles: Collection[str]) -> list[Transition]:
        """The verbs that these roles may do now, guards and evidence not yet asked: the buttons of a page."""
        return [t for t in self.transitions if fits(t, state) and set(t.may) & set(roles)]

    def clauses(self) -> dict[str, list[str]]:
        """Clause id → the places of this declaration that carry it, as "verb.solve", "clock.first_response", …"""
        found: dict[str, list[str]] = {}

        def note(ids: Iterable[str], place: str) -> None:
            for clause in ids:
                places = found.setdefault(clause, [])
                if place not in places:  # several verbs may open the same ask
                    places.append(place)

        for t in self.transitions:
            note(t.clauses, f"verb.{t.key}")
            for e in t.needs:
                note(e.clauses, f"evidence.{t.key}.{e.key}")
            for g in t.guards:
                note(g.clauses, f"guard.{t.key}.{g.code}")
            for n in t.notify:
                note(n.clauses, f"notice.{t.key}.{n.template}")
            for a in (*t.opens, *t.may_open):
                note(a.clauses, f"ask.{a.key}")
        for c in self.clocks:
            note(c.clauses, f"clock.{c.key}")
        if self.duty and self.duty.clause:
            note((self.duty.clause,), "duty")
        return found


def fits(transition: Transition, state: State | None) -> bool:
    """True if the verb is possible in this state (None: no case yet)."""
    return state in transition.source if state else transition.births
