"""The pages of a sheet of people: template, upload, what the check found, the result with the rows to correct."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from procrastinate.exceptions import AlreadyEnqueued

from xiuhao.kernel import sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.migration import taking
from xiuhao.migration.models import SheetRun
from xiuhao.migration.subject import Subject, allowed
from xiuhao.migration.taking import SUBJECTS
from xiuhao.ui import book, spreadsheet
from xiuhao.ui.desk import actor_of, show, staff

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # faults on the page; the file has all of them


def _subject(key: str) -> Subject:
    if key not in SUBJECTS:
        raise Refused("not_found", {}, status=404)
    return SUBJECTS[key]


def _run(actor: Actor, pk: UUID) -> SheetRun:
    found = SheetRun.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    return found


@staff
def upload(request: HttpRequest, subject: str) -> HttpResponseBase:
    """GET and POST /migration/sheet/<subject>: the template, the upload, one's last imports."""
    actor, of = allowed(actor_of(request)), _subject(subject)
    refused = None
    if request.method == "POST":
        try:
            found = _received(request, actor, of)
            return HttpResponseRedirect(reverse("migration:sheet_run", args=[found.pk]), status=303)
        except Refused as error:
            refused = error
    last = SheetRun.objects.visible_to(actor).filter(subject=of.key).order_by("-created_at")[:10]
    context = {
        "of": of, "subjects": SUBJECTS.values(), "last": last,
        "sentence": sentences.say(refused) if refused else "", "megabytes": spreadsheet.MOST_BYTES // 2**20, "limit": spreadsheet.MOST_ROWS,
    }  # fmt: skip
    return show(request, "migration/sheet.html", refused.status if refused else 200, **context)


def _received(request: HttpRequest, actor: Actor, of: Subject) -> SheetRun:
    """The uploaded file, read; small ones are checked while the person waits."""
    given = request.FILES.get("file")
    if given is None:
        raise Refused("file_empty", status=422)
    data = given.read(spreadsheet.MOST_BYTES + 1)
    found = taking.start(actor, of, given.name or "", data, get_language() or "zh-hans")
    _work(found, taking.check_on)
    return found


def _work(found: SheetRun, step: Callable[[SheetRun], bool]) -> None:
    """Few rows are done at once, more in the background."""
    if found.rows <= taking.AT_ONCE:
        while step(found):
            continue
        return
    from xiuhao.migration.jobs import sheet

    try:
        sheet.configure(lock=f"sheet:{found.pk}", queueing_lock=f"sheet:{found.pk}:{found.state}").defer(run=str(found.pk))
    except AlreadyEnqueued:
        return


@staff
def run(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """GET /migration/sheet/run/<id>: how far it is, what was found; POST `then`: whole, good or drop."""
    found = _run(allowed(actor_of(request)), pk)
    refused = None
    if request.method == "POST":
        try:
            _decide(found, request.POST.get("then", ""))
            return HttpResponseRedirect(request.path, status=303)
        except Refused as error:
            refused = error
    found.refresh_from_db()
    faulty, progress = book.faulty(found), taking.progress(found)
    context: dict[str, Any] = {
        "run": found, "of": SUBJECTS[found.subject], "progress": progress, "faulty": faulty, "good": found.rows - faulty,
        "faults": book.faults(found, SHOWN), "sentence": sentences.say(refused) if refused else "",
        "can_whole": not faulty and found.rows <= taking.WHOLE, "unknown": [h for h, key in found.headers if h and not key],
    }  # fmt: skip
    if found.state == "checked":
        context |= _preview(found)
    return show(request, "migration/sheet_run.html", refused.status if refused else 200, **context)


def _decide(found: SheetRun, then: str) -> None:
    if then == "drop":
        taking.drop(found)
        return
    if then not in ("whole", "good"):
        raise Refused("import_state", {"state": found.get_state_display()})
    taking.begin(found, whole=then == "whole")
    _work(found, taking.import_on)


def _preview(found: SheetRun) -> dict[str, Any]:
    """The first rows as they were read, personal data masked: whoever uploaded them sees whether they were read rightly."""
    columns = {column.key: column for column in SUBJECTS[found.subject].columns}
    piece = found.pieces.order_by("position").first()
    used = [(place, header, columns[key]) for place, (header, key) in enumerate(found.headers) if key]
    rows = [
        (number, [column.mask(cells[place]) if place < len(cells) and cells[place] else "" for place, _header, column in used])
        for number, cells in (taking.rows_of(piece)[:5] if piece else ())
    ]
    return {"sample": rows, "mapped": [(header, str(column.label)) for _place, header, column in used]}


@staff
def template(request: HttpRequest, subject: str) -> HttpResponseBase:
    """GET /migration/sheet/<subject>/template.xlsx: headers, an example row, the values that are offered."""
    allowed(actor_of(request))
    of = _subject(subject)
    heads = [
        book.Head(
            str(column.label), column.must, column.width, column.example,
            [str(text) for _value, text in column.offered()] if column.offered else (),
        )
        for column in of.columns
    ]  # fmt: skip
    notes = (
        _("红色带 * 的列必填；第二行是例子，请改掉或删除。"),
        _("电话、序列号请保持“文本”格式；日期写成 2026-01-31。"),
        _("已有的客户（按电话）、设备（按序列号）、员工（按登录名）不会重复，只补空白，不改已有的资料。"),
    )
    return handed_out(book.template(str(of.label), heads, notes), _("导入模板_{name}").format(name=of.label))


@staff
def errors(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """GET /migration/sheet/run/<id>/errors.xlsx: the rows with faults, the reason beside each."""
    found = _run(allowed(actor_of(request)), pk)
    faults = book.faults(found)
    bad = {fault[0] for fault in faults}
    pieces = found.pieces.exclude(faults=[]).order_by("position")
    rows = [(number, cells) for piece in pieces for number, cells in taking.rows_of(piece) if number in bad]
    data = book.errors(str(SUBJECTS[found.subject].label), [header for header, _key in found.headers], rows, faults)
    return handed_out(data, _("错误行_{name}").format(name=found.name))


def handed_out(data: bytes, name: str) -> HttpResponse:
    """A workbook as an answer, called as the file that it is about."""
    response = HttpResponse(data, content_type=EXCEL)
    response["Content-Disposition"] = str(content_disposition_header(True, f"{name.removesuffix('.xlsx').removesuffix('.csv')}.xlsx"))
    response["Cache-Control"] = "private, no-store"
    return response
