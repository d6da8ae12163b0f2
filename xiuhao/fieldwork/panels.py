"""What stands beside a work order, a ticket, and on the work bench."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db.models import TextField, Value
from django.db.models.functions import Cast

from xiuhao.fieldwork import finishing, queries, stock, tables
from xiuhao.fieldwork.models import WorkCheck, WorkOrder, WorkPhoto, WorkReading, WorkUnit
from xiuhao.kernel import engine, policy, registry, rulebook
from xiuhao.kernel.access import Actor
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.masking import mask_address, mask_name, mask_phone
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _

BALANCE = rulebook.bind("YD-1.8", "fieldwork", _("每日按工程师统计工作量和返修率"))


def evidence(case: Case, record: WorkOrder, actor: Actor) -> Mapping[str, Any]:
    """Slot by slot what is there and what is missing; readings with their bounds; checks; machines on the sheet."""
    photos: dict[str, list[Any]] = {}
    for photo in WorkPhoto.objects.visible_to(actor).filter(case=case).select_related("file__file", "original").order_by("pk"):
        photos.setdefault(photo.slot, []).append(photo)
    readings, checks = _noted(case, actor)
    units = list(WorkUnit.objects.visible_to(actor).filter(case=case).select_related("device").order_by("pk"))
    wanted = finishing.wanted_of(record, len(units))
    names = {"photos": dict(tables.slots()), "readings": dict(tables.readings()), "checks": dict(tables.checks())}
    may = {t.key for t in engine.open_verbs(actor, case, record)}
    doubtful = set(tables.doubtful({key: row.value for key, row in readings.items()}))
    return {
        "slots": [
            (key, names["photos"].get(key, key), photos.get(key, []), least)
            for key, least in {**wanted.photos, **{slot: 0 for slot in photos if slot not in wanted.photos}}.items()
        ],
        "readings": [
            (key, names["readings"].get(key, key), readings.get(key), _bounds(key), key in doubtful)
            for key in _keys(wanted.readings, readings)
        ],
        "checks": [(key, names["checks"].get(key, key), checks.get(key)) for key in _keys(wanted.checks, checks)],
        "units": units, "signature": wanted.signature, "another": wanted.another, "watch": wanted.watch, "may": may,
    }  # fmt: skip


def _noted(case: Case, actor: Actor) -> tuple[dict[str, WorkReading], dict[str, WorkCheck]]:
    """The latest reading of each kind, and the latest look at each item. One statement for both."""
    plain: TextField[str, str] = TextField()
    measured = WorkReading.objects.visible_to(actor).filter(case=case).order_by()
    looked = WorkCheck.objects.visible_to(actor).filter(case=case).order_by()
    rows = measured.values_list(Value(1), "at", "key", Cast("value", plain), "fits", Value("", plain)).union(
        looked.values_list(Value(2), "at", "item", Value("", plain), "fine", Cast("remark", plain)), all=True
    )
    readings, checks = dict[str, WorkReading](), dict[str, WorkCheck]()
    for kind, _at, key, value, good, remark in sorted(rows, key=lambda row: row[1]):
        if kind == 1:
            readings[key] = WorkReading(key=key, value=Decimal(value), fits=good)
        else:
            checks[key] = WorkCheck(item=key, fine=good, remark=remark)
    return readings, checks


def _keys(wanted: tuple[str, ...], there: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*wanted, *there]))


def _bounds(key: str) -> tuple[str, str]:
    """(unit, bounds in words) of a reading."""
    row = next((row for row in policy.rows(tables.READINGS) if row.match.get("reading") == key), None)
    if row is None:
        return "", ""
    low, high = row.value.get("least"), row.value.get("most")
    return str(row.value.get("unit") or ""), f"{low}–{high}" if low is not None and high is not None else ""


def place(case: Case, record: WorkOrder, actor: Actor) -> Mapping[str, Any]:
    """Whose it is, masked; what to load; what the customer is given."""
    told = tables.facts(record)
    loading, care = (policy.decide(table, told) for table in ("fieldwork.loading", "fieldwork.care"))
    return {
        "name": mask_name(record.contact_name), "phone": mask_phone(record.contact_phone), "address": mask_address(record.address),
        "can_reveal": any(t.key == "reveal" for t in engine.open_verbs(actor, case, record)),
        "loading": _words(loading), "care": _words(care), "skill": record.skill,
    }  # fmt: skip


def _words(row: Any) -> str:
    return said(row.value["items"]["zh"], row.value["items"].get("en", "")) if row else ""


def parts(case: Case, record: WorkOrder, _actor: Actor) -> Mapping[str, Any]:
    """What it takes and took."""
    return stock.beside(record, case.opened_at)


def planned_at_once(case: Case, _record: Any, actor: Actor) -> Mapping[str, Any]:
    """One click for a new work order with everything that the ticket knows."""
    return {"may": case.is_open and any(t.key == "plan" for t in engine.births(actor, registry.process("work"))), "key": uuid4()}


def on_ticket(case: Case, record: Any, actor: Actor) -> Mapping[str, Any]:
    """The ticket's work orders, and the way to a new one."""
    states = {s.key: s for s in registry.process("work").states}
    return {"orders": queries.of_ticket(actor, case.pk)[:20], "states": states, **planned_at_once(case, record, actor)}


def workload(actor: Actor) -> Mapping[str, Any]:
    """Engineer by engineer: what the day holds, and how often work came back (YD-1.8)."""
    rows = queries.workload(actor, now()) if BALANCE.active else []
    most = max((row["minutes"] for row in rows), default=0)
    for row in rows:
        row["share"] = round(100 * row["minutes"] / most) if most else 0
        row["rework"] = round(100 * row.get("again", 0) / row["all"], 1) if row.get("all") else None
    return {"rows": rows[:12], "counted": BALANCE.active}
