"""What work on site counts of clauses by itself, told again from the journal alone: for the recount of figures."""

from __future__ import annotations

from collections.abc import Sequence

from xiuhao.kernel.models import Journal
from xiuhao.kernel.recount import witness


@witness("work", "HA-3.2.5")
def begun_with_consent(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """A quote gives its reason, and what is charged is begun after the customer's yes only."""
    if line.verb == "quote":
        return "met"
    return "met" if line.verb == "repair" and line.data.get("charged") else None


@witness("work", "YD-1.6")
def listed(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """What is charged is signed for after its list only."""
    return "met" if line.verb == "sign" and line.data.get("charged") else None
