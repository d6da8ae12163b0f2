"""Workbooks written row by row, however many rows there are: no cell that a spreadsheet would compute, amounts as numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Account
from xiuhao.kernel.time import local, now
from xiuhao.ui import words

SHEET = 1_000_000  # rows of one sheet: Excel takes 1,048,576
LONGEST = 32_767  # characters of a cell, Excel's own limit
ACTIVE = "=+-@\t\r\0＝＋－＠"  # what a spreadsheet may take for the beginning of a formula
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDE, NARROW = 40, 18


def active(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula."""
    return bool(text) and text[0] in ACTIVE


class Sheets:
    """A workbook under way, with these headings, one row of it held at a time; what does not fit on a sheet goes on on the next one.

    With `by` it says who took it and when behind the cells, on every printed page and in the properties; a file that another program
    reads does without. `wide` are the places of columns with long texts.
    """

    def __init__(self, target: IO[bytes], title: str, heads: Sequence[str], by: Actor | None, wide: frozenset[int] = frozenset()) -> None:
        self.title, self.heads, self.wide, self.count = title, heads, wide, 0
        self.book = xlsxwriter.Workbook(target, {"constant_memory": True, **PLAIN})
        self.bold, self.quoted = self.book.add_format({"bold": True}), self.book.add_format()
        self.quoted.set_quote_prefix()
        self.number = self.book.add_format({"num_format": "#,##0.00##"})
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.stamp, self.mark = "", b""
        if by is not None:
            self.stamp = _("{who} 于 {at} 导出").format(who=by.name, at=words.moment(now()))
            self.mark = watermark(f"{_login(by)} {local(now()):%Y-%m-%d %H:%M}")
            self.book.set_properties({"author": by.name, "comments": self.stamp})
        self.sheet = self._begun(title)

    def _begun(self, name: str) -> Any:
        sheet = self.book.add_worksheet(name[-31:])
        if self.mark:
            sheet.set_header(f"&R{self.stamp.replace('&', '&&')}")
            sheet.set_background(io.BytesIO(self.mark))
        sheet.freeze_panes(1, 0)
        for place, head in enumerate(self.heads):
            sheet.set_column(place, place, WIDE if place in self.wide else NARROW)
            sheet.write_string(0, place, head, self.bold)
        return sheet

    def row(self, values: Sequence[Any]) -> None:
        """One line. A Decimal is a number there, to be summed up, and a moment a moment; all else is text."""
        if self.count and self.count % SHEET == 0:
            self._filtered()
            self.sheet = self._begun(f"{self.title} {self.count // SHEET + 1}")
        line = self.count % SHEET + 1
        self.count += 1
        for place, value in enumerate(values):
            if isinstance(value, Decimal):
                self.sheet.write_number(line, place, float(value), self.number)
            elif isinstance(value, datetime):
                self.sheet.write_datetime(line, place, local(value).replace(tzinfo=None), self.moment)
            else:
                text = "" if value is None else str(value)[:LONGEST]
                self.sheet.write_string(line, place, text, self.quoted if active(text) else None)

    def _filtered(self) -> None:
        self.sheet.autofilter(0, 0, max(1, (self.count - 1) % SHEET + 1 if self.count else 1), max(0, len(self.heads) - 1))

    def close(self) -> int:
        """The file is whole; how many rows it has."""
        self._filtered()
        self.book.close()
        return self.count


def _login(actor: Actor) -> str:
    """The log-in of whoever exports: of letters that any font has."""
    return Account.objects.filter(pk=actor.account).values_list("login", flat=True).first() or actor.kind


@lru_cache(maxsize=16)
def watermark(text: str) -> bytes:
    """A pale slanting text as a PNG, to be repeated behind the cells of a sheet."""
    width, height = 460, 260
    image = Image.new("RGBA", (width, height), (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)
    draw.text((width / 2, height / 2), text, fill=(120, 130, 150, 90), font=ImageFont.load_default(22), anchor="mm")
    out = io.BytesIO()
    image.rotate(24, resample=Image.Resampling.BICUBIC).save(out, "PNG")
    return out.getvalue()
