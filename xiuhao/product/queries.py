"""What others ask of product: which device a serial is, what a customer has, whether it is under warranty."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf

from xiuhao.kernel import policy, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.evidence import Text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local
from xiuhao.product import law, remedies, warranty
from xiuhao.product.catalogue import catalogue as catalogue
from xiuhao.product.facts import Facts, Fault, Past
from xiuhao.product.models import Category, Device, Model, Repair
from xiuhao.product.remedies import Assessment
from xiuhao.product.sayings import reason
from xiuhao.product.tables import PARTS, PRODUCT, PROMISES
from xiuhao.product.warranty import OUTCOMES, Verdict

__all__ = [
    "CATALOGUE_KEEPERS", "OUTCOMES", "PRODUCT", "REGISTRARS", "REPAIRERS", "Assessment", "Claim", "Facts", "Fault", "Past", "Verdict",
    "assess", "by_serial", "by_serials", "categories", "claim", "devices_of", "every_main_part", "facts_of",
    "finished_repairs", "main_parts", "models", "normalise_serial",
    "reason", "registered_by", "repairs_of", "search", "tier_of", "tiers_by", "verdict", "with_tiers",
]  # fmt: skip

CATALOGUE_KEEPERS = frozenset({roles.MANAGER, roles.ADMIN})
REGISTRARS = frozenset({roles.AGENT, roles.LEAD, roles.DISPATCHER, roles.ENGINEER, roles.DEALER, roles.MANAGER})
REPAIRERS = frozenset({roles.ENGINEER, roles.DISPATCHER, roles.EXPERT, roles.LEAD, roles.QUALITY, roles.MANAGER})
_SERIAL = re.compile(r"[0-9A-Z][0-9A-Z./_-]{2,39}")


def normalise_serial(text: str) -> str:
    """The one form of a serial number: half-width, upper case, without spaces. Raises Refused serial_invalid (422)."""
    found = "".join(unicodedata.normalize("NFKC", text[:200]).upper().split())
    found = re.sub("[\u2010-\u2015\u2212]", "-", found)
    if not _SERIAL.fullmatch(found):
        raise Refused("serial_invalid", {"example": "XH24A0001234"}, status=422)
    return found


@dataclass(frozen=True, kw_only=True)
class Serial(Text):
    """Evidence: a serial number, in its one form."""

    sample: ClassVar[Any] = "XH24A0001234"
    longest: int = 40

    def clean(self, raw: Any) -> str:
        text = super().clean(raw)
        return normalise_serial(text) if text else ""


def _full(rows: QuerySet[Device]) -> QuerySet[Device]:
    """With model and category, and with the repairs and the registration on which the warranty stands: all in the one statement."""
    return rows.select_related("model__category", "category").annotate(past_told=ArraySubquery(_past()), whole_told=Subquery(_whole()))


@cache
def _past() -> QuerySet[Repair, Any]:
    rows = Repair.objects.unscoped("of devices that the outer statement reaches").filter(device=OuterRef("pk"), withdrawn_at=None)
    told = JSONObject(
        came="came_at", left="left_at", fault=Coalesce(NullIf(F("fault_code"), Value("")), F("fault")), safety="safety",
        assemblies="assemblies", parts="parts", waited="waited_at", supplied="supplied_at", own_fault="own_fault",
        uncounted="uncounted_hours", mileage="mileage",
    )  # fmt: skip
    return rows.order_by("came_at", "pk").values(told=told)


def by_serial(actor: Actor, text: str) -> Device | None:
    """The visible device of that serial, with model and category. One statement. Raises Refused serial_invalid."""
    return _full(Device.objects.visible_to(actor)).filter(serial=normalise_serial(text)).first()


def by_serials(serials: Collection[str]) -> dict[str, Device]:
    """Normalised serial → device, for writers that act on serials they were given. One statement."""
    if not serials:
        return {}
    rows = _full(Device.objects.unscoped("which device a serial is, is asked before anything is visible"))
    return {d.serial: d for d in rows.filter(serial__in=set(serials)) if d.serial}


def devices_of(customers: Collection[int]) -> dict[int, list[Device]]:
    """Customer id → their devices, latest first, for customers that the asker has reached. One statement."""
    found: dict[int, list[Device]] = {pk: [] for pk in customers}
    if not found:
        return found
    rows = _full(Device.objects.unscoped("devices of customers already found visible"))
    for device in rows.filter(customer_id__in=set(customers)).order_by("-pk"):
        found[device.customer_id or 0].append(device)
    return found


@dataclass(frozen=True)
class Claim:
    """A serial as a customer gave it: their own `device`, or `pending`, to be verified by staff ("待核实"), whatever stands behind it."""

    serial: str
    device: Device | None = None

    @property
    def pending(self) -> bool:
        return self.device is None


def claim(customer: int | None, text: str) -> Claim:
    """Take a serial from somebody outside (hostile P9). Another's device, one without owner and one that we do not know look the
    same: nothing of them is given away, the answer takes the same one statement. Raises Refused serial_invalid."""
    serial = normalise_serial(text)
    rows = _full(Device.objects.unscoped("only the customer's own device is returned"))
    return Claim(serial, rows.filter(serial=serial, customer_id=customer if customer is not None else -1).first())


def search(actor: Actor, text: str) -> QuerySet[Device]:
    """Visible devices whose serial begins with the text; all for an empty one, latest first."""
    rows = _full(Device.objects.visible_to(actor)).order_by("-pk")
    text = text.strip()
    if not text:
        return rows
    try:
        return rows.filter(serial__startswith=normalise_serial(text))
    except Refused:
        return rows.none()


def categories(everything: bool = False) -> QuerySet[Category]:
    """The categories in use, in their order."""
    return (Category.objects.all() if everything else Category.objects.filter(active=True)).order_by("position", "pk")


def models(everything: bool = False) -> QuerySet[Model]:
    """The models in use with their categories."""
    rows = Model.objects.select_related("category").order_by("category__position", "code")
    return rows if everything else rows.filter(active=True)


def repairs_of(actor: Actor, device: int) -> QuerySet[Repair]:
    """The repairs of a device that the actor sees, latest first; those withdrawn too."""
    return Repair.objects.visible_to(actor).filter(device=device).order_by("-came_at", "-pk")


# Warranty


_tiers: Callable[[Sequence[Device]], Sequence[str]] = lambda devices: [""] * len(devices)  # noqa: E731  # contract says it by `tiers_by`


def finished_repairs(devices: Collection[int]) -> dict[int, list[Repair]]:
    """Device → its repairs that are over and count, the latest first, for devices that the asker has reached. At most one statement."""
    found: dict[int, list[Repair]] = {}
    if not devices:
        return found
    rows = Repair.objects.unscoped("of devices that the asker has reached")
    for row in rows.filter(device__in=devices, withdrawn_at=None, left_at__isnull=False).order_by("-came_at", "-pk"):
        found.setdefault(row.device_id, []).append(row)
    return found


def tiers_by(ask: Callable[[Sequence[Device]], Sequence[str]]) -> None:
    """Say how the tiers of devices' customers are found, which the company's promises may depend on."""
    global _tiers
    _tiers = ask


_whole: Callable[[], QuerySet[Any, Any]] = lambda: Device.objects.none().values("registered_at")  # noqa: E731  # registration says it


def registered_by(whole: Callable[[], QuerySet[Any, Any]]) -> None:
    """Say since when the purchase of a device `OuterRef("serial")` is registered whole, which the company's promises may depend on."""
    global _whole
    _whole = whole


def _whole_since(device: Device) -> date | None:
    """The day on which its purchase was registered whole: as the query brought it along, else asked for now."""
    if "whole_told" not in device.__dict__:
        rows = Device.objects.unscoped("a device already reached").filter(pk=device.pk)
        device.__dict__["whole_told"] = rows.values_list(Subquery(_whole()), flat=True).first()
    told = device.__dict__["whole_told"]
    return local(told).date() if told else None


def tier_of(device: Device) -> str:
    """The tier of a device's customer, where a promise of the company depends on tiers; else ""."""
    return str(with_tiers([device])[0].__dict__["tier_told"]) if _extends() else ""


def with_tiers(devices: Iterable[Device]) -> list[Device]:
    """The same devices, and what `tier_of` says of each is known. Two statements, whatever their number; none without such a promise."""
    kept = list(devices)
    asked = [device for device in kept if "tier_told" not in device.__dict__] if _extends() else []
    for device, tier in zip(asked, _tiers(asked) if asked else (), strict=True):
        device.__dict__["tier_told"] = tier
    return kept


def facts_of(device: Device, mileage: int | None = None, tier: str = "") -> Facts:
    """A device's facts with its repairs; its model and category are read with it (`select_related`). The larger distance counts."""
    category = device.model.category if device.model else device.category
    told = [one for one in (mileage, device.mileage, *(past.mileage for past in device.past)) if one is not None]
    since = _whole_since(device)
    return Facts(
        category.industry if category else "", category.key if category else "", device.model.code if device.model else "",
        bool(device.model and device.model.high_end), device.purchased_on, device.installed_on, max(told, default=None), device.region,
        device.delivered_on, device.made_on, device.exchanged_on, device.price, device.channel == "online" if device.channel else None,
        since is not None, since, tier, device.past,
    )  # fmt: skip


def verdict(of: Device | Facts, on: date, tier: str = "", fault: Fault = Fault()) -> Verdict:  # noqa: B008  # frozen
    """The verdict on a day. The rule is the one in force on the day from which the period runs: what was promised then holds.

    The tier of a device's customer is looked up only where the company promises somebody more than the law.
    """
    facts = facts_of(of, tier=tier) if isinstance(of, Device) else of
    found = warranty.verdict(facts, law.coverage(facts, fault), on, fault)
    if isinstance(of, Device) and not tier and found.outcome != warranty.IN and (held := tier_of(of)):
        facts = facts_of(of, tier=held)
        found = warranty.verdict(facts, law.coverage(facts, fault), on, fault)
    return found


def _extends() -> bool:
    return any("tier" in row.match for row in policy.rows(PROMISES))


def assess(of: Device | Facts, on: date, fault: Fault = Fault(), tier: str = "") -> Assessment:  # noqa: B008  # frozen
    """The verdict with every remedy, its article and its arithmetic, and the seller's time limits; `tier` where it is known already."""
    facts = of if isinstance(of, Facts) else facts_of(of, tier=tier or tier_of(of))
    return remedies.assess(facts, law.whole(facts, on), on, fault)


def every_main_part() -> dict[str, str]:
    """Key → name of all main parts and accessories that some class of goods has."""
    rows = [row.value for row in policy.rows(PARTS)]
    return {str(row["part"]): said(row["name"]["zh"], row["name"].get("en", "")) for row in rows}


def main_parts(device: Device) -> tuple[law.Part, ...]:
    """The main parts and accessories of a device's class, with periods of their own."""
    return law.coverage(facts_of(device)).parts
