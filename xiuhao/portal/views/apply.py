"""The customer applies for a return or an exchange themselves: what today's verdict opens is offered, the engine decides."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xiuhao.kernel import engine, sentences, throttle
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.portal import exchanges
from xiuhao.portal.forms import MOST_PHOTOS, key_of, receive_photos
from xiuhao.portal.site import bounded, page, public, wait
from xiuhao.portal.views.track import reached
from xiuhao.returns import queries as returns
from xiuhao.ticket.models import Ticket

ACTS = (10, 3600)
TYPED = ("kind", "reason", "purchased_on", "serial")


@public
@bounded
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, number: str) -> HttpResponseBase:
    """GET, POST /portal/mine/<number>/returns: what may be asked for, and why nothing where that is so; asked for once."""
    actor, ticket = reached(request, number)
    if request.method == "GET":
        return _page(request, ticket)
    try:
        throttle.allow(f"portal.apply:{throttle.client_key(request)}", *ACTS)
        _apply(request, actor, ticket)
    except Refused as refused:
        errors = {name: sentences.say(wrong) for name, wrong in refused.fields.items()}
        return wait(_page(request, ticket, refused.status, errors=errors, error="" if errors else sentences.say(refused)), refused)
    return HttpResponseRedirect(f"{reverse('portal:mine_case', args=[ticket.case.number])}?done=returns", status=303)


def _apply(request: HttpRequest, actor: Actor, ticket: Ticket) -> None:
    key, photos = key_of(request.POST), [photo for photo in request.POST.getlist("photos") if photo]
    receive_photos(request, photos, actor)
    given: dict[str, Any] = {name: text for name in TYPED if (text := request.POST.get(name, "").strip())}
    given |= {"safety": True} if request.POST.get("safety") else {}
    engine.perform("returns", "apply", actor=actor, parent=ticket.case.number, given={**given, "photos": photos}, key=key)


def _page(request: HttpRequest, ticket: Ticket, status: int = 200, **more: Any) -> HttpResponse:
    found, open_now, known = returns.claimable(ticket.pk)
    values = {name: request.POST.get(name, "") for name in (*TYPED, "safety")}
    kinds = [(kind, words) for kind, words in exchanges.WANTED.items() if kind in open_now]
    return page(
        request, "apply", status, ticket=ticket, verdict=found.verdict, kinds=kinds, known=known, values=values, key=uuid4(),
        most_photos=MOST_PHOTOS, **more,
    )  # fmt: skip
