"""A list as an Excel file: the columns on the screen, masked as on the screen, no cell that a spreadsheet would compute."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from xiuhao.kernel.access import Actor
from xiuhao.kernel.process import Process
from xiuhao.kernel.time import local, now
from xiuhao.ui import words
from xiuhao.ui.pages import Column, Row

SHEET = 1_000_000  # rows of one sheet: Excel takes 1,048,576
LONGEST = 32_767  # characters of a cell, Excel's own limit
ACTIVE = "=+-@\t\r\0＝＋－＠"  # what a spreadsheet may take for the beginning of a formula


def write(target: IO[bytes], process: Process, columns: Sequence[Column], rows: Iterable[Row], actor: Actor) -> int:
    """Write an .xlsx with one row a case, who exported it and when on every printed page and in the properties; how many rows.

    Holds one row at a time, however many there are; what does not fit on a sheet goes on on the next one.
    """
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, {"constant_memory": True, **plain})
    stamp = _("{who} 于 {at} 导出").format(who=actor.name, at=words.moment(now()))
    book.set_properties({"author": actor.name, "comments": stamp})
    bold, quoted = book.add_format({"bold": True}), book.add_format()
    quoted.set_quote_prefix()
    states = {state.key: str(state.label) for state in process.states}
    count, sheet = 0, _sheet(book, str(process.label), columns, stamp, bold)
    for count, row in enumerate(rows, 1):
        place = (count - 1) % SHEET + 1
        if place == 1 and count > 1:
            sheet.autofilter(0, 0, SHEET, max(0, len(columns) - 1))
            sheet = _sheet(book, f"{process.label} {count // SHEET + 1}", columns, stamp, bold)
        for index, column in enumerate(columns):
            text = cell(column, row, states)[:LONGEST]
            sheet.write_string(place, index, text, quoted if text[:1] in ACTIVE and text else None)
    sheet.autofilter(0, 0, max(1, (count - 1) % SHEET + 1 if count else 1), max(0, len(columns) - 1))
    book.close()
    return count


def _sheet(book: Any, name: str, columns: Sequence[Column], stamp: str, bold: Any) -> Any:
    """A sheet with its headings, to be filled row by row."""
    sheet = book.add_worksheet(name[-31:])
    sheet.set_header(f"&R{stamp.replace('&', '&&')}")
    sheet.freeze_panes(1, 0)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, 40 if column.kind == "long" else 18)
    for index, column in enumerate(columns):
        sheet.write_string(0, index, str(column.label), bold)
    return sheet


def cell(column: Column, row: Row, states: dict[str, str]) -> str:
    """A cell as plain text."""
    value = column.cell(row)
    if column.kind == "state":
        return states[value]
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return strip_tags(text) if "<" in text else text
