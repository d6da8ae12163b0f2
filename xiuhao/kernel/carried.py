"""What comes with a past besides its lines: what was asked of whom, and the cases that belong together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xiuhao.kernel import asks, registry
from xiuhao.kernel.models import CaseAsk, Journal, Link
from xiuhao.kernel.process import Ask
from xiuhao.kernel.rows import insert, new, update
from xiuhao.kernel.step import Step

ANSWER = ("outcome", "answered_by", "answered_name", "answered_at")


@dataclass(frozen=True)
class Asked:
    """An ask and what became of it: the key of the event that opened it, the fields of its row."""

    opened: UUID
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Tie:
    """A link to another case, which is known by the key of its birth; `up` says that it is the parent."""

    kind: str
    other: UUID
    up: bool


@dataclass(frozen=True)
class Luggage:
    """What comes with a history whose steps have been written."""

    steps: Sequence[Step]
    asked: Sequence[Asked]
    ties: Sequence[Tie]


def write(luggage: Sequence[Luggage], rests: Mapping[str, Ask]) -> None:
    """Asks and links of these histories; `rests` are the asks by which a case goes on from a state, opened where none came along.

    A link is written with the later one of its two cases. A fixed number of statements, whatever was written before.
    """
    named = {one.opened for each in luggage for one in each.asked} | {tie.other for each in luggage for tie in each.ties}
    lines, cases = dict[UUID | None, int](), dict[UUID | None, int]()
    for key, line, case in Journal.objects.filter(key__in=named).values_list("key", "pk", "case_id"):
        lines[key], cases[key] = line, case
    links = []
    for each in luggage:
        _put(each.steps[-1], each.asked, lines)
        _rest(each, rests)
        own = each.steps[-1].case.pk
        for tie in each.ties:
            if (other := cases.get(tie.other)) is not None:
                parent, child = (other, own) if tie.up else (own, other)
                links.append(Link(parent_id=parent, child_id=child, kind=tie.kind))
    _save(each.steps[-1] for each in luggage)
    Link.objects.bulk_create(links, ignore_conflicts=True)


def _put(last: Step, told: Sequence[Asked], lines: Mapping[UUID | None, int]) -> None:
    """The asks as they were told. One that is here already takes its answer, unless it was answered here."""
    declared = {ask.key: ask for ask in registry.process(last.process.key).asks}
    have = {(ask.opened_by_line_id, ask.key, ask.to_account_id, ask.to_role): ask for ask in last.asks}
    for one in told:
        row = one.row
        ask = have.get((lines[one.opened], row["key"], row["to_account_id"], row["to_role"]))
        if ask is None and row["key"] in declared:
            ask = new(CaseAsk, case_id=last.case.pk, opened_by_line_id=lines[one.opened], **row)
            last.asks.insert(0, ask)
            if declared[ask.key].covers and ask.outcome in ("", "agreed"):  # it holds for what is there now, named by the ids of here
                ask.digest = asks.digest_of(declared[ask.key], last.record)
        elif ask is not None and not ask.outcome:
            for name in ANSWER:
                setattr(ask, name, row[name])


def _rest(luggage: Luggage, rests: Mapping[str, Ask]) -> None:
    """A case that stays where only an answer leads on is asked about; of another system's, one that has moved on no more."""
    last = luggage.steps[-1]
    for state, declared in rests.items():
        waiting = last.asked(declared.key, "")
        if last.case.state == state and not waiting:
            ask = asks.open_for(last, declared)
            ask.asked_by, ask.opened_by_line = None, last.line  # type: ignore[assignment]  # it was written
            last.asks.insert(0, ask)
        elif last.case.state != state and not last.context["event"].told:
            for ask in waiting:
                ask.outcome = "void"


def _save(steps: Iterable[Step]) -> None:
    every = [ask for step in steps for ask in step.asks]
    update([ask for ask in every if ask.pk and ask.outcome], ANSWER)  # before: only one of a key may be open
    insert([ask for ask in reversed(every) if ask.pk is None])
