"""The visit: on the way, there, what is wrong and why, what is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiuhao.fieldwork import places, repairs, stock, tables
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import policy, rulebook
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _

REACH = 500  # metres, where no row of `fieldwork.capacity` says otherwise
EXPLAINED_FIRST = rulebook.bind("HA-3.2.5", "fieldwork", _("保外未说明理由、客户未同意报价，不能开工"))


def depart(step: Step) -> None:
    """On the way, with tools and spares (JD-2.5)."""
    record: WorkOrder = step.record
    record.departed_at, record.visits = step.at, record.visits + 1
    record.eta = step.given.get("eta") or record.planned_at
    step.say(eta=record.eta.isoformat() if record.eta else "")
    record.contacted_at = record.contacted_at or step.at
    places.seen(step)


def there(step: Step) -> bool:
    """A place, a picture of the door, or a reason why there is neither (HA-3.3.1)."""
    return any(step.given.get(key) for key in ("position", "door", "note"))


def arrive(step: Step) -> None:
    """There; how far from the address is told where both are known, and whether it was in time."""
    record: WorkOrder = step.record
    record.arrived_at = step.at
    places.seen(step)
    here = places.spot(step.given.get("position") or "")
    if here and record.lat is not None and record.lon is not None:
        away = round(places.metres(here, (record.lat, record.lon)))
        row = policy.decide("fieldwork.capacity", tables.facts(record), step.at)
        step.say(away=away, near=away <= int(row.value.get("reach") or REACH) if row else away <= REACH)
    if record.window_to is not None:
        step.say(in_time=step.at <= (record.arrive_by or record.window_to))


def remote(step: Step) -> None:
    """Done from afar, and kept as it was seen (JD-2.7)."""
    step.record.contacted_at = step.record.contacted_at or step.at


def grounded(step: Step) -> bool:
    """The cause stands on two sources at least (JD-2.1)."""
    return sum(bool(step.given.get(key)) for key in ("from_logs", "from_tests", "from_user")) >= 2


def usual(record: WorkOrder) -> dict[str, Any]:
    """With what a diagnosis begins, to be changed where it is not so: the customer's words, tested on site, nobody else hit."""
    told = record.trouble.strip().partition("\n")[0][:200]
    said = {"symptom": told, "from_user": True} if told else {}
    return {**said, "from_tests": True, "impact": "user", "minutes": record.minutes}


def diagnose(step: Step) -> None:
    """What it is, why, who else is hit: a wide impact goes first (JD-2.2)."""
    record: WorkOrder = step.record
    told = {"impact": step.given["impact"], "core": bool(step.given.get("core"))}
    row = policy.decide("fieldwork.impact", told, step.at)
    if row is not None and int(row.value["priority"]) < record.priority:
        record.priority = step.case.priority = int(row.value["priority"])
        step.obey(row)
        step.say(priority=record.priority)
    repairs.again(step)
    stock.estimated(step)


def fitting(step: Step) -> bool:
    """The measure is one of those that go with the cause (HA-3.3.3)."""
    row = tables.cause(step.record.cause)
    return row is None or step.given["measure"] in (row.value.get("measures") or ())


def unfit(step: Step) -> Mapping[str, Any]:
    """Which measure, for which cause."""
    return {
        "measure": dict(tables.measures()).get(step.given["measure"], step.given["measure"]),
        "cause": dict(tables.causes()).get(step.record.cause, step.record.cause),
    }


def repair(step: Step) -> None:
    """Work begins: outside of the guarantee only after reason, price and the customer's yes (HA-3.2.5)."""
    record: WorkOrder = step.record
    if record.charged and not record.agreed and EXPLAINED_FIRST.active:
        raise Refused("not_agreed", {}, clauses=("HA-3.2.5",))
    if record.charged:
        step.rule("HA-3.2.5")
        step.say(charged=True)
    record.measures = list(dict.fromkeys([*record.measures, step.given["measure"]]))
    record.repairer = record.engineer
