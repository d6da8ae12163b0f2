"""A list as an Excel file: a short one at once, a long one in the background with a page that tells how far it is."""

from __future__ import annotations

from contextlib import suppress
from typing import IO
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe
from procrastinate.exceptions import AlreadyEnqueued

from xiuhao.kernel import files
from xiuhao.kernel.access import Actor
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.ui import export as writing
from xiuhao.ui import exports as work
from xiuhao.ui import listing
from xiuhao.ui.desk import actor_of, process_of, show, staff
from xiuhao.ui.listing import Query
from xiuhao.ui.models import ExportRun
from xiuhao.ui.pages import Column


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def export(request: HttpRequest, process: str) -> HttpResponseBase:
    """GET /c/<process>/export with a list's query: all its rows as an Excel file, masked as on the screen. That it was taken is kept.
    POST with `query` and the numbers `n`: of those rows the chosen ones (with `all` every one).

    More than `exports.AT_ONCE` rows are written in the background: the answer leads to the page of the run."""
    actor, declared = actor_of(request), process_of(process)
    asked = QueryDict(request.POST.get("query", "")) if request.method == "POST" else request.GET
    query = listing.read(declared, asked, actor)
    if request.method == "POST" and "all" not in request.POST:
        query.chosen = _chosen(request.POST.getlist("n"))
        return _at_once(declared, query, _columns(request, process, query), actor)
    columns = _columns(request, process, query)
    if not work.long(process, query, actor):
        return _at_once(declared, query, columns, actor)
    run = work.start(process, listing.settled(asked), columns, actor)
    from xiuhao.ui.jobs import export_work

    with suppress(AlreadyEnqueued), transaction.atomic():
        export_work.configure(queueing_lock=f"export:{run.pk}").defer(run=str(run.pk))
    return HttpResponseRedirect(work.TELLING.url(run.pk), status=303)


def _columns(request: HttpRequest, process: str, query: Query) -> list[Column]:
    return listing.columns(query, request.user.preferences.get("columns", {}).get(process, []))  # type: ignore[union-attr]


def _chosen(numbers: list[str]) -> list[str]:
    """The rows that were ticked. Refused nothing_chosen, too_many_rows (422)."""
    if not numbers or len(numbers) > work.AT_ONCE:
        raise Refused("too_many_rows" if numbers else "nothing_chosen", {"limit": work.AT_ONCE, "count": len(numbers)}, status=422)
    return numbers


def _at_once(process: Process, query: Query, columns: list[Column], actor: Actor) -> HttpResponseBase:
    def write(file: IO[bytes]) -> None:
        with transaction.atomic():  # one cursor, read piece by piece: the rows are those of one moment
            every, states = listing.every(process, query, actor), work.states(process.key)
            rows = writing.write(file, str(process.label), columns, every, actor, states)
            writing.note(actor, process.key, query.values, rows)

    return writing.answer(process.key, write)


@staff
def report(request: HttpRequest, run: UUID) -> HttpResponseBase:
    """GET /exports/<run>: how far it is, then the link to the file as long as it lasts."""
    found = _own(actor_of(request), run)
    until = work.until(found)
    expired = until is not None and now() >= until
    return show(request, "ui/export_run.html", run=found, process=process_of(found.process), until=until, expired=expired)


@require_safe
@staff
def file(request: HttpRequest, run: UUID) -> HttpResponseBase:
    """GET /exports/<run>/file: for whoever asked for it alone. Raises Refused not_found (404), export_expired (410)."""
    actor = actor_of(request)
    return files.serve(work.taken(_own(actor, run), actor), download=True)


def _own(actor: Actor, run: UUID) -> ExportRun:
    found = ExportRun.objects.visible_to(actor).filter(pk=run).first()
    if found is None:
        raise Refused("not_found", {"number": str(run)}, status=404)
    return found
