"""A small stock for tests: parts with prices, a store, a van, an old parts' corner, filled through the ledger."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tests import cast
from tests.cast import actor
from xiuhao.kernel.access import SYSTEM
from xiuhao.parts import actions
from xiuhao.parts.actions import Line
from xiuhao.parts.models import Balance, Part, Place, Price

SINCE = date(2026, 1, 1)


def part(code: str = "PUMP-01", price: str | None = "120", **fields: Any) -> Part:
    """A part of the catalogue, with its price."""
    found = Part.objects.filter(code=code).first()
    if found is None:
        found = actions.save_part(SYSTEM, Part(), **{"code": code, "zh": "排水泵", "en": "Drain pump", "unit": "个", "months": 3, **fields})
        if price is not None:
            actions.set_price(SYSTEM, found, SINCE, Decimal(price), Decimal(price) / 2)
    return found


def store(unit: str = "杭州站", kind: str = "station") -> Place:
    """The store of a unit."""
    return actions.open_place(kind, cast.unit(unit))


def van(login: str = "engineer") -> Place:
    """The van of one of the cast."""
    return actions.open_van(cast.account(login))


def line(of: Part, quantity: str | int = 1, serial: str = "", unit: str = "") -> Line:
    """So much of a part."""
    return Line(of.pk, Decimal(str(quantity)), serial, unit)


def fill(place: Place, *lines: Line) -> None:
    """Parts come from a supplier."""
    actions.receive(place.pk, lines, SYSTEM)


def at(place: Place, of: Part) -> tuple[Decimal, Decimal]:
    """(quantity, held) of a part at a place."""
    row = Balance.objects.unscoped("test").filter(place=place, part=of).first()
    return (row.quantity, row.held) if row else (Decimal(0), Decimal(0))


def listed(of: Part) -> Decimal:
    """Its newest price."""
    return Price.objects.filter(part=of).latest("since").price


def keeper() -> Any:
    """Who keeps the stores of the province."""
    return actor("warehouse")
