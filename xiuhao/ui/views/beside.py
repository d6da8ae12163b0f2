"""What stands beside a case: who else has it open, and the list that it was opened from."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from xiuhao.ui import listing, presence, seen
from xiuhao.ui.desk import actor_of, case_of, process_of, show, staff

MOST = 50  # rows of the strip


@staff
@require_http_methods(["POST"])
def here(request: HttpRequest, process: str, number: str) -> HttpResponseBase:
    """POST …/here: one beat of a page that has the case open (`mode` view, edit, away or leave); answers with who else has."""
    actor = actor_of(request)
    case = case_of(actor, process_of(process), number)
    return show(request, "ui/presence.html", others=presence.beat(actor, case, request.POST.get("mode", presence.VIEW)))


@staff
def strip(request: HttpRequest, process: str) -> HttpResponseBase:
    """GET /c/<process>/strip?<a list's query>&at=<number>: the page of that list, short, with the case before and after `at`."""
    actor, declared = actor_of(request), process_of(process)
    params = request.GET.copy()
    at = "".join(params.pop("at", [])[:1])
    query = listing.read(declared, params, actor)
    found = listing.ordered(query, listing.rows(declared, query, actor))
    start = (query.page - 1) * query.size
    cases = list(found[start : start + min(query.size, MOST)])
    place = next((index for index, case in enumerate(cases) if case.number == at), None)
    before, after = (None, None) if place is None else (cases[place - 1] if place else None, cases[place + 1 : place + 2])
    return show(
        request, "ui/strip.html", process=declared, query=query, cases=cases, at=at, url=f"/c/{process}/?{params.urlencode()}",
        before=before, after=after[0] if after else None, unread=seen.unread(actor, cases), states={s.key: s for s in declared.states},
    )  # fmt: skip
