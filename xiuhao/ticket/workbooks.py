"""Workbooks that we hand out: the template to fill in, and the rows that could not be imported with the reason beside each."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from xiuhao.kernel.evidence import Choice
from xiuhao.ticket import columns
from xiuhao.ticket.importing import Fault

ROWS = 2_000  # of the template that carry format and drop-down lists
WIDTHS = {"description": 48, "contact_address": 36, "promised_at": 20, "contact_phone": 16, "serial": 18}
# What a spreadsheet would take for a formula (OWASP: CSV injection).
STARTERS = ("=", "+", "-", "@", "\t", "\r")


class Book:
    """A workbook being written. Every cell is text: no formula, no lost zero, whatever somebody typed."""

    def __init__(self) -> None:
        self.data = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self.text = self.book.add_format({"num_format": "@", "valign": "top"})
        self.quoted = self.book.add_format({"num_format": "@", "valign": "top"})
        self.quoted.set_quote_prefix()
        self.head = self.book.add_format({"bold": True, "bg_color": "#DCE8FA", "border": 1, "num_format": "@"})
        self.must = self.book.add_format({"bold": True, "bg_color": "#DCE8FA", "border": 1, "num_format": "@", "font_color": "#B42323"})
        self.bad = self.book.add_format({"font_color": "#B42323", "text_wrap": True, "num_format": "@"})

    def put(self, sheet: Any, row: int, column: int, value: str, look: Any = None) -> None:
        """Write text; what begins like a formula is marked as quoted, as a person would by a leading apostrophe."""
        sheet.write_string(row, column, value[:32_000], look or (self.quoted if value.startswith(STARTERS) else self.text))

    def close(self) -> bytes:
        """The finished file."""
        self.book.close()
        return self.data.getvalue()


def template() -> bytes:
    """The one template: a sheet to fill in with drop-down lists, and a sheet of the permitted values."""
    made = Book()
    sheet, values = made.book.add_worksheet(_("工单")), made.book.add_worksheet(_("可填的值"))
    needs = columns.needs()
    labels = [(columns.EXTERNAL, _("外部编号"))] + [(key, str(need.label)) for key, need in needs.items()]
    sheet.freeze_panes(1, 0)
    listed = 0
    for place, (key, label) in enumerate(labels):
        must = key in columns.ALWAYS
        made.put(sheet, 0, place, f"{label}*" if must else label, made.must if must else made.head)
        sheet.set_column(place, place, WIDTHS.get(key, 14), made.text)
        need = needs.get(key)
        if isinstance(need, Choice):
            _offer(made, (sheet, values), place, listed, label, [str(text) for _key, text in need.choices()])
            listed += 1
    notes = (
        _("红色带 * 的列必填；其余按类型要求，校验时会逐行说明。"),
        _("电话、序列号请保持“文本”格式；日期写成 2026-01-31。"),
        _("有自己的编号时填在“外部编号”：同一编号再次导入不会重复建单。"),
    )
    for place, note in enumerate(notes):
        made.put(values, place, listed + 1, note)
    return made.close()


def _offer(made: Book, sheets: tuple[Any, Any], place: int, column: int, label: str, options: list[str]) -> None:
    """The permitted values of a column: listed in `column` of the second sheet, offered in each cell at `place` of the first."""
    sheet, values = sheets
    made.put(values, 0, column, label, made.head)
    values.set_column(column, column, 14, made.text)
    for row, option in enumerate(options, 1):
        made.put(values, row, column, option)
    name = values.get_name()
    letter = xlsxwriter.utility.xl_col_to_name(column)
    source = f"='{name}'!${letter}$2:${letter}${len(options) + 1}"
    sheet.data_validation(1, place, ROWS, place, {"validate": "list", "source": source, "error_type": "warning"})


def errors(headers: Sequence[str], rows: Sequence[tuple[int, list[str]]], faults: Sequence[Fault]) -> bytes:
    """The rows with faults as they were, the reasons in a further column: corrected, the file can be uploaded again."""
    made = Book()
    sheet = made.book.add_worksheet(_("工单"))
    why: dict[int, list[str]] = {}
    for number, column, sentence in faults:
        why.setdefault(number, []).append(column + _("：") + sentence if column else sentence)
    shown = [*headers, _("原行号"), _("原因")]
    sheet.freeze_panes(1, 0)
    for place, header in enumerate(shown):
        made.put(sheet, 0, place, header, made.head)
        sheet.set_column(place, place, 60 if place == len(shown) - 1 else 16, made.text)
    for line, (number, cells) in enumerate(rows, 1):
        for place, text in enumerate(cells):
            made.put(sheet, line, place, text)
        made.put(sheet, line, len(headers), str(number))
        made.put(sheet, line, len(headers) + 1, "\n".join(why.get(number, ())), made.bad)
    return made.close()
