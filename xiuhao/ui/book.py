"""A workbook that we hand out: a template to fill in, rows that could not be imported with the reason beside each."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from xiuhao.ui.sheets import LONGEST, PLAIN, active

ROWS = 2_000  # of a template that carry format and drop-down lists


class Book:
    """A workbook being written. Every cell is text: no formula, no lost zero, whatever somebody typed."""

    def __init__(self) -> None:
        self.data = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.data, {"in_memory": True, **PLAIN})
        self.text = self.book.add_format({"num_format": "@", "valign": "top"})
        self.quoted = self.book.add_format({"num_format": "@", "valign": "top"})
        self.quoted.set_quote_prefix()
        self.head = self.book.add_format({"bold": True, "bg_color": "#DCE8FA", "border": 1, "num_format": "@"})
        self.must = self.book.add_format({"bold": True, "bg_color": "#DCE8FA", "border": 1, "num_format": "@", "font_color": "#B42323"})
        self.bad = self.book.add_format({"font_color": "#B42323", "text_wrap": True, "num_format": "@"})

    def put(self, sheet: Any, row: int, column: int, value: str, look: Any = None) -> None:
        """Write text; what begins like a formula is marked as quoted, as a person would by a leading apostrophe."""
        sheet.write_string(row, column, value[:LONGEST], look or (self.quoted if active(value) else self.text))

    def offer(self, sheets: tuple[Any, Any], place: int, column: int, label: str, options: list[str]) -> None:
        """The permitted values of a column: listed in `column` of the second sheet, offered in each cell at `place` of the first."""
        sheet, values = sheets
        self.put(values, 0, column, label, self.head)
        values.set_column(column, column, 14, self.text)
        for row, option in enumerate(options, 1):
            self.put(values, row, column, option)
        name = values.get_name()
        letter = xlsxwriter.utility.xl_col_to_name(column)
        source = f"='{name}'!${letter}$2:${letter}${len(options) + 1}"
        sheet.data_validation(1, place, ROWS, place, {"validate": "list", "source": source, "error_type": "warning"})

    def close(self) -> bytes:
        """The finished file."""
        self.book.close()
        return self.data.getvalue()


@dataclass(frozen=True)
class Head:
    """A column of a template. `options` may be chosen; `beside` is a further list next to them (its heading, its values)."""

    label: str
    must: bool = False
    width: int = 14
    example: str = ""
    options: Sequence[str] = ()
    beside: tuple[str, Sequence[str]] | None = None


def template(title: str, heads: Sequence[Head], notes: Sequence[str]) -> bytes:
    """A sheet to fill in, with examples and lists to choose from, and a sheet of what may be filled in. Every column is text, so that
    numbers keep their zeros."""
    made, listed = Book(), 0
    sheet, values = made.book.add_worksheet(title), made.book.add_worksheet(_("可填的值"))
    sheet.freeze_panes(1, 0)
    for place, head in enumerate(heads):
        made.put(sheet, 0, place, f"{head.label}*" if head.must else head.label, made.must if head.must else made.head)
        sheet.set_column(place, place, head.width, made.text)
        if head.example:
            made.put(sheet, 1, place, head.example)
        if head.options:
            made.offer((sheet, values), place, listed, head.label, list(head.options))
            listed += 1
        if head.beside:
            values.set_column(listed - 1, listed - 1, head.width, made.text)
            for row, text in enumerate((head.beside[0], *head.beside[1])):
                made.put(values, row, listed, text, None if row else made.head)
            listed += 1
    for place, note in enumerate(notes):
        made.put(values, place, listed + 1, note)
    return made.close()


def faulty(run: Any) -> int:
    """How many rows of an uploaded sheet have a fault. One statement."""
    return sum(len({fault[0] for fault in faults}) for faults in run.pieces.values_list("faults", flat=True))


def faults(run: Any, most: int = 0) -> list[list[Any]]:
    """What is wrong with an uploaded sheet, [row, column, sentence], row by row; at most so many. One statement."""
    found: list[list[Any]] = []
    for some in run.pieces.exclude(faults=[]).order_by("position").values_list("faults", flat=True):
        found += sorted(some, key=lambda fault: fault[0])
        if most and len(found) >= most:
            return found[:most]
    return found


def errors(title: str, headers: Sequence[str], rows: Sequence[tuple[int, list[str]]], faults: Sequence[list[Any]]) -> bytes:
    """The rows with faults [row, column, sentence] as they were, the reasons in a further column: corrected, the file can be
    uploaded again."""
    made = Book()
    sheet = made.book.add_worksheet(title)
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
