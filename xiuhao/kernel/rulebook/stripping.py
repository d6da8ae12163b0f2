"""Takes a clause's carriers away and puts them back: a clause is enforced only if its test fails meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from xiuhao.kernel import policy, registry
from xiuhao.kernel.evidence import Evidence, Flag
from xiuhao.kernel.process import Process, Transition
from xiuhao.kernel.rulebook.digest import clause

Put = Callable[[Any, str, Any], None]


@contextmanager
def without(id_: str) -> Iterator[None]:
    """Inside, nothing carries this clause out. Declarations are changed in place, for every thread of this process; for tests.

    Guards, notices, asks, clocks and duties that are bound to it are gone, evidence bound to it is no longer required, verbs bound to it
    no longer exist (a birth goes on without naming the clause), policy rows that name it are out of force, and what a module
    bound to it (`bind`) is inactive.
    """
    clause(id_)
    undo: list[tuple[Any, str, Any]] = []

    def put(thing: Any, name: str, value: Any) -> None:
        undo.append((thing, name, getattr(thing, name)))
        object.__setattr__(thing, name, value)

    hidden = policy.hidden()
    try:
        for process in registry.processes():
            _strip(process, id_, put)
            _forget(process)
        policy.hide(hidden | {id_})
        yield
    finally:
        policy.hide(hidden)
        for thing, name, value in reversed(undo):
            object.__setattr__(thing, name, value)
        for process in registry.processes():
            _forget(process)


def _forget(process: Process) -> None:
    """What a process keeps of its transitions is worked out anew; its states stay, though a verb that leads to one be gone."""
    assert process.states
    for name in ("_verbs", "asks"):
        process.__dict__.pop(name, None)


def _strip(process: Process, id_: str, put: Put) -> None:
    for transition in process.transitions:
        _strip_verb(transition, id_, put)
    kept = tuple(t for t in process.transitions if t.births or id_ not in t.clauses)
    put(process, "transitions", kept)
    put(process, "clocks", tuple(c for c in process.clocks if id_ not in c.clauses))
    if process.duty and process.duty.clause == id_:
        put(process, "duty", None)


def _strip_verb(transition: Transition, id_: str, put: Put) -> None:
    for name in ("guards", "notify", "opens", "may_open"):
        put(transition, name, tuple(carrier for carrier in getattr(transition, name) if id_ not in carrier.clauses))
    put(transition, "needs", tuple(_optional(e) if id_ in e.clauses else e for e in transition.needs))
    if transition.births:
        put(transition, "clauses", tuple(c for c in transition.clauses if c != id_))


def _optional(evidence: Evidence) -> Evidence:
    free: dict[str, Any] = {"required": False, "when": None, "clauses": ()}
    return replace(evidence, **free, must=False) if isinstance(evidence, Flag) else replace(evidence, **free)
