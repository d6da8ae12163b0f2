"""A work order is born of a ticket: with the whole case, its kind, its grade, its station, what it will take, what it costs nobody."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from xiuhao.contract import actions as entitlements
from xiuhao.fieldwork import places, queries, stock, tables
from xiuhao.fieldwork.models import SENIOR, WorkOrder, WorkUnit
from xiuhao.kernel import policy
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.product import queries as products
from xiuhao.ticket.models import Ticket

SAME = ("customer", "device", "category", "industry", "tier", "urgency", "serial", "contact_name", "contact_phone", "region")
VERDICTS = {"uncertain": "unknown"}  # the ticket's word → ours; the others are the same
MOST_UNITS = 50
MINUTES = 60  # where no row of `fieldwork.service` says otherwise


def gather(steps: list[Step]) -> None:
    """The tickets, locked so that none ends while an order is born of it, with what is known of them; the stations; further machines."""
    ids = {step.context["parent"].pk for step in steps}
    rows = Case.objects.unscoped("tickets that the engine has looked up for the actor").filter(pk__in=ids).order_by("pk")
    cases = {case.pk: case for case in rows.select_for_update(of=("self",))}
    tickets = Ticket.objects.select_related("category", "device", "customer").in_bulk(ids)
    regions = {ticket.region for ticket in tickets.values()}
    near = list(Unit.objects.filter(kind="station", active=True, region__in=regions).order_by("pk"))
    for step in steps:
        pk = step.context["parent"].pk
        step.context |= {"parent": cases[pk], "ticket": tickets[pk], "near": [u for u in near if u.region == tickets[pk].region]}
        step.context["machines"] = _machines(step)


def _machines(step: Step) -> dict[str, Any]:
    """Serial → device (None: unknown) of the further machines on the sheet. One statement where there are any."""
    text = step.given.get("serials") or ""
    serials = list(dict.fromkeys(products.normalise_serial(one) for one in re.split(r"[\s,，、;；]+", text) if one))
    if len(serials) > MOST_UNITS:
        raise Refused("units_many", {"most": MOST_UNITS}, status=422)
    known = products.by_serials(serials) if serials else {}
    return {serial: known.get(serial) for serial in serials}


def ticket_open(step: Step) -> bool:
    """Work is planned for what is open."""
    return bool(step.context["parent"].is_open)


def plan(step: Step) -> None:
    """The order with all that the ticket knows (HA-3.2.4); in warranty without anything to pay."""
    record: WorkOrder = step.record
    ticket: Ticket = step.context["ticket"]
    for name in SAME:
        setattr(record, name, getattr(ticket, name))
    record.ticket, record.address, record.trouble = step.context["parent"], ticket.contact_address, ticket.description
    record.verdict = VERDICTS.get(ticket.verdict, ticket.verdict)
    record.priority = step.case.priority = step.context["parent"].priority or 3
    if spot := places.spot(step.given.get("position") or ""):
        record.lat, record.lon = spot
    _decide(step, ticket)
    _place(step, ticket)
    _grant(step)
    units(step)
    stock.estimated(step)
    step.own(None)
    step.case.keeper_id = step.actor.id if step.actor.kind == "staff" else step.context["parent"].keeper_id
    step.say(ticket=step.context["parent"].number, service=record.service, grade=record.grade, priority=record.priority)


def _decide(step: Step, ticket: Ticket) -> None:
    """Service, grade (SL-3.5), time and skill: as somebody said, else by the tables."""
    record: WorkOrder = step.record
    told = {
        "kind": ticket.kind, "urgency": ticket.urgency, "industry": ticket.industry, "tier": ticket.tier, "complexity": ticket.complexity,
        "category": ticket.category.key if ticket.category else "",
    }  # fmt: skip
    if not step.given.get("service"):
        row = policy.decide("fieldwork.by_kind", told, step.at)
        record.service = row.value["service"] if row else "repair"
    if not step.given.get("grade"):
        row = policy.decide("fieldwork.grade", told, step.at)
        record.grade = row.value["grade"] if row else "onsite"
        if row:
            step.obey(row)
    row = next((row for row in policy.rows(tables.SERVICES, step.at) if row.match.get("service") == record.service), None)
    value = row.value if row else {}
    if not step.given.get("minutes"):
        record.minutes = int(value.get("minutes") or MINUTES)
    record.skill = value.get("skill") or (ticket.category.skill if ticket.category else "")
    record.level = SENIOR if record.grade == "senior" else int(value.get("level") or (1 if record.skill else 0))


def _place(step: Step, ticket: Ticket) -> None:
    """Under the station that was named; else one of the region whose name tells the customer's town, or the first; else where the ticket
    lies."""
    named: Unit | None = step.context.get("station")
    found = named or queries.nearest(step.context["near"], ticket)
    if found is not None:
        step.place(found)


def _grant(step: Step) -> None:
    """What the tier includes, so many times a year (SL-1.13): a use of it is counted, and the job is free. Used up, it is charged."""
    record: WorkOrder = step.record
    told = {**tables.facts(record), "urgent_parts": bool(step.given.get("urgent_parts"))}
    row = policy.decide("fieldwork.benefit", told, step.at)
    if row is None or step.case.customer_id is None:
        return
    line = str(row.value["benefit"])
    key = uuid5(NAMESPACE_OID, f"work {step.case.pk} {line}")
    house = replace(SYSTEM, name=step.actor.name)  # the rule grants it, whoever plans
    try:
        entitlements.use_benefit(house, step.case.customer_id, line, key, number=step.case.number)
    except Refused as refused:
        if refused.code not in ("benefit_used_up", "benefit_not_included"):
            raise
        step.say(no_benefit=refused.code)
        return
    record.benefit, record.free = line, record.service == "rescue"
    step.obey(row)
    step.say(benefit=line)


def units(step: Step) -> None:
    """Further machines on the same sheet."""
    for serial, device in step.context["machines"].items():
        step.add(WorkUnit(serial=serial, device=device))
    if step.context["machines"]:
        step.say(units=len(step.context["machines"]))


def gather_units(steps: list[Step]) -> None:
    """The machines to be added that are not on the sheet yet."""
    for step in steps:
        have = set(WorkUnit.objects.unscoped("of the order at hand").filter(case=step.case).values_list("serial", flat=True))
        step.context["machines"] = {serial: device for serial, device in _machines(step).items() if serial not in have}
