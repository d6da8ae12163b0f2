"""What the ticket counts of clauses by itself, told again from the journal alone: for the recount of figures."""

from __future__ import annotations

from collections.abc import Sequence

from xiuhao.kernel.models import Journal
from xiuhao.kernel.recount import witness


@witness("ticket", "SL-1.1")
def graded(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """Every request is received at one of the four levels."""
    return "met" if line.verb == "receive" else None


LEVELS = ("basic", "intermediate", "advanced", "vip")


def _at(line: Journal, least: str) -> bool:
    """Received at this level or a higher one; a line that names no level is of the lowest."""
    return line.verb == "receive" and LEVELS.index(line.data.get("tier", "basic")) >= LEVELS.index(least)


def _served(line: Journal, earlier: Sequence[Journal], least: str, former: bool = False) -> str | None:
    """The customer's word on a request received at that level or a higher one (`former`: or once of that level): content or not."""
    told = {"confirm": "met", "dispute": "broken", "reopen": "broken"}.get(line.verb)
    born = next((each for each in earlier if each.verb == "receive"), None)
    if told is None or born is None or "asked" not in line.data.get("imported", {"asked": ()}):  # elsewhere nobody was asked
        return None
    return told if _at(born, least) or (former and least in born.data.get("former", ())) else None


@witness("ticket", "SL-1.2")
def basic(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """Warranty, simple repair and advice are everybody's."""
    return _served(line, earlier, "basic")


@witness("ticket", "SL-1.3")
def intermediate(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """Full repair and in-depth advice from the intermediate level on."""
    return _served(line, earlier, "intermediate")


@witness("ticket", "SL-1.4")
def advanced(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """A manager from the advanced level on: is the work given to the one who was named?"""
    kept = line.data.get("managed")
    return None if kept is None or not _at(line, "advanced") else "met" if kept else "broken"


@witness("ticket", "SL-1.5")
def first_of_all(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """The fast lane is a vip's: has the request a priority that goes first?"""
    kept = line.data.get("ahead")
    return None if kept is None or not _at(line, "vip") else "met" if kept else "broken"


@witness("ticket", "SL-1.10")
def for_life(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """Who is or was a vip has technical support for life."""
    return _served(line, earlier, "vip", former=True)


@witness("ticket", "SL-3.3")
def tier_told(line: Journal, earlier: Sequence[Journal]) -> str | None:
    """Whoever of the staff takes a call ticks that tier, content and time were told."""
    given = line.data.get("given", {})
    if line.verb != "receive" or given.get("channel") != "phone" or line.actor_kind != "staff":
        return None
    return "met" if given.get("tier_told") else "broken"


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
    """Whoever takes the first contact answers for it, whoever accepts a transfer, and the first to get it where nobody had been in
    touch yet."""
    if line.verb == "accept" or line.data.get("first_contact"):
        return "met"
    had = any(each.data.get("first_contact") or each.data.get("owner") for each in earlier)
    return "met" if line.data.get("owner") and not had else None
