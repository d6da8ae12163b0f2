"""What the complaint counts of clauses by itself, told again from the journal alone: for the recount of figures."""

from __future__ import annotations

from collections.abc import Sequence

from xiuhao.kernel.models import Journal
from xiuhao.kernel.recount import witness


@witness("complaint", "CS4-4")
def before_they_ask(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """The customer who has to ask was not told in time."""
    return "broken" if line.verb == "chase" else None
