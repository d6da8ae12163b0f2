"""A log as other systems write it: any usual encoding, separator, header and order of columns; what cannot be read is said row by row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from xiuhao.kernel import facts
from xiuhao.kernel.refusal import Refused
from xiuhao.migration import eventlog, moments
from xiuhao.ui import spreadsheet
from xiuhao.ui.cells import plain

# Of an activity, by the standard of event logs (IEEE 1849, XES)
_LIFE = "schedule assign withdraw reassign start suspend resume abort_activity abort_case complete manualskip autoskip ate_abort pi_abort"
LIFE = {"", "unknown", *_LIFE.split()}
ROLES = ("case", "event", "time")
SEARCHED = 20  # rows in which the header may stand
_AFTER = re.compile(r".*(?:\bto\s|→|[-=]>|变更为|改为|变为|%%(?=[^%]))(.+?)%*", re.IGNORECASE | re.DOTALL)  # from one state to another
BETWEEN = " › "  # a state and what it is in particular, as one word
_KNOWN = facts.read(Path(__file__).with_name("words.yaml"))
ALIASES: dict[str, list[str]] = _KNOWN["columns"]
STATES = frozenset(map(plain, _KNOWN["states"]))


@dataclass(frozen=True)
class Table:
    """The file as rows of text: how it was read, the header, (row number in the file, cells)."""

    read_as: str
    headers: list[str]
    rows: list[tuple[int, list[str]]]
    rounded: frozenset[tuple[int, int]] = frozenset()  # row and place of numbers of which the spreadsheet has lost digits


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


def table(data: bytes, wanted: Iterable[str] = ()) -> Table:
    """The rows of a text file, a workbook or an event log; `wanted` are headers that somebody named. Refused as `ui.spreadsheet.read`,
    and log_empty, log_unreadable, sheet_quotes (422)."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        sheet = spreadsheet.read(data, {plain(name) for names in (*ALIASES.values(), wanted) for name in names})
        lost = frozenset((n, at) for n, cells in sheet.rows for at, cell in enumerate(cells) if spreadsheet.lost(cell, counts=False))
        rows = [(n, [cell if isinstance(cell, str) else cell[0] for cell in cells]) for n, cells in sheet.rows]
        return Table(sheet.read_as, sheet.headers, rows, lost)
    data = eventlog.unpacked(data) if eventlog.packed(data) else data
    if eventlog.is_xes(data):
        headers, events = eventlog.rows(data)
        if not events:
            raise Refused("log_empty", status=422)
        return Table("xes", headers, events)
    text, encoding = decoded(data)
    if not text.strip():
        raise Refused("log_empty", status=422)
    separator, skipped, text = _shape(text, {plain(name) for name in wanted})
    rows = [(n, cells) for n, cells in spreadsheet.lines(text, separator, skipped) if any(cell.strip() for cell in cells)]
    shown = {"\t": "Tab"}.get(separator, separator)
    if len(rows) < 2:
        raise Refused("log_empty", status=422)
    head = [cell.strip() for cell in rows[0][1]]
    return Table(f"csv {encoding} {shown}", head, rows[1:])


def _shape(text: str, wanted: set[str]) -> tuple[str, int, str]:
    """The separator, how many rows stand above the header, and the text without the line by which Excel is told the separator. Above
    the header may be what the report is called; a row is it only where two of its cells are known headers."""
    if told := re.match(r"\ufeff?sep=(.)\r?\n", text):
        text = "\n" + text[told.end() :]  # so that lines keep their numbers
    best, found = (-1, 0), (told[1] if told else ",", 0)
    for separator in (told[1],) if told else spreadsheet.SEPARATORS:
        rows = enumerate(islice(csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=separator), SEARCHED))
        first = True
        try:
            for at, cells in ((at, cells) for at, cells in rows if any(map(str.strip, cells))):
                hits = sum(plain(cell) in wanted for cell in cells) + len(guess(cells))
                if (first or hits > 1) and (hits, len(cells)) > best:
                    best, found = (hits, len(cells)), (separator, at)
                first = False
        except csv.Error:
            continue
    return *found, text


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a file and its encoding: by its mark, else UTF-8, else GB18030 where that makes Chinese of it, else Western.
    Refused log_unreadable (422)."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _clean(data.decode("utf-16", "replace")), "utf-16"
    if (nothing := data[:400].count(0)) and nothing > len(data[:400]) // 10:  # UTF-16 without its mark
        wide = "utf-16-le" if data[1:400:2].count(0) >= data[:400:2].count(0) else "utf-16-be"
        return _clean(data.decode(wide, "replace")), wide
    if sum(byte < 9 or 13 < byte < 32 for byte in data[:2000]) > len(data[:2000]) // 20:
        raise Refused("log_unreadable", status=422)  # no text: packed, or a picture
    data = data.replace(b"\0", b"")  # text has none, and the database keeps none
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"
    strange = [c for c in text if c > "\x7f"]
    chinese = sum(map(_everyday, strange))
    return (text, "gb18030") if chinese >= 0.7 * len(strange) else (data.decode("cp1252", "replace"), "cp1252")


def _everyday(character: str) -> bool:
    """A character that Chinese is written with; what Western letters and their neighbours look like in GB18030 are rare ones."""
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def _clean(text: str) -> str:
    return text.replace("\0", "")


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


def joined(read: Table, columns: Mapping[str, str]) -> Table:
    """The table with the day in front of the time, where they stand in two columns."""
    at = read.headers.index(columns["time"]) if columns.get("time") in read.headers else -1
    known = {plain(name) for name in ALIASES["time"]}
    others = [place for place, header in enumerate(read.headers) if place != at and plain(header) in known]
    if at < 0 or not _all(moments.CLOCK, read, at):
        return read
    day = next((place for place in others if not _all(moments.CLOCK, read, place)), None)
    if day is None:
        return read
    rows = [
        (n, [*cells[:at], f"{cells[day]} {cells[at]}", *cells[at + 1 :]] if len(cells) > max(at, day) else cells) for n, cells in read.rows
    ]
    return replace(read, rows=rows)


def _all(pattern: re.Pattern[str], read: Table, place: int) -> bool:
    return all(pattern.fullmatch(cells[place].strip()) for _n, cells in read.rows[:50] if len(cells) > place and cells[place].strip())


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
    said = _said(at, at.get("detail", -1 if kept else _particular(read, at)), _changes(read, at))
    for row, cells in read.rows:
        wide = any(cell.strip() for cell in cells[len(read.headers) :])
        cells = [cell.strip() for cell in cells] + [""] * (len(read.headers) - len(cells))
        case, word, text = cells[at["case"]], said(cells), cells[at["time"]]
        if kept and cells[at["lifecycle"]].casefold() not in kept:
            made.unfinished += 1
            continue
        when = parse(text)
        lost = (row, at["case"]) in read.rounded or spreadsheet.lost(case, counts=True)
        if wide or lost or not case or not word or when is None or when > now:
            missing = "log_no_case" if not case else "log_no_word" if not word else "log_no_time" if when is None else "log_future"
            code = "row_wide" if wide else "log_rounded" if lost else missing
            made.faults.append((case, row, code, {"value": case[:40] if lost else text[:40]}))
            continue
        made.words[word] = made.words.get(word, 0) + 1
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


def _particular(read: Table, at: Mapping[str, int]) -> int:
    """The place of a lifecycle that says more than the standard's words for beginnings and ends: what a state is in particular; else -1."""
    words = (
        {cells[at["lifecycle"]].strip().casefold() for _n, cells in read.rows if len(cells) > at["lifecycle"]}
        if "lifecycle" in at
        else set()
    )
    return -1 if words <= LIFE else at["lifecycle"]


def _said(at: Mapping[str, int], detail: int, changes: bool) -> Callable[[Sequence[str]], str]:
    """What reads the word of a row. Of a log of changes: the state after it; of what else changed the name, whatever was put there."""

    def word(cells: Sequence[str]) -> str:
        found = cells[at["event"]]
        if not changes:
            return BETWEEN.join(filter(None, (found, cells[detail]))) if found and detail >= 0 else found
        if plain(cells[at["field"]]) in STATES:
            return after[1].strip() if (after := _AFTER.fullmatch(found)) else found
        return cells[at["field"]] or (cells[at["kind"]] if "kind" in at else "") or found

    return word


def _changes(read: Table, at: Mapping[str, int]) -> bool:
    """Whether the log tells the changes of each field, the state among them."""
    return "field" in at and any(plain(cells[at["field"]]) in STATES for _n, cells in read.rows if len(cells) > at["field"])


def _finished(read: Table, at: Mapping[str, int]) -> set[str]:
    """Of a log that tells beginning and end of each activity: the words that mean its end; nothing where it tells only one."""
    if "lifecycle" not in at:
        return set()
    words = {cells[at["lifecycle"]].strip().casefold() for _n, cells in read.rows if len(cells) > at["lifecycle"]}
    return {"complete"} if "complete" in words and len(words) > 1 else set()
