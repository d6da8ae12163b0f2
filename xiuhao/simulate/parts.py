"""The demo's spare parts: a catalogue, the warehouse of the house, those of the provinces, stores of the stations, vans with stock."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from xiuhao.kernel import facts
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account, Unit
from xiuhao.kernel.roles import ENGINEER
from xiuhao.parts import actions
from xiuhao.parts.actions import Line
from xiuhao.parts.models import Part, Place
from xiuhao.product import queries as products
from xiuhao.simulate.company import Company

FILE = Path(__file__).with_name("words") / "parts.yaml"
HOUSE, PROVINCE, STATION, VAN = 60, 20, 6, 2  # of a part that is much used


@cache
def catalogue() -> dict[str, Any]:
    """words/parts.yaml."""
    found: dict[str, Any] = facts.read(FILE)
    return found


def stock(company: Company, since: date, rng: Random, near: Collection[str] = ()) -> list[Part]:
    """Everything, on an empty company: parts with prices since a day, places, and what lies there; of the stations only those that are
    named, if any is. Returns the parts."""
    parts = _parts(since)
    shelve(company, parts, rng, [unit for unit in company.units.values() if unit.kind != "station" or not near or unit.name in near])
    return parts


def shelve(company: Company, parts: Sequence[Part], rng: Random, units: Sequence[Unit]) -> None:
    """The stores of these units and the vans of their engineers, with what lies there."""
    prices = {part.pk: part.prices.latest("since").price for part in parts}
    for unit in units:
        if unit.kind in ("head", "province"):
            _shelve(actions.open_place("warehouse", unit), parts, prices, HOUSE if unit.kind == "head" else PROVINCE, rng)
        elif unit.kind == "station":
            _shelve(actions.open_place("station", unit), parts, prices, STATION, rng)
            actions.open_place("faulty", unit)
    engineers = Account.objects.filter(grants__role=ENGINEER, unit__kind="station", unit__in=units, is_active=True)
    for account in engineers.select_related("unit").order_by("pk").distinct():
        _shelve(actions.open_van(account), parts, prices, VAN, rng)


def _parts(since: date) -> list[Part]:
    kinds = {kind.key: kind for kind in products.categories(everything=True)}
    rows: list[dict[str, Any]] = []
    for code, zh, en, kind, price, *more in catalogue()["parts"]:
        told = dict(zip(("unit", "places", "tracked", "months"), (*more, *("个", 0, False, 3)[len(more) :]), strict=True))
        row = {"code": code, "zh": zh, "en": en, "category": kinds.get(kind), "main": catalogue()["main"].get(code, ""), **told}
        rows.append({**row, "price": Decimal(str(price)), "cost": Decimal(str(price)) * Decimal("0.55")})
    made = actions.load_parts(SYSTEM, rows, since)
    old = since - timedelta(days=365)
    for part in made[::4]:  # some cost less a year ago
        newest = part.prices.latest("since")
        actions.set_price(SYSTEM, part, old, (newest.price * Decimal("0.92")).quantize(Decimal("0.01")))
    return made


def _shelve(place: Place, parts: Sequence[Part], prices: Mapping[int, Decimal], much: int, rng: Random) -> None:
    """So much of each part, less of the dear ones, none of some; a reorder point where a store keeps it."""
    lines: list[Line] = []
    for part in parts:
        price = prices[part.pk]
        count = round(much * rng.uniform(0.5, 1.3) * (1 if price < 150 else 0.5 if price < 400 else 0.25))
        if place.kind != "warehouse" and rng.random() < 0.2:
            count = 0
        if part.tracked:
            lines += [Line(part.pk, Decimal(1), f"{part.code}-{place.pk}{rng.randrange(10_000, 99_999)}{n}") for n in range(count)]
        elif count:
            lines.append(Line(part.pk, Decimal(count)))
        if place.kind != "van" and much >= STATION:
            actions.save_level(SYSTEM, place, part, Decimal(max(1, much // 6)), Decimal(max(2, much)))
    if lines:
        actions.receive(place.pk, lines, SYSTEM)
