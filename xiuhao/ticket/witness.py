"""What the ticket counts of clauses by itself, told again from the journal alone: for the recount of figures."""

from __future__ import annotations

from collections.abc import Sequence

from xiuhao.kernel.models import Journal
from xiuhao.kernel.recount import witness


@witness("ticket", "SL-1.1")
def graded(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """Every request is received at one of the four levels."""
    return "met" if line.verb == "receive" else None


@witness("ticket", "HA-3.2.1")
def answered_at_birth(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """A call is answered while it is taken down, and so is what is solved at once."""
    given = line.data.get("given", {})
    return "met" if line.verb == "receive" and (given.get("channel") == "phone" or given.get("at_once")) else None


@witness("ticket", "JD-1.14")
def warned(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """A delay that is told after the promise has lapsed was not foretold."""
    return "broken" if line.verb == "warn_delay" and line.data.get("late") else None


@witness("ticket", "CS1-8.1")
def first_contact(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """Whoever accepts a transfer answers for it; and whoever is the first to get it where nobody has been in touch yet."""
    if line.verb == "accept":
        return "met"
    had = any(each.data.get("first_contact") or each.data.get("owner") for each in earlier)
    return "met" if "owner" in line.data and not had and not line.data.get("first_contact") else None
