"""The pages on which a month is taken to another ledger."""

from __future__ import annotations

from tempfile import TemporaryFile

from django.db import transaction
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from xiuhao.accounts import exporting
from xiuhao.accounts.desk import month_asked, months, reader
from xiuhao.kernel.refusal import Refused
from xiuhao.ui.desk import show, staff
from xiuhao.ui.export import EXCEL, note

KINDS = {"utf8": "text/csv; charset=utf-8", "gb18030": "text/csv; charset=gb18030", "xlsx": EXCEL}


@require_safe
@staff
def exports(request: HttpRequest) -> HttpResponseBase:
    """GET /books/export?month=: the files of a month."""
    reader(request)
    return show(request, "accounts/exports.html", layouts=exporting.layouts(), month=month_asked(request), months=months())


@require_safe
@staff
def export(request: HttpRequest, layout: str, kind: str) -> HttpResponseBase:
    """GET /books/export/<layout>.<kind>?month=: the entries of a month. Raises Refused not_found (404)."""
    actor, month = reader(request), month_asked(request)
    found = exporting.layouts().get(layout)
    if found is None or kind not in (exporting.ENCODINGS if found.csv else ("xlsx",)):
        raise Refused("not_found", {"number": layout[:40]}, status=404)
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    try:
        with transaction.atomic():
            rows = exporting.entries(actor, month)
            count = exporting.write_csv(file, found.cells, rows, kind) if found.csv else exporting.write_xlsx(file, found.cells, rows)
            note(actor, f"books.{layout}", ["month"], count)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"{layout}-{month}-{kind}.csv" if found.csv else f"{layout}-{month}.xlsx"  # two encodings of one month stay apart
    return FileResponse(file, as_attachment=True, filename=name, content_type=KINDS[kind], headers={"Cache-Control": "no-store"})
