"""A dealer's day as one file: every row through the same gate as the form, all of them or none; the same file again makes nothing twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from xiuhao.kernel import engine, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.engine import Outcome, Request
from xiuhao.kernel.evidence import Choice, Evidence
from xiuhao.kernel.refusal import Refused
from xiuhao.registration import actions
from xiuhao.registration.process import PIECE
from xiuhao.ui import book, spreadsheet
from xiuhao.ui.cells import plain

MOST = 500  # pieces of one dealer in one file; they are done while the person waits
ROWS = UUID("2f6b0c8e-51a7-5f0e-9a3d-7f4f0b9c1e22")  # of keys made from whoever uploads, card and serial
Fault = tuple[int, str, str]  # row, column, sentence
DIGITS = frozenset({"phone", "card_no", "serial", "invoice_no", "id_no"})  # columns of which each digit counts
WIDTHS = {"model": 30, "address": 36, "phone": 16}
EXAMPLE = {
    "phone": "13800138000", "real_name": "王芳", "card_no": "GK20260001", "serial": "XH24A0001234", "purchased_on": "2026-01-31",
    "invoice_no": "FP00000001", "price": "2999.00", "address": "浙江省杭州市西湖区文三路1号",
}  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """What became of a file: registered now, known before, what is wrong row by row, and the file with the reasons to correct."""

    made: int = 0
    again: int = 0
    faults: Sequence[Fault] = ()
    errors: bytes = field(default=b"", repr=False)


def columns() -> dict[str, Evidence]:
    """Header → evidence, as the template has them."""
    return {str(need.label): need for need in PIECE}


def template() -> bytes:
    """The one template: headers with an example below, lists to choose from, and a sheet of what may be filled in: the models with their
    codes. Every column is text, so that numbers keep their zeros."""
    models = actions.listed()
    heads = [_head(label, need, models) for label, need in columns().items()]
    notes = (
        _("红色带 * 的列必填；第二行是例子，请改掉或删除。"),
        _("电话、序列号请保持“文本”格式；日期写成 2026-01-31。"),
        _("型号从列表里选，也可以只写型号代码。"),
    )
    return book.template(_("购买登记"), heads, notes)


def _head(label: str, need: Evidence, models: Sequence[tuple[str, str]]) -> book.Head:
    """A column; beside the models stand their codes, which may be written instead."""
    options = _options(need, models)
    example = EXAMPLE.get(need.key, "" if need.key == "id_need" else (options or [""])[0])
    codes = (_("型号代码"), [code for _name, code in models]) if need.key == "model" else None
    return book.Head(label, need.wanted({}), WIDTHS.get(need.key, 14), example, options, codes)


def _options(need: Evidence, models: Sequence[tuple[str, str]]) -> list[str]:
    """What may be chosen in a column."""
    if need.key == "model":
        return [name for name, _code in models]
    if isinstance(need, Choice):
        return [str(label) for _key, label in need.choices()]
    return [_("是"), _("否")] if need.widget == "check" else []


def take_in(actor: Actor, data: bytes) -> Taken:
    """Register the rows of a file; with a fault nothing is registered.

    Raises Refused as `spreadsheet.read`, and sheet_rows (413) for more than `MOST`.
    """
    known = {plain(label): need for label, need in columns().items()}
    read = spreadsheet.read(data, known)
    if len(read.rows) > MOST:
        raise Refused("sheet_rows", {"rows": len(read.rows), "limit": MOST}, status=413)
    needs = [known.get(plain(header)) for header in read.headers]
    models = {plain(name): pk for name, pk in actions.by_name().items()}
    if faults := _lost(read, needs):
        return Taken(faults=faults, errors=_errors(read, faults))
    rows = [(number, _given(needs, cells, models)) for number, cells in read.rows]
    requests = [Request("register", given, key=_key(actor, given)) for _number, given in rows]
    numbers = [number for number, _given_ in rows]
    if faults := _faults(numbers, engine.rehearse("registration", requests, actor=actor)):
        return Taken(faults=faults, errors=_errors(read, faults))
    results = engine.perform_many("registration", requests, actor=actor)
    made = [result for result in results if isinstance(result, Outcome)]
    again = sum(1 for result in made if result.replayed)
    faults = _faults(numbers, results)
    return Taken(len(made) - again, again, faults, _errors(read, faults) if faults else b"")


def _lost(read: spreadsheet.Sheet, needs: Sequence[Evidence | None]) -> list[Fault]:
    """Rows in which a spreadsheet has rounded a number, or that are wider than the header: what they say is not what was meant."""
    found: list[Fault] = []
    for number, cells in read.rows:
        for need, cell in zip(needs, cells, strict=False):
            if need is not None and spreadsheet.lost(cell, need.key in DIGITS):
                value = cell if isinstance(cell, str) else cell[0]
                found.append((number, str(need.label), sentences.say(Refused("number_rounded", {"label": need.label, "value": value}))))
        if any((cell if isinstance(cell, str) else cell[0]).strip() for cell in cells[len(needs) :]):
            found.append((number, "", sentences.say(Refused("row_wide"))))
    return found


def _errors(read: spreadsheet.Sheet, faults: Sequence[Fault]) -> bytes:
    """All rows as they were (it is all or none), the reasons beside those at fault: corrected, the file can be uploaded as it is."""
    rows = [(number, [cell if isinstance(cell, str) else cell[0] for cell in cells]) for number, cells in read.rows]
    return book.errors(_("购买登记"), read.headers, rows, [list(fault) for fault in faults])


def _given(needs: Sequence[Evidence | None], cells: Sequence[Any], models: Mapping[str, str]) -> dict[str, Any]:
    """The cells as evidence; a choice may be written as its label, and yes as 是."""
    found: dict[str, Any] = {}
    for need, cell in zip(needs, cells, strict=False):
        text = (cell[0] if isinstance(cell, list) else cell).strip()
        if need is None or not text:
            continue
        if isinstance(need, Choice):
            text = {plain(str(label)): key for key, label in need.choices()}.get(plain(text), text)
        elif need.key == "model":
            text = models.get(plain(text), text)
        elif need.widget == "check":
            text = {"是": "true", "否": "false", "yes": "true", "no": "false", "√": "true"}.get(text.lower(), text)
        elif need.widget == "date":
            text = spreadsheet.day(text)
        found[need.key] = text
    return found


def _key(actor: Actor, given: dict[str, Any]) -> UUID:
    return uuid5(ROWS, "\0".join([str(actor.id), *(f"{key}={given[key]}" for key in sorted(given))]))


def _faults(numbers: Sequence[int], results: Sequence[Any]) -> list[Fault]:
    labels = {need.key: label for label, need in columns().items()}
    found: list[Fault] = []
    for number, refused in zip(numbers, results, strict=True):
        if not isinstance(refused, Refused):
            continue
        fields = refused.fields or {"": refused}
        found += [(number, labels.get(key, key), sentences.say(why)) for key, why in fields.items()]
    return found
