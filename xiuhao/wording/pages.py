"""The check while somebody types: which words may not go out, and what to say instead."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from xiuhao.kernel.refusal import Refused
from xiuhao.ui.desk import show, staff
from xiuhao.wording import queries

LONGEST = 16_000


@staff
@require_POST
def check(request: HttpRequest) -> HttpResponseBase:
    """POST /wording/check?of=<field>: the marks of what is typed in that field. Keeps nothing. Refused too_long (413)."""
    text = request.POST.get(request.GET.get("of", ""), "")
    if len(text) > LONGEST:
        raise Refused("too_long", {"label": "", "limit": LONGEST, "length": len(text)}, status=413)
    marks = queries.found(text)
    warned = any(not mark.blocks for mark in marks) and "_confirm" not in request.POST
    return show(
        request, "wording/found.html", pieces=queries.pieces(text, marks), marks=marks, warned=warned, key=queries.CONFIRMED,
        stopped=any(mark.blocks for mark in marks),
    )  # fmt: skip
