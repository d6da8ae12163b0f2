"""A talk for tests: a call at an agent's desk, walked through by the script."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.cast import actor
from xiuhao.calls.models import Call
from xiuhao.kernel import engine
from xiuhao.kernel.models import Journal


def begun(who: str = "agent", caller: str = "13800138000") -> Call:
    """A talk without a telephone system."""
    given = {"screen": str(uuid4()), "caller": caller}
    case = engine.perform("call", "start", actor=actor(who), given=given).case
    return Call.objects.select_related("case").get(pk=case.pk)


def walk(call: Call, node: str, outcome: str = "done", **given: Any) -> Journal:
    """One step; its line."""
    known = {"node": node, "outcome": outcome, **given}
    return engine.perform("call", "walk", actor=actor("agent"), number=call.case.number, given=known).line


def hang(call: Call, by: str = "customer") -> Journal:
    """The end of a talk; its line."""
    return engine.perform("call", "end", actor=actor("agent"), number=call.case.number, given={"ended_by": by}).line
