"""Customers with a device each, from a sheet: who is known by the number is filled in where empty, never overwritten."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import clean_text, mask_name, mask_phone, normalise_phone
from xiuhao.kernel.models import Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _
from xiuhao.migration.models import SheetRun
from xiuhao.migration.subject import Column, Piece, Rows, Subject, Units, day, labels
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.party.actions import Newcomer
from xiuhao.party.models import Customer
from xiuhao.product import actions as product
from xiuhao.product import queries as products
from xiuhao.product.actions import Purchase
from xiuhao.product.models import CHANNELS, Device
from xiuhao.ui.cells import plain

DAYS = ("purchased_on", "delivered_on", "installed_on")
DEVICE = ("serial", "model", "category", *DAYS, "price", "invoice_no", "card_no", "channel")
LIMITS = {"name": 60, "address": 300, "region": 40, "notes": 2000, "invoice_no": 40, "card_no": 40}


def _categories() -> list[tuple[Any, Any]]:
    return [(row, row) for row in products.categories()]


def _models() -> list[tuple[Any, Any]]:
    return [(row, row.code) for row in products.models()]


COLUMNS = (
    Column("phone", _("联系电话"), ("电话", "手机", "手机号", "手机号码", "mobile"), True, "13800138000", 16, mask_phone),
    Column("name", _("姓名"), ("客户", "客户姓名", "客户名称", "联系人", "customer"), example="王芳", mask=mask_name),
    Column("address", _("地址"), ("详细地址", "联系地址", "客户地址"), False, "浙江省杭州市西湖区文三路1号", 36, lambda t: t[:6] + "****"),
    Column("region", _("地区"), ("省份", "province")),
    Column("kind", _("客户类别"), ("客户类型",), example="个人", offered=lambda: Customer.KINDS),
    Column("unit", _("归属单位"), ("单位", "所属单位"), width=18),
    Column("notes", _("备注"), ("说明",), width=30),
    Column("serial", _("序列号"), ("SN", "机身号", "机号", "条码", "serial number"), example="XH24A0001234", width=18),
    Column("model", _("型号"), ("产品型号",), offered=_models),
    Column("category", _("品类"), ("产品", "产品类型", "产品类别", "product"), example="冰箱", offered=_categories),
    Column("purchased_on", _("购买日期"), ("购机日期", "购买时间", "purchase date"), example="2026-01-31"),
    Column("delivered_on", _("收货日期"), ("送货日期",)),
    Column("installed_on", _("安装日期"), ("装机日期",)),
    Column("price", _("购买价"), ("价格", "金额")),
    Column("invoice_no", _("发票号"), ("发票号码", "发票", "invoice"), width=18),
    Column("card_no", _("购货卡号"), ("卡号", "card"), width=18),
    Column("channel", _("购买渠道"), ("渠道",), offered=lambda: CHANNELS),
)
LABELS = {column.key: column.label for column in COLUMNS}


@dataclass(frozen=True)
class Told:
    """A row understood: who, and their device if it names one."""

    number: int
    who: Newcomer
    piece: Purchase | None


class Reader:
    """Understands rows; what it cannot is noted in `faults`, column by column."""

    def __init__(self, actor: Actor, found: Piece) -> None:
        self.actor, self.found, self.units = actor, found, Units(actor)
        self.offered = {column.key: labels(column) for column in COLUMNS if column.offered}
        self.places: dict[str, Any] = {}

    def rows(self, rows: Rows) -> list[Told]:
        """Those that are right."""
        return [told for number, given in rows if (told := self.row(number, given))]

    def read(self, number: int, given: Mapping[str, str], must: str) -> dict[str, Any]:
        """The cells of a row in their own types; what is wrong with them is noted, and that the one it must have is missing."""
        return self.found.read(number, given, self.value, [(must, LABELS[must])])

    def row(self, number: int, given: Mapping[str, str]) -> Told | None:
        """One row, None if something of it is wrong."""
        read = self.read(number, given, "phone")
        if "serial" not in given and any(key in given for key in DEVICE):
            self.found.fault(number, "serial", Refused("device_without_serial", status=422))
        if number in self.found.faults:
            return None
        unit: int | None = read.pop("unit").pk if "unit" in read else self.actor.unit
        region = read.pop("region", "") or (read["address"].province if "address" in read else "")
        piece = self.purchase(number, {key: read.pop(key) for key in DEVICE if key in read}, unit, region)
        return None if number in self.found.faults else Told(number, Newcomer(unit=unit, region=region, **read), piece)

    def purchase(self, number: int, read: dict[str, Any], unit: int | None, region: str) -> Purchase | None:
        """The device of a row."""
        if not read:
            return None
        try:
            made = Purchase(**read, unit=unit, region=region, registered_by=self.actor.id)
            product.check(made)
        except Refused as why:
            self.found.fault(number, next((key for key in DAYS if key in read), "") if why.code == "date_ahead" else "", why)
            return None
        return made

    def value(self, key: str, text: str) -> Any:
        """A cell in its own type. Raises Refused (422)."""
        match key:
            case "phone":
                return normalise_phone(text)
            case "address":
                return party.parse(clean_text(text, LIMITS[key], label=LABELS[key]))
            case "serial":
                return products.normalise_serial(text)
            case "unit":
                return self.unit(text)
            case "price":
                return _price(text)
            case "region":
                return party.parse(text).province or clean_text(text, LIMITS[key], label=LABELS[key])
        if key in DAYS:
            return day(text, LABELS[key])
        if key in self.offered:
            if (found := self.offered[key].get(plain(text))) is None:
                raise Refused("not_offered", {"label": LABELS[key]}, status=422)
            return found
        return clean_text(text, LIMITS[key], lines=key == "notes", label=LABELS[key])

    def unit(self, text: str) -> Unit:
        """The unit of this name among those that the actor keeps."""
        return self.units.find(text)


def _price(text: str) -> Decimal:
    """An amount, with or without its thousands set apart; 1.299,00 and 12,99 are no such amounts, and are not bent into one."""
    bare = unicodedata.normalize("NFKC", text).lstrip("¥ ")
    if re.fullmatch(r"\d+(\.\d+)?|\d{1,3}(,\d{3})+(\.\d+)?", bare):
        return Decimal(bare.replace(",", ""))
    raise Refused("price_unreadable", {"value": text[:40]}, status=422)


def check(actor: Actor, rows: Rows) -> Piece:
    """What would become of the rows. Three statements beside those of the catalogue."""
    found = Piece()
    told = Reader(actor, found).rows(rows)
    known = people.by_phones({each.who.phone for each in told})
    devices = products.by_serials({each.piece.serial for each in told if each.piece})
    for each in told:
        owner = known.get(each.who.phone)
        device = devices.get(each.piece.serial) if each.piece else None
        if device and device.customer_id is not None and (owner is None or owner.pk != device.customer_id):
            found.fault(each.number, "serial", Refused("serial_taken", {"serial": device.serial}))
        elif owner and (device or not each.piece):
            found.known += 1
        else:
            found.made += 1
            found.devices += bool(each.piece and not device)
    return found


def bring(actor: Actor, run: SheetRun, rows: Rows) -> Piece:
    """Register the rows. A customer out of the actor's sight stays as they are; the device told of is theirs all the same."""
    found = Piece()
    told = Reader(actor, found).rows(rows)
    known = people.by_phones({each.who.phone for each in told})
    among = Customer.objects.visible_to(actor).filter(pk__in=[customer.pk for customer in known.values()])
    seen = set(among.values_list("pk", flat=True))
    hidden = {number for number, customer in known.items() if customer.pk not in seen}
    told = [replace(each, who=replace(each.who, proven=False)) if each.who.phone in hidden else each for each in told]
    customers = party.register_many([each.who for each in told], known)
    pairs = [(each, customer) for each, customer in zip(told, customers, strict=True) if each.piece]
    devices = product.register_many([replace(each.piece, customer=customer.pk) for each, customer in pairs if each.piece])
    of = {each.number: device for (each, _customer), device in zip(pairs, devices, strict=True)}
    _count(found, told, customers, of)
    return found


def _count(found: Piece, told: Sequence[Told], customers: Sequence[Customer], of: Mapping[int, Device]) -> None:
    """A row brought something new if its customer or its device is: the first row of a new customer, the one row of a serial."""
    met: set[int] = set()
    for each, customer in zip(told, customers, strict=True):
        device = of.get(each.number)
        if device is not None and device.customer_id != customer.pk:  # somebody registered it since the check
            found.fault(each.number, "serial", Refused("serial_taken", {"serial": device.serial}))
            continue
        new = customer.fresh and customer.pk not in met
        met.add(customer.pk)
        piece = device is not None and device.fresh
        found.devices += piece
        found.made += new or piece
        found.known += not (new or piece)


def same(given: Mapping[str, str]) -> str:
    """A serial is one device; without one, a number is one customer."""
    if serial := given.get("serial"):
        return "serial " + "".join(serial.upper().split())
    return "".join(c for c in given.get("phone", "") if c.isdigit())[-11:]


CUSTOMERS = Subject("customers", _("客户与设备"), COLUMNS, 1_000, check, bring, same)
