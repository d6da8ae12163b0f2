"""What a device's page says of its warranty, and its repairs as staff enter them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.kernel import calendars
from xiuhao.kernel.access import Actor
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.evidence import Choice, Day, Evidence, Flag, LongText, Moment, Number, Text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.product import actions, law, queries
from xiuhao.product.facts import NO_PROOF, OTHER, Fault
from xiuhao.product.law import Limit
from xiuhao.product.models import Device, Repair
from xiuhao.product.reckoning import months_after, repair_days, waiting_days
from xiuhao.product.remedies import Assessment
from xiuhao.product.tables import UNITS, WHATS
from xiuhao.ui.desk import actor_of, staff
from xiuhao.ui.sheet import Several, Sheet, answer, read, typed

TONES = {"in": "green", "out": "grey", "uncertain": "amber"}


def device_of(actor: Actor, pk: int) -> Device:
    """The visible device of an address with model and category; Refused not_found (404)."""
    found = Device.objects.visible_to(actor).select_related("model__category", "category", "unit").filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


# The verdict


def told(device: Device, data: QueryDict) -> dict[str, Any]:
    """The card of the warranty: for the fault that the address tells (`?part=&same=…`), on the day that it names, else today."""
    sheet = _fault_sheet(device)
    raw = typed(sheet, data)
    today = local(now()).date()
    try:
        given, refused = read(sheet, raw), None
    except Refused as error:
        given, refused = {}, error
    on = given.get("on") or today
    found = assessed(device, on, given)
    covers = [one for one in found.verdict.parts if (one.until, one.outcome) != (found.verdict.until, found.verdict.outcome)]
    along = [one.part.label for one in found.verdict.parts if one not in covers]
    return {
        "device": device, "found": found, "verdict": found.verdict, "covers": covers,
        "along": _("、").join(along), "tone": TONES[found.verdict.outcome], "on": on,
        "ahead": on != today, "asking": sheet.fill(raw, refused), "asked": any(raw.values()), "limits": limits(found), "tones": TONES,
    }  # fmt: skip


def assessed(device: Device, on: date, given: Mapping[str, Any]) -> Assessment:
    """The engine's answer to a filled-in sheet."""
    facts = queries.facts_of(device, given.get("mileage"))
    fault = Fault(
        part=given.get("part", ""), same=given.get("same", ""), grave=bool(given.get("grave")), safety=bool(given.get("safety")),
        exclusions=tuple(given.get("exclusions", ())), stock={"yes": True, "no": False}.get(given.get("stock", "")),
        proof=given.get("proof", ""), no_service=bool(given.get("no_service")),
    )  # fmt: skip
    facts = replace(facts, tier=queries.tier_of(device), resold_on=given.get("resold_on"), resold_km=given.get("resold_km"))
    return queries.assess(facts, on, fault)


def limits(found: Assessment) -> list[tuple[str, str, date, Limit]]:
    """(what, how long, by when if claimed on that day, the limit with its basis)."""
    return [(str(WHATS[one.what]), f"{one.number} {UNITS[one.unit]}", due(found.on, one), one) for one in found.limits]


def due(since: date, limit: Limit) -> date:
    """The last day of a limit that begins on the day after `since`."""
    if limit.unit == "month":
        return months_after(since, limit.number)
    day, left = since, limit.number
    while left:
        day += timedelta(days=1)
        left -= limit.unit == "day" or calendars.is_workday(day)
    return day


def _fault_sheet(device: Device) -> Sheet:
    """What is wrong now: for trying out, nothing is kept."""
    facts = queries.facts_of(device)
    found = law.whole(facts, local(now()).date())
    parts = (*((part.key, part.label) for part in found.parts), (OTHER, _("其他部件")))
    same = tuple(dict.fromkeys((past.fault, past.fault) for past in facts.repairs))
    proofs = (*((proof.key, proof.label) for proof in found.proofs), (NO_PROOF, _("什么都没有")))
    needs: list[Evidence] = [Choice(key="part", label=_("故障部件"), options=parts, required=False)]
    if same:
        needs.append(Choice(key="same", label=_("同一故障"), options=same, required=False, help=_("与以往哪次是同一故障。")))
    if facts.industry == "vehicle":
        needs += _of_cars(found)
    needs.append(Choice(key="proof", label=_("发票丢失，可凭"), options=proofs, required=False, help=_("有发票和三包凭证的不填。")))
    if found.exclusions:
        options = tuple((one.key, said(one.zh, one.en)) for one in found.exclusions)
        needs.append(Several(key="exclusions", label=_("免责情形"), options=options))
    if found.rule("no_service"):
        needs.append(Flag(key="no_service", label=_("没有维修点，或已撤销")))
    needs += [
        Choice(key="stock", label=_("同型号现货"), options=(("yes", _("有")), ("no", _("没有"))), required=False),
        Day(key="on", label=_("判定日期"), required=False),
    ]
    return Sheet("fault", _("试算"), f"/devices/{device.pk}/", tuple(needs))


def _of_cars(found: law.Law) -> list[Evidence]:
    needs: list[Evidence] = [
        Number(key="mileage", label=_("里程"), required=False, most=Decimal(5_000_000), unit=_("公里")),
        Flag(key="grave", label=_("列明的严重故障"), help=next((one.basis.note for one in found.rules if one.of == "grave"), "")),
        Flag(key="safety", label=_("严重安全性能故障")),
    ]
    if found.rule("resale"):
        needs += [
            Day(key="resold_on", label=_("二手车发票日期"), required=False),
            Number(key="resold_km", label=_("转售时里程"), required=False, most=Decimal(5_000_000), unit=_("公里")),
        ]
    return needs


# Repairs


def repair_rows(device: Device, actor: Actor) -> dict[str, Any]:
    """The table of repairs: each with its days up to today, and whether it still goes on."""
    today, names = local(now()).date(), {part.key: part.label for part in queries.main_parts(device)}
    rows = [(row, repair_days(row.past, today), waiting_days(row.past, today), _replaced(row, names)) for row in _rows(device, actor)]
    return {"repairs": rows, "repairs_edits": actor.holds(*queries.REPAIRERS), "device": device}


def _rows(device: Device, actor: Actor) -> list[Repair]:
    return list(queries.repairs_of(actor, device.pk)[:50])


def _replaced(row: Repair, names: Mapping[str, str]) -> str:
    return _("、").join(dict.fromkeys(names.get(key, key) for key in (*row.assemblies, *row.parts)))


def _needs(device: Device) -> tuple[Evidence, ...]:
    parts = queries.main_parts(device)
    every = tuple((part.key, part.label) for part in parts)
    main = tuple((part.key, part.label) for part in parts if part.assembly)
    car = queries.facts_of(device).industry == "vehicle"
    return (
        Text(key="fault", label=_("故障"), longest=200),
        Text(key="fault_code", label=_("故障代码"), longest=40, required=False, help=_("同一故障用同一代码；不填按故障文字比较。")),
        Moment(key="came_at", label=_("送修时间")),
        Moment(key="left_at", label=_("修好取回时间"), required=False, help=_("还在修的不填。")),
        Moment(key="waited_at", label=_("开始待件"), required=False),
        Moment(key="supplied_at", label=_("备件到货"), required=False),
        *((Several(key="assemblies", label=_("更换的总成"), options=main),) if main else ()),
        *((Several(key="parts", label=_("更换的部件"), options=every),) if every else ()),
        *((Number(key="mileage", label=_("里程"), required=False, most=Decimal(5_000_000), unit=_("公里")),) if car else ()),
        *((Number(key="uncounted_hours", label=_("不计入的小时"), required=False, most=Decimal(10_000), unit=_("小时")),) if car else ()),
        *((Flag(key="safety", label=_("严重安全性能故障")),) if car else ()),
        Flag(key="own_fault", label=_("因修理者自身原因延误")),
        Text(key="order_no", label=_("维修单号"), longest=40, required=False),
        LongText(key="work", label=_("检查与处理"), longest=1000, required=False),
    )


@staff
def new_repair(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /devices/<pk>/repairs/new?key=<uuid>: the key is the form's, so that a second click enters nothing twice."""
    actor = actor_of(request)
    _may(actor)
    found = device_of(actor, pk)
    key = _key(request.GET.get("key", ""))

    def act(given: dict[str, Any]) -> tuple[str, str]:
        told = {name: value for name, value in given.items() if value not in (None, "", [], ())}
        told |= {name: tuple(told.get(name, ())) for name in ("assemblies", "parts")}
        actions.record_repair(actor, found, actions.Visit(**told), key)
        return _("维修记录已登记"), f"/devices/{pk}/"

    url = f"/devices/{pk}/repairs/new?key={key}"
    sheet = Sheet("repair", _("登记维修"), url, _needs(found), back=f"/devices/{pk}/", submit=_("保存"))
    return answer(request, sheet, act, trail=_trail(found))


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _may(actor: Actor) -> None:
    if not actor.holds(*queries.REPAIRERS):
        raise Refused("not_allowed", {}, status=403)


def _trail(device: Device) -> list[tuple[str, str]]:
    return [(_("设备"), "/devices/"), (str(device), f"/devices/{device.pk}/")]


def _repair_of(actor: Actor, pk: int) -> Repair:
    _may(actor)
    rows = Repair.objects.visible_to(actor).filter(pk=pk, withdrawn_at=None)
    found = rows.select_related("device__model__category", "device__category").first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


@staff
def finish_repair(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /repairs/<pk>/finish: the piece was given back."""
    actor = actor_of(request)
    found = _repair_of(actor, pk)
    back = f"/devices/{found.device_id}/"
    needs = tuple(need for need in _needs(found.device) if need.key in ("left_at", "assemblies", "parts", "work"))
    needs = tuple(replace(need, required=True) if need.key == "left_at" else need for need in needs)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        replaced = {name: tuple(given.get(name) or ()) for name in ("parts", "assemblies")}
        actions.finish_repair(actor, pk, given["left_at"], given["work"], **replaced)
        return _("已记为修好取回"), back

    sheet = Sheet("finish", _("修好取回"), request.path, needs, {"left_at": now()}, back, _("保存"))
    return answer(request, sheet, act, trail=_trail(found.device))


@staff
def withdraw_repair(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET and POST /repairs/<pk>/withdraw: entered by mistake."""
    actor = actor_of(request)
    found = _repair_of(actor, pk)
    back = f"/devices/{found.device_id}/"

    def act(given: dict[str, Any]) -> tuple[str, str]:
        actions.withdraw_repair(actor, pk, given["reason"])
        return _("已作废，不再计入"), back

    needs = (Text(key="reason", label=_("作废原因"), longest=200),)
    return answer(request, Sheet("withdraw", _("作废维修记录"), request.path, needs, back=back, bad=True), act, trail=_trail(found.device))
