"""What stands beside other cases: on a ticket what may be claimed by the verdict, and what was; on a return what was found of the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from xiuhao.kernel import engine, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.returns import judging, queries
from xiuhao.returns.models import KINDS, Return


def on_ticket(case: Case, _record: Any, actor: Actor) -> Mapping[str, Any]:
    """What the device's verdict opens today, each with a form that knows what is on file; and the applications there are."""
    process = registry.process("returns")
    ticket = judging.tickets({case.pk})[case.pk]
    found, kinds = judging.offered(ticket)
    may = case.is_open and any(verb.key == "apply" for verb in engine.births(actor, process))
    told = {"verb": "apply", "parent": case.number, **judging.on_file(ticket)}
    return {
        "applications": queries.on_ticket(actor, case.pk), "states": {state.key: state for state in process.states},
        "verdict": found.verdict, "open": [(dict(KINDS)[kind], urlencode({**told, "kind": kind}) if may else "") for kind in kinds],
        "blank": urlencode({"verb": "apply", "parent": case.number}) if may else "",
    }  # fmt: skip


def analyses(_case: Case, record: Return, actor: Actor) -> Mapping[str, Any]:
    """What was found before of the same model (YD-5.7)."""
    return {"found": queries.analyses(actor, record)}
