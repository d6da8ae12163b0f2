"""Where a clause is carried out: verbs, evidence, guards, clocks of the processes; policy rows; and what modules say they do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from xiuhao.kernel import policy
from xiuhao.kernel.policy.tables import OVERRIDES
from xiuhao.kernel.rulebook.digest import Words, clause, clauses

if TYPE_CHECKING:
    from xiuhao.kernel.process import Process

ENFORCED, PARTLY, NOT_YET, OFF = "enforced", "partly", "not_yet", "off"


@dataclass(frozen=True)
class Binding:
    """One place that carries a clause out. `place` names it ("ticket:verb.solve", "policy:clock.ticket.close/all"), `module` is
    whose it is, `kind` one of verb, evidence, guard, notice, ask, clock, duty, policy, own; `what` is its label for people."""

    clause: str
    module: str
    kind: str
    place: str
    what: str


@dataclass(frozen=True)
class Bound:
    """What a module said by `bind`. The code that carries the clause out asks `active`, so that the clause can be switched off."""

    clause: str
    module: str
    what: str

    @property
    def active(self) -> bool:
        """False while the customer has switched the clause off (and where a test takes the binding away)."""
        return self.clause not in policy.hidden() and self.clause not in off()


_declared: dict[tuple[str, str, str], Bound] = {}


def bind(clause: str, module: str, what: str) -> Bound:
    """Declare that `module` carries a clause out by something that is neither a process nor a policy row (a mask, an index).

    Called when the module is imported; an unknown clause stops the start (`check`).
    """
    return _declared.setdefault((clause, module, str(what)), Bound(clause, module, what))


def check(processes: Iterable[Process]) -> None:
    """Every clause that a declaration names must exist; ValueError stops the start."""
    named = {(c, f"process {p.key}") for p in processes for c in p.clauses()}
    named |= {(bound.clause, f"module {bound.module}") for bound in _declared.values()}
    wrong = sorted((c, who) for c, who in named if c not in clauses())
    if wrong:
        said = ", ".join(f"{c} in {who}" for c, who in wrong)
        raise ValueError(f"unknown clauses: {said}. docs/reference/rulebook.md lists them, xiuhao/kernel/rulebook/*.yaml holds them")


def unknown(ids: Iterable[str]) -> list[str]:
    """Those of these ids that no clause has."""
    return [id_ for id_ in ids if id_ not in clauses()]


def bindings(rows: Collection[policy.Line] | None = None) -> dict[str, list[Binding]]:
    """Clause id → what carries it out now. `rows` replaces the policy rows in force (the reference is printed without a database)."""
    from xiuhao.kernel import registry

    found: dict[str, list[Binding]] = {}
    for process in registry.processes():
        for id_, places in process.clauses().items():
            for place in places:
                binding = Binding(id_, module_of_process(process), place.split(".")[0], f"{process.key}:{place}", label(process, place))
                found.setdefault(id_, []).append(binding)
    known = policy.tables()
    for row in policy.in_force() if rows is None else rows:
        table = known.get(row.table) or policy.table_of(row.table)
        for id_ in row.clauses if row.table != OVERRIDES else ():
            binding = Binding(id_, table.module, "policy", f"policy:{row.table}/{row.line}", f"{table.label} · {row.line}")
            found.setdefault(id_, []).append(binding)
    for bound in _declared.values():
        if bound.clause not in policy.hidden():
            place = f"{bound.module}:{bound.what}"
            found.setdefault(bound.clause, []).append(Binding(bound.clause, bound.module, "own", place, str(bound.what)))
    return found


def module_of_process(process: Process) -> str:
    """The module that owns a process: that of its record."""
    return process.record.split(".")[0]


def label(process: Process, place: str) -> str:
    """A place of a declaration ("evidence.solve.photo") in the words on the screen."""
    kind, _, rest = place.partition(".")
    key, _, inner = rest.partition(".")
    if kind == "clock":
        return str(process.clock(key).label)
    if kind == "ask":
        return str(next(a.label for a in process.asks if a.key == key))
    if kind == "duty":
        return str(process.label)
    verb = process.verb(key)
    if kind == "evidence":
        return f"{verb.label} · {next(e.label for e in verb.needs if e.key == inner)}"
    if kind == "guard":
        return f"{verb.label} · {next(g.sentence for g in verb.guards if g.code == inner)}"
    return f"{verb.label} · {inner}" if inner else str(verb.label)


def off(at: datetime | None = None) -> frozenset[str]:
    """The clauses that the customer has switched off at that moment (now): their carriers are not asked for and not counted."""
    return frozenset(row.match["clause"] for row in policy.rows(OVERRIDES, at) if row.value.get("off"))


def wording(id_: str, at: datetime | None = None) -> Words:
    """A clause's text at a moment (now): the customer's own where it was rewritten, else as shipped."""
    found = clause(id_)
    for row in policy.rows(OVERRIDES, at):
        if row.match["clause"] == id_ and row.value.get("text"):
            text = row.value["text"]
            return Words(text["zh"], text.get("en", found.en))
    return Words(found.zh, found.en)


def status(
    id_: str, found: Mapping[str, Collection[Binding]] | None = None, disabled: Collection[str] | None = None
) -> tuple[str, tuple[str, ...]]:
    """How far a clause is carried out, and the modules still missing: enforced, partly, not_yet, or off.

    `found` are bindings and `disabled` switched-off clauses already collected, where many clauses are asked about.
    """
    whole = clause(id_)
    if id_ in (off() if disabled is None else disabled):
        return OFF, ()
    serving = {binding.module for binding in (bindings() if found is None else found).get(id_, ())}
    missing = tuple(part for part in whole.parts if part not in serving)
    if len(missing) == len(whole.parts):
        return NOT_YET, missing  # what others have prepared does not carry it out yet
    return (PARTLY, missing) if missing else (ENFORCED, ())
