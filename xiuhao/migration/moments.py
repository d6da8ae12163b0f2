"""How a column of times is written: found out from all its values, never guessed from one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

Reader = Callable[[str], datetime | None]
ISO = "ISO"
_DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d-%b-%Y",
    "%d/%b/%Y", "%d/%b/%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%b-%y",
)  # fmt: skip
_TIMES = (
    "%H:%M:%S",
    "%H:%M",
    "%H:%M:%S.%f",
    "%H:%M:%S%z",
    "%H:%M:%S.%f%z",
    "%H:%M:%S %z",
    "%I:%M:%S %p",
    "%I:%M %p",
    "%I.%M.%S.%f %p",
    "%H时%M分%S秒",
    "%H时%M分",
    "",
)
_SINGLE = ("%Y%m%d%H%M%S", "%Y%m%d %H:%M:%S", "%b %d %H:%M:%S %Y")
_EPOCHS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
CLOCK = re.compile(r"(上午|下午)?\s*\d{1,2}[:时]\d{2}([:分]\d{2}(\.\d+)?秒?)?分?\s*([AaPp][Mm]|上午|下午)?")  # a time of no day
# What says the same in another way → how the ways of writing say it
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE), into)
    for pattern, into in (
        (r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+", ""),
        (r"\s*(utc|gmt|z)$", "+00:00"),
        (r"\s*uhr$", ""),
        (r"(?<=日)(?=\d)", " "),
        (r",(?=\s+\d{1,2}:)", ""),
        (r"(:\d\d),(?=\d{1,6}$)", r"\1."),
        (r"(?:上午|早上|凌晨)\s*(.*)$", r"\1 AM"),
        (r"(?:下午|晚上|中午)\s*(.*)$", r"\1 PM"),
    )
)  # fmt: skip
_ODD = re.compile(r"[a-z]$|^[a-z]|日\d|,|[午晚早凌]", re.IGNORECASE)
FIRST, LAST = 1990, 2100  # years in which a number may be a moment
ENOUGH = 0.5  # share of values that a way of writing must fit; the others are said one by one


def formats() -> list[str]:
    """Every way of writing that is tried, the plainest first."""
    return [ISO, *(f"{day} {time}".strip() for day in _DAYS for time in _TIMES), *_SINGLE, *_EPOCHS, "excel"]


def reader(written: str, zone: tzinfo) -> Reader:
    """What reads one value so written; None for one that is not. Times without a zone are of `zone`."""
    if written in _EPOCHS:
        return lambda text: _counted(text, _EPOCHS[written])
    if written == "excel":
        return lambda text: _serial(text, zone)
    parse = datetime.fromisoformat if written == ISO else lambda text: datetime.strptime(text, written)  # noqa: DTZ007  # the zone comes after

    def read(text: str) -> datetime | None:
        try:
            found = parse(tidy(text.strip()))
        except ValueError:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC) if FIRST <= found.year <= LAST else None

    return read


def tidy(text: str) -> str:
    """A moment without the name of its day, its zone as a number, half of the day behind the hours."""
    if not _ODD.search(text):
        return text
    for pattern, into in _PATTERNS:
        text = pattern.sub(into, text)
    return text.strip()


def _counted(text: str, parts: int) -> datetime | None:
    if not re.fullmatch(r"\d{9,19}(\.\d+)?", text.strip()):
        return None
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(text) / parts) if float(text) / parts < 1e11 else None
    return at if at and FIRST <= at.year <= LAST else None


def _serial(text: str, zone: tzinfo) -> datetime | None:
    """A spreadsheet's day number, since the end of 1899."""
    if not re.fullmatch(r"\d{5}(\.\d+)?", text.strip()):
        return None
    return (datetime(1899, 12, 30, tzinfo=zone) + timedelta(seconds=round(float(text) * 86_400))).astimezone(UTC)


def fitting(values: Sequence[str], zone: tzinfo) -> list[str]:
    """The ways of writing that fit best, if they fit half of them: several only where they read different moments out of the values."""
    sample = list(dict.fromkeys(values[:: max(1, len(values) // 200)]))
    likely = [way for way in formats() if _share(way, sample, zone) >= ENOUGH]
    shares = {way: _share(way, list(dict.fromkeys(values)), zone) for way in likely}
    best = [way for way in likely if shares[way] == max(shares.values())]
    kept: list[str] = []
    for way in best:
        if not any(_same(way, other, sample, zone) for other in kept):
            kept.append(way)
    return kept


def forward(rows: Iterable[tuple[str, datetime]]) -> int:
    """How often a case's next event in the file is not before its last one."""
    last: dict[str, datetime] = {}
    count = 0
    for case, at in rows:
        count += case in last and at >= last[case]
        last[case] = at
    return count


def _share(way: str, values: Sequence[str], zone: tzinfo) -> float:
    read = reader(way, zone)
    return sum(read(value) is not None for value in values) / max(1, len(values))


def _same(way: str, other: str, values: Sequence[str], zone: tzinfo) -> bool:
    one, two = reader(way, zone), reader(other, zone)
    return all(one(value) == two(value) for value in values)
