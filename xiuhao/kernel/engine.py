"""The one door. A case changes here and nowhere else: page, API, import, job, phone, simulation.

One writer serves one step and hundreds: in order it opens the moment (database clock, edition of the rules), answers a key it
has seen before, locks the cases, passes each step through the gate, lets the process write, moves clocks and asks, chains the
journal, and writes everything in a handful of statements and one commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, OperationalError, connection
from django.utils.translation import get_language

from xiuhao.kernel import asks, clocks, files, gate, joined, kept, opening, registry, writer
from xiuhao.kernel.access import Actor, roles_on
from xiuhao.kernel.chain import canonical
from xiuhao.kernel.collision import collide, doubled, transient, unsure
from xiuhao.kernel.models import Case, CaseAsk, CaseClock, Journal, Refusal
from xiuhao.kernel.process import Process, Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.rows import new
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import is_simulated, moment, now, simulated
from xiuhao.kernel.together import Together

RETRIES = 3


@dataclass(frozen=True)
class Request:
    """One verb to do. `number` names the case (none: a birth), `key` makes a repeat harmless, `version` is what the actor saw,
    `occurred` when it really happened (offline work, an import), `parent` the case on which one is born. `by` is who does it where the
    system lives through a time for others (a simulation): their roles and token are judged, and in the moment `occurred`. `offline` is what
    a handset tells of what was done on it, which the line keeps: done then, recorded now."""

    verb: str
    given: Mapping[str, Any] = field(default_factory=dict)
    number: str = ""
    key: UUID | None = None
    version: int | None = None
    occurred: datetime | None = None
    parent: str = ""
    by: Actor | None = None
    offline: Mapping[str, Any] = field(default_factory=dict)

    def digest(self, process: str) -> bytes:
        body = [process, self.verb, self.number, self.parent, dict(self.given)]
        return hashlib.sha256(canonical(body)).digest()


@dataclass(frozen=True)
class Outcome:
    """What came of a request: the case as it stands, its line, and whether an earlier call with the same key had done it.

    `answer` is what the verb gives back once and keeps nowhere (a revealed number); a repeat does not have it again."""

    case: Case
    line: Journal
    replayed: bool = False
    record: Any = None
    answer: Any = None


_births: Together[Request, Outcome | Refused] = Together(unsure)


def perform(
    process: str,
    verb: str,
    *,
    actor: Actor,
    number: str = "",
    given: Mapping[str, Any] | None = None,
    key: UUID | None = None,
    version: int | None = None,
    occurred: datetime | None = None,
    parent: str = "",
) -> Outcome:
    """Do one verb. Raises Refused; then nothing was written but, where a clause stood in the way, the refused attempt."""
    request = Request(verb, given or {}, number, key, version, occurred, parent)

    def write(requests: Sequence[Request]) -> Sequence[Outcome | Refused]:
        return perform_many(process, requests, actor=actor)

    if number or parent or occurred or actor.kind != "staff" or connection.in_atomic_block or is_simulated():
        result = write([request])[0]
    else:
        result = _births.write((process, verb, actor, get_language()), request, write)
    if isinstance(result, Refused):
        raise result
    return result


def perform_many(
    process: str, requests: Sequence[Request], *, actor: Actor, waive: bool = False, hold: int = 0, quiet: bool = False
) -> list[Outcome | Refused]:
    """Do one verb on many cases, all in one transaction; a refused one leaves the others be. Each case at most once a call.

    `waive` (imports) lets roles, missing evidence and guards pass and says so in the journal; `quiet` (as `waive` always is) sends no
    notices and says so; `hold` keeps notices back for that many seconds, so that an undo comes in time.
    """
    declared = registry.process(process)
    if actor.kind != "system" and any(request.by for request in requests):
        raise ValueError("only the system does verbs for others")
    for attempt in range(RETRIES + 1):
        try:
            with kept.transaction():
                results = _Batch(declared, requests, actor, waive, hold, quiet or waive).run()
            break
        except (OperationalError, IntegrityError) as error:
            if attempt < RETRIES and transient(error):
                continue
            if not doubled(error):
                raise
            if len(requests) > 1:  # whichever it was: each alone
                return [perform_many(process, [one], actor=actor, waive=waive, hold=hold, quiet=quiet)[0] for one in requests]
            return [Refused("there_already", {"label": declared.label})]
    _remember(declared, requests, results, actor)
    return results


def rehearse(process: str, requests: Sequence[Request], *, actor: Actor, waive: bool = False) -> list[Step | Outcome | Refused]:
    """What `perform_many` would make of births, without writing anything: each finished step, or why it would be refused.

    A key that was seen before gives the outcome of then. `gather` functions see `context["rehearsal"]` and write nothing.
    """
    with kept.transaction():
        return _Batch(registry.process(process), requests, actor, waive, 0).rehearse()


def _remember(process: Process, requests: Sequence[Request], results: Sequence[Outcome | Refused], actor: Actor) -> None:
    """Attempts that a clause stood in the way of count against it; written outside what was rolled back."""
    refused = [(asked, r) for asked, r in zip(requests, results, strict=True) if isinstance(r, Refused) and r.clauses]
    if not refused:
        return
    numbers = {request.number for request, _ in refused if request.number}
    rows = Case.objects.unscoped("counting a refused attempt").filter(number__in=numbers)
    ids = dict(rows.values_list("number", "pk")) if numbers else {}
    Refusal.objects.bulk_create(
        Refusal(
            case_id=ids.get(request.number), process=process.key, verb=request.verb, code=result.code,
            clauses=list(result.clauses), actor_kind=(request.by or actor).kind, actor_id=(request.by or actor).id,
            at=(request.occurred if request.by and not request.offline else None) or now(),
        )
        for request, result in refused
    )  # fmt: skip


class _Batch:
    """One transaction's worth of requests."""

    def __init__(self, process: Process, requests: Sequence[Request], actor: Actor, waive: bool, hold: int, quiet: bool = False) -> None:
        self.process, self.requests, self.actor, self.waive, self.hold, self.quiet = process, requests, actor, waive, hold, quiet
        self.steps: dict[int, Step] = {}
        self.results: dict[int, Outcome | Refused] = {}

    def run(self) -> list[Outcome | Refused]:
        births = sum(1 for r in self.requests if not r.number)
        opened = opening.open_moment(births, len(self.requests), self._keys(), self.process.series)
        with moment(opened.at):
            self._step(opened)
            writer.write(self.process, list(self.steps.values()), hold=self.hold, quiet=self.quiet)
        for index, step in self.steps.items():
            assert step.line is not None
            self.results[index] = Outcome(step.case, step.line, record=step.record, answer=step.context.get("answer"))
        return [self.results[index] for index in range(len(self.requests))]

    def rehearse(self) -> list[Step | Outcome | Refused]:
        opened = opening.open_moment(keys=self._keys())
        opened.births, opened.lines = [opening.Birth(0, "")] * len(self.requests), [0] * len(self.requests)
        with moment(opened.at):
            self._step(opened, rehearsal=True)
        return [self.results[i] if i in self.results else self.steps[i] for i in range(len(self.requests))]

    def _keys(self) -> list[UUID]:
        return [r.key for r in self.requests if r.key]

    def _step(self, opened: opening.Opened, **context: Any) -> None:
        """Everything but the writing: what remains in `steps` is finished, what was refused stands in `results`."""
        self._replay(opened)
        self._prepare(opened, context)
        self._load()
        self._by_verb("prefill")
        for index, step in list(self.steps.items()):
            self._try(index, lambda step=step, index=index: self._judge(step, self.requests[index]))
        self.results |= (refused := files.hand_over(self.actor, self.steps))
        self.steps = {i: s for i, s in self.steps.items() if i not in refused}
        self._by_verb("gather")
        for index, step in list(self.steps.items()):
            self._try(index, lambda step=step: self._do(step))

    def _try(self, index: int, act: Any) -> None:
        request = self.requests[index]
        try:
            with simulated(request.occurred) if request.by and request.occurred and not request.offline else nullcontext():
                act()
        except Refused as refused:
            self.results[index] = refused
            self.steps.pop(index, None)

    def _replay(self, opened: opening.Opened) -> None:
        for index, request in enumerate(self.requests):
            line = opened.known.get(request.key) if request.key else None
            if line is None:
                continue
            same = bytes(line.body_digest or b"") == request.digest(self.process.key)
            if not same or (line.actor_kind, line.actor_id) != ((by := request.by or self.actor).kind, by.known_by):
                self.results[index] = Refused("key_reused", {}, status=422)
            else:
                case = Case.objects.unscoped("answering the same key again").get(pk=line.case_id)
                self.results[index] = Outcome(case, line, replayed=True)

    def _prepare(self, opened: opening.Opened, context: Mapping[str, Any]) -> None:
        for index, request in enumerate(self.requests):
            if index in self.results:
                continue
            try:
                transition = self.process.verb(request.verb)
            except Refused as refused:
                self.results[index] = refused
                continue
            at = request.occurred or opened.at
            step = Step(self.process, transition, request.by or self.actor, at, dict(request.given), request.key, context=dict(context))
            step.context |= {"quiet": self.quiet, "recorded": at if request.by and not request.offline else None}
            if request.offline:
                step.say(offline=dict(request.offline))
            if request.key:
                step.context["body_digest"] = request.digest(self.process.key)
            step.context["edition"], step.context["line"] = opened.edition, opened.lines.pop()
            if not request.number:
                step.context["birth"] = opened.births.pop() if opened.births else None
            self.steps[index] = step

    def _load(self) -> None:
        """Lock the cases that exist, and read what belongs to them: one statement a table."""
        wanted = {self.requests[i].number: i for i in self.steps if self.requests[i].number}
        if len(wanted) < sum(1 for i in self.steps if self.requests[i].number):
            raise ValueError("a case stands twice in one batch")
        found = joined.follow(
            self.process, self.actor, {c.number: c for c in self._locked(wanted)}, {n: self.steps[i] for n, i in wanted.items()}
        )
        for number, index in wanted.items():
            if number not in found:
                self.results[index] = Refused("not_found", {"number": number[:40]}, status=404)
                del self.steps[index]
        model = apps.get_model(self.process.record)
        for index, step in self.steps.items():
            number = self.requests[index].number
            if number:
                step.case = found[number]
                step.before = step.case.state
            else:
                step.case, step.record = newborn(self.process, step.actor, step), new(model)
                parent = self.requests[index].parent
                if parent or (step.transition.on and not self.waive):
                    self._bear(index, step, parent)
        attach(self.process, [s for s in self.steps.values() if s.case.pk and s.before])
        self.steps = {i: s for i, s in self.steps.items() if i not in self.results}

    def _locked(self, numbers: Collection[str]) -> list[Case]:
        if not numbers:
            return []
        visible = Case.objects.of(self.process.key, self.actor).filter(number__in=numbers)
        return list(visible.order_by("pk").select_for_update(of=("self",)))

    def _bear(self, index: int, step: Step, parent: str) -> None:
        case = Case.objects.visible_to(self.actor).filter(number=parent).first()
        if case is None or case.process != step.transition.on:
            self.results[index] = Refused("not_found", {"number": parent[:40]}, status=404)
            return
        step.context["parent"] = case
        step.case.customer_id, step.case.unit_id, step.case.unit_path = case.customer_id, case.unit_id, case.unit_path
        step.link(case.pk, self.process.key)

    def _judge(self, step: Step, request: Request) -> None:
        state = self.process.state(step.before) if step.before else None
        seen = request.version if step.before and step.case.number == request.number else None
        if seen is not None and seen < step.case.version:
            collide(step, seen, request.given)
        case, actor = step.case if step.before else None, step.actor
        asked = any(asks.addressed(a, actor) for a in step.asks if a.outcome == "")
        step.roles = roles_on(actor, case, step.record, self.process.relations(actor, case, step.record), asked)
        step.roles |= step.context.get("also", set())  # what `prefill` found this actor to be
        step.context["facts"] = clocks.facts_of(step) if step.before else {}
        if not self.waive:
            allowed = actor.verbs
            if allowed is not None and f"{self.process.key}.{step.transition.key}" not in allowed:
                raise Refused("token_narrow", {"verb": step.transition.label}, status=403)
            try:
                gate.may(self.process, step.transition, state, step.roles)
            except Refused:
                asks.explain(step)
                raise
        gate.evidence(step, step.given, self.waive)
        for need in step.transition.needs:
            if need.widget == "ref" and step.given.get(need.key) is not None:
                found = need.find(actor, step.given[need.key])  # type: ignore[attr-defined]
                if found is None:
                    wrong = {need.key: Refused("not_reference", {"label": need.label}, status=422)}
                    raise Refused("incomplete", {"verb": step.transition.label, "labels": [str(need.label)]}, status=422, fields=wrong)
                step.context[need.key] = found

    def _by_verb(self, hook: str) -> None:
        """`prefill` or `gather` of each verb, once for all its steps."""
        by_verb: dict[str, list[Step]] = {}
        for step in self.steps.values():
            by_verb.setdefault(step.transition.key, []).append(step)
        for group in by_verb.values():
            if act := getattr(group[0].transition, hook):
                act(group)

    def _do(self, step: Step) -> None:
        if step.transition.answers and not self.waive:
            asks.answer(step)
        keep(step)
        gate.guards(step, self.waive)
        if step.transition.do:
            step.transition.do(step)
        writer.finish(step)


def keep(step: Step) -> None:
    """Evidence named like a field of the record is kept there; a reference as the row that it names. What was left out changes nothing."""
    fields = {f.name: f for f in step.record._meta.concrete_fields}
    for need in step.transition.needs:
        field, value = fields.get(need.key), step.given[need.key]
        if field is None or value in (None, "", (), []):
            continue
        if not field.is_relation:
            setattr(step.record, need.key, value)
        elif need.widget == "ref":
            setattr(step.record, need.key, step.context[need.key])


def newborn(process: Process, actor: Actor, step: Step) -> Case:
    """A case that is not yet written: by default its birth's actor owns and keeps it, in their own unit; a machine owns nothing."""
    born = step.context["birth"]
    case = new(Case, id=born.id, number=born.number, process=process.key, state="", opened_at=step.at, changed_at=step.at)
    case.unit_id, case.unit_path = actor.unit, actor.unit_path  # type: ignore[assignment]  # none yet: `do` places it
    case.origin_path = actor.unit_path
    if actor.kind == "staff" and not actor.machine:
        case.owner_id = case.keeper_id = actor.id
    elif actor.kind == "customer":
        case.customer_id = actor.customer
    return case


def attach(process: Process, steps: Sequence[Step]) -> None:
    """Give steps of existing cases their records, clocks of the round, and asks: one statement each."""
    ids = [step.case.pk for step in steps]
    if not ids:
        return
    records = apps.get_model(process.record)._base_manager.select_related(*process.related or (None,)).in_bulk(ids)
    ticking: dict[int, list[CaseClock]] = {}
    for row in CaseClock.objects.filter(case_id__in=ids).order_by("pk") if process.clocks else ():
        ticking.setdefault(row.case_id, []).append(row)
    found: dict[int, list[CaseAsk]] = {}
    for ask in CaseAsk.objects.filter(case_id__in=ids).order_by("-pk") if process.asks else ():
        found.setdefault(ask.case_id, []).append(ask)
    for step in steps:
        step.record = records[step.case.pk]
        step.record.case = step.case
        step.context["was"] = dict(step.record.__dict__)
        step.clocks, step.asks = ticking.get(step.case.pk, []), found.get(step.case.pk, [])


def open_verbs(actor: Actor, case: Case, record: Any = None) -> list[Transition]:
    """The verbs that this actor may do on this case now (guards and evidence come when they try)."""
    process = registry.process(case.process)
    record = record or apps.get_model(process.record)._base_manager.get(pk=case.pk)
    waiting = list(CaseAsk.objects.filter(case_id=case.pk, outcome="")) if process.asks else []
    mine = {ask.key for ask in waiting if asks.addressed(ask, actor)}
    roles = roles_on(actor, case, record, process.relations(actor, case, record), bool(mine))
    found = process.open_to(process.state(case.state), roles)
    return [t for t in found if (not t.answers or t.answers.key in mine) and _in_token(actor, process, t)]


def births(actor: Actor, process: Process) -> list[Transition]:
    """The verbs by which this actor may bring a case of this process into being."""
    found = process.open_to(None, roles_on(actor, None, None))
    return [t for t in found if _in_token(actor, process, t)]


def _in_token(actor: Actor, process: Process, transition: Transition) -> bool:
    return actor.verbs is None or f"{process.key}.{transition.key}" in actor.verbs
