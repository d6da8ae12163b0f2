"""A dealer's day as one file: every row through the same gate as the form, all of them or none; the same file again makes nothing twice."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import xlsxwriter
from django.utils.translation import gettext as _

from xiuhao.kernel import engine, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.engine import Outcome, Request
from xiuhao.kernel.evidence import Choice, Evidence
from xiuhao.kernel.refusal import Refused
from xiuhao.registration import actions
from xiuhao.registration.process import PIECE
from xiuhao.ui import spreadsheet
from xiuhao.ui.cells import plain

MOST = 500  # pieces of one dealer in one file; they are done while the person waits
ROWS = UUID("2f6b0c8e-51a7-5f0e-9a3d-7f4f0b9c1e22")  # of keys made from whoever uploads, card and serial
Fault = tuple[int, str, str]  # row, column, sentence


def columns() -> dict[str, Evidence]:
    """Header → evidence, as the template has them."""
    return {str(need.label): need for need in PIECE}


def template() -> bytes:
    """An empty sheet with the headers; every column is text, so that numbers keep their zeros."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    sheet, text, head = book.add_worksheet(_("购买登记")), book.add_format({"num_format": "@"}), book.add_format({"bold": True})
    for place, (label, need) in enumerate(columns().items()):
        sheet.write_string(0, place, f"{label}*" if need.wanted({}) else label, head)
        sheet.set_column(place, place, 18, text)
    book.close()
    return data.getvalue()


def take_in(actor: Actor, data: bytes) -> tuple[int, int, list[Fault]]:
    """(registered now, known before, what is wrong row by row). With a fault nothing is registered.

    Raises Refused as `spreadsheet.read`, and sheet_rows (413) for more than `MOST`.
    """
    known = {plain(label): need for label, need in columns().items()}
    read = spreadsheet.read(data, known)
    if len(read.rows) > MOST:
        raise Refused("sheet_rows", {"rows": len(read.rows), "limit": MOST}, status=413)
    needs = [known.get(plain(header)) for header in read.headers]
    models = {plain(name): pk for name, pk in actions.by_name().items()}
    rows = [(number, _given(needs, cells, models)) for number, cells in read.rows]
    requests = [Request("register", given, key=_key(actor, given)) for _number, given in rows]
    numbers = [number for number, _given_ in rows]
    faults = _faults(numbers, engine.rehearse("registration", requests, actor=actor))
    if faults:
        return 0, 0, faults
    results = engine.perform_many("registration", requests, actor=actor)
    made = [result for result in results if isinstance(result, Outcome)]
    again = sum(1 for result in made if result.replayed)
    return len(made) - again, again, _faults(numbers, results)


def _given(needs: Sequence[Evidence | None], cells: Sequence[Any], models: Mapping[str, str]) -> dict[str, Any]:
    """The cells as evidence; a choice may be written as its label, and yes as 是. A number that Excel has rounded stays as it shows."""
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
