"""Spare parts from a sheet: new ones are made, known ones changed, each with its price from today on, and what lies at a place at first."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import clean_text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.kernel.words import _
from xiuhao.migration.models import SheetRun
from xiuhao.migration.subject import Column, Piece, Rows, Subject, labels
from xiuhao.parts import actions as parts
from xiuhao.parts import queries as stores
from xiuhao.parts.models import Part, Place
from xiuhao.product import queries as products
from xiuhao.ui.cells import plain


def _kinds() -> list[tuple[Any, Any]]:
    return [(row, row) for row in products.categories()]


YES = (("yes", _("是")), ("no", _("否")))
COLUMNS = (
    Column("code", _("编码"), ("备件编码", "物料编码", "料号", "part number"), True, "PUMP-W1"),
    Column("zh", _("中文名称"), ("名称", "备件名称", "物料名称", "name"), True, "排水泵", 22),
    Column("en", _("英文名称"), ("english name",), example="Drain pump", width=22),
    Column("unit", _("计量单位"), ("单位", "unit of measure"), example="个"),
    Column("tracked", _("按序列号管理"), ("序列号管理",), example="否", offered=lambda: YES),
    Column("months", _("换件保修（月）"), ("保修月数", "保修（月）"), example="3"),
    Column("category", _("适用品类"), ("品类", "适用产品"), example="洗衣机", offered=_kinds),
    Column("price", _("售价"), ("零售价", "单价"), example="78.00"),
    Column("cost", _("进价"), ("成本", "采购价"), example="42.00"),
    Column("place", _("位置"), ("仓库", "库位"), width=18),
    Column("quantity", _("数量"), ("库存", "期初数量")),
)
BY_KEY = {column.key: column for column in COLUMNS}
MUST = [(column.key, column.label) for column in COLUMNS if column.must]
NUMBERS = ("months", "price", "cost", "quantity")


class Reader:
    """Understands rows; what it cannot is noted in `found`, column by column."""

    def __init__(self, actor: Actor, found: Piece) -> None:
        self.found = found
        self.kinds, self.yes = labels(BY_KEY["category"]), labels(BY_KEY["tracked"])
        self.places = {plain(str(place)): place for place in stores.places(actor)}

    def row(self, number: int, given: Mapping[str, str]) -> dict[str, Any] | None:
        """The row in its own types, None if something of it is wrong."""
        read = self.found.read(number, given, self.value, MUST)
        if "quantity" in read and "place" not in read:
            self.found.fault(number, "place", Refused("missing", {"label": BY_KEY["place"].label}, status=422))
        return None if number in self.found.faults else read

    def value(self, key: str, text: str) -> Any:
        """A cell in its own type. Raises Refused (422)."""
        label = str(BY_KEY[key].label)
        if key in NUMBERS:
            return int(_number(text, label)) if key == "months" else _number(text, label)
        offered = {"category": self.kinds, "tracked": self.yes, "place": self.places}.get(key)
        if offered is None:
            return clean_text(text, 80 if key in ("zh", "en") else 40 if key == "code" else 10, label=label)
        if plain(text) not in offered:
            raise Refused("not_offered", {"label": label, "value": text[:40]}, status=422)
        return offered[plain(text)] == "yes" if key == "tracked" else offered[plain(text)]


def _number(text: str, label: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "").replace("¥", "").strip())
    except InvalidOperation:
        raise Refused("not_number", {"label": label}, status=422) from None
    if not value.is_finite() or not 0 <= value <= 10**8:
        raise Refused("out_of_range", {"label": label, "least": 0, "most": 10**8}, status=422)
    return value


def _each(actor: Actor, rows: Rows) -> Piece:
    """Make or change each part; a row that is refused leaves nothing. The caller's transaction keeps it or takes it back."""
    found = Piece()
    reader, day = Reader(actor, found), local(now()).date()
    codes = {given.get("code", "").upper() for _n, given in rows}
    there = set(stores.parts(everything=True).filter(code__in=codes).values_list("code", flat=True))
    for number, given in rows:
        told = reader.row(number, given)
        if told is None:
            continue
        place, quantity = told.pop("place", None), told.pop("quantity", None)
        try:
            with transaction.atomic():
                [part] = parts.load_parts(actor, [told], day)
                if place is not None and quantity:
                    _lay(actor, place, part, quantity)
        except Refused as why:
            found.fault(number, {"not_allowed": "", "stock_there": "quantity"}.get(why.code, "code"), why)
            continue
        found.known += part.code in there
        found.made += part.code not in there
    return found


def _lay(actor: Actor, place: Place, part: Part, quantity: Decimal) -> None:
    """What lies there at first; a sheet that comes twice does not bring it twice. Refused stock_there."""
    if part.pk in stores.on_hand(place.pk):
        raise Refused("stock_there", {"part": part.code, "place": str(place)})
    parts.receive(place.pk, [stores.Line(part.pk, quantity)], actor)


def check(actor: Actor, rows: Rows) -> Piece:
    """What would become of rows; nothing is written."""
    with transaction.atomic():
        found = _each(actor, rows)
        transaction.set_rollback(True)
    return found


def bring(actor: Actor, run: SheetRun, rows: Rows) -> Piece:
    """Bring rows, in the caller's transaction."""
    return _each(actor, rows)


SPARES = Subject("parts", _("备件"), COLUMNS, 200, check, bring, lambda given: given.get("code", "").upper())
