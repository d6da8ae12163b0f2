"""The past of other systems through the one door: cases with their dated history, by the engine's bulk writer and its clocks.

A batch of whole histories is one transaction: until it has ended nobody sees half a history, least of all the scheduler. In it the
histories go on side by side in memory, the first events of all, then the second ones, and are written once. Between two events of
a case its clocks fire as the scheduler would have fired them then. Roles, notices and missing evidence are waived and guards
not asked, and the journal says so; what our shape does not know is the verb `imported_state`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import OuterRef, QuerySet

from xiuhao.kernel import carried, engine, gate, kept, numbering, opening, registry, scheduler, writer
from xiuhao.kernel.access import Actor
from xiuhao.kernel.clocks import Terms, facts_of, nearest
from xiuhao.kernel.models import Case, CaseClock, Journal
from xiuhao.kernel.opening import Opened
from xiuhao.kernel.process import Ask, Process, State, Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rows import Writing
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import moment, now
from xiuhao.kernel.words import _

IMPORTED = "imported_state"


@dataclass(frozen=True)
class Ways:
    """How a process takes in its past: `gather(steps)` reads what births need, `born` and `move` write what an event meant as far as
    it is known (`step.context["target"]` is the state it led to). `dump(record)` and `restore(step, dumped)` carry a record whole.
    `headers()` are the columns of a log that say something of a case (as `ui.cells.plain` compares them → key), `given(raws)` makes
    evidence of the births of their texts, case by case. `rests` are the asks by which a case goes on from a state (by its key): open
    while it stays there."""

    gather: Callable[[list[Step]], None]
    born: Callable[[Step], None]
    move: Callable[[Step], None]
    dump: Callable[[Any], dict[str, Any]]
    restore: Callable[[Step, Mapping[str, Any]], None]
    headers: Callable[[], Mapping[str, str]]
    given: Callable[[Iterable[Mapping[str, str]]], list[dict[str, Any]]]
    rests: Mapping[str, Ask]


@dataclass(frozen=True)
class Said:
    """A line that the product itself wrote between two events (a clock fired): told again as it was."""

    verb: str
    at: datetime
    data: Mapping[str, Any]
    rules: Mapping[str, str]
    policies: Sequence[int] = ()
    terms: Terms | None = None


@dataclass(frozen=True)
class Born:
    """The case and its record (as `Ways.dump` gave it) as they are in the end: since terms are told, nothing is decided by them before."""

    record: Mapping[str, Any]
    priority: int | None
    owner: int | None
    keeper: int | None
    unit: int
    unit_path: str


@dataclass(frozen=True)
class Told:
    """What our own journal says of an event, so that nothing need be found out again. `terms` are those of the clocks that began or
    changed with it; `born` goes with a birth."""

    data: Mapping[str, Any]
    rules: Mapping[str, str]
    policies: Sequence[int]
    terms: Mapping[str, Terms]
    secrets: Mapping[str, str] = field(default_factory=dict)
    born: Born | None = None


@dataclass(frozen=True)
class Happened(engine.Request):
    """An event: the verb that it is to us (or IMPORTED), when (`occurred`), the state it led to, by whom (none: nobody was named), what
    the other system called it; `before` are our own lines since the last event. `unit` (id and path) is where a birth puts its case,
    else where whoever did it works."""

    state: str = ""
    by: Actor | None = None
    called: str = ""
    told: Told | None = None
    before: tuple[Said, ...] = ()
    unit: tuple[int, str] | None = None


@dataclass(frozen=True)
class History:
    """A case's events in order, the first its birth; each with a key of its own; and what comes with them."""

    events: tuple[Happened, ...]
    after: tuple[Said, ...] = ()
    asked: tuple[carried.Asked, ...] = ()
    ties: tuple[carried.Tie, ...] = ()


@dataclass
class Brought:
    """What became of a history: its case's number, whether the case is new, how many events were written, or why none was.
    `differs` are clauses (with the event's place) whose outcome our clocks see otherwise than the told line."""

    number: str = ""
    made: bool = False
    events: int = 0
    refused: Refused | None = None
    differs: list[tuple[int, str]] = field(default_factory=list)


_ways: dict[str, Ways] = {}


def tell(process: str, ways: Ways) -> None:
    """Enter how a process takes in its past."""
    _ways[process] = ways


def ways(process: str) -> Ways:
    """How this process takes in its past. Refused("no_past", 422) if it does not."""
    if process not in _ways:
        raise Refused("no_past", {"process": registry.process(process).label}, status=422)
    return _ways[process]


def processes() -> list[Process]:
    """Those that take in a past."""
    return [registry.process(key) for key in _ways]


def birth(process: Process) -> Transition:
    """The verb by which a case of the past is born: the first declared."""
    return next(t for t in process.transitions if t.births)


def move(process: Process, before: State, after: State) -> str:
    """The verb that leads from one state to another by the declaration, that of the fewest sources; else IMPORTED."""
    if before is after:
        return IMPORTED
    able = [t for t in process.transitions if before in t.source and after in t.targets and not (t.answers or t.joins)]
    best = min(able, key=lambda t: (t.target is not after, len(t.source)), default=None)
    return best.key if best else IMPORTED


@cache
def _past(process: Process, told: bool) -> Process:
    """The declaration as the past uses it: any verb in any state, no asks, no guards; with told lines no evidence either."""
    plain: dict[str, Any] = {"prefill": None, "gather": None, "do": None, "guards": (), "opens": (), "may_open": ()}
    plain |= {"answers": None, "follows": False}
    if told:
        plain |= {"needs": (), "notify": (), "clauses": ()}
    imported = Transition(IMPORTED, _("导入原系统的状态"), process.states, None, may=(), or_else=process.states)
    return replace(process, transitions=(*(replace(t, **plain) for t in process.transitions), imported))


def bring(key: str, histories: Sequence[History], *, actor: Actor) -> list[Brought]:
    """Write these histories, all in one transaction; one that is refused leaves the others be. What was brought before is not again.

    Refused of one: past_out_of_order (an event older than what the case has lived through here), or what the gate says of its evidence.
    """
    with kept.transaction():
        return _Together(registry.process(key), histories, actor).run()


class _Together:
    """One transaction's worth of histories, lived through in memory and written once: cases and clocks as they are in the end."""

    def __init__(self, process: Process, histories: Sequence[History], actor: Actor) -> None:
        self.told = any(event.told for history in histories for event in history.events)
        self.process, self.histories, self.actor = _past(process, self.told), histories, actor
        self.declared, self.ways = process, ways(process.key)
        self.found = [Brought() for _history in histories]
        self.lived: dict[int, list[Step]] = {}  # by place, its steps so far
        self.spare: list[int] = []

    def run(self) -> list[Brought]:
        """All of them, wave by wave, then the clocks of those that are still open up to the present."""
        left, known = self._left()
        births = sum(1 for place in left if place not in known)
        opened = opening.open_moment(births, sum(map(len, left.values())), (), self.process.series)
        if self.process.series.gapless:
            numbers = numbering.take(self.process.series, births, opened.at)
            opened.births = [opening.Birth(born.id, number) for born, number in zip(opened.births, numbers, strict=True)]
        self.spare = opened.lines
        with moment(opened.at):
            ahead = self._known(known)
            while wave := {place: events.pop(0) for place, events in left.items() if events}:
                self._wave(wave, ahead, opened)
                left = {place: events for place, events in left.items() if not self.found[place].refused}
            for place, steps in self.lived.items():
                self._settle(steps, self.histories[place].after, opened.at.replace(microsecond=0))
            self._write()
        return self.found

    def _left(self) -> tuple[dict[int, list[Happened]], dict[int, int]]:
        """The events that are still to be written, and the cases that are here already, by place."""
        keys = [event.key for history in self.histories for event in history.events]
        seen = dict(Journal.objects.filter(key__in=keys).values_list("key", "case_id"))
        left: dict[int, list[Happened]] = {}
        known: dict[int, int] = {}
        for place, history in enumerate(self.histories):
            events = [event for event in history.events if event.key not in seen]
            if (case := seen.get(history.events[0].key)) is not None:
                known[place] = case
            if events:
                left[place] = events
        return left, {place: case for place, case in known.items() if place in left}

    def _known(self, known: Mapping[int, int]) -> dict[int, Step]:
        """The cases that are here already, locked, each as a step that was not done."""
        if not known:
            return {}
        rows = Case.objects.unscoped("a history goes on where it ended").filter(pk__in=known.values())
        cases = {case.pk: case for case in rows.order_by("pk").select_for_update()}
        blank = Transition("", "", (), None, may=())
        steps = {p: Step(self.process, blank, self.actor, now(), {}, case=cases[pk]) for p, pk in known.items()}
        engine.attach(self.declared, list(steps.values()))
        return steps

    def _wave(self, wave: Mapping[int, Happened], ahead: Mapping[int, Step], opened: Opened) -> None:
        """The next event of each."""
        steps: dict[int, Step] = {}
        for place, event in wave.items():
            before = self.lived[place][-1] if place in self.lived else ahead.get(place)
            step = self._step(event, before, opened)
            try:
                if before and step.at < before.case.changed_at and before is ahead.get(place):
                    raise Refused("past_out_of_order", {"number": before.case.number, "at": step.at}, status=409)
                gate.evidence(step, step.given, waive=True)
            except Refused as refused:
                self.found[place].refused = refused
                self.lived.pop(place, None)
                continue
            steps[place] = step
        if births := [step for step in steps.values() if not step.before]:
            self.ways.gather(births)
        for place, step in steps.items():
            self._do(step, self.found[place])
            self.lived.setdefault(place, []).append(step)

    def _step(self, event: Happened, before: Step | None, opened: Opened) -> Step:
        at = event.occurred or opened.at
        step = Step(self.process, self.process.verb(event.verb), event.by or self.actor, at, dict(event.given), event.key)
        step.context = {"event": event, "target": self.process.state(event.state), "quiet": not self.told}
        if before is None:
            step.context["birth"] = opened.births.pop()
            step.case, step.record = engine.newborn(self.process, self.actor, step), apps.get_model(self.process.record)()
            if event.unit:
                step.case.unit_id, step.case.unit_path = event.unit
            return step
        step.case, step.record, step.clocks, step.asks = before.case, before.record, before.clocks, before.asks
        step.before = step.case.state
        step.context["was"] = before.context.get("was")
        step.context["facts"] = facts_of(step)
        return step

    def _do(self, step: Step, brought: Brought) -> None:
        event: Happened = step.context["event"]
        if event.told:
            self._out(step, [retell(step.case, step.clocks, said) for said in event.before])
            self._retold(step, event.told)
        else:
            self._out(step, fire(step.case, step.clocks, step.at.replace(microsecond=0)))
            engine.keep(step)
            (self.ways.move if step.before else self.ways.born)(step)
            step.say(imported={"as": event.called})
        writer.finish(step)
        if event.told:
            self._compare(step, event.told, brought)
        step.context["line"] = self._line()
        writer.compose(step)
        brought.number, brought.made = step.case.number, brought.made or not step.before
        brought.events += 1

    def _line(self) -> int:
        if not self.spare:
            self.spare = opening.more_lines(1_000)
        return self.spare.pop()

    def _out(self, step: Step, lines: list[Step]) -> None:
        """Lines of the product itself that come before a step (or after the last)."""
        for line in lines:
            line.context["line"] = self._line()
            writer.compose(line, line.transition.key)
        step.context["lines"] = [*step.context.get("lines", ()), *lines]

    def _retold(self, step: Step, told: Told) -> None:
        if (born := told.born) is not None:
            case = step.case
            self.ways.restore(step, born.record)
            case.priority, case.owner_id, case.keeper_id = born.priority, born.owner, born.keeper
            case.unit_id, case.unit_path = born.unit, born.unit_path
        step.facts, step.secrets = dict(told.data), dict(told.secrets)
        step.context["terms"] = told.terms

    def _compare(self, step: Step, told: Told, brought: Brought) -> None:
        """The outcome of clauses is the told one; where our clocks see it otherwise it is reported."""
        clocked = {clause for row in step.context["clocks"] for clause in row.clauses}
        brought.differs += [(brought.events, c) for c in clocked if c in step.rules and step.rules[c] != told.rules.get(c)]
        terms = {"terms": step.facts["terms"]} if "terms" in step.facts else {}  # by the calendars of here
        step.rules, step.policies, step.facts = dict(told.rules), list(told.policies), {**told.data, **terms}

    def _settle(self, steps: list[Step], after: Sequence[Said], second: datetime) -> None:
        """Fire quietly what is due by now in a case that is still open: whoever moves in is not told of years ago."""
        last = steps[-1]
        self._out(last, [retell(last.case, last.clocks, said) for said in after])
        self._out(last, fire(last.case, last.clocks, second))
        last.case.due_at = nearest(last.clocks)

    def _write(self) -> None:
        """Everything at once: of cases, records and clocks the last state, of the journal every line."""
        writing = Writing()
        writer.cases(writing, [s[-1] for s in self.lived.values() if not s[0].before], [s[-1] for s in self.lived.values() if s[0].before])
        every: list[Step] = []
        for steps in self.lived.values():
            for step in steps:
                every += [*step.context.pop("lines", ()), step]
                step.context["clocks"] = []
            steps[-1].context["clocks"] = steps[-1].clocks
        writer.lines(writing, every)
        writing.flush()
        told = [(steps, self.histories[place]) for place, steps in self.lived.items()]
        carried.write([carried.Luggage(steps, history.asked, history.ties) for steps, history in told], self.ways.rests)


def brought(since: datetime) -> QuerySet[Journal]:
    """For `Exists` on a case: the lines of its past that were brought here at that moment or later."""
    return Journal.objects.filter(case=OuterRef("pk"), recorded_at__gte=since, data__has_key="imported")


def fire(case: Case, rows: Iterable[CaseClock], second: datetime) -> list[Step]:
    """The levels of these clocks that are due before that second, in order of time; nothing is written."""
    due = [row for row in rows if row.stopped_at is None and row.next_at is not None and row.next_at < second]
    return sorted((step for row in due for step in scheduler.fire(case, row, second)), key=lambda step: step.at) if due else []


def retell(case: Case, rows: Iterable[CaseClock], said: Said) -> Step:
    """A line of our own again; what a clock did is done to the case's row of that key that runs."""
    step = scheduler.system_step(case, said.verb, said.at)
    step.facts, step.rules, step.policies = dict(said.data), dict(said.rules), list(said.policies)
    row = next((r for r in rows if r.key == said.data.get("clock") and r.stopped_at is None), None)
    if row is not None:
        row.case = case
        scheduler.retell(row, said.verb, said.at, said.data, said.terms)
    return step
