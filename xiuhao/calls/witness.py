"""What calls count of clauses by themselves, told again from the journal alone: for the recount of figures."""

from __future__ import annotations

from collections.abc import Sequence

from xiuhao.kernel.models import Journal
from xiuhao.kernel.recount import witness


@witness("call", "YD-2.11")
def last_word(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """Who hung up first, where the customer had answered the goodbye or nobody noted whether."""
    by = line.data.get("ended_by")
    if by not in ("customer", "agent") or (by == "agent" and line.data.get("replied") is False):
        return None
    return "met" if by == "customer" else "broken"
