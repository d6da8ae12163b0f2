"""Counts every clause again from first principles, and says where the folded figures differ.

It walks the journal with the declarations beside it and works each clock out from the changes of state; the `rules` that the
engine wrote into the lines are not looked at. What a process says by `step.rule` about itself needs a `witness` here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import connection, transaction

from xiuhao.kernel import clocks, figures, held, policy, registry
from xiuhao.kernel.asks import PARTLY, partly
from xiuhao.kernel.clockwork import due
from xiuhao.kernel.models import CaseAsk, CaseClock, ClauseFigure, Journal, PolicyEdit, PolicyRow, Refusal, Watermark
from xiuhao.kernel.past import IMPORTED
from xiuhao.kernel.process import Process, Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local

BATCH = 2000
Key = tuple[str, date, int | None, str, str]  # clause, day, unit, process, outcome
Witness = Callable[[Journal, Sequence[Journal]], str | None]

_witnesses: dict[tuple[str, str], Witness] = {}


def witness(process: str, clause: str) -> Callable[[Witness], Witness]:
    """Decorates `tells(line, earlier)`: whether a line met or broke a clause (None: neither), by its facts and those before it.

    For clauses that a process counts itself (`step.rule`), where the declaration cannot show it.
    """

    def enter(function: Witness) -> Witness:
        _witnesses[process, clause] = function
        return function

    return enter


@dataclass(frozen=True)
class Difference:
    """A day of a clause at a unit where the figure and the recount are not the same."""

    clause: str
    day: date
    unit: int | None
    process: str
    outcome: str
    folded: int
    counted: int

    def __str__(self) -> str:
        where = f"{self.clause} {self.day} unit {self.unit} {self.process} {self.outcome}"
        return f"{where}: figure {self.folded}, recount {self.counted}"


@dataclass
class Report:
    """What was walked, and every difference found."""

    cases: int = 0
    lines: int = 0
    clauses: set[str] = field(default_factory=set)
    differences: list[Difference] = field(default_factory=list)


def recount() -> Report:
    """Fold, count again, compare. One consistent reading of the database; memory grows with the figures, not with the journal."""
    figures.fold()
    inner = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if not inner:  # while it walks, others fold on
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        upto = Watermark.objects.filter(name=figures.NAME).values_list("txid", flat=True).first() or 0
        report = Report()
        counted = _Count(upto, report).walk()
        folded = {(f.clause, f.day, f.unit_id, f.process, f.outcome): f.count for f in ClauseFigure.objects.iterator() if f.count}
    for key in sorted({*counted, *folded}, key=str):
        if counted.get(key, 0) != folded.get(key, 0):
            report.differences.append(Difference(*key, folded.get(key, 0), counted.get(key, 0)))
    report.clauses = {key[0] for key in counted}
    return report


class _Count:
    """One walk along the journal, case by case."""

    def __init__(self, upto: int, report: Report) -> None:
        self.upto, self.report = upto, report
        self.found: Counter[Key] = Counter()
        self.rows = PolicyRow.objects.in_bulk()
        self.edits = list(PolicyEdit.objects.filter(kind="correction").order_by("at"))
        self.asked: set[tuple[int, str]] = set()
        self.off = [r for r in self.rows.values() if r.table == policy.OVERRIDES and r.value.get("off")]

    def walk(self) -> Counter[Key]:
        lines = Journal.objects.filter(txid__lt=self.upto).select_related("case").order_by("case_id", "seq")
        for group in _chunks(groupby(lines.iterator(BATCH), attrgetter("case_id"))):
            ticking: dict[int, list[CaseClock]] = {}
            ids = [lines[0].case_id for lines in group]
            for row in CaseClock.objects.filter(case_id__in=ids, void=False).select_related("case"):
                ticking.setdefault(row.case_id, []).append(row)
            self.asked = set(CaseAsk.objects.filter(case_id__in=ids).values_list("opened_by_line", "key"))
            for case in group:
                self._case(case, ticking.get(case[0].case_id, []))
        self._refusals()
        return self.found

    def _case(self, lines: list[Journal], ticking: list[CaseClock]) -> None:
        self.report.cases += 1
        self.report.lines += len(lines)
        process = _process(lines[0].process)
        outcomes = [self._line(process, line, lines[:place]) for place, line in enumerate(lines)]
        for row in ticking:
            begun = [other.started_at for other in ticking if (other.key, other.round) == (row.key, row.round)]
            next_one = min((at for at in begun if at > row.started_at), default=None)
            for place, outcome in _clock(process, row, lines, next_one) if process else ():
                for clause in row.clauses:
                    if outcome == "broken" or clause not in outcomes[place]:
                        outcomes[place][clause] = outcome
        unit = None
        for line, outcome_of in zip(lines, outcomes, strict=True):
            unit = line.data.get("unit", unit)
            for clause, outcome in outcome_of.items():
                self._add(clause, line.occurred_at, unit or line.case.unit_id, line.process, outcome)

    def _line(self, process: Process | None, line: Journal, earlier: list[Journal]) -> dict[str, str]:
        """What the verb of a line says of clauses by its declaration, its evidence and what was waived."""
        found: dict[str, str] = {}
        transition = _transition(process, line.data["answers"] if line.verb == PARTLY else line.verb)
        transition = partly(process, transition) if process and transition and line.verb == PARTLY else transition
        if transition:
            given = {key for key, value in {**line.data.get("given", {}), **line.data.get("contents", {})}.items() if value is not False}
            waived = set(line.data.get("waived", ()))
            past = line.data.get("imported")  # what happened elsewhere asked nobody here, and no guard looked at it
            asked = None if past is None else past.get("asked", ())
            guards = () if past is not None and "asked" not in past else transition.guards
            carriers = [(c, "met") for c in transition.clauses]
            carriers += [(c, "met") for n in transition.notify for c in n.clauses if not line.data.get("quiet")]
            carriers += [(c, "met") for a in transition.opens if asked is None or a.key in asked for c in a.clauses]
            opened = {a.key for a in transition.may_open if (line.pk, a.key) in self.asked} if asked is None else set(asked)
            opened = set() if "raised" in line.data else opened - set(line.data.get("voided", ()))  # the same ask again, higher up or anew
            carriers += [(c, "met") for a in transition.may_open if a.key in opened for c in a.clauses]
            carriers += [(c, "met") for e in transition.needs if e.key in given for c in e.clauses]
            judged = [g for g in guards if not g.of or (g.of in given and line.actor_kind != "customer")]
            carriers += [(c, "met") for g in judged for c in g.clauses]
            carriers += [(c, "broken") for e in transition.needs if e.key in waived for c in e.clauses]
            carriers += [(c, "broken") for g in guards if g.code in waived for c in g.clauses]
            found = dict(carriers)
        for pk in line.policies:
            row = self.rows.get(pk)
            if row is not None and "limit" not in row.value:  # a limit is kept or broken later, by its clock
                for clause in self._clauses_then(row, line.occurred_at):
                    found.setdefault(clause, "broken" if pk in line.data.get("overruled", ()) else "met")
        if transition:  # where nobody was there to be told, nothing else keeps what telling them would have kept
            idle = {c for n in transition.notify if n.template in line.data.get("unsent", ()) for c in n.clauses if found.get(c) == "met"}
            found = {clause: outcome for clause, outcome in found.items() if clause not in idle}
        for _node, clauses, outcome in line.data.get("script", ()):  # a script's steps: skipped is broken
            found.update({clause: outcome for clause in clauses if outcome == "broken" or found.get(clause) != "broken"})
        for (key, clause), tells in _witnesses.items():
            outcome = tells(line, earlier) if key == line.process else None
            if outcome:
                found[clause] = outcome
        return found

    def _clauses_then(self, row: PolicyRow, at: datetime) -> list[str]:
        """The clauses of a row as they stood then: before every correction that came later."""
        for edit in self.edits:
            if edit.row_id == row.pk and edit.at > at:
                return list(edit.before.get("clauses", row.clauses))
        return list(row.clauses)

    def _refusals(self) -> None:
        for row in Refusal.objects.filter(txid__lt=self.upto).select_related("case").iterator(BATCH):
            for clause in _stood(row):
                self._add(clause, row.at, _unit_then(row), row.process, row.outcome)

    def _add(self, clause: str, at: datetime, unit: int | None, process: str, outcome: str) -> None:
        for row in self.off:
            if row.match["clause"] == clause and row.since <= at and (row.until is None or at < row.until):
                return
        self.found[clause, local(at).date(), unit, process, outcome] += 1


def _unit_then(row: Refusal) -> int | None:
    if row.case is None:
        return None
    lines = Journal.objects.filter(case_id=row.case.pk, recorded_at__lte=row.at, data__has_key="unit").order_by("-seq")
    placed = lines.values_list("data__unit", flat=True).first()
    return int(placed) if placed else row.case.unit_id


def _chunks(groups: Iterable[tuple[Any, Iterator[Journal]]], size: int = 500) -> Iterator[list[list[Journal]]]:
    kept: list[list[Journal]] = []
    for _key, lines in groups:
        kept.append(list(lines))
        if len(kept) == size:
            yield kept
            kept = []
    if kept:
        yield kept


def _process(key: str) -> Process | None:
    try:
        return registry.process(key)
    except Refused:
        return None


def _transition(process: Process | None, verb: str) -> Transition | None:
    return next((t for t in process.transitions if t.key == verb), None) if process else None


def _clock(process: Process, row: CaseClock, lines: list[Journal], until: datetime | None) -> list[tuple[int, str]]:
    """(place of the line, outcome) of one clock, from the changes of state, its limit and its calendar. `until`: when the next one of
    its key began in the same round, because a promise was given again."""
    clock = next((c for c in process.clocks if c.key == row.key), None)
    if clock is None:
        return []
    own = [i for i, line in enumerate(lines) if line.round == row.round and row.started_at <= line.occurred_at]
    rounds = [i for i in own if until is None or lines[i].occurred_at < until]
    told = next((i for i in rounds if lines[i].verb == "clock_breach" and lines[i].data.get("clock") == row.key), None)
    if told is not None and not _lifted(process, clock, lines[told], lines[told + 1 :]):
        return [(told, "broken")]
    stop = _stop(process, clock, row, lines, until)
    stopped_at = lines[stop].occurred_at if stop is not None else None
    known = CaseClock(case=row.case, key=row.key, round=row.round, started_at=row.started_at, stopped_at=stopped_at)
    known.calendar_id, known.limit, known.policy_id = row.calendar_id, row.limit, row.policy_id  # where lines tell no terms
    history = clocks.history(known, lines)
    by = held.judging(known, lines, history)
    at = due(by, by.limit, history)
    if at is None:
        return [(stop, "met")] if stop is not None else []
    for span in history:
        if span.running and span.start <= at and span.end and at < span.end:
            # Nobody fired it: the line that ended the stretch, a stop or a pause, found it late.
            paused = [i for i, line in enumerate(lines) if line.occurred_at.replace(microsecond=0) == span.end]
            return [(stop if stop is not None and span is history[-1] else paused[0], "broken")]
    return [(stop, "met")] if stop is not None else []


def _lifted(process: Process, clock: Any, breach: Journal, later: list[Journal]) -> bool:
    """Whether a handset told afterwards of what ended the stretch before: by its moment, and not only by its own clock's word."""
    at = breach.occurred_at.replace(microsecond=0)
    for line in later:
        offline = line.data.get("offline")
        if not offline or offline.get("guessed") or line.round != breach.round or line.occurred_at.replace(microsecond=0) > at:
            continue
        if line.verb in clock.stops or not clocks.runs(process, clock, process.state(line.after)):
            return True
    return False


def _stop(process: Process, clock: Any, row: CaseClock, lines: list[Journal], until: datetime | None) -> int | None:
    """The line that stopped the clock: a verb of its stops, a state in which it neither runs nor waits, a new round, or the next."""
    begun = False
    for place, line in enumerate(lines):
        if line.occurred_at < row.started_at or line.verb.startswith("clock_"):
            continue
        transition = _transition(process, line.verb)
        if line.round > row.round or (until is not None and line.occurred_at >= until):
            return place
        if line.round < row.round:
            continue
        if not begun:  # the line that started it
            begun = line.occurred_at >= row.started_at
            continue
        if transition and transition.joins and any(later.verb == transition.inverse for later in lines[place:]):
            continue  # joined by mistake: it went on
        if clock.due and row.key in line.data.get("clocks", {}):
            return place  # the moment was taken back
        state = process.state(line.after)
        moved = transition is not None or line.verb == IMPORTED
        if line.verb in clock.stops or (moved and not (clocks.runs(process, clock, state) or clocks.waits(process, clock, state))):
            return place
    return None


def _stood(row: Refusal) -> list[str]:
    """The clauses that can have stood in the way of a refused attempt, by the declaration: the guard's of that code, the asks',
    for missing evidence those of the verb's evidence that the attempt named."""
    transition = _transition(_process(row.process), row.verb)
    if transition is None:
        return list(row.clauses)
    guard = next((g for g in transition.guards if g.code == row.code), None)
    if guard is not None:
        return list(guard.clauses)
    asked = transition.answers.clauses if transition.answers else ()
    possible = {c for e in transition.needs for c in e.clauses} | set(asked)
    return [c for c in row.clauses if c in possible]
