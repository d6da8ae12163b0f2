"""The deadlines of the regulation today, for the work bench: the figures of the clauses' own pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiuhao.kernel import figures, rulebook
from xiuhao.kernel.access import Actor
from xiuhao.kernel.time import local, now

MOST = 6


def deadlines(actor: Actor) -> Mapping[str, Any]:
    """Deadlines that were met, broken or run today in the units that the actor reads, most broken first."""
    figures.fold()
    found = figures.totals(actor, local(now()).date())
    rows = [
        (rulebook.wording(key), clause.id, found[key])
        for key, clause in rulebook.clauses().items()
        if clause.kind == "deadline" and key in found
    ]
    rows.sort(key=lambda row: (-row[2].broken, -row[2].total, -row[2].running, row[1]))
    return {"rows": rows[:MOST]}
