"""Master data of parts: the catalogue with its prices, the places, the reorder points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Account, Unit
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _
from xiuhao.parts.models import STORES, Balance, Level, Part, Place, Price
from xiuhao.product.models import Model

KEEPERS = frozenset({r.WAREHOUSE, r.MANAGER})
SUFFIX = {"good": _("待检良品区"), "faulty": _("旧件隔离区")}


def may(actor: Actor, path: str | None = None) -> None:
    """Refused not_allowed (403) for who keeps no stock (there)."""
    if actor.kind != "system" and not actor.holds(*KEEPERS, path=path):
        raise Refused("not_allowed", {}, status=403)


def save_part(actor: Actor, part: Part, *, fits: Iterable[Model] | None = None, **fields: Any) -> Part:
    """Make or change a part; its code is kept in capitals. Refused not_allowed (403), key_taken, part_in_stock (409)."""
    may(actor)
    was = (part.tracked, part.places) if part.pk else None
    for key, value in fields.items():
        setattr(part, key, clean_text(value, 80) if isinstance(value, str) else value)
    part.code = part.code.upper()
    if part.tracked:
        part.places = 0
    if (
        was is not None
        and was != (part.tracked, part.places)
        and Balance.objects.unscoped("whether there is any").filter(part=part).exists()
    ):
        raise Refused("part_in_stock", {"part": part.code})
    try:
        with transaction.atomic():
            part.save()
            if fits is not None:
                part.fits.set(fits)
    except IntegrityError:
        raise Refused("key_taken", {"key": part.code}) from None
    return part


def set_price(actor: Actor, part: Part, since: date, price: Decimal, cost: Decimal | None = None) -> Price:
    """The price from a day on. Refused not_allowed (403), price_set (409) where that day has another."""
    may(actor)
    made, fresh = Price.objects.get_or_create(part=part, since=since, defaults={"price": price, "cost": cost})
    if not fresh and (made.price, made.cost) != (price, cost):
        raise Refused("price_set", {"part": part.code, "day": since})
    return made


def load_parts(actor: Actor, rows: Iterable[Mapping[str, Any]], since: date) -> list[Part]:
    """Parts with their prices, as a sheet or the demo tells them ({code, zh, en, unit, places, tracked, months, main, price, cost,
    category, fits}); those that are there are changed."""
    made = []
    with transaction.atomic():
        for row in rows:
            told = dict(row)
            price, cost = told.pop("price", None), told.pop("cost", None)
            part = Part.objects.filter(code=str(told["code"]).upper()).first() or Part()
            made.append(save_part(actor, part, **told))
            if price is not None:
                set_price(actor, made[-1], since, price, cost)
    return made


def open_place(kind: str, unit: Unit, name: str = "") -> Place:
    """The place of that kind of a unit, made if there is none."""
    rows = Place.objects.unscoped("one of a kind for a unit")
    found = rows.filter(kind=kind, unit=unit).order_by("pk").first()
    label = SUFFIX.get(kind, dict(STORES)[kind])
    return found or rows.create(kind=kind, unit=unit, name=name or f"{unit.name}{label}")


def open_van(account: Account) -> Place:
    """The van of an engineer, made if there is none; it lies where the engineer works."""
    name = str(_("{name}随车")).format(name=account.name)
    return Place.objects.unscoped("one of each engineer").get_or_create(
        kind="van", account=account, defaults={"unit": account.unit, "name": name}
    )[0]


def save_place(actor: Actor, place: Place, *, unit: Unit, **fields: Any) -> Place:
    """Make or change a place of one's units. Refused not_allowed (403), place_full (409) for one that is given up with stock in it."""
    may(actor, unit.path)
    if place.unit is not None:
        may(actor, place.unit.path)
    place.unit = unit
    for key, value in fields.items():
        setattr(place, key, clean_text(value, 80) if isinstance(value, str) else value)
    if not place.active and place.pk and _stocked(place):
        raise Refused("place_full", {"place": place.name})
    try:
        with transaction.atomic():
            place.save()
    except IntegrityError:
        raise Refused("van_taken", {}) from None
    return place


def _stocked(place: Place) -> bool:
    rows = Balance.objects.unscoped("of a place that one keeps").filter(place=place)
    return rows.exclude(quantity=0, held=0).exists()


def save_level(actor: Actor, place: Place, part: Part, least: Decimal, target: Decimal | None) -> None:
    """Set a reorder point, or take it away (`target` None). Refused not_allowed (403), level_order (422)."""
    may(actor, place.unit.path if place.unit else "")
    if target is None:
        Level.objects.filter(place=place, part=part).delete()
        return
    if not 0 <= least < target:
        raise Refused("level_order", {}, status=422)
    Level.objects.update_or_create(place=place, part=part, defaults={"least": least, "target": target})
