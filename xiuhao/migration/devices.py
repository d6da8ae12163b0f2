"""Devices alone, from a sheet: whose they are is told later, by a customer's sheet, a registration or a request. Known ones stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from xiuhao.kernel.access import Actor
from xiuhao.kernel.words import _
from xiuhao.migration.customers import COLUMNS, DEVICE, Reader
from xiuhao.migration.models import SheetRun
from xiuhao.migration.subject import Piece, Rows, Subject
from xiuhao.product import actions as product
from xiuhao.product import queries as products
from xiuhao.product.actions import Purchase

OF = {column.key: column for column in COLUMNS}
FIRST = ("serial", "model", "category")
OURS = tuple(replace(OF[key], must=key == "serial") for key in (*FIRST, *(key for key in DEVICE if key not in FIRST), "region", "unit"))


def _told(actor: Actor, rows: Rows, found: Piece) -> list[tuple[int, Purchase]]:
    """The rows that are right, as purchases of nobody."""
    reader, told = Reader(actor, found), list[tuple[int, Purchase]]()
    for number, given in rows:
        read = reader.read(number, given, "serial")
        unit = read.pop("unit").pk if "unit" in read else actor.unit
        if number not in found.faults and (piece := reader.purchase(number, read, unit, read.pop("region", ""))):
            told.append((number, piece))
    return told


def check(actor: Actor, rows: Rows) -> Piece:
    """What would become of the rows. One statement beside those of the catalogue."""
    found = Piece()
    told = _told(actor, rows, found)
    known = products.by_serials({piece.serial for _number, piece in told})
    found.known = sum(piece.serial in known for _number, piece in told)
    found.made = found.devices = len(told) - found.known
    return found


def bring(actor: Actor, run: SheetRun, rows: Rows) -> Piece:
    """Register the rows. A device that is there already stays as it is."""
    found = Piece()
    told = [piece for _number, piece in _told(actor, rows, found)]
    devices = product.register_many(told)
    found.made = found.devices = sum(device.fresh for device in devices)
    found.known = len(told) - found.made
    return found


def same(given: Mapping[str, str]) -> str:
    """A serial is one device."""
    return "".join(given.get("serial", "").upper().split())


DEVICES = Subject("devices", _("设备"), OURS, 1_000, check, bring, same)
