"""Parts with quantities, as they are typed, sent by a phone, and judged: never a negative, half a piece, or litres for metres."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from xiuhao.kernel.evidence import Evidence
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _
from xiuhao.parts.models import Part

MOST = Decimal(100_000)  # of one part in one line
MOST_LINES = 200
_SPLIT = re.compile(r"[\s,，;；×*]+")
_AMOUNT = re.compile(r"([+-]?[\d.]+(?:[eE][+-]?\d+)?)(\D*)")
HELP = _("每行一项：编码 数量，按序列号管理的再写序列号，一件一行。")


@dataclass(frozen=True)
class Line:
    """So much of a part (its id), in its own unit of measure; of a tracked part one piece by its serial. `unit`, where it is told, must
    be the part's."""

    part: int
    quantity: Decimal
    serial: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Wanted:
    """A line with the part that it names; equal ones are one."""

    part: Part
    quantity: Decimal
    serial: str = ""


@dataclass(frozen=True, kw_only=True)
class Lines(Evidence):
    """Parts with quantities, as text (a line each: code, quantity, serial) or as a list of {part, quantity, serial, unit}; kept as the
    list. Whether there are such parts is judged with the verb (`resolve`). `zero`: none at all may be said too (a count)."""

    zero: bool = False
    widget: ClassVar[str] = "textarea"
    search: ClassVar[str] = "/stock/found"
    blank: ClassVar[Any] = ()
    sample: ClassVar[Any] = ({"part": "PUMP-01", "quantity": 1},)

    def example(self) -> Any:
        return [dict(line) for line in self.sample]

    def clean(self, raw: Any) -> list[dict[str, str]]:
        rows = [_told(line) for line in raw.splitlines() if line.strip()] if isinstance(raw, str) else raw
        if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
            raise self._bad("parts_unread")
        if len(rows) > MOST_LINES:
            raise self._bad("parts_many", most=MOST_LINES)
        return [_plain(row, self.zero) for row in rows]

    def says(self, value: Any) -> str:
        """PUMP-01 × 2、FAN-03 × 1（SN0001）"""
        return str(_("、")).join(said(row) for row in value)

    def schema(self) -> dict[str, Any]:
        text = {"type": "string", "maxLength": 40, "pattern": r"^[^\u0000]*$"}
        line = {
            "type": "object", "required": ["part"], "additionalProperties": False,
            "properties": {"part": text, "quantity": {"type": ["number", "string"]}, "serial": text, "unit": text},
        }  # fmt: skip
        return {"type": "array", "items": line, "maxItems": MOST_LINES}


def _told(text: str) -> dict[str, str]:
    words = [word for word in _SPLIT.split(text.strip()) if word]
    amount = _AMOUNT.fullmatch(words[1]) if len(words) > 1 else None
    found = {"part": words[0] if words else "", "quantity": amount[1] if amount else words[1] if len(words) > 1 else "1"}
    return found | ({"unit": amount[2]} if amount and amount[2] else {}) | ({"serial": words[2]} if len(words) > 2 else {})


def _plain(row: Mapping[str, Any], zero: bool) -> dict[str, str]:
    if set(row) - {"part", "quantity", "serial", "unit"}:
        raise Refused("parts_unread", {}, status=422)
    found = {key: clean_text(str(row.get(key) or ""), 40) for key in ("part", "serial", "unit")}
    if not found["part"]:
        raise Refused("parts_unread", {}, status=422)
    amount = row.get("quantity", 1)
    return {**{k: v.upper() if k != "unit" else v for k, v in found.items() if v}, "quantity": str(_amount(amount, found["part"], zero))}


def _amount(raw: Any, code: str, zero: bool = False) -> Decimal:
    """A quantity that can be one: more than nothing (with `zero` nothing too), not more than `MOST`, at most three decimals.

    Refused quantity_wrong (422).
    """
    try:
        value = Decimal(str(raw)) if not isinstance(raw, bool) and len(str(raw)) < 20 else Decimal(-1)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= MOST or (value == 0 and not zero) or value != round(value, 3):
        raise Refused("quantity_wrong", {"part": code, "most": MOST}, status=422)
    return value.normalize() if value != value.to_integral() else value.quantize(Decimal(1))


def said(row: Mapping[str, Any]) -> str:
    """A kept line in words."""
    serial = _("（{serial}）").format(serial=row["serial"]) if row.get("serial") else ""
    return f"{row['part']} × {row['quantity']}{row.get('unit', '')}{serial}"


def told(rows: Iterable[tuple[Part, Decimal, str]]) -> str:
    """Parts, how much of each and which piece, as lines of a form; of a tracked part whose serials are to be written, piece by piece."""
    found = []
    for part, much, serial in rows:
        pieces, each = (int(much), Decimal(1)) if part.tracked else (1, much)
        found += [f"{part.code} {each.normalize():f} {serial}".rstrip()] * pieces
    return "\n".join(found)


def resolve(rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    """The kept rows of `Lines` as lines of known parts. One statement. Refused part_missing (422) names the codes that nobody knows."""
    codes = {str(row["part"]) for row in rows}
    known = {part.code.upper(): part.pk for part in Part.objects.filter(active=True, code__in=codes)} if codes else {}
    if lost := sorted(codes - set(known)):
        raise Refused("part_missing", {"parts": lost[:10]}, status=422)
    return [Line(known[row["part"]], Decimal(row["quantity"]), row.get("serial", ""), row.get("unit", "")) for row in rows]


def judged(lines: Sequence[Line], serials: bool = False, zero: bool = False) -> list[Wanted]:
    """The lines with their parts, those of one part (and serial) together. One statement.

    `serials`: a tracked part is named piece by piece. Refused 422: part_missing, quantity_wrong, unit_wrong, serial_missing, serial_odd,
    lines_missing.
    """
    if not lines:
        raise Refused("lines_missing", {}, status=422)
    rows = Part.objects.in_bulk({line.part for line in lines})
    found: dict[tuple[int, str], Decimal] = {}
    for line in lines:
        part = rows.get(line.part)
        if part is None:
            raise Refused("part_missing", {"parts": [str(line.part)]}, status=422)
        amount = _amount(line.quantity, part.code, zero)
        if amount != round(amount, part.places):
            raise Refused("quantity_broken", {"part": part.code, "unit": part.unit}, status=422)
        if line.unit and line.unit != part.unit:
            raise Refused("unit_wrong", {"part": part.code, "unit": part.unit}, status=422)
        _serial(part, line, amount, serials, found)
        found[part.pk, line.serial] = found.get((part.pk, line.serial), Decimal(0)) + amount
    return [Wanted(rows[part], amount, serial) for (part, serial), amount in sorted(found.items())]


def _serial(part: Part, line: Line, amount: Decimal, wanted: bool, found: Mapping[tuple[int, str], Decimal]) -> None:
    if line.serial and (not part.tracked or amount != 1 or (part.pk, line.serial) in found):
        raise Refused("serial_odd", {"part": part.code, "serial": line.serial}, status=422)
    if wanted and part.tracked and amount and not line.serial:
        raise Refused("serial_missing", {"part": part.code}, status=422)
