"""The customer chooses when we come: the windows that are free now, one tap, and a kind no where another was faster."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiuhao.dispatch import actions as dispatch
from xiuhao.dispatch import queries as dispatched
from xiuhao.fieldwork import queries as work
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import sentences, throttle
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.portal import visits
from xiuhao.portal.site import bounded, page, public, wait
from xiuhao.portal.views.track import reached
from xiuhao.ticket.models import Ticket

LOOKS = (20, 60)  # at the windows, which cost a look at three days
ACTS = (10, 60)


@public
@bounded
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, number: str, order: str) -> HttpResponseBase:
    """GET, POST /portal/mine/<number>/visit/<order>: which windows there are; one is chosen. The engine decides, the page only asks."""
    actor, ticket = reached(request, number)
    found = next((one for one in work.for_customer(ticket.pk) if one.case.number == order), None)
    if found is None:
        raise Refused("not_found", {}, status=404)
    throttle.allow(f"portal.slots:{throttle.client_key(request)}", *LOOKS)
    if request.method == "GET":
        return _page(request, ticket, found)
    try:
        throttle.allow(f"portal.choose:{throttle.client_key(request)}", *ACTS)
        _choose(request, actor, found)
    except Refused as refused:
        found = next((one for one in work.for_customer(ticket.pk) if one.pk == found.pk), found)
        said = "；".join(sentences.say(one) for one in refused.fields.values()) or sentences.say(refused)
        return wait(_page(request, ticket, found, refused.status, error=said), refused)
    return HttpResponseRedirect(f"{reverse('portal:mine_case', args=[ticket.case.number])}?done=slot", status=303)


def _choose(request: HttpRequest, actor: Actor, order: WorkOrder) -> None:
    try:
        key, opens = UUID(request.POST.get("key", "")), datetime.fromisoformat(request.POST.get("slot", "") or "?")
        opens.astimezone()
    except (ValueError, OverflowError):
        raise Refused("slot_missing" if request.POST.get("key") else "form_key_bad", status=422) from None
    mine = Actor(kind="customer", customer=actor.customer, cases=actor.cases | {order.pk}, proven=True, language=actor.language)
    dispatch.choose(
        order, request.POST.get("verb", ""), opens, mine, key, request.POST.get("reason", "").strip()[:300] or _("客户在网上改约")
    )


def _page(request: HttpRequest, ticket: Ticket, order: WorkOrder, status: int = 200, **more: Any) -> HttpResponse:
    verb = dispatched.choosing(order)
    days: dict[Any, list[Any]] = {}
    for slot in dispatched.offered(order) if verb else ():
        days.setdefault(slot.day, []).append(slot)
    return page(
        request, "slots", status, ticket=ticket, verb=verb, days=list(days.items()), key=uuid4(), now=visits.when(order),
        chosen=request.POST.get("slot", ""), reason=request.POST.get("reason", "")[:300], **more,
    )  # fmt: skip
