"""Run by itself, in a process of its own with little memory and little time: reads a workbook's cells and writes them as JSON lines.

A hostile file can ask its reader for any amount of memory; what is asked here ends this process and nothing else. Needs no Django:
`spreadsheet` starts it by its path, hands the question in on the standard input and reads the answer from the standard output.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from datetime import date, datetime
from typing import Any, TypedDict

MEMORY, SECONDS, OUTPUT = 640 * 2**20, 20, 64 * 2**20
SEARCHED = 20  # rows in which the header may stand
EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number


class Question(TypedDict):
    """Which file, how many rows at most, and the headers (normalised) that tell the sheet from others."""

    path: str
    rows: int
    known: list[str]


def plain(text: str) -> str:
    """A header as it is compared: without spaces, stars and colons, in lower case, half-width."""
    import unicodedata

    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c not in " \t\r\n*:_-()[]")


def cell(value: Any) -> str | list[str]:
    """A value as text; one that a spreadsheet has rounded as [what it shows], so that nobody takes it for the real one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if abs(value) >= EXACT:
            return [f"{value:.15g}"]
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ") if (value.hour, value.minute, value.second) != (0, 0, 0) else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def answer(question: Question) -> None:
    """Write what was found: a line about the sheet, then a line for each row below the header that is not blank."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    known, written = set(question["known"]), 0
    with CalamineWorkbook.from_path(question["path"]) as workbook:
        shown = [m.name for m in workbook.sheets_metadata if m.visible == SheetVisibleEnum.Visible and m.typ == SheetTypeEnum.WorkSheet]
        for name in shown:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.total_height > question["rows"] + SEARCHED:
                print(json.dumps({"error": "rows", "rows": sheet.total_height}))
                return
            rows = sheet.to_python(skip_empty_area=False)
            at = next((i for i, row in enumerate(rows[:SEARCHED]) if sum(plain(str(v)) in known for v in row) >= 2), None)
            if at is None:
                continue
            print(json.dumps({"sheet": name, "header": at + 1, "headers": [str(v) for v in rows[at]]}))
            for number, row in enumerate(rows[at + 1 :], at + 2):
                cells = [cell(value) for value in row]
                if any(cells):
                    line = json.dumps([number, cells])
                    written += len(line)
                    if written > OUTPUT:
                        print(json.dumps({"error": "size"}))
                        return
                    print(line)
            return
    print(json.dumps({"error": "header", "sheets": shown}))


if __name__ == "__main__":
    os.sched_setaffinity(0, range(os.cpu_count() or 1))  # the web process that asks keeps to one processor, and goes on answering others
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer(json.load(sys.stdin))
