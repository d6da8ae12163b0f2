"""A log as other systems write it: any usual encoding, separator, header and order of columns; what cannot be read is said row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Any

from xiuhao.kernel import facts
from xiuhao.kernel.refusal import Refused
from xiuhao.migration import moments
from xiuhao.ui import spreadsheet
from xiuhao.ui.cells import plain

ROLES = ("case", "event", "time")
SEPARATORS = (",", ";", "\t", "|")
ALIASES: dict[str, list[str]] = facts.read(Path(__file__).with_name("words.yaml"))["columns"]


@dataclass(frozen=True)
class Table:
    """The file as rows of text: how it was read, the header, (row number in the file, cells)."""

    read_as: str
    headers: list[str]
    rows: list[tuple[int, list[str]]]


@dataclass
class Log:
    """Cases in the order of their first row, each with its events in time: (moment, word, actor, row). `given` is what the first
    row that says it says of the case; `faults` are (case, row, code of a sentence, params); `words` how often each word."""

    cases: dict[str, list[tuple[datetime, str, str, int]]] = field(default_factory=dict)
    given: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[tuple[str, int, str, dict[str, Any]]] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)  # of cases, what the last row that says it calls their unit
    unfinished: int = 0  # rows that only say that something began, beside those that say that it was done


def table(data: bytes) -> Table:
    """The rows of a text file or a workbook. Refused as `ui.spreadsheet.read`, and log_empty, log_encoding (422)."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        sheet = spreadsheet.read(data, {plain(name) for names in ALIASES.values() for name in names})
        return Table(sheet.read_as, sheet.headers, [(n, [c if isinstance(c, str) else c[0] for c in cells]) for n, cells in sheet.rows])
    text, encoding = decoded(data)
    if not text.strip():
        raise Refused("log_empty", status=422)
    separator = max(SEPARATORS, key=lambda s: (_hits(_first(text, s)), len(_first(text, s))))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(lines.line_num, cells) for cells in lines if any(cell.strip() for cell in cells)]
    except csv.Error:
        raise Refused("log_unreadable", status=422) from None
    shown = {"\t": "Tab"}.get(separator, separator)
    head = [cell.strip() for cell in rows[0][1]]
    if len(rows) < 2:
        raise Refused("log_empty", status=422)
    return Table(f"csv {encoding} {shown}", head, rows[1:])


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a file and its encoding: by its mark, else UTF-8, else GB18030 where that makes Chinese of it, else Western."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"
    strange = [c for c in text if c > "\x7f"]
    chinese = sum("\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef" for c in strange)
    return (text, "gb18030") if chinese >= 0.7 * len(strange) else (data.decode("cp1252", "replace"), "cp1252")


def _first(text: str, separator: str) -> list[str]:
    return next(csv.reader(io.StringIO(text.lstrip(), newline=""), delimiter=separator), [])


def _hits(cells: Sequence[str]) -> int:
    return len(guess(cells))


def guess(headers: Sequence[str]) -> dict[str, str]:
    """Role → header, for the roles that some header is known to have; the better known name wins, and no header has two roles."""
    found: dict[str, str] = {}
    have = {plain(header): header for header in reversed(headers) if header}
    for role, names in ALIASES.items():
        able = [have[plain(name)] for name in names if plain(name) in have]
        taken = next((header for header in able if header not in found.values()), None)
        if taken is not None:
            found[role] = taken
    return found


def ways(read: Table, columns: Mapping[str, str], zone: tzinfo) -> list[str]:
    """How the times are written: one way, or several between which the file itself cannot decide; those by which cases run backwards
    more often than by another are out. Refused log_columns, log_times (422)."""
    at = _places(read, columns)
    values = [cells[at["time"]].strip() for _n, cells in read.rows if len(cells) > at["time"] and cells[at["time"]].strip()]
    found = moments.fitting(values, zone)
    if not found:
        raise Refused("log_times", {"label": columns["time"], "value": values[0][:40] if values else ""}, status=422)
    if len(found) == 1:
        return found
    scores = {}
    for way in found:
        parse = moments.reader(way, zone)
        pairs = [(cells[at["case"]], parse(cells[at["time"]])) for _n, cells in read.rows if len(cells) > max(at["case"], at["time"])]
        scores[way] = moments.forward((case, when) for case, when in pairs if when)
    return [way for way in found if scores[way] == max(scores.values())]


def _places(read: Table, columns: Mapping[str, str]) -> dict[str, int]:
    """Role → place of its column. Refused log_columns (422) where one that must be there is not."""
    missing = [role for role in ROLES if columns.get(role) not in read.headers]
    if missing:
        raise Refused("log_columns", {"headers": "、".join(read.headers)[:300]}, status=422)
    return {role: read.headers.index(header) for role, header in columns.items() if header in read.headers}


def log(read: Table, columns: Mapping[str, str], parse: moments.Reader, now: datetime, known: Mapping[str, str]) -> Log:
    """The cases of a table. A case of which one row cannot be read is set aside whole: half a history is a wrong one. `known`: headers
    (as `plain` compares them) of columns that say something of the case."""
    at, made = _places(read, columns), Log()
    told = {place: known[plain(h)] for place, h in enumerate(read.headers) if plain(h) in known and place not in at.values()}
    kept, named = _finished(read, at), dict[int, str]()
    for row, cells in read.rows:
        cells = [cell.strip() for cell in cells] + [""] * (len(read.headers) - len(cells))
        case, word, text = cells[at["case"]], cells[at["event"]], cells[at["time"]]
        if kept and cells[at["lifecycle"]].casefold() not in kept:
            made.unfinished += 1
            continue
        when = parse(text)
        made.words[word] = made.words.get(word, 0) + 1
        if not case or not word or when is None or when > now:
            code = "log_no_case" if not case else "log_no_word" if not word else "log_no_time" if when is None else "log_future"
            made.faults.append((case, row, code, {"value": text[:40]}))
            continue
        made.cases.setdefault(case, []).append((when, word, cells[at["actor"]] if "actor" in at else "", row))
        if "unit" in at:
            named[row] = cells[at["unit"]]
        given = made.given.setdefault(case, {})
        for place, key in told.items():
            if cells[place]:
                given.setdefault(key, cells[place])
    for case in {case for case, *_rest in made.faults}:
        made.cases.pop(case, None)
    backward = _backward(made.cases.values())
    for case, events in made.cases.items():
        events.sort(key=lambda event: (event[0], -event[3] if backward else event[3]))
        if name := next((found for *_event, row in reversed(events) if (found := named.get(row))), ""):
            made.units[case] = name
    return made


def _backward(cases: Iterable[Sequence[tuple[datetime, str, str, int]]]) -> bool:
    """Whether a file tells the last first: of events of one moment the lower row is then the earlier one."""
    steps = [(after[0] > before[0]) - (after[0] < before[0]) for events in cases for before, after in pairwise(events)]
    return sum(steps) < 0


def _finished(read: Table, at: Mapping[str, int]) -> set[str]:
    """Of a log that tells beginning and end of each activity: the words that mean its end; nothing where it tells only one."""
    if "lifecycle" not in at:
        return set()
    words = {cells[at["lifecycle"]].strip().casefold() for _n, cells in read.rows if len(cells) > at["lifecycle"]}
    return {"complete"} if "complete" in words and len(words) > 1 else set()
