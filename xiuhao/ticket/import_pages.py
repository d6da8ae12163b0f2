"""The pages of an import: template, upload, what the check found, the result with the rows to correct."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from procrastinate.exceptions import AlreadyEnqueued

from xiuhao.kernel import engine, masking, registry, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.ticket import columns, importing, workbooks
from xiuhao.ticket.models import ImportRun
from xiuhao.ui import book, spreadsheet
from xiuhao.ui.desk import actor_of, show, staff

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # faults on the page; the file has all of them
MASKS = {"contact_name": masking.mask_name, "contact_phone": masking.mask_phone, "contact_address": masking.mask_address}


def _importer(request: HttpRequest) -> Actor:
    """Who may receive a ticket may import many. Raises Refused not_allowed (403)."""
    actor, process = actor_of(request), registry.process("ticket")
    if process.verb("receive") not in engine.births(actor, process):
        raise Refused("not_allowed", {"verb": _("导入工单")}, status=403)
    return actor


def _run(actor: Actor, pk: UUID) -> ImportRun:
    found = ImportRun.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


@staff
def upload(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /ticket/import: the template, the upload, one's last imports."""
    actor = _importer(request)
    refused = None
    if request.method == "POST":
        try:
            run = _received(request, actor)
            return HttpResponseRedirect(reverse("ticket:import_run", args=[run.pk]), status=303)
        except Refused as error:
            refused = error
    last = ImportRun.objects.visible_to(actor).order_by("-created_at")[:10]
    limits = {"megabytes": spreadsheet.MOST_BYTES // 2**20, "limit": spreadsheet.MOST_ROWS}
    context = {"last": last, "sentence": sentences.say(refused) if refused else "", **limits}
    return show(request, "ticket/import.html", refused.status if refused else 200, **context)


def _received(request: HttpRequest, actor: Actor) -> ImportRun:
    """The uploaded file, read; small ones are checked while the person waits."""
    given = request.FILES.get("file")
    if given is None:
        raise Refused("file_empty", status=422)
    data = given.read(spreadsheet.MOST_BYTES + 1)
    run = importing.start(actor, given.name or "", data, get_language() or "zh-hans")
    _work(run, importing.check_on)
    return run


def _work(run: ImportRun, step: Any) -> None:
    """Few rows are done at once, more in the background."""
    if run.rows <= importing.AT_ONCE:
        while step(run):
            continue
        return
    from xiuhao.ticket.jobs import import_work

    try:
        import_work.configure(lock=f"import:{run.pk}", queueing_lock=f"import:{run.pk}").defer(run=str(run.pk))
    except AlreadyEnqueued:
        return


@staff
def run(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """GET /ticket/import/<id>: how far it is, what was found; POST `then`: whole, good or drop; `tell`: customers are told."""
    actor = _importer(request)
    found = _run(actor, pk)
    refused = None
    if request.method == "POST":
        try:
            _decide(found, request.POST.get("then", ""), request.POST.get("tell") == "1")
            return HttpResponseRedirect(request.path, status=303)
        except Refused as error:
            refused = error
    found.refresh_from_db()
    count, progress = book.faulty(found), importing.progress(found)
    context: dict[str, Any] = {
        "run": found, "progress": progress, "faulty": count, "good": found.rows - count - progress["known"],
        "faults": book.faults(found, SHOWN), "sentence": sentences.say(refused) if refused else "",
        "whole_limit": importing.WHOLE, "can_whole": not count and not progress["known"] and found.rows <= importing.WHOLE,
        "unknown": [h for h, key in found.headers if h and not key],
    }  # fmt: skip
    if found.state == "checked":
        context |= _preview(found)
    return show(request, "ticket/import_run.html", refused.status if refused else 200, **context)


def _decide(run: ImportRun, then: str, tell: bool) -> None:
    if then == "drop":
        importing.drop(run)
        return
    importing.begin(run, whole=then == "whole", tell=tell)
    _work(run, importing.import_on)


def _preview(run: ImportRun) -> dict[str, Any]:
    """The first rows as they were read, personal data masked: whoever uploaded them sees whether they were read rightly."""
    piece = run.pieces.order_by("position").first()
    keys = [key for _header, key in run.headers]
    known = [(place, header) for place, (header, key) in enumerate(run.headers) if key]
    rows = [
        (number, [MASKS.get(keys[place], str)(cells[place]) if place < len(cells) else "" for place, _header in known])
        for number, cells, _given, _key in (importing.rows_of(piece)[:5] if piece else ())
    ]
    labels = {key: str(need.label) for key, need in columns.needs().items()}
    return {"sample": rows, "mapped": [(header, labels[keys[place]]) for place, header in known]}


@staff
def template(request: HttpRequest) -> HttpResponseBase:
    """GET /ticket/import/template.xlsx"""
    _importer(request)
    return _file(workbooks.template(), _("工单导入模板"))


@staff
def errors(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """GET /ticket/import/<id>/errors.xlsx: the rows with faults, the reason beside each."""
    found = _run(_importer(request), pk)
    faults = book.faults(found)
    bad = {fault[0] for fault in faults}
    rows = [(n, cells) for piece in found.pieces.order_by("position") for n, cells, _g, _k in importing.rows_of(piece) if n in bad]
    return _file(workbooks.errors([header for header, _key in found.headers], rows, faults), _("错误行_{name}").format(name=found.name))


def _file(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=EXCEL)
    response["Content-Disposition"] = str(content_disposition_header(True, f"{name.removesuffix('.xlsx').removesuffix('.csv')}.xlsx"))
    response["Cache-Control"] = "private, no-store"
    return response
