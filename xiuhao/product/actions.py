"""What is done to products: the catalogue kept, devices registered. Writers call these inside their transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from xiuhao.kernel.access import Actor
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.policy import moved
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.product import catalogue, queries
from xiuhao.product.models import CHANNELS, INDUSTRIES, Category, Device, Model
from xiuhao.product.repairs import Visit, finish_repair, record_repair, withdraw_repair

__all__ = [
    "Purchase", "Visit", "amend", "check", "finish_repair", "installed", "load_catalogue", "record_repair", "register_device",
    "register_many", "save_category", "save_model", "withdraw_repair",
]  # fmt: skip

M = TypeVar("M", Category, Model)
HIGHEST_PRICE = Decimal("99999999.99")


@dataclass(frozen=True)
class Purchase:
    """A piece as somebody tells of it: what they do not know stays empty. `serial` in its one form (`queries.normalise_serial`)."""

    serial: str = ""
    model: Model | None = None
    category: Category | None = None
    customer: int | None = None
    unit: int | None = None
    region: str = ""
    purchased_on: date | None = None
    installed_on: date | None = None
    price: Decimal | None = None
    invoice_no: str = ""
    channel: str = ""
    card_no: str = ""
    delivered_on: date | None = None
    exchanged_on: date | None = None
    registered_by: int | None = None

    def device(self) -> Device:
        """The row to write; nothing was repaired yet, and its card comes after it."""
        made = Device(
            serial=self.serial or None, model=self.model, category=self.model.category if self.model else self.category,
            customer_id=self.customer, unit_id=self.unit, region=self.region, purchased_on=self.purchased_on,
            installed_on=self.installed_on, price=self.price, invoice_no=self.invoice_no, channel=self.channel, card_no=self.card_no,
            delivered_on=self.delivered_on, exchanged_on=self.exchanged_on, registered_by=self.registered_by, registered_at=now(),
        )  # fmt: skip
        made.past, made.fresh = (), True
        made.__dict__["whole_told"] = None
        return made


def register_device(actor: Actor, purchase: Purchase) -> Device:
    """A new device, or the known one of that serial with its empty facts filled in.

    Raises Refused: serial_taken (409) if it belongs to another customer, product_missing, date_ahead, installed_before_purchase,
    price_negative (422), not_allowed (403).
    """
    if actor.kind == "staff" and not actor.holds(*queries.REGISTRARS):
        raise Refused("not_allowed", {}, status=403)
    if purchase.model is None and purchase.category is None and not purchase.serial:
        raise Refused("product_missing", {}, status=422)
    check(purchase)
    found = register_many([replace(purchase, registered_by=purchase.registered_by or actor.id)])[0]
    if found.customer_id is not None and found.customer_id != purchase.customer:
        raise Refused("serial_taken", {"serial": purchase.serial})
    return found


def check(purchase: Purchase) -> None:
    """Refuse facts that cannot be: they come from outside."""
    today = local(now()).date()
    for day in filter(None, (purchase.purchased_on, purchase.installed_on, purchase.delivered_on)):
        if day > today:
            raise Refused("date_ahead", {"day": day}, status=422)
    if purchase.purchased_on and purchase.installed_on and purchase.installed_on < purchase.purchased_on:
        raise Refused("installed_before_purchase", {}, status=422)
    if purchase.price is not None and not 0 <= purchase.price <= HIGHEST_PRICE:
        raise Refused("price_out_of_range", {"most": HIGHEST_PRICE}, status=422)
    if purchase.channel and purchase.channel not in dict(CHANNELS):
        raise Refused("not_offered", {"label": _("购买渠道")}, status=422)


_FACTS = (
    "model", "category", "customer_id", "unit_id", "region", "purchased_on", "installed_on", "price", "invoice_no", "channel",
    "exchanged_on",
)  # fmt: skip


def register_many(purchases: Sequence[Purchase]) -> list[Device]:
    """The device of each purchase, in order; a serial twice is one device. At most one look-up, one insert, one update.

    A known device keeps what it has and learns what it lacked, its owner included; whose it already was it stays.
    Purchases without serial are always new devices.
    """
    with transaction.atomic(savepoint=False):
        known = queries.by_serials({p.serial for p in purchases if p.serial})
        fresh: dict[int, Device] = {}
        for index, purchase in enumerate(purchases):
            if not purchase.serial:
                fresh[index] = purchase.device()
            elif purchase.serial not in known:
                known[purchase.serial] = fresh[index] = purchase.device()
        if fresh:
            _insert(fresh, known)
        _learn([(known[p.serial], p) for i, p in enumerate(purchases) if p.serial and i not in fresh])
    return [known[p.serial] if p.serial else fresh[i] for i, p in enumerate(purchases)]


_INSERT = """
insert into product_device ({columns}) select {columns} from jsonb_populate_recordset(null::product_device, %s)
on conflict (serial) do nothing returning id, serial
"""


def _insert(fresh: dict[int, Device], known: dict[str, Device]) -> None:
    """Write new devices; where another writer has just taken a serial, take theirs. One statement, seldom two."""
    fields = [field for field in Device._meta.concrete_fields if not field.primary_key]
    # One order: two batches with common serials wait for each other, they do not deadlock.
    ordered = sorted(fresh.values(), key=lambda device: device.serial or "")
    rows = json.dumps([{field.column: getattr(device, field.attname) for field in fields} for device in ordered], default=str)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(columns=", ".join(field.column for field in fields)), [rows])
        written = cursor.fetchall()
    ids = {serial: pk for pk, serial in written if serial}
    unnamed = [pk for pk, serial in written if not serial]
    for device in ordered:
        device.pk = ids.get(device.serial) if device.serial else unnamed.pop(0)
    lost = {str(device.serial) for device in ordered if device.serial and device.pk is None}
    known |= queries.by_serials(lost)
    for index, device in fresh.items():
        fresh[index] = known[device.serial] if device.serial else device


def _learn(pairs: Sequence[tuple[Device, Purchase]]) -> None:
    changed: dict[int, Device] = {}
    for device, purchase in pairs:
        told = purchase.device()
        stranger = device.customer_id is not None and device.customer_id != told.customer_id
        if stranger or told.customer_id is None:
            continue
        for field in _FACTS:
            if getattr(device, field) in (None, "") and getattr(told, field) not in (None, ""):
                setattr(device, field, getattr(told, field))
                changed[device.pk] = device
    if changed:
        Device.objects.unscoped("what was not known is told").bulk_update(changed.values(), _FACTS)


_registration: Callable[[int], str] = lambda device: ""  # noqa: E731  # registration says both by `kept_by`
_note: Callable[..., None] = lambda *_told, **_data: None  # noqa: E731
REGISTERED = ("purchased_on", "invoice_no", "card_no")  # what a registration tells of a piece, and only it changes
SEALED = ("invoice_no", "card_no")  # of which a history says that they changed, and not what they were


def kept_by(registration: Callable[[int], str], note: Callable[..., None]) -> None:
    """Say the number of a device's registration ("" if it has none), and who writes down what was corrected by hand."""
    global _registration, _note
    _registration, _note = registration, note


def _told(value: Any) -> str:
    return value.code if isinstance(value, Model) else "" if value is None else str(value)


@transaction.atomic
def amend(actor: Actor, device: int, **fields: Any) -> Device:
    """Correct facts of a visible device; what they were stands in its history. Refused as `register_device`, not_found (404), and
    device_registered for what its registration tells (YD-3.4)."""
    if not actor.holds(*queries.REGISTRARS):
        raise Refused("not_allowed", {}, status=403)
    found = Device.objects.visible_to(actor).filter(pk=device).select_for_update(of=("self",)).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    was = {key: getattr(found, key) for key, value in fields.items() if (getattr(found, key) or "") != (value or "")}
    if any(was.get(key) for key in REGISTERED) and (number := _registration(found.pk)):
        raise Refused("device_registered", {"number": number}, clauses=("YD-3.4",))
    for key, value in fields.items():
        setattr(found, key, value)
    if found.model:
        found.category = found.model.category
    check(Purchase(purchased_on=found.purchased_on, installed_on=found.installed_on, price=found.price, delivered_on=found.exchanged_on))
    check(Purchase(purchased_on=found.made_on, delivered_on=found.delivered_on))
    found.save()
    if was:
        before = {key: _told(value) for key, value in was.items() if key not in SEALED}
        _note(actor, "amend_device", f"product.device:{found.pk}", fields=sorted(was), was=before)
    return found


def installed(devices: Collection[int], day: date) -> int:
    """These devices, which the caller has reached, were installed that day, as far as nobody knew of one: how many. A day before the
    purchase is nobody's."""
    rows = Device.objects.unscoped("of devices that the caller has reached").filter(pk__in=devices, installed_on=None)
    return rows.filter(Q(purchased_on=None) | Q(purchased_on__lte=day)).update(installed_on=day)


def hand_over(owner: int, to: int, devices: Sequence[int] | None = None) -> list[int]:
    """The devices of one customer (only these of them) are the other's now; which. For who has settled that they are the same person."""
    rows = Device.objects.unscoped("of customers whom the caller may merge or part").filter(customer_id=owner)
    rows = rows if devices is None else rows.filter(pk__in=devices)
    found = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    Device.objects.unscoped("locked above").filter(pk__in=found).update(customer_id=to)
    return found


# The catalogue


def load_catalogue() -> int:
    """Add the shipped categories that are missing; how many. What somebody edited stays as it is."""
    before = Category.objects.count()
    rows = [Category(**vars(kind), position=10 * place) for place, kind in enumerate(catalogue.shipped(), 1)]
    Category.objects.bulk_create(rows, ignore_conflicts=True)
    moved("catalogue")
    return Category.objects.count() - before


def _keeps(actor: Actor) -> None:
    if actor.kind != "system" and not actor.holds(*queries.CATALOGUE_KEEPERS):
        raise Refused("not_allowed", {}, status=403)


def save_category(actor: Actor, category: Category, **fields: Any) -> Category:
    """Write a new or changed category. Refused not_allowed, name_missing, key_taken, not_offered."""
    _keeps(actor)
    for key, value in fields.items():
        setattr(category, key, clean_text(value, 60) if isinstance(value, str) else value)
    if not category.key or not category.zh:
        raise Refused("name_missing", {}, status=422)
    if category.industry not in dict(INDUSTRIES):
        raise Refused("not_offered", {"label": _("行业")}, status=422)
    moved("catalogue")
    return _unique(category, category.key)


def save_model(actor: Actor, model: Model, **fields: Any) -> Model:
    """Write a new or changed model. Refused not_allowed, name_missing, key_taken, price_out_of_range."""
    _keeps(actor)
    for key, value in fields.items():
        setattr(model, key, clean_text(value, 80) if isinstance(value, str) else value)
    model.code = model.code.upper()
    if not model.code or not model.name:
        raise Refused("name_missing", {}, status=422)
    check(Purchase(price=model.price))
    return _unique(model, model.code)


def _unique(row: M, key: str) -> M:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused("key_taken", {"key": key}, status=422) from None
    return row
