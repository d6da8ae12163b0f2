"""Periodic obligations: the scheduler opens one case per (clause, unit, period) by the process's own birth verb."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID, uuid5

from xiuhao.kernel import calendars
from xiuhao.kernel.access import Actor
from xiuhao.kernel.engine import Request, perform_many
from xiuhao.kernel.models import Journal, Unit
from xiuhao.kernel.process import Duty, Process
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now

NAMESPACE = UUID("6f1f8a1e-2f0e-5c3d-9b57-2a8f3a4c1d10")  # of keys made from clause, unit and period


def period(duty: Duty, at: datetime) -> str:
    """The name of the period in which a moment of local time lies: 2026-11-21, 2026-W47, 2026-11."""
    year, week, _day = at.isocalendar()
    day = at.date().isoformat()
    return {"day": day, "workday": day, "week": f"{year}-W{week:02d}", "month": f"{at:%Y-%m}"}[duty.every]


def owed(duty: Duty, at: datetime) -> bool:
    """True if the period's obligation is to be opened by now: from the hour `duty.at`, and where it is owed by the working day, not on
    others."""
    if at.time() < time.fromisoformat(duty.at):
        return False
    return duty.every != "workday" or calendars.is_workday(at.date())


def open_due(process: Process) -> int:
    """Open what is owed and not yet open; the key of (clause, unit, period) makes each happen once, whoever tries."""
    duty = process.duty
    assert duty is not None
    at = local(now())
    if not owed(duty, at):
        return 0
    which = period(duty, at)
    owing = Unit.objects.filter(active=True)
    units = list(owing.filter(pk__in=duty.units()) if duty.units else owing.filter(kind=duty.unit_kind))
    keys = {unit.pk: uuid5(NAMESPACE, f"{duty.clause or process.key}/{unit.pk}/{which}") for unit in units}
    done = set(Journal.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    made = 0
    for unit in units:
        if keys[unit.pk] in done:
            continue
        actor = Actor(kind="system", name="system", unit=unit.pk, unit_path=unit.path)
        request = Request(duty.opens, {"period": which}, key=keys[unit.pk])
        outcome = perform_many(process.key, [request], actor=actor)[0]
        if isinstance(outcome, Refused):
            raise outcome
        made += not outcome.replayed
    return made
