"""A list as an Excel file: the columns on the screen, masked as on the screen, no cell that a spreadsheet would compute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from xiuhao.kernel.access import Actor
from xiuhao.kernel.process import Process
from xiuhao.kernel.time import local, now
from xiuhao.ui import words
from xiuhao.ui.pages import Column, Row

MOST = 5_000  # rows; whoever needs more narrows the query
ACTIVE = "=+-@\t\r\0＝＋－＠"  # what a spreadsheet may take for the beginning of a formula


def workbook(process: Process, columns: Sequence[Column], rows: Sequence[Row], actor: Actor) -> bytes:
    """An .xlsx with one row a case, who exported it and when in header and properties."""
    data = BytesIO()
    book = xlsxwriter.Workbook(
        data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    stamp = _("{who} 于 {at} 导出").format(who=actor.name, at=words.moment(now()))
    book.set_properties({"author": actor.name, "comments": stamp})
    bold, quoted = book.add_format({"bold": True}), book.add_format()
    quoted.set_quote_prefix()
    sheet = book.add_worksheet(str(process.label)[:31])
    sheet.set_header(f"&R{stamp}")
    sheet.freeze_panes(1, 0)
    states = {state.key: state.label for state in process.states}
    for index, column in enumerate(columns):
        sheet.write_string(0, index, str(column.label), bold)
        sheet.set_column(index, index, 40 if column.kind == "long" else 18)
    for number, row in enumerate(rows, 1):
        for index, column in enumerate(columns):
            text = cell(column, row, states)
            sheet.write_string(number, index, text, quoted if text[:1] in ACTIVE and text else None)
    sheet.autofilter(0, 0, max(1, len(rows)), max(0, len(columns) - 1))
    book.close()
    return data.getvalue()


def cell(column: Column, row: Row, states: dict[str, Any]) -> str:
    """A cell as plain text."""
    value = column.cell(row)
    if column.kind == "state":
        return str(states[value])
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else strip_tags(str(value))
