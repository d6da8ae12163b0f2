"""The one door of the board: whatever moves a job (a drag, a list, a plan, the product by itself) is a verb of the work order.

Who gets it at what time is `assign`; another time with the same person `arrange`; back to the list `withdraw`. Each is one line of the
order's own journal, with who did it and by which plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xiuhao.dispatch.situation import MOVABLE, WAITING, Job
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.engine import Outcome, Request
from xiuhao.kernel.models import Journal
from xiuhao.kernel.refusal import Refused


@dataclass(frozen=True)
class Move:
    """A job to somebody at some time (nobody: back to the list). `version` is what whoever moves it has seen, `key` makes a
    repeat harmless."""

    number: str
    version: int | None
    engineer: int | None
    start: datetime | None
    key: UUID


def make(actor: Actor, wanted: Sequence[Move], note: str = "", *, untouched: bool = False) -> list[Outcome | Refused]:
    """Do these moves, all in one transaction; a refused one leaves the others be. A key that was seen before is answered by the verb of
    then; with `untouched` what has changed in any way since its version stays where it is. Two statements more than the engine's own."""
    known = dict(Journal.objects.filter(key__in=[move.key for move in wanted]).values_list("key", "verb"))
    rows = WorkOrder.objects.filter(case__number__in=[move.number for move in wanted])
    fields = ("case__number", "case__state", "engineer_id", "case__version")
    now_ = {number: (state, engineer, version) for number, state, engineer, version in rows.values_list(*fields)}
    asked: list[Request | Refused] = []
    for move in wanted:
        state, engineer, version = now_.get(move.number, ("", None, None))
        if untouched and move.key not in known and version != move.version:
            asked.append(Refused("move_touched", {"number": move.number}))
        else:
            asked.append(_request(move, known.get(move.key) or _verb(move, state, engineer), note))
    done = iter(engine.perform_many("work", [one for one in asked if isinstance(one, Request)], actor=actor))
    return [next(done) if isinstance(one, Request) else one for one in asked]


def _verb(move: Move, state: str, engineer: int | None) -> str:
    """Which verb moves it; "" if none does: it is not there, or has begun."""
    if state not in WAITING | MOVABLE:
        return ""
    if move.engineer is None or move.start is None:
        return "withdraw"
    return "arrange" if engineer == move.engineer and state in MOVABLE else "assign"


def _request(move: Move, verb: str, note: str) -> Request | Refused:
    if not verb:
        return Refused("move_begun", {"number": move.number})
    given: dict[str, Any] = {"note": note} if note else {}
    if move.start is not None:
        given["planned_at"] = move.start.isoformat()
    if verb == "assign":
        given["to"] = move.engineer
    return Request(verb, given, move.number, move.key, move.version)


def pin(actor: Actor, job: Job, on: bool, key: UUID) -> Outcome:
    """No plan moves it any more, or plans may again. Raises Refused as the verb does."""
    return engine.perform("work", "pin" if on else "unpin", actor=actor, number=job.number, key=key)
