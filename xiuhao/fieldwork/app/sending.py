"""What a handset takes along for the time without a network: its jobs, the pool, the van, and how jobs run, with every form.

The forms are the verbs' own evidence, the same that the API describes; what hangs on one job (whom it may go to) comes with that job.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from xiuhao.billing import queries as bills
from xiuhao.fieldwork import finishing, looking, money, queries, repairs, stock, tables, visiting
from xiuhao.fieldwork.app.merging import PROCESS
from xiuhao.fieldwork.models import WorkCheck, WorkOrder, WorkPhoto, WorkReading, WorkUnit
from xiuhao.fieldwork.places import Position
from xiuhao.kernel import policy, registry, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.evidence import Choice, Evidence
from xiuhao.kernel.masking import mask_address, mask_name, mask_phone
from xiuhao.kernel.models import CaseClock, Journal
from xiuhao.kernel.process import Process, Transition
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.parts import queries as stores
from xiuhao.party import queries as people
from xiuhao.product import queries as products
from xiuhao.product.models import Repair
from xiuhao.ui.api import bodies

MOST = 60  # jobs of one engineer, and of the pool
AT_ONCE = frozenset({"send_code"})  # worth nothing later: the app asks for it by the API, never keeps it
DOERS = frozenset({roles.ENGINEER, roles.OWNER, roles.ASKED})
# The step that most often comes next in a state; the first that is open there and has a point on the job.
NEXT = {
    "offered": ("claim",), "assigned": ("accept",), "accepted": ("book", "depart"), "booked": ("depart",), "travelling": ("arrive",),
    "arrived": ("show_badge", "diagnose"), "diagnosed": ("quote", "repair"), "quoted": ("agree",), "repairing": ("finish",),
    "repaired": ("check", "explain"), "checked": ("explain",), "explained": ("settle", "sign"), "remote": ("diagnose",),
    "waiting_parts": ("resume",), "waiting_customer": ("resume",),
}  # fmt: skip
# What is done in one go has one sheet: as many of these steps, in order, as are each the next one of the job.
FLOWS = (("show_badge", "diagnose", "repair"), ("finish", "check", "explain", "sign"))
USUAL = {"check": {"passed": "yes"}}  # what such a sheet means by itself; whoever means something else takes the step alone
OPENS = ("arrive",)  # after it the next sheet opens by itself
# Evidence that is asked for only with a certain choice of the same sheet.
SHOWN = {
    ("sign", "signature"): ("signed_how", ["screen"]), ("sign", "code"): ("signed_how", ["code"]),
    ("agree", "signature"): ("how", ["signature"]),
}  # fmt: skip
INSTEAD = {("quote", "parts_cost"): "parts"}  # asked for where the other is not given
PAID = ("quote", "agree", "decline")
PROOFS = {"photos": ("photograph", "slot"), "readings": ("measure", "reading"), "checks": ("tick", "item")}  # verb and its choice
ICONS = {"photos": "camera", "readings": "chart-bar", "checks": "checklist"}


def everything(actor: Actor) -> dict[str, Any]:
    """All that this engineer's app keeps."""
    process = registry.process(PROCESS)
    rows = queries.visible(actor).filter(case__is_open=True)
    own = list(rows.filter(engineer_id=actor.id).order_by("planned_at", "case_id")[:MOST])
    pool = list(rows.filter(case__state="offered", engineer=None).order_by("case__due_at", "case_id")[:MOST])
    return {
        "me": {"account": actor.account, "name": actor.name},
        "machine": machine(process, actor),
        "jobs": _jobs(own, actor),
        "pool": [_briefly(order) for order in pool],
        "van": van(actor),
    }


def machine(process: Process, actor: Actor) -> dict[str, Any]:
    """States and verbs, as far as they concern whoever is on site."""
    verbs = [t for t in process.transitions if t.source and not t.quiet and set(t.may) & DOERS and t.key not in AT_ONCE]
    named = actor.verbs
    return {
        "states": {s.key: {"label": str(s.label), "tone": s.tone, "waits": s.waits, "end": s.end} for s in process.states},
        "verbs": [described(t) for t in verbs if named is None or f"{process.key}.{t.key}" in named],
        "next": {state: list(verbs) for state, verbs in NEXT.items()},
        "flows": FLOWS,
        "usual": USUAL,
        "opens": OPENS,
    }


def described(verb: Transition) -> dict[str, Any]:
    """A verb with its form."""
    return {
        "key": verb.key, "label": str(verb.label),
        "from": [state.key for state in verb.source], "to": [state.key for state in verb.targets],
        "needs": [each for need in verb.needs for each in _needs(verb.key, need)],
        "otherwise": [{"given": {"passed": "no"}, "to": "repairing"}] if verb.key == "check" else [],
        "placed": any(guard.code == "no_proof_of_place" for guard in verb.guards),
    }  # fmt: skip


def _needs(verb: str, need: Evidence) -> list[dict[str, Any]]:
    """An evidence as the sheet asks for it; paper that was signed is photographed instead of written on."""
    found = _need(need)
    if (verb, need.key) in SHOWN:
        by, values = SHOWN[verb, need.key]
        found["shown"] = {"by": by, "values": values}
    if (verb, need.key) in INSTEAD:
        found["unless"] = INSTEAD[verb, need.key]
    paper = {**found, "shown": {"by": "signed_how", "values": ["paper"]}, "camera": True}
    return [found, paper] if (verb, need.key) == ("sign", "signature") else [found]


def _need(need: Evidence) -> dict[str, Any]:
    widget = "place" if isinstance(need, Position) else "lines" if isinstance(need, stores.Lines) else need.widget
    found: dict[str, Any] = {
        "key": need.key, "label": str(need.label), "help": "" if widget == "lines" else str(need.help), "widget": widget,
        "required": bodies.certain(need), "schema": need.schema(),
    }  # fmt: skip
    if isinstance(need, Choice):
        found["options"] = [[key, str(label)] for key, label in need.choices()]
        if need.options is tables.causes:
            found["fills"] = tables.following()
    if getattr(need, "must", False):
        found["must"] = True
    if widget == "confirm":  # a yes to what the house warns of: asked for once it has
        found |= {"widget": "check", "late": True}
    if follows := getattr(need, "follows", None):
        found["follows"] = list(follows)
    if unit := getattr(need, "unit", ""):
        found["unit"] = str(unit)
    return found


def _jobs(orders: list[WorkOrder], actor: Actor) -> list[dict[str, Any]]:
    """One's own jobs, with what is there of their evidence: a handful of statements for all."""
    ids = [order.pk for order in orders]
    units: dict[int, list[str]] = {}
    for case, serial in WorkUnit.objects.unscoped("machines of one's own jobs").filter(case__in=ids).values_list("case_id", "serial"):
        units.setdefault(case, []).append(serial)
    there = _there(ids)
    due = {
        row.case_id: row.due_at
        for row in CaseClock.objects.filter(case_id__in=ids, stopped_at=None, due_at__isnull=False).order_by("case_id", "-due_at")
    }
    near, dial = _near(actor) if orders else [], looking.carried(actor, orders)
    shown, past = _shown(ids), products.finished_repairs({order.device_id for order in orders if order.device_id})
    return [
        {
            **_whole(order, actor, units.get(order.pk, []), there, due, near, past.get(order.device_id or 0, [])),
            **dial.get(order.pk, {}),
            "done": _done(order, shown),
        }
        for order in orders
    ]


def _briefly(order: WorkOrder) -> dict[str, Any]:
    """A job that anybody of the station may take: where about, what and until when, not whose."""
    return {
        "number": order.case.number, "state": order.case.state, "version": order.case.version, "title": _title(order),
        "region": order.region, "about": mask_address(order.address) or order.region, "trouble": order.case.title,
        "window_from": order.window_from, "window_to": order.window_to, "planned_at": order.planned_at, "minutes": order.minutes,
        "address": "", "units": [], "without": [], "asks": {}, "done": [], "urgent": _urgent(order), "due_at": order.case.due_at,
    }  # fmt: skip


def _title(order: WorkOrder) -> str:
    service = dict(tables.services()).get(order.service, order.service)
    return " · ".join(str(each) for each in (service, order.category) if each)


def _urgent(order: WorkOrder) -> str:
    return str(dict(tables.URGENCIES).get(order.urgency, "")) if order.urgency in ("high", "danger") else ""


def _whole(
    order: WorkOrder,
    actor: Actor,
    units: list[str],
    there: Mapping[int, set[str]],
    due: Mapping[int, Any],
    near: list[people.Hand],
    past: Sequence[Repair],
) -> dict[str, Any]:
    needs = stores.needs_for(order.pk)
    return {
        **_briefly(order),
        "address": order.address, "lat": order.lat, "lon": order.lon, "contact": mask_name(order.contact_name),
        "phone": mask_phone(order.contact_phone), "trouble": order.trouble, "device": str(order.device or ""),
        "serial": "" if order.device and order.device.serial == order.serial else order.serial,  # a device says its own
        "reveal": f"/c/{PROCESS}/{order.case.number}/", "units": units, "verdict": str(order.get_verdict_display() or ""),
        "loading": _words(policy.decide("fieldwork.loading", tables.facts(order, len(units) + 1))), "due_at": due.get(order.pk),
        "parts": _parts(needs), "evidence": {"items": _proofs(order, len(units), there.get(order.pk, set()))},
        "without": _pointless(order, actor, len(units)), "leads": _leads(order),
        "prices": money.prices(order) if order.charged else None, "asks": _asks(order, near, len(units), needs, past),
        "lasting": {"repairs": repairs.lasting(order, past, now()), "without": PAID},
        "contacted": order.contacted_at is not None, "found": {"cause": order.cause, "measures": order.measures},
    }  # fmt: skip


def _words(row: Any) -> str:
    items = row.value.get("items") if row else None
    return said(items["zh"], items.get("en", "")) if items else ""


def _parts(needs: list[stores.Needed]) -> str:
    """Whether the parts that were asked for lie in the van."""
    if not needs:
        return ""
    return str(_("备件不齐") if any(one.missing for one in needs) else _("备件已齐"))


def _pointless(order: WorkOrder, actor: Actor, units: int) -> list[str]:
    """Verbs that stand in the declaration but have no point on this job."""
    found = [] if order.charged else list(PAID)
    if finishing.wanted_of(order, units).another and order.repairer_id in (None, actor.id):
        found.append("check")  # somebody else looks
    return found


def _leads(order: WorkOrder) -> dict[str, str]:
    """Where verbs lead on this job, if not where they usually do: a price declined after an earlier yes does not end it."""
    before = order.agreed or (order.case.state == "quoted" and bills.agreed_before(order.pk) is not None)
    return {"decline": "repairing" if order.measures else "diagnosed"} if before else {}


def _near(actor: Actor) -> list[people.Hand]:
    """Whom a job could be handed to. One statement."""
    return [one for one in people.hands(roles.ENGINEER, process=PROCESS) if one.account != actor.id]


def _shown(ids: Iterable[int]) -> dict[int, datetime]:
    """Case → when a badge was last shown there. One statement."""
    lines = Journal.objects.filter(case_id__in=ids, verb="show_badge").order_by("seq")
    return dict(lines.values_list("case_id", "occurred_at"))


def _done(order: WorkOrder, shown: Mapping[int, datetime]) -> list[str]:
    """Steps that need not come next: the badge of this visit was shown, a time is agreed, the customer said yes to the price, the list is
    there or nothing is charged."""
    at = shown.get(order.pk)
    badge = ["show_badge"] if at is not None and order.arrived_at is not None and at >= order.arrived_at else []
    listed = not order.charged or bills.bill_of(order.pk) is not None
    agreed = order.window_to is not None and order.window_to > now()
    priced = ["quote"] if order.agreed else []
    return [*badge, *(["book"] if agreed else []), *priced, *(["settle"] if listed else [])]


def _asks(order: WorkOrder, near: list[people.Hand], units: int, needs: list[stores.Needed], past: Sequence[Repair]) -> dict[str, Any]:
    """What hangs on the job: whom it may be handed to, of its own station; what is usual, to be changed where it is not so."""
    names = [[str(one.account), one.name] for one in near if one.unit_path.startswith(order.case.unit_path)]
    told = {key: {"value": value} for key, value in visiting.usual(order).items()}
    return {
        "transfer": {"to": {"options": names}},
        "diagnose": {**told, "same_as": {"options": repairs.named(past)}},
        "quote": {
            "minutes": {"value": str(order.minutes)},
            "parts": {"value": [{"part": one.part.code, "quantity": stores.plain(one.quantity)} for one in needs]},
        },
        "use_parts": {"parts": {"value": stock.unbuilt(needs), "numbered": True}},
        "sign": {
            "signed_how": {"value": "screen"}, "code": {"required": True},
            "signature": {"required": finishing.wanted_of(order, units).signature},
        },
    }  # fmt: skip


def _there(ids: Iterable[int]) -> dict[int, set[str]]:
    """Case → what of its evidence set is here, as "photos:front:1" (so many), "readings:cold", "checks:leak"."""
    why, found = "evidence of one's own jobs", dict[int, set[str]]()
    shots = Counter(WorkPhoto.objects.unscoped(why).filter(case__in=ids).values_list("case_id", "slot"))
    for (case, slot), count in shots.items():
        found.setdefault(case, set()).update(f"photos:{slot}:{n}" for n in range(1, count + 1))
    for case, key in WorkReading.objects.unscoped(why).filter(case__in=ids).values_list("case_id", "key"):
        found.setdefault(case, set()).add(f"readings:{key}")
    for case, item, fine in WorkCheck.objects.unscoped(why).filter(case__in=ids).order_by("pk").values_list("case_id", "item", "fine"):
        known = found.setdefault(case, set())
        known.add(f"checks:{item}") if fine else known.discard(f"checks:{item}")
    return found


def _proofs(order: WorkOrder, units: int, there: set[str]) -> list[dict[str, Any]]:
    """What the job has to bring, item by item, with the verb that brings it."""
    wanted = finishing.wanted_of(order, units)
    names = {"photos": dict(tables.slots()), "readings": dict(tables.readings()), "checks": dict(tables.checks())}
    found = []
    for kind, keys in (("photos", tuple(wanted.photos)), ("readings", wanted.readings), ("checks", wanted.checks)):
        verb, choice = PROOFS[kind]
        for key in keys:
            label = str(names[kind].get(key, key))
            found.append({
                "key": f"{kind}:{key}", "kind": kind, "label": label, "icon": ICONS[kind], "verb": verb, "given": {choice: key},
                "there": (f"photos:{key}:{wanted.photos[key]}" if kind == "photos" else f"{kind}:{key}") in there,
            })  # fmt: skip
    return found


def van(actor: Actor) -> list[dict[str, Any]]:
    """What lies in one's own van."""
    place = stores.van_of(actor.account)
    if place is None:
        return []
    rows = sorted(stores.on_hand(place.pk).values(), key=lambda row: row.part.code)
    prices = {part: str(row.price) for part, row in stores.prices([row.part_id for row in rows], local(now()).date()).items()}
    return [
        {"code": row.part.code, "name": said(row.part.zh, row.part.en), "unit": row.part.unit, "tracked": row.part.tracked,
         "price": prices.get(row.part_id),
         "free": stores.plain(row.free), "held": stores.plain(row.held)}
        for row in rows
    ]  # fmt: skip
