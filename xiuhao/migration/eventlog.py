"""Event logs as the standard for them writes them (IEEE 1849, XES), plain or packed by gzip, read as the same table as any other file."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from xiuhao.kernel.refusal import Refused

MOST = 256 * 2**20  # bytes of what a packed file may hold
CHUNK = 2**18
CASE = "case:concept:name"
_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})


def packed(data: bytes) -> bool:
    """Whether this is a file packed by gzip."""
    return data.startswith(b"\x1f\x8b")


def unpacked(data: bytes) -> bytes:
    """What a packed file holds. Refused log_unreadable (422), sheet_too_large (413)."""
    inflate, found = zlib.decompressobj(31), bytearray()
    try:
        while data and not inflate.eof:
            found += inflate.decompress(data, CHUNK)
            data = inflate.unconsumed_tail
            if len(found) > MOST:
                raise Refused("sheet_too_large", {"megabytes": MOST // 2**20}, status=413)
    except zlib.error:
        raise Refused("log_unreadable", status=422) from None
    if not inflate.eof:
        raise Refused("log_unreadable", status=422)
    return bytes(found)


def is_xes(data: bytes) -> bool:
    """Whether this begins as an event log of that standard."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<") and b"<log" in head


def rows(data: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The headers (what events are said to have, and their case's number), and each event with the line on which it begins.

    What a case is said to have stands with its first event. Refused log_unreadable (422): broken, or with declarations of its own.
    """
    reading = _Reading()
    try:
        for chunk in _chunks(data):
            reading.parser.Parse(chunk, False)
        reading.parser.Parse(b"", True)
    except expat.ExpatError:
        raise Refused("log_unreadable", status=422) from None
    headers = list(reading.headers)
    return headers, [(line, [told.get(header, "") for header in headers]) for line, told in reading.events]


def _chunks(data: bytes) -> Iterator[bytes]:
    return (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))


class _Reading:
    """Where the parser stands: in a case, in one of its events, below one of their values."""

    def __init__(self) -> None:
        self.headers: dict[str, None] = {CASE: None}
        self.events: list[tuple[int, dict[str, str]]] = []
        self.case: dict[str, str] | None = None
        self.event: dict[str, str] | None = None
        self.below, self.begins, self.fresh = 0, 0, False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.StartDoctypeDeclHandler = self._declares

    def _declares(self, *_told: Any) -> None:
        raise Refused("log_unreadable", status=422)  # no log needs entities; a hostile one has nothing else

    def _start(self, element: str, told: dict[str, str]) -> None:
        name = element.rpartition(":")[2]
        if name == "trace":
            self.case, self.fresh = {}, True
        elif name == "event" and self.case is not None:
            self.event, self.begins = {}, self.parser.CurrentLineNumber
        elif name in _VALUES:
            self.below += 1
            holder = self.event if self.event is not None else self.case
            if self.below == 1 and holder is not None and "key" in told:
                holder.setdefault(told["key"], told.get("value", ""))

    def _end(self, element: str) -> None:
        name = element.rpartition(":")[2]
        if name in _VALUES:
            self.below -= 1
        elif name == "event" and self.event is not None and self.case is not None:
            whole = {**self.case, **self.event} if self.fresh else self.event
            found = {**whole, CASE: self.case.get("concept:name", "")}
            if "concept:name" not in self.event:
                found.pop("concept:name", None)
            self.headers.update(dict.fromkeys(found))
            self.events.append((self.begins, found))
            self.event, self.fresh = None, False
        elif name == "trace":
            self.case = None
