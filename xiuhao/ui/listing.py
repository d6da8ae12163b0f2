"""The rows of a queue: read from an address, filtered, sorted, counted and paged, with a bounded number of statements.

Nothing here costs more because more cases are closed: counts stop at `MOST`, and pages end there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case as Case_
from django.db.models import QuerySet, When
from django.http import QueryDict

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, CaseClock
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import zone
from xiuhao.ui import pages
from xiuhao.ui.pages import Cases, Column, Filter, Order, Queue, Row, View

SIZES = (20, 50, 100)
MOST = 10_000  # rows that a list counts and pages; whoever needs more narrows the question
AHEAD = 5  # pages of a search that are counted beyond the one at hand
TAB_MOST = 200  # rows that a tab, a to-do or a search counts: beyond it the number tells nobody more
PIECE = 500  # rows that are read at once where all are wanted
LONGEST = 200  # characters of a search
FIRST_MOST = 100  # rows that an order puts before all others
RESERVED = frozenset({"view", "q", "order", "page", "size"})
LOOK = frozenset({"column", "saved"})  # of a page alone: which columns, and which saved view it began with
_ILLEGIBLE = re.compile("[\0\ud800-\udfff\ufffd]")  # the last is what Django makes of bytes that are no text


@dataclass
class Query:
    """What an address asks of a queue. `values` are the filters in use, by key, as their `apply` takes them."""

    queue: Queue
    view: View
    order: str
    words: str = ""
    page: int = 1
    size: int = SIZES[0]
    values: dict[str, Any] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    chosen: Sequence[str] = ()  # numbers: of all that the query wants these alone

    @property
    def filtered(self) -> int:
        """How many conditions narrow the view."""
        return len(self.values) + bool(self.words)

    @property
    def most(self) -> int:
        """Rows that this list counts and pages: of a word that thousands of texts say so many as lie ahead of who pages on."""
        return min(MOST, max(TAB_MOST, (self.page + AHEAD) * self.size)) if self.words else MOST


def read(
    process: Process, params: QueryDict, actor: Actor, *, strict: bool = False, size: int = SIZES[0], largest: int = SIZES[-1]
) -> Query:
    """The query of an address. Raises Refused (400): bad_filter, unknown_parameter; with `strict` (the API) an empty value is
    bad_filter."""
    queue = pages.queue(process)
    names = {name for f in queue.filters for name in ((f"{f.key}_from", f"{f.key}_to") if f.kind == "days" else (f.key,))}
    if unknown := set(params) - names - RESERVED - (LOOK if not strict else frozenset()):
        raise Refused("unknown_parameter", {"name": min(unknown)[:60]}, status=400)
    if strict and (empty := {name for name in params if name != "q" and "" in params.getlist(name)}):  # a form sends these, a program errs
        raise bad_filter(min(empty), "")
    views = [view for view in queue.views if pages.allowed(view, actor)]
    view = _one(views, params.get("view") or views[0].key, "view")
    order = params.get("order") or view.order or queue.orders[0].key
    _one(queue.orders, order.removeprefix("-"), "order")
    words = params.get("q", "").strip()
    if not legible(words):
        raise bad_filter("q", words)
    query = Query(queue, view, order, words, columns=params.getlist("column"))
    query.page, query.size = whole(params, "page", 1, MOST), whole(params, "size", size, largest)
    for each in queue.filters:
        value = _value(each, params, actor)
        if value is not None:
            query.values[each.key] = value
    return query


def columns(query: Query, chosen: Sequence[str]) -> list[Column]:
    """The columns that an address asks for, else those that somebody chose, else the usual ones."""
    known = {column.key: column for column in query.queue.columns}
    return [known[key] for key in query.columns or chosen if key in known] or [column for column in query.queue.columns if column.shown]


def settled(params: QueryDict) -> str:
    """What of an address makes a view: all but where one is in it and what was left empty, in one order whoever wrote it."""
    kept = QueryDict(mutable=True)
    for name in sorted(set(params) - {"page", "size", "saved"}):
        if given := [value for value in params.getlist(name) if value]:
            kept.setlist(name, given)
    return kept.urlencode()


def legible(text: str) -> bool:
    """True if a value of an address can be looked for: not too long, and all of it text."""
    return len(text) <= LONGEST and not _ILLEGIBLE.search(text)


def bad_filter(name: str, value: str) -> Refused:
    """What is not understood of an address (400), with the beginning of the value as it may be shown."""
    return Refused("bad_filter", {"name": name[:60], "value": _ILLEGIBLE.sub("\ufffd", value[:60])}, status=400)


def _one(offered: Sequence[Any], key: str, name: str) -> Any:
    for each in offered:
        if each.key == key:
            return each
    raise bad_filter(name, key)


def whole(params: QueryDict, name: str, usual: int, most: int) -> int:
    """A whole number of an address from 1 to `most`, `usual` where it says none. Raises Refused bad_filter (400)."""
    raw = params.get(name) or str(usual)
    if not (raw.isascii() and raw.isdigit() and len(raw) < 9 and 1 <= int(raw) <= most):
        raise bad_filter(name, raw)
    return int(raw)


def _value(each: Filter, params: QueryDict, actor: Actor) -> Any:
    """The filter's value as its `apply` takes it, None if it is not in use."""
    if each.kind == "days":
        days = (_day(params, f"{each.key}_from"), _day(params, f"{each.key}_to"))
        return days if any(days) else None
    given = [value for value in params.getlist(each.key) if value]
    if not given:
        return None
    bad = bad_filter(each.key, given[0])
    if not all(map(legible, given)):
        raise bad
    if each.kind == "text":
        return given[0].strip() or None
    if each.kind == "flag":
        if given != ["1"]:
            raise bad
        return True
    if each.kind == "choice":  # an option that is no longer offered finds nothing
        return [key for key in given if key in {str(key) for key, _label in each.options(actor)}]
    return given


def _day(params: QueryDict, name: str) -> date | None:
    raw = params.get(name)
    if not raw:
        return None
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        raise bad_filter(name, raw)
    return day


def rows(process: Process, query: Query, actor: Actor) -> Cases:
    """The cases that the actor sees and the query wants, unsorted. The lists, their counts, exports and bulk work all start here."""
    found = view_rows(process, query.view, actor)
    for each in query.queue.filters:
        if each.key in query.values:
            found = _apply(process, each, found, query.values[each.key], actor)
    if query.words:
        found = (query.queue.search or by_number_or_title)(found, query.words, actor)
    return found.filter(number__in=query.chosen) if query.chosen else found


def seen(process: Process, actor: Actor) -> Cases:
    """The cases of a process that the actor sees."""
    return Case.objects.of(process.key, actor)


def view_rows(process: Process, view: View, actor: Actor, among: Cases | None = None) -> Cases:
    """All rows of a built-in view; give `among` (`seen`) where several views of one process are wanted."""
    return view.where(seen(process, actor) if among is None else among, actor)


def by_number_or_title(found: Cases, words: str, actor: Actor) -> Cases:
    """The standing search: numbers that begin so, else titles that contain it."""
    number = words.upper()
    return (
        found.filter(number__startswith=number)
        if number.isascii() and any(c.isdigit() for c in number)
        else found.filter(title__contains=words)
    )


def _apply(process: Process, each: Filter, found: Cases, value: Any, actor: Actor) -> Cases:
    if value == []:
        return found.none()
    if each.apply:
        return each.apply(found, value, actor)
    name = each.field.removeprefix("record.")
    if each.kind == "days":
        first, last = value
        edges = {f"{name}__gte": _midnight(first) if first else None, f"{name}__lt": _midnight(last, 1) if last else None}
        wanted = {key: at for key, at in edges.items() if at}
    elif each.kind in ("choice", "free"):
        wanted = {f"{name}__in": value}
    else:
        wanted = {name: value}
    return by_record(process, found, **wanted) if each.field.startswith("record.") else found.filter(**wanted)


def by_record(process: Process, found: Cases, **wanted: Any) -> Cases:
    """Narrow cases by fields of the process's own record."""
    return found.filter(pk__in=apps.get_model(process.record)._base_manager.filter(**wanted).values("pk"))


def _midnight(day: date, further: int = 0) -> datetime:
    return datetime.combine(day + timedelta(days=further), time(), tzinfo=zone())


def ordered(query: Query, found: Cases) -> Cases:
    """The rows in the order asked for."""
    order: Order = _one(query.queue.orders, query.order.removeprefix("-"), "order")
    found = found.order_by(*_first(order, found), *order.by)
    return found.reverse() if query.order.startswith("-") else found


def _first(order: Order, found: Cases) -> tuple[Any, ...]:
    """What puts the few that stand before all others there; nothing where there are none, so that an index gives the order."""
    ids = list(order.first(found).order_by("pk").values_list("pk", flat=True)[:FIRST_MOST]) if order.first else []
    return (Case_(When(pk__in=ids, then=0), default=1),) if ids else ()


@dataclass
class Page:
    """One page of rows. `total` stops at the query's `most` (`more` is then True)."""

    rows: list[Row]
    total: int
    more: bool
    number: int
    size: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        return (self.number - 1) * self.size + 1


def page(process: Process, query: Query, actor: Actor, found: Cases, total: int) -> Page:
    """The page asked for, or the last one if there are fewer; three statements and what the queue's `fetch` needs."""
    shown = min(total, query.most)
    number = min(query.page, max(1, -(-shown // query.size)))
    start = (number - 1) * query.size
    cases = list(ordered(query, found).select_related("owner", "unit")[start : start + query.size])
    return Page(fill(process, query.queue, cases, actor), shown, total > query.most, number, query.size)


def every(process: Process, query: Query, actor: Actor) -> Iterator[Row]:
    """All rows that the query wants, in its order, piece by piece: the memory it takes does not depend on their number.

    In a transaction of the caller, which keeps the cursor; without one the cursor outlives the statement, and they are still of one moment.
    """
    cases = ordered(query, rows(process, query, actor)).select_related("owner", "unit").iterator(chunk_size=PIECE)
    while some := list(islice(cases, PIECE)):
        yield from fill(process, query.queue, some, actor)


def fill(process: Process, queue: Queue, cases: Sequence[Case], actor: Actor) -> list[Row]:
    """Rows with their records and open clocks, and what the queue's `fetch` needs."""
    made = plain(process, queue, cases, actor)
    if process.clocks:
        with_clocks(made)
    if queue.fetch:
        queue.fetch(made)
    return made


def plain(process: Process, queue: Queue, cases: Sequence[Case], actor: Actor) -> list[Row]:
    """Rows with their records alone, for what shows no column of the queue. One statement."""
    kept = apps.get_model(process.record)._base_manager.all()
    records = (kept.select_related(*queue.related) if queue.related else kept).in_bulk([case.pk for case in cases])
    made = [Row(case, records.get(case.pk), actor) for case in cases]
    for row in made:
        if row.record is not None:
            row.record.case = row.case
    return made


def with_clocks(rows: Sequence[Row]) -> None:
    """Give rows of any processes their open clocks, the first to fall due first. One statement."""
    found: dict[int, list[CaseClock]] = {}
    if rows:
        for clock in CaseClock.objects.filter(case_id__in={row.case.pk for row in rows}, stopped_at=None).order_by("due_at"):
            found.setdefault(clock.case_id, []).append(clock)
    for row in rows:
        row.clocks = found.get(row.case.pk, [])


def count_all(querysets: Sequence[QuerySet[Any]], most: int | Sequence[int] = TAB_MOST) -> list[int]:
    """How many rows each queryset has, in one statement; a count ends at its `most` + 1."""
    ends = [most] * len(querysets) if isinstance(most, int) else most
    parts: list[str] = []
    params: list[Any] = []
    for queryset, end in zip(querysets, ends, strict=True):
        try:
            sql, own = queryset.order_by().values("pk")[: end + 1].query.sql_with_params()
        except EmptyResultSet:
            sql, own = "SELECT 1 WHERE false", ()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS part)")  # noqa: S608  # the ORM wrote it, values are parameters
        params += own
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return list(cursor.fetchone())
