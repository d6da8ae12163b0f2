"""An uploaded sheet opened safely: looked at before it is inflated, read by a process that may fall, every size bounded.

What comes out is text, cell by cell, below the header row that was found; nothing here knows what a ticket is.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xiuhao.kernel.refusal import Refused
from xiuhao.ui.cells import SEARCHED, plain

MOST_BYTES = 10 * 2**20
MOST_ROWS = 50_000
MOST_COLUMNS = 64
INFLATED, RATIO, MEMBERS = 128 * 2**20, 200, 2_000
CHUNK = 2**16
SECONDS = 25
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")
SEPARATORS = (",", ";", "\t", "|")
_SCIENTIFIC = re.compile(r"\d\.\d+[eE]\+?\d+|\d[eE]\+\d+")  # 3E12 may be a number of somebody's own
_ROW = re.compile(rb'<(?:\w+:)?row\b(?:[^>]*?\sr="(\d+)")?')
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\sr="([A-Z]{1,4})\d+"[^>]*(?<!/)>')
_DECLARES = (b"<!DOCTYPE", b"<!ENTITY", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))

Cell = str | list[str]  # a list is a number that the spreadsheet has rounded


@dataclass
class Sheet:
    """What was read: how ("xlsx", "csv gb18030 ;"), the headers, and (row number in the file, cells) of rows that are not blank."""

    read_as: str
    headers: list[str]
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)


def read(data: bytes, known: Collection[str]) -> Sheet:
    """The sheet of a file whose header row holds at least two of the `known` headers (`cells.plain`).

    Raises Refused (413: sheet_too_large, sheet_rows; 422: sheet_empty, sheet_unsafe, sheet_unreadable, sheet_header, sheet_encoding).
    """
    if len(data) > MOST_BYTES:
        raise Refused("sheet_too_large", {"megabytes": MOST_BYTES // 2**20}, status=413)
    if not data.strip():
        raise Refused("sheet_empty", status=422)
    if data.startswith(b"PK\x03\x04"):
        _weigh(data)
        return _workbook(data, known, "xlsx")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _workbook(data, known, "xls")
    return _text(data, known)


# Workbooks


def _weigh(data: bytes) -> None:
    """Look at the archive without trusting it: what it says of itself first, then what really comes out, up to the limit."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):  # the last: of a later version than the library reads
        raise Refused("sheet_unreadable", status=422) from None
    claimed = sum(member.file_size for member in members)
    if len(members) > MEMBERS or claimed > INFLATED or claimed > max(RATIO * len(data), 2**22):
        raise Refused("sheet_unsafe", status=422)
    if any(member.flag_bits & 1 for member in members):
        raise Refused("sheet_locked", status=422)
    spent = 0
    for member in members:
        scan = _Scan(member.filename)
        for chunk in _inflated(data, member):
            spent += len(chunk)
            if spent > INFLATED:
                raise Refused("sheet_unsafe", status=422)
            scan.take(chunk)
        scan.judge()


def _inflated(data: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's content in small pieces, whatever length it claims."""
    at = member.header_offset
    start = at + 30 + int.from_bytes(data[at + 26 : at + 28], "little") + int.from_bytes(data[at + 28 : at + 30], "little")
    packed = data[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise Refused("sheet_unreadable", status=422)
    inflate = zlib.decompressobj(-15)
    try:
        while packed and not inflate.eof:
            yield inflate.decompress(packed, CHUNK)
            packed = inflate.unconsumed_tail
    except zlib.error:
        raise Refused("sheet_unreadable", status=422) from None


class _Scan:
    """Counts rows and columns of a worksheet as it streams by (what it claims of itself is not asked); refuses declared entities."""

    def __init__(self, name: str) -> None:
        self.is_xml = name.endswith((".xml", ".rels"))
        self.is_sheet = self.is_xml and "worksheets/" in name
        self.tail, self.rows, self.columns, self.started = b"", 0, 0, False

    def take(self, chunk: bytes) -> None:
        """Look at the next piece."""
        if self.is_xml and not self.started:
            self.started = True
            if any(word in chunk[:4096] for word in _DECLARES):
                raise Refused("sheet_unsafe", status=422)
        if not self.is_sheet:
            return
        text = self.tail + chunk
        end = text.rfind(b"<")  # a tag that is cut off here is looked at with the next piece
        self.tail, text = text[end:][-4096:], text[:end]
        for found in _ROW.finditer(text):
            self.rows = max(self.rows + 1, int(found[1] or 0) if len(found[1] or b"") < 9 else 10**9)
        self.columns = max([self.columns, *(_column(found[1]) for found in _CELL.finditer(text))])

    def judge(self) -> None:
        """Refuse what is too much."""
        if self.rows > MOST_ROWS + SEARCHED:
            raise Refused("sheet_rows", {"rows": f"{self.rows:,}", "limit": MOST_ROWS}, status=413)
        if self.columns > MOST_COLUMNS:
            raise Refused("sheet_columns", {"columns": self.columns, "limit": MOST_COLUMNS}, status=413)


def _column(letters: bytes) -> int:
    """A = 1, Z = 26, AA = 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _workbook(data: bytes, known: Collection[str], kind: str) -> Sheet:
    """Read by `cells`, in a process that can be lost."""
    with tempfile.NamedTemporaryFile(suffix=f".{kind}") as file:
        file.write(data)
        file.flush()
        question = json.dumps({"path": file.name, "rows": MOST_ROWS, "known": sorted(known)})
        reader = Path(__file__).with_name("cells.py")
        words = [sys.executable, "-I", str(reader)]
        try:
            done = subprocess.run(words, input=question.encode(), capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Refused("sheet_unsafe", status=422) from None
    head, rows = dict[str, Any](), list[tuple[int, list[Cell]]]()
    if not done.returncode:
        for line in io.BytesIO(done.stdout):  # line by line: fifty thousand of them are held once
            told = json.loads(line)
            if isinstance(told, dict):  # the first, and where it broke off the last
                head = told
            else:
                rows.append((told[0], told[1]))
    if not head:
        raise Refused("sheet_unreadable", status=422)
    match head.get("error"):
        case "rows":
            raise Refused("sheet_rows", {"rows": f"{head['rows']:,}", "limit": MOST_ROWS}, status=413)
        case "size":
            raise Refused("sheet_unsafe", status=422)
        case "header":
            raise Refused("sheet_header", status=422)
    return _bounded(Sheet(kind, head["headers"], rows))


def _bounded(sheet: Sheet) -> Sheet:
    if len(sheet.rows) > MOST_ROWS:
        raise Refused("sheet_rows", {"rows": f"{len(sheet.rows):,}", "limit": MOST_ROWS}, status=413)
    if not sheet.rows:
        raise Refused("sheet_empty", status=422)
    return sheet


# Text


def _text(data: bytes, known: Collection[str]) -> Sheet:
    """Comma-separated text of any usual encoding and separator: those with which the headers make sense."""
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding).replace("\0", "")  # text has none, and the database keeps none
        except UnicodeDecodeError:
            continue
        found = max((_table(text, separator, known) for separator in SEPARATORS), key=lambda table: table[0])
        hits, at, rows, separator = found
        if hits >= 2:
            rows = lines(text, separator, at)
            name = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
            shown = "Tab" if separator == "\t" else separator
            body = [(number, list[Cell](cells)) for number, cells in rows[1:] if any(each.strip() for each in cells)]
            return _bounded(Sheet(f"csv {name} {shown}", rows[0][1], body))
    raise Refused("sheet_header" if _decodes(data) else "sheet_encoding", status=422)


def lines(text: str, separator: str, skipped: int = 0) -> list[tuple[int, list[str]]]:
    """The rows below so many, with their line numbers. A quotation mark that nothing closes must swallow no rows: the text is read again
    with other customs of quoting, each believed only where no row is of another width. Refused sheet_quotes (422) where none is."""
    last = 0
    for custom in ({"strict": True}, {"strict": True, "escapechar": "\\", "doublequote": False}, {}, {"quoting": csv.QUOTE_NONE}):
        rows: list[tuple[int, list[str]]] = []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, **custom)
        try:
            rows += ((reader.line_num, cells) for cells in reader)
        except csv.Error:
            last = last or (rows[-1][0] if rows else 0)
            continue
        full = [cells for _n, cells in rows[skipped:] if any(cell.strip() for cell in cells)]
        even = len({len(cells) for cells in full}) == 1
        if custom == {"strict": True} or (even and (custom or not any("\n" in cell for cells in full for cell in cells))):
            return rows[skipped:]
    raise Refused("sheet_quotes", {"row": last + 1}, status=422)


def _decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _table(text: str, separator: str, known: Collection[str]) -> tuple[int, int, list[tuple[int, list[str]]], str]:
    """How many headers are known with this separator, where they stand, and the rows with their line numbers."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            rows.append((reader.line_num, cells))
            if len(rows) > MOST_ROWS + SEARCHED:
                total = text.count("\n")
                raise Refused("sheet_rows", {"rows": f"{total:,}", "limit": MOST_ROWS}, status=413)
            if len(rows) == SEARCHED and not any(_hits(row, known) >= 2 for _number, row in rows):
                break
    except csv.Error:
        return 0, 0, [], separator
    best = max(range(min(SEARCHED, len(rows))), key=lambda i: _hits(rows[i][1], known), default=0)
    return (_hits(rows[best][1], known) if rows else 0), best, rows, separator


def _hits(cells: list[str], known: Collection[str]) -> int:
    return sum(plain(each) in known for each in cells)


def lost(cell: Cell, counts: bool) -> bool:
    """Whether a spreadsheet has lost digits of this number: it was kept as a rounded one, or (where each digit `counts`, as in a phone, a
    serial, an invoice) it was written out as 2.5332E+19."""
    return not isinstance(cell, str) or (counts and bool(_SCIENTIFIC.fullmatch(cell.strip())))


def day(text: str) -> str:
    """A day as people write it (2026/1/5, 2026年1月5日, 2026.1.5, with or without a time) as 2026-01-05; anything else as it is."""
    found = _DAY.fullmatch(text)
    return "{}-{:0>2}-{:0>2}".format(*found.groups()) if found else text
