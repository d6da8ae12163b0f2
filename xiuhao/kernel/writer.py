"""What a step writes: the state, the clocks, the line with its chain, asks, files, effects; one statement a table, however many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Field, Model

from xiuhao.kernel import asks, clocks, gate, numbering, outbox
from xiuhao.kernel.chain import digest_line, seal_content
from xiuhao.kernel.models import Content, Journal, Link
from xiuhao.kernel.process import Process
from xiuhao.kernel.rows import Writing, new, update
from xiuhao.kernel.search import Grams
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now

CASE_FIELDS = (
    "state", "is_open", "title", "priority", "version", "round", "owner", "keeper", "unit", "unit_path", "customer_id", "due_at",
    "head_start", "changed_at", "closed_at", "chain_head", "chain_length",
)  # fmt: skip
CLOCK_FIELDS = (
    "policy", "calendar", "limit", "levels", "clauses", "since", "spent", "due_at", "next_at", "fired", "breached_at",
    "stopped_at", "void", "provisional",
)  # fmt: skip


def finish(step: Step) -> None:
    """After `do`: the new state, the clauses it kept, its clocks and asks. Nothing is written yet."""
    case, verb = step.case, step.transition
    target = step.context.get("target", verb.target)
    case.state = target.key if target else step.before
    state = step.process.state(case.state)
    case.is_open, case.changed_at = not state.end, step.at
    case.closed_at = None if case.is_open else (case.closed_at or step.at)
    if verb.reopens:
        case.round += 1
    case.title = step.process.title(step.record)[:200]
    if not step.before:
        step.facts.setdefault("unit", case.unit_id)
    gate.credit(step)
    step.context["asks"] = asks.settle(step)
    step.context["clocks"] = clocks.advance(step)
    case.due_at = clocks.nearest(step.clocks)


def compose(step: Step, verb: str = "") -> Journal:
    """The journal line of a finished step, chained to the case; `step.context["line"]` is its id. Values of secret evidence go to
    encrypted contents."""
    case, needs = step.case, step.transition.needs
    secrets = {e.key: e.key for e in needs if e.secret}
    given = {k: plain(v) for k, v in step.given.items() if k not in secrets and v not in (None, "", (), [])}
    step.secrets = {**{k: str(step.given[k]) for k in secrets if step.given.get(k)}, **step.secrets}
    sealed = {key: seal_content(text) for key, text in step.secrets.items()}
    step.context["contents"] = sealed
    data = {**step.facts, **({"given": given} if given else {}), **({"waived": step.waived} if step.waived else {})}
    if not step.before:
        data.setdefault("unit", case.unit_id)  # from here on the journal tells where a case lay, line by line
    if sealed:
        data["contents"] = {key: digest.hex() for key, (_blob, _salt, digest) in sealed.items()}
    line = new(
        Journal,
        pk=step.context["line"], case_id=case.pk, seq=case.chain_length + 1, process=step.process.key,
        verb=verb or step.transition.key, before=step.before, after=case.state, round=case.round, occurred_at=step.at,
        recorded_at=step.context.get("recorded") or now(),
        actor_kind=step.actor.kind, actor_id=step.actor.known_by, actor_name=step.actor.name[:60], data=data,
        rules=step.rules, policies=list(dict.fromkeys(step.policies)),
        public=step.transition.public, key=step.key, body_digest=step.context.get("body_digest"), previous=bytes(case.chain_head),
    )  # fmt: skip
    line.hash = digest_line(line.previous, line)
    case.chain_head, case.chain_length = line.hash, line.seq
    if not verb:
        case.version = line.seq
    step.line = line
    return line


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple | set) else value


def write(process: Process, steps: Sequence[Step], *, hold: int = 0, quiet: bool = False) -> None:
    """Write finished steps. The number of a gapless series is taken here, as late as can be, so that others wait shortest."""
    if not steps:
        return
    born = [step for step in steps if not step.before]
    if born and process.series.gapless:
        for step, number in zip(born, numbering.take(process.series, len(born), born[0].at), strict=True):
            step.case.number = number
    for step in steps:
        compose(step)
    writing = Writing()
    cases(writing, born, [step for step in steps if step.before])
    lines(writing, steps)
    _attached(writing, steps)
    writing.insert([effect for step in steps for effect in outbox.effects(step, hold=hold, quiet=quiet)])
    writing.flush()


def cases(writing: Writing, born: Sequence[Step], moved: Sequence[Step]) -> None:
    """New cases with their records, and what changed of those that moved."""
    for step in born:
        step.record.case = step.case
    writing.insert([step.case for step in born])
    writing.insert([step.record for step in born])
    writing.update([step.case for step in moved], CASE_FIELDS)
    changed = {f.name for step in moved for f in _changed(step)}
    writing.update([step.record for step in moved], sorted(changed))


def _changed(step: Step) -> list[Field[Any, Any]]:
    was = step.context["was"]
    fields = [f for f in step.record._meta.concrete_fields if not f.primary_key]
    found = [f for f in fields if not isinstance(f, Grams) and getattr(step.record, f.attname) != was.get(f.attname)]
    names = {f.name for f in found}
    return found + [f for f in fields if isinstance(f, Grams) and f.source in names]


def lines(writing: Writing, steps: Sequence[Step]) -> None:
    """The journal lines, their contents and the clocks."""
    writing.insert([step.line for step in steps if step.line])
    contents = [
        new(Content, line=step.line, case_id=step.case.pk, key=key, sealed=blob, salt=salt)
        for step in steps
        for key, (blob, salt, _digest) in step.context["contents"].items()
    ]
    writing.insert(contents)
    touched = [row for step in steps for row in step.context.get("clocks", ())]
    writing.update([row for row in touched if row.pk], CLOCK_FIELDS)
    writing.insert([row for row in touched if row.pk is None])


def _attached(writing: Writing, steps: Sequence[Step]) -> None:
    """Asks, links, files and the further rows of the processes."""
    new = [(step, ask) for step in steps for ask in step.context.get("asks", ())]
    known = [ask for step in steps for ask in step.asks if ask.pk]
    answered = [ask for ask in known if ask.barred or (ask.outcome and (ask.answered_at or ask.outcome == "void"))]
    update(answered, ("outcome", "answered_by", "answered_name", "answered_at", "barred"))  # before: only one of a key may be open
    for step, ask in new:
        if ask.opened_by_line_id is None:  # else the same request, put to the next post
            ask.opened_by_line = step.line
    writing.insert([ask for _step, ask in new])
    links = [Link(parent_id=parent, child_id=step.case.pk, kind=kind) for step in steps for parent, kind in step.links]
    if links:
        Link.objects.bulk_create(links, ignore_conflicts=True)
    for cutting, (parent, kind) in ((step, cut) for step in steps for cut in step.cuts):
        Link.objects.filter(parent_id=parent, child_id=cutting.case.pk, kind=kind).delete()
    files = []
    for step in steps:
        for key, rows in step.context.get("files", {}).items():
            for row in rows:
                row.case_id, row.evidence, row.public = step.case.pk, f"{step.transition.key}.{key}"[:60], step.transition.public
                files.append(row)
    writing.update(files, ("case", "evidence", "public"))
    _further(writing, steps)


def _further(writing: Writing, steps: Sequence[Step]) -> None:
    by_model: dict[type[Model], list[Model]] = {}
    for step in steps:
        for row in step.rows:
            if hasattr(row, "case_id"):
                row.case = step.case  # type: ignore[attr-defined]
            by_model.setdefault(type(row), []).append(row)
    for rows in by_model.values():
        writing.insert(rows)
