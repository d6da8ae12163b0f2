"""What requests for parts count of clauses by themselves, told again from the journal alone: for the recount of figures."""

from __future__ import annotations

from collections.abc import Sequence

from xiuhao.kernel.models import Journal
from xiuhao.kernel.recount import witness


@witness("supply", "SL-3.10")
def filled(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """Whether all that was asked for was there at once."""
    if "filled" not in line.data:
        return None
    return "met" if line.data["filled"] == line.data["asked"] else "broken"
