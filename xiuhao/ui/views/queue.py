"""The list of a process: views, query form, table, pages; the preview of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.words import _
from xiuhao.ui import listing, pages, seen
from xiuhao.ui.desk import actor_of, done, process_of, show, staff
from xiuhao.ui.listing import LOOK, MOST, RESERVED, SIZES, TAB_MOST, Query
from xiuhao.ui.models import SavedView
from xiuhao.ui.pages import Filter
from xiuhao.ui.register import numbers
from xiuhao.ui.views.saved import address, may_change

TABS = 20  # saved views that stand above the list; the palette finds the others
DENSITIES = (("compact", _("紧凑")), ("normal", _("适中")), ("loose", _("宽松")))


@dataclass
class Tab:
    """A view above the list, built in or saved."""

    label: str
    url: str
    count: int
    current: bool
    saved: SavedView | None = None
    changed: bool = False  # the address began as this saved view and is another by now
    mine: bool = False  # this actor may change it

    @property
    def shown(self) -> str:
        return f"{TAB_MOST}+" if self.count > TAB_MOST else str(self.count)


@dataclass
class Ask:
    """One question of the query form, with what is answered."""

    filter: Filter
    options: list[tuple[str, str]]
    value: Any
    given: list[str]  # as the address has it

    @property
    def unlisted(self) -> list[str]:
        """Values in use that the form does not offer, or not any more."""
        return [v for v in self.given if v not in dict(self.options)] if self.filter.kind in ("choice", "free") else []

    @property
    def days(self) -> tuple[Any, Any]:
        first, last = self.value or (None, None)
        return first, last


@staff
def queue(request: HttpRequest, process: str) -> HttpResponseBase:
    """GET /c/<process>/: the address is the whole state of the list."""
    actor, declared = actor_of(request), process_of(process)
    preferences = request.user.preferences  # type: ignore[union-attr]
    try:
        query = _asked(request, declared, actor)
    except Refused as refused:
        return _without(request, declared, refused)
    found = listing.rows(declared, query, actor)
    tabs, total = _tabs(request, declared, query, actor, found)
    page = listing.page(declared, query, actor, found, total)
    columns = listing.columns(query, preferences.get("columns", {}).get(process, []))
    return show(
        request, "ui/queue.html", process=declared, query=query, tabs=tabs, page=page, columns=columns, MOST=MOST, SIZES=SIZES,
        asks=_asks(query, actor, request.GET), all_columns=query.queue.columns, bulk=[declared.verb(key) for key in query.queue.bulk],
        births=[t for t in engine.births(actor, declared) if not t.on and not t.quiet],
        extra=[(k, v) for k, values in request.GET.lists() if k in (RESERVED | LOOK) - {"page", "q"} for v in values],
        here=listing.settled(request.GET), states={s.key: s for s in declared.states},
        numbers=numbers(page.number, page.last),
        densities=DENSITIES, unread=seen.unread(actor, [row.case for row in page.rows]), live=f"queue:{process}",
    )  # fmt: skip


@require_safe
@staff
def fresh(request: HttpRequest, process: str) -> HttpResponseBase:
    """GET /c/<process>/fresh with a list's query: the version of each case on that page, by number. A page that heard of a change
    compares them with its own rows: what it then announces is what would change in this very list."""
    actor, declared = actor_of(request), process_of(process)
    query = _asked(request, declared, actor)
    found, start = listing.ordered(query, listing.rows(declared, query, actor)), (query.page - 1) * query.size
    return JsonResponse(dict(found.values_list("number", "version")[start : start + query.size]))


def _asked(request: HttpRequest, process: Process, actor: Actor) -> Query:
    """The query of a list's address, as many rows a page as the reader likes."""
    size = request.user.preferences.get("size", SIZES[0])  # type: ignore[union-attr]
    return listing.read(process, request.GET, actor, size=size if size in SIZES else SIZES[0])


def _without(request: HttpRequest, process: Process, refused: Refused) -> HttpResponseBase:
    """A saved view with a condition that is no more opens without it, and can be changed or deleted there; what somebody wrote into an
    address by hand stays refused."""
    name = refused.params.get("name", "")
    if "saved" not in request.GET or name not in request.GET:
        raise refused
    kept = request.GET.copy()
    del kept[name]
    said = _("视图里的条件“{name}”已经不再提供，这里没有用它。修改或删除视图后不再提示。").format(name=name)
    return done(request, said, f"/c/{process.key}/?{kept.urlencode()}")


def _tabs(request: HttpRequest, process: Process, query: Query, actor: Actor, found: pages.Cases) -> tuple[list[Tab], int]:
    """Every view with its count, and the total of the list itself: two statements."""
    views = [view for view in query.queue.views if pages.allowed(view, actor)]
    began = request.GET.get("saved", "")
    saved = _saved(process, actor, began)
    among = listing.seen(process, actor)
    sets = [found, *[listing.view_rows(process, view, actor, among) for view in views], *[rows for _view, rows in saved]]
    total, *counts = listing.count_all(sets, [query.most] + [TAB_MOST] * (len(sets) - 1))
    here = listing.settled(request.GET)
    own = next((view for view, _rows in saved if str(view.pk) == began), next((v for v, _rows in saved if _kept(v) == here), None))
    tabs = [Tab(str(view.label), f"?view={view.key}", counts.pop(0), view is query.view and own is None) for view in views]
    for view, _rows in saved:
        mine, changed = may_change(view, actor), view is own and _kept(view) != here
        tabs.append(Tab(view.name, address(view).partition("/c/" + process.key + "/")[2], counts.pop(0), view is own, view, changed, mine))
    return tabs, total


def _kept(view: SavedView) -> str:
    """The query of a saved view as an address would settle."""
    return listing.settled(QueryDict(view.query))


def _saved(process: Process, actor: Actor, began: str) -> list[tuple[SavedView, pages.Cases]]:
    """The first saved views and the one that the address began with, with their rows; one whose filters no longer exist has none."""
    every = SavedView.objects.visible_to(actor).filter(process=process.key).select_related("shared_unit")
    views = list(every.order_by("-starred", "position", "pk")[:TABS])
    if began.isdecimal() and len(began) < 19 and began not in {str(view.pk) for view in views}:
        views += every.filter(pk=int(began))
    found = []
    for view in views:
        try:
            query = listing.read(process, QueryDict(view.query), actor)
            found.append((view, listing.rows(process, query, actor)))
        except Refused:
            found.append((view, Case.objects.visible_to(actor).none()))
    return found


def _asks(query: Query, actor: Actor, params: QueryDict) -> list[Ask]:
    """The query form; those of the first row come first."""
    filters = sorted(query.queue.filters, key=lambda each: not each.first)
    offered = [[(str(key), str(label)) for key, label in f.options(actor)] for f in filters]
    return [Ask(f, o, query.values.get(f.key), [v for v in params.getlist(f.key) if v]) for f, o in zip(filters, offered, strict=True)]
