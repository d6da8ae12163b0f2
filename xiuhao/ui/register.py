"""The list page of what is not a case: customers, devices, staff. Search, table, pages; the address is the whole state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.ui import export as writing
from xiuhao.ui.desk import actor_of, show
from xiuhao.ui.listing import MOST, PIECE, SIZES, Page, bad_filter, count_all, legible, whole
from xiuhao.ui.pages import Options


@dataclass(frozen=True)
class Column:
    """`cell(row)` gives a text, number, moment or safe HTML. `url(row)` makes it a link. `kind` is title, num, time, long or nothing."""

    label: str
    cell: Callable[[Any], Any]
    url: Callable[[Any], str] | None = None
    kind: str = ""


@dataclass(frozen=True)
class Ask:
    """One question of the query form: free text, or one of `options`. `value` is what was asked."""

    key: str
    label: str
    value: str = ""
    options: Options = ()
    hint: str = ""


@dataclass(frozen=True)
class Act:
    """A button above the list: a link, opened as a dialog where it is small."""

    label: str
    url: str
    icon: str = "plus"
    dialog: bool = True


def months(count: int = 12) -> tuple[tuple[str, str], ...]:
    """The last months to choose from, the present one first."""
    day, found = local(now()).date().replace(day=1), []
    for _place in range(count):
        found.append((f"{day:%Y-%m}", f"{day:%Y-%m}"))
        day = (day - timedelta(days=1)).replace(day=1)
    return tuple(found)


def asked(request: HttpRequest, key: str, options: Options | None = None) -> str:
    """What an address asks under that name. Refused bad_filter (400) for what is not among the options, or can be nothing."""
    value = request.GET.get(key, "").strip()
    if not legible(value) or (value and options is not None and value not in {str(k) for k, _label in options}):
        raise bad_filter(key, value)
    return value


def paged(request: HttpRequest, rows: QuerySet[Any], fetch: Callable[[list[Any]], Any] | None = None) -> Page:
    """The page of rows that the address asks for: two statements and what `fetch` needs. Counting stops at `listing.MOST`."""
    size = whole(request.GET, "size", SIZES[0], SIZES[-1])
    total = count_all([rows], MOST)[0]
    shown = min(total, MOST)
    number = min(whole(request.GET, "page", 1, MOST), max(1, -(-shown // size)))
    found = list(rows[(number - 1) * size : number * size])
    if fetch:
        fetch(found)
    return Page(found, shown, total > MOST, number, size)


def register(
    request: HttpRequest,
    label: str,
    rows: QuerySet[Any],
    columns: Sequence[Column],
    *,
    asks: Sequence[Ask] = (),
    acts: Sequence[Act] = (),
    fetch: Callable[[list[Any]], Any] | None = None,
    empty: str = "",
    tabs: Sequence[tuple[str, str, bool]] = (),
    note: Callable[[int], str] | None = None,
    export: str = "",
) -> HttpResponseBase:
    """The whole page; where it can be exported (`export` names the file) and `export` is asked for, all its rows as an Excel file. `tabs`
    are (label, url, current); `empty` says why a list without conditions has no rows; `note(total)` is said in place of how many rows
    there are, if all are counted."""
    if export and asked(request, "export", (("xlsx", ""),)):
        return _taken(actor_of(request), label, rows, columns, fetch, export, [ask.key for ask in asks if ask.value])
    page = paged(request, rows, fetch)
    table = [[(column, column.cell(row), column.url(row) if column.url else "") for column in columns] for row in page.rows]
    return show(
        request, "ui/register.html", label=label, page=page, columns=columns, table=table, asks=asks, acts=acts, tabs=tabs,
        note=note(page.total) if note and not page.more else "", empty=empty, filtered=sum(1 for ask in asks if ask.value),
        SIZES=SIZES, numbers=numbers(page.number, page.last), export=export,
    )  # fmt: skip


def _taken(
    actor: Actor, label: str, rows: QuerySet[Any], columns: Sequence[Column], fetch: Callable[[list[Any]], Any] | None, key: str,
    filters: Sequence[str],
) -> HttpResponseBase:  # fmt: skip
    """All rows, masked as on the screen; that they were taken is kept. Refused too_many_rows (422): as many as a list pages."""
    total = count_all([rows], MOST)[0]
    if total > MOST:
        raise Refused("too_many_rows", {"limit": MOST, "count": total}, status=422)

    def write(file: IO[bytes]) -> None:
        with transaction.atomic():
            writing.note(actor, key, filters, writing.write(file, label, columns, _every(rows, fetch), actor))

    return writing.answer(key, write)


def _every(rows: QuerySet[Any], fetch: Callable[[list[Any]], Any] | None) -> Iterator[Any]:
    """The rows piece by piece, each piece with what belongs to it."""
    found = rows.iterator(chunk_size=PIECE)
    while some := list(islice(found, PIECE)):
        if fetch:
            fetch(some)
        yield from some


def numbers(page: int, last: int) -> list[int | None]:
    """Page numbers to show, None for a gap: 1 … 4 5 6 … 20."""
    found: list[int | None] = []
    for number in sorted({1, last, *range(max(1, page - 2), min(last, page + 2) + 1)}):
        if found and found[-1] is not None and number - found[-1] > 1:
            found.append(None)
        found.append(number)
    return found
