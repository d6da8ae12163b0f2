"""What the product does by itself where a station wants that (`dispatch.mode`): orders into the pool, or to whoever does them best.

A round that is missed loses nothing, and two at once do nothing twice: each acts on the version that it has seen.
"""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

import structlog

from xiuhao.dispatch import moves, recommending, situation
from xiuhao.dispatch.situation import Job, Situation
from xiuhao.kernel import engine, policy
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.engine import Request
from xiuhao.kernel.models import Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.roster import queries as roster

EVERY = 30  # seconds
MOST = 20  # orders of a station in one round

_log = structlog.get_logger("xiuhao.dispatch")


def mode(unit: Unit, job: Job) -> str:
    """assign, pool or automatic: by the first row of `dispatch.mode` that fits."""
    row = policy.decide("dispatch.mode", {"station": unit.name, "service": job.service, "priority": job.priority})
    return str(row.value["mode"]) if row else "assign"


def give_out() -> int:
    """One look at the stations that leave it to the product; how many orders were given out. Nothing is read where none does."""
    if all(row.value["mode"] == "assign" for row in policy.rows("dispatch.mode")):
        return 0
    return sum(_station(unit) for unit in Unit.objects.filter(pk__in=roster.units(), active=True).order_by("pk"))


def _station(unit: Unit) -> int:
    day = situation.read(SYSTEM, unit, situation.today(unit))
    waiting = [job for job in day.waiting if job.state == "planned"][:MOST]
    pool = [job for job in waiting if mode(unit, job) == "pool"]
    given = _offered(pool)
    for job in waiting:
        if mode(unit, job) == "automatic" and _given(day, job):
            given += 1
            day = situation.read(SYSTEM, unit, day.day)  # the next is fitted into what is now planned
    return given


def _offered(jobs: list[Job]) -> int:
    """Into the pool: who comes first has it."""
    wanted = [Request("offer", {}, job.number, uuid5(NAMESPACE_OID, f"offer {job.number} {job.version}"), job.version) for job in jobs]
    return sum(not isinstance(one, Refused) for one in engine.perform_many("work", wanted, actor=SYSTEM)) if wanted else 0


def _given(day: Situation, job: Job) -> bool:
    """To whoever does it at the least cost without moving anybody; whom nobody can do stays in the list, with its reasons."""
    best = next((one for one in recommending.offers(day, job) if one.start and not one.others), None)
    if best is None:
        return False
    key = uuid5(NAMESPACE_OID, f"automatic {job.number} {job.version}")
    [result] = moves.make(SYSTEM, [moves.Move(job.number, job.version, best.account, best.start, key)], note="自动派单")
    if isinstance(result, Refused):
        _log.info("not_given", number=job.number, code=result.code)
    return not isinstance(result, Refused)
