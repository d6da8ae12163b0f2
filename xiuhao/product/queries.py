"""What others ask of product: which device a serial is, what a customer has, whether it is under warranty."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from xiuhao.kernel import roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.kept import Kept
from xiuhao.kernel.refusal import Refused
from xiuhao.product.models import Category, Device, Model
from xiuhao.product.warranty import OUTCOMES, PRODUCT, Facts, Verdict, facts_of, reason, verdict

__all__ = [
    "CATALOGUE_KEEPERS", "OUTCOMES", "PRODUCT", "REGISTRARS", "Claim", "Facts", "Verdict", "by_serial", "by_serials", "categories",
    "claim", "devices_of", "facts_of", "models", "normalise_serial", "reason", "search", "verdict",
]  # fmt: skip

CATALOGUE_KEEPERS = frozenset({roles.MANAGER, roles.ADMIN})
REGISTRARS = frozenset({roles.AGENT, roles.LEAD, roles.DISPATCHER, roles.ENGINEER, roles.DEALER, roles.MANAGER})
_SERIAL = re.compile(r"[0-9A-Z][0-9A-Z./_-]{2,39}")


def normalise_serial(text: str) -> str:
    """The one form of a serial number: half-width, upper case, without spaces. Raises Refused serial_invalid (422)."""
    found = "".join(unicodedata.normalize("NFKC", text[:200]).upper().split())
    found = re.sub("[\u2010-\u2015\u2212]", "-", found)
    if not _SERIAL.fullmatch(found):
        raise Refused("serial_invalid", {"example": "XH24A0001234"}, status=422)
    return found


def _full(rows: QuerySet[Device]) -> QuerySet[Device]:
    return rows.select_related("model__category", "category")


def by_serial(actor: Actor, text: str) -> Device | None:
    """The visible device of that serial, with model and category. One statement. Raises Refused serial_invalid."""
    return _full(Device.objects.visible_to(actor)).filter(serial=normalise_serial(text)).first()


def by_serials(serials: Collection[str]) -> dict[str, Device]:
    """Normalised serial → device, for writers that act on serials they were given. One statement."""
    rows = _full(Device.objects.unscoped("which device a serial is, is asked before anything is visible"))
    return {d.serial: d for d in rows.filter(serial__in=set(serials)) if d.serial} if serials else {}


def devices_of(customers: Collection[int]) -> dict[int, list[Device]]:
    """Customer id → their devices, latest first, for customers that the asker has reached. One statement."""
    found: dict[int, list[Device]] = {pk: [] for pk in customers}
    rows = _full(Device.objects.unscoped("devices of customers already found visible"))
    for device in rows.filter(customer_id__in=set(customers)).order_by("-pk") if customers else ():
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


def _by_key() -> dict[str, Category]:
    return {row.key: row for row in categories(everything=True)}


catalogue: Kept[dict[str, Category]] = Kept("catalogue", _by_key)


def models(everything: bool = False) -> QuerySet[Model]:
    """The models in use with their categories."""
    rows = Model.objects.select_related("category").order_by("category__position", "code")
    return rows if everything else rows.filter(active=True)
