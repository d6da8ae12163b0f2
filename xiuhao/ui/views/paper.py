"""A paper of a case as PDF: what a module declared (`pages.Paper`), for who may see the case."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xiuhao.kernel.models import Reveal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.ui import pages, paper
from xiuhao.ui.desk import actor_of, case_of, process_of, record_of, staff


@require_safe
@staff
def print_(request: HttpRequest, process: str, number: str, key: str) -> HttpResponseBase:
    """GET /c/<process>/<number>/paper/<key>: the PDF, shown by the browser; ?size=slip on continuous forms. What stands masked on the
    pages stands plain on some papers: that it was printed is kept. Raises Refused not_found (404)."""
    actor, declared = actor_of(request), process_of(process)
    found = case_of(actor, declared, number)
    chosen = next((each for each in pages.papers(process, actor) if each.key == key), None)
    record = record_of(declared, found, tuple(pages.case_page(declared).related))
    if chosen is None or not chosen.ready(found, record, actor):
        raise Refused("not_found", {"number": key[:40]}, status=404)
    data = paper.printed(chosen.sheet(found, record, actor), actor.name, request.GET.get("size", ""))
    if chosen.personal and request.method == "GET":
        seen = {"actor_id": actor.account, "actor_name": actor.name, "subject": f"paper:{process}.{key}"}
        Reveal.objects.create(at=now(), case=found, reason=_("打印{paper}").format(paper=chosen.label), **seen)
    headers = {"Content-Disposition": f'inline; filename="{found.number}-{key}.pdf"', "Cache-Control": "no-store, private"}
    return HttpResponse(data, content_type="application/pdf", headers=headers)
