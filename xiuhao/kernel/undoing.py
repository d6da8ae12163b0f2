"""Verbs that can be taken back: what they changed is noted in their own line, and the inverse verb puts it back.

    Transition("assign", …, do=undoing.reversible(actions.assign), inverse="unassign"),
    undoing.inverse("unassign", _("撤销分派"), of="assign", source=(IN_PROGRESS,), targets=(RECEIVED, …), may=CHIEFS),

An inverse holds only while its verb is the last thing that happened to the case; the engine refuses `stale` what would undo more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from typing import Any

from xiuhao.kernel import chain, roles
from xiuhao.kernel.models import Journal
from xiuhao.kernel.process import Guard, Process, State, Transition
from xiuhao.kernel.search import Grams
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _

CASE = ("owner_id", "keeper_id", "unit_id", "unit_path", "priority")
BACK = "back"  # facts of the line: the ids and numbers that stood there before
TEXTS = "was.back"  # a sealed content of the line: the texts that did


def reversible(do: Callable[[Step], None]) -> Callable[[Step], None]:
    """`do`, noting what it changes of the case and of the record."""

    def act(step: Step) -> None:
        before = {name: getattr(step.case, name) for name in CASE}
        do(step)
        facts = {name: value for name, value in before.items() if getattr(step.case, name) != value}
        record, texts = _changed(step)
        step.say(**{BACK: {"case": facts, "record": record}})
        if texts:
            step.keep(TEXTS, json.dumps(texts))

    return act


def _changed(step: Step) -> tuple[dict[str, Any], dict[str, str]]:
    """What stood in the changed columns of the record: plain values, and texts, which are sealed."""
    plain: dict[str, Any] = {}
    texts: dict[str, str] = {}
    was = step.context["was"]
    for field in step.record._meta.concrete_fields:
        if field.primary_key or isinstance(field, Grams) or getattr(step.record, field.attname) == was[field.attname]:
            continue
        value = was[field.attname]
        if isinstance(value, str):
            texts[field.attname] = value
        else:
            plain[field.attname] = str(value) if isinstance(value, date | Decimal) else value
    return plain, texts


def inverse(
    key: str, label: str, *, of: str, source: tuple[State, ...], may: Collection[str], targets: tuple[State, ...] = ()
) -> Transition:
    """The verb that takes `of` back: to whichever of `targets` the case came from (none: it never left), with what it was then.

    Whoever did `of` may take it back, even where it led out of their own hands.
    """
    last = Guard("followed_already", _("之后已有新的处理，不能再撤销。"), lambda step: _last(step, of))
    target = targets[0] if targets else None
    return Transition(
        key, label, source, target, may={roles.DOER, *may}, quiet=True, or_else=targets[1:], prefill=look, guards=(last,), do=put_back
    )  # fmt: skip


def undone_by(process: Process, verb: str) -> Transition | None:
    """The verb that takes this one back, if there is one."""
    key = process.verb(verb).inverse
    return process.verb(key) if key else None


def undoes(process: Process, verb: str) -> bool:
    """True if this verb takes another back."""
    return any(t.inverse == verb for t in process.transitions)


def look(steps: list[Step]) -> None:
    """The last line of each case that somebody or something wrote (clocks only tick), and the texts that it replaced."""
    rows = Journal.objects.filter(case_id__in=[step.case.pk for step in steps]).exclude(verb__startswith="clock_")
    found = {line.case_id: line for line in rows.order_by("case_id", "-seq").distinct("case_id")}
    texts = chain.read_contents(found.values())
    for step in steps:
        line = step.context["undone"] = found.get(step.case.pk)
        step.context["texts"] = texts.get(line.pk, {}).get(TEXTS) if line else None
        if line and (line.actor_kind, line.actor_id) == (step.actor.kind, step.actor.known_by):
            step.context["also"] = {roles.DOER}


def _last(step: Step, verb: str) -> bool:
    line: Journal | None = step.context["undone"]
    return line is not None and line.verb == verb and BACK in line.data


def put_back(step: Step) -> None:
    """The case and its record as they were before the line that is undone."""
    line: Journal = step.context["undone"]
    back = line.data[BACK]
    for name, value in back["case"].items():
        setattr(step.case, name, value)
    texts = json.loads(step.context["texts"] or "{}")  # nothing, too, once they were erased
    columns = {field.attname: field for field in step.record._meta.concrete_fields}
    for name, value in {**back["record"], **texts}.items():
        setattr(step.record, name, columns[name].to_python(value))
    step.say(undone=line.seq, **({"owner": step.case.owner_id} if "owner_id" in back["case"] else {}))
    if "unit_id" in back["case"]:
        step.say(unit=step.case.unit_id)
    if step.transition.target:
        step.go(step.process.state(line.before))
