"""The processes as they are declared: states, verbs, clocks, who may, what follows."""

from __future__ import annotations

from xiuhao.config.reference.tables import code, page, table
from xiuhao.kernel import registry
from xiuhao.kernel.process import Clock, Process, Transition
from xiuhao.kernel.roles import GRANTED, RELATIVE


def processes() -> str:
    """One section a process, with its state chart."""
    every = registry.processes()
    index = table(
        ("process", "", "cases are", "numbers", "states", "verbs", "clocks"),
        ((f"[`{p.key}`](#{p.key})", p.label, f"`{p.record}`", _series(p), len(p.states), len(p.transitions), len(p.clocks)) for p in every),
    )
    return page("Processes", index, *(part for process in every for part in _process(process)))


def _series(process: Process) -> str:
    series = process.series
    return f"{series.prefix}, {'gapless, monthly' if series.gapless else 'contention-free'}"


def _process(process: Process) -> list[str]:
    return [
        f"## {process.key}",
        f"{process.label}. {_duty(process)}".strip(),
        "```mermaid\n" + chart(process) + "\n```",
        table(
            ("state", "", "clocks", "end"),
            ((f"`{s.key}`", s.label, "wait" if s.waits else "", "yes" if s.end else "") for s in process.states),
        ),
        "### Verbs",
        table(("verb", "", "from → to", "who may", "needs", "only if", "follows", "clauses"), (_verb(t) for t in process.transitions)),
        "### Clocks" if process.clocks else "",
        table(("clock", "", "runs", "is met by", "escalates to", "clauses"), (_clock(c) for c in process.clocks)),
    ]


def _duty(process: Process) -> str:
    duty = process.duty
    return (
        f"A duty: one case every {duty.every} for each {duty.unit_kind}, from {duty.at}, by `{duty.opens}` ({duty.clause or 'no clause'})."
        if duty
        else ""
    )


def chart(process: Process) -> str:
    """A Mermaid state diagram; verbs that leave the state as it is are not drawn."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{s.label}" as {s.key}' for s in process.states]
    arrows: dict[tuple[str, str], list[str]] = {}
    for transition in process.transitions:
        for target in transition.targets:
            for source in transition.source or (None,):
                arrows.setdefault((source.key if source else "[*]", target.key), []).append(str(transition.label))
    lines += [f"    {source} --> {target}: {' / '.join(labels)}" for (source, target), labels in arrows.items()]
    return "\n".join([*lines, *(f"    {s.key} --> [*]" for s in process.states if s.end)])


def _verb(t: Transition) -> tuple[str, ...]:
    start = "birth" if t.births else ", ".join(s.key for s in t.source)
    follows = [f"notice `{n.template}` to {', '.join(sorted(n.to))}" for n in t.notify] + [
        f"asks `{a.key}`" for a in (*t.opens, *t.may_open)
    ]
    follows += [f"answers `{t.answers.key}`: {t.outcome}"] if t.answers else []
    follows += ["a new round"] if t.reopens else []
    return (
        f"`{t.key}`",
        str(t.label),
        f"{start} → {', '.join(s.key for s in t.targets) or 'the same'}",
        ", ".join(sorted(t.may)),
        ", ".join(f"`{e.key}`" + ("" if e.required and not e.when else " (when)" if e.when else "?") for e in t.needs),
        "; ".join(f"`{g.code}`" for g in t.guards),
        "; ".join(follows),
        _clauses(t),
    )


def _clauses(t: Transition) -> str:
    found = [*t.clauses, *(c for e in t.needs for c in e.clauses), *(c for g in t.guards for c in g.clauses)]
    found += [c for n in t.notify for c in n.clauses] + [c for a in (*t.opens, *t.may_open) for c in a.clauses]
    return ", ".join(dict.fromkeys(found))


def _clock(clock: Clock) -> tuple[str, ...]:
    runs = f"from `{clock.starts}`" if clock.starts else "in " + ", ".join(s.key for s in clock.runs_in) if clock.runs_in else "while open"
    limit = f"{runs}; due at `{clock.due}`" if clock.due else runs
    return (f"`{clock.key}`", str(clock.label), limit, code(clock.stops), ", ".join(clock.escalates), ", ".join(clock.clauses))


def permissions() -> str:
    """Verb × role: who may do what, before state, evidence and guards are asked."""
    roles = [*RELATIVE, *GRANTED]
    names = table(
        ("role", "", "held"),
        [(f"`{k}`", v, "relative to the case") for k, v in RELATIVE.items()]
        + [(f"`{k}`", v, "granted at a unit, for everything below it") for k, v in GRANTED.items()],
    )
    parts = []
    for process in registry.processes():
        used = [role for role in roles if role in process.roles]
        rows = [(f"`{t.key}` {t.label}", *("●" if role in t.may else "" for role in used)) for t in process.transitions]
        parts += [f"## {process.key} {process.label}", table(("verb", *used), rows)]
    return page(
        "Permissions",
        "Roles are worked out for each actor and case; a verb is open to whoever holds one of its roles there.",
        names,
        *parts,
    )


def reactions() -> str:
    """What the product does by itself, after the commit of a verb or when a clock's level is reached; and what it opens by itself."""
    rows = [
        (p.key, f"`{r.verb}`", f"`{r.then.__module__}.{r.then.__qualname__}`", (r.then.__doc__ or "").strip().split("\n")[0])
        for p in registry.processes()
        for r in p.reactions
    ]
    duties = [
        (p.key, f"every {p.duty.every} from {p.duty.at}", f"each {p.duty.unit_kind}", f"`{p.duty.opens}`", p.duty.clause)
        for p in registry.processes()
        if p.duty
    ]
    return page(
        "Reactions and duties",
        "Reactions run after the commit, through the outbox, as the system.",
        table(("process", "after", "does", ""), rows) or "None is declared.",
        "## Duties",
        table(("process", "when", "for", "verb", "clause"), duties) or "None is declared.",
    )
