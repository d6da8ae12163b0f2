"""What is kept of the customer, for themselves: what they agreed to, taken back by one tap; what they may ask for, and its answer."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiuhao.kernel import engine, sentences, throttle
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.party.models import PURPOSES
from xiuhao.portal import visitors
from xiuhao.portal.site import bounded, page, public, wait
from xiuhao.privacy import queries as privacy
from xiuhao.privacy.models import KINDS, SubjectRequest

ASKS = (10, 3600)
HANDED = ("access", "export")


def _me(request: HttpRequest) -> Actor:
    proof = visitors.proof(request)
    if proof is None:
        raise Refused("proof_needed", {}, status=403)
    return visitors.customer(proof)


@public
@require_safe
def data(request: HttpRequest) -> HttpResponseBase:
    """GET /portal/data"""
    if visitors.proof(request) is None:
        return HttpResponseRedirect(reverse("portal:find"))
    return _page(request, _me(request))


def _page(request: HttpRequest, me: Actor, status: int = 200, error: str = "") -> HttpResponse:
    assert me.customer is not None
    held, shown = people.consents([me.customer])[me.customer], people.notice()
    language = "zh" if (get_language() or "").startswith("zh") else "en"
    mine = Case.objects.of("privacy", me)
    asked = SubjectRequest.objects.filter(case__in=mine).select_related("case").order_by("-case_id")[:20]
    return page(
        request, "data", status, purposes=[(key, label, held.get(key)) for key, label in PURPOSES if key in people.ASKED],
        notice=shown.value["text"].get(language) or shown.value["text"]["zh"] if shown else "",
        since=shown.since if shown and shown.edition > 1 else None,
        asked=[(row, row.kind in HANDED and row.case.state == "done") for row in asked], kinds=KINDS, key=uuid4(), error=error,
    )  # fmt: skip


@public
@bounded
@require_POST
def consent(request: HttpRequest) -> HttpResponseBase:
    """POST /portal/data/consent: one tap."""
    me = _me(request)
    assert me.customer is not None
    throttle.allow(f"portal.consent:{throttle.client_key(request)}", *ASKS)
    party.consent(me, me.customer, request.POST.get("purpose", ""), request.POST.get("given") == "yes", "portal")
    return HttpResponseRedirect(reverse("portal:data"), status=303)


@public
@bounded
@require_http_methods(["POST"])
def ask(request: HttpRequest) -> HttpResponseBase:
    """POST /portal/data/ask: to see, correct, take along or have deleted what is kept."""
    me = _me(request)
    try:
        throttle.allow(f"portal.ask:{throttle.client_key(request)}", *ASKS)
        key = UUID(request.POST.get("key", ""))
        given = {"kind": request.POST.get("kind", ""), "text": request.POST.get("text", "")}
        engine.perform("privacy", "ask", actor=me, given={name: value for name, value in given.items() if value}, key=key)
    except ValueError:
        raise Refused("form_key_bad", status=400) from None
    except Refused as refused:
        error = "；".join(sentences.say(wrong) for wrong in refused.fields.values()) or sentences.say(refused)
        return wait(_page(request, me, refused.status, error), refused)
    return HttpResponseRedirect(reverse("portal:data"), status=303)


@public
@require_safe
def held(request: HttpRequest, number: str, kind: str) -> HttpResponseBase:
    """GET /portal/data/<number>.<json|csv>: what was asked for and answered, to whoever has proven to be the customer."""
    me = _me(request)
    mine = Case.objects.of("privacy", me).filter(number=number, state="done")
    record = SubjectRequest.objects.filter(case__in=mine, kind__in=HANDED).select_related("case").first()
    if record is None:
        raise Refused("not_found", {}, status=404)
    return privacy.handed(record, kind)
