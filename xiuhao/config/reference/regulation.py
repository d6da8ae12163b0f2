"""How far the rulebook is carried out, and the decision tables with the rows that ship."""

from __future__ import annotations

from collections import Counter
from typing import Any

from xiuhao.config.reference.tables import code, page, table
from xiuhao.kernel import policy
from xiuhao.kernel import rulebook as rules


def rulebook() -> str:
    """Every clause with its status, carriers and tests."""
    bound = rules.bindings(policy.seeds())
    standing = {id_: rules.status(id_, bound, ()) for id_ in rules.clauses()}
    parts = []
    for regulation in rules.regulations():
        rows = []
        for id_ in regulation.clauses:
            clause, (status, missing) = rules.clause(id_), standing[id_]
            told = status.replace("_", " ") + (f": missing {', '.join(missing)}" if status == "partly" else "")
            places = dict.fromkeys(b.place for b in bound.get(id_, ()))
            proofs = dict.fromkeys(proof.name for proof in rules.proofs().get(id_, ()))
            rows.append((id_, f"{clause.en}<br>{clause.zh}", clause.kind, told, code(places), code(proofs)))
        parts += [
            f"## {regulation.key} {regulation.title.en}",
            table(("clause", "", "kind", "status", "carried out by", "proved by"), rows),
        ]
    return page("Rulebook", _summary(standing), *parts)


def _summary(standing: dict[str, tuple[str, tuple[str, ...]]]) -> str:
    rows = []
    for regulation in rules.regulations():
        counts = Counter(standing[id_][0] for id_ in regulation.clauses)
        rows.append(
            (f"{regulation.key} {regulation.title.en}", len(regulation.clauses), counts["enforced"], counts["partly"], counts["not_yet"])
        )
    whole = Counter(status for status, _missing in standing.values())
    rows.append(("**all**", len(standing), whole["enforced"], whole["partly"], whole["not_yet"]))
    return table(("regulation", "clauses", "enforced", "partly", "not yet"), rows)


def policies() -> str:
    """Each decision table and its shipped rows. `ours` marks a figure that the regulation leaves open."""
    shipped: dict[str, list[Any]] = {}
    for seed in policy.seeds():
        shipped.setdefault(seed.table, []).append(seed)
    parts = []
    for key in dict.fromkeys((*policy.tables(), *shipped)):
        declared = policy.table_of(key)
        rows = [
            (
                seed.position,
                f"`{seed.line}`",
                _pairs(seed.match) or "everybody",
                _pairs(seed.value),
                ", ".join(seed.clauses),
                "yes" if seed.ours else "",
            )
            for seed in sorted(shipped.get(key, ()), key=lambda seed: seed.position)
        ]
        asked, given = code(c.key for c in declared.columns) or "none", code(c.key for c in declared.values) or "as in the rows"
        known = f"{declared.label}. Conditions: {asked}. Values: {given}."
        parts += [f"## {key}", known, table(("position", "line", "if", "then", "clauses", "ours"), rows) or "No row ships."]
    return page(
        "Decision tables",
        "The first row, by position, whose conditions fit decides. Installations edit these rows on `/policies/`.",
        *parts,
    )


def _pairs(found: dict[str, Any]) -> str:
    return ", ".join(f"{key} {_plain(value)}" for key, value in found.items())


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value.get('min', '')}–{value.get('max', '')}" if set(value) <= {"min", "max"} else str(value.get("en", value))
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "; ".join(f"{item['kind']} {item.get('share', item.get('offset'))} → {item['to']}" for item in value)
    return "/".join(map(str, value)) if isinstance(value, list) else str(value)
