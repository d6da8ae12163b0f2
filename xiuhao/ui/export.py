"""A list as an Excel file: the columns on the screen, masked as on the screen, no cell that a spreadsheet would compute."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

import structlog
import xlsxwriter
from django.http import FileResponse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Account, Reveal
from xiuhao.kernel.time import local, now
from xiuhao.ui import words

_log = structlog.get_logger("xiuhao.ui")

SHEET = 1_000_000  # rows of one sheet: Excel takes 1,048,576
LONGEST = 32_767  # characters of a cell, Excel's own limit
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACTIVE = "=+-@\t\r\0＝＋－＠"  # what a spreadsheet may take for the beginning of a formula


def write(
    target: IO[bytes], label: str, columns: Sequence[Column], rows: Iterable[Any], actor: Actor, states: Mapping[str, str] | None = None
) -> int:
    """Write an .xlsx with one line a row (of cases with the names of their `states`), who exported it and when behind the cells, on every
    printed page and in the properties; how many rows. A decimal number is a number there, to be summed up; all else is text.

    Holds one row at a time, however many there are; what does not fit on a sheet goes on on the next one.
    """
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, {"constant_memory": True, **plain})
    stamp = _("{who} 于 {at} 导出").format(who=actor.name, at=words.moment(now()))
    book.set_properties({"author": actor.name, "comments": stamp})
    mark = watermark(f"{_login(actor)} {local(now()):%Y-%m-%d %H:%M}")
    bold, quoted = book.add_format({"bold": True}), book.add_format()
    quoted.set_quote_prefix()
    number = book.add_format({"num_format": "#,##0.00##"})
    count, sheet = 0, _sheet(book, label, columns, stamp, bold, mark)
    for count, row in enumerate(rows, 1):
        place = (count - 1) % SHEET + 1
        if place == 1 and count > 1:
            sheet.autofilter(0, 0, SHEET, max(0, len(columns) - 1))
            sheet = _sheet(book, f"{label} {count // SHEET + 1}", columns, stamp, bold, mark)
        for index, column in enumerate(columns):
            value = column.cell(row)
            if column.kind == "num" and isinstance(value, Decimal):
                sheet.write_number(place, index, float(value), number)
                continue
            text = cell(column, value, states or {})[:LONGEST]
            sheet.write_string(place, index, text, quoted if text[:1] in ACTIVE and text else None)
    sheet.autofilter(0, 0, max(1, (count - 1) % SHEET + 1 if count else 1), max(0, len(columns) - 1))
    book.close()
    return count


def _sheet(book: Any, name: str, columns: Sequence[Column], stamp: str, bold: Any, mark: bytes) -> Any:
    """A sheet with its headings, to be filled row by row."""
    sheet = book.add_worksheet(name[-31:])
    sheet.set_header(f"&R{stamp.replace('&', '&&')}")
    sheet.set_background(io.BytesIO(mark))
    sheet.freeze_panes(1, 0)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, 40 if column.kind == "long" else 18)
    for index, column in enumerate(columns):
        sheet.write_string(0, index, str(column.label), bold)
    return sheet


class Column(Protocol):
    """What a column of a list, of cases or not, tells of a row."""

    @property
    def label(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def cell(self) -> Callable[[Any], Any]: ...


def answer(key: str, write: Callable[[IO[bytes]], object]) -> FileResponse:
    """A workbook that is written now, as a download."""
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    try:
        write(file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name(key), content_type=EXCEL, headers={"Cache-Control": "no-store"})


def name(key: str) -> str:
    """What a file made now is called."""
    return f"{key}-{local(now()):%Y%m%d-%H%M}.xlsx"


def note(actor: Actor, key: str, filters: Iterable[str], rows: int) -> None:
    """Keep that a list was taken: who, how many rows, by which filters (which, not what was sought: that may be personal)."""
    reason = " ".join((_("导出 {rows} 行").format(rows=rows), *sorted(filters)))
    Reveal.objects.create(at=now(), reason=reason[:200], actor_id=actor.account, actor_name=actor.name, subject=f"export:{key}"[:60])
    _log.info("export", process=key, rows=rows)


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


def cell(column: Column, value: Any, states: Mapping[str, str]) -> str:
    """What stands in a cell as plain text."""
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
