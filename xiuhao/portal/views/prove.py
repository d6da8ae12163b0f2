"""Finding one's requests and proving a number. Whatever is wrong looks the same from outside."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from xiuhao.kernel import engine, sentences, throttle
from xiuhao.kernel.masking import mask_phone, normalise_phone
from xiuhao.kernel.models import Case
from xiuhao.kernel.plaintext import clean_text
from xiuhao.kernel.refusal import Refused
from xiuhao.portal import codes, visitors
from xiuhao.portal.site import bounded, page, public, wait
from xiuhao.portal.visitors import Errand
from xiuhao.ticket import queries as tickets

LOOKS = (20, 60)  # tries to find a case by its number, from one address
OF_ONE = (10, 3600)  # tries with one phone, from anywhere


@public
@bounded
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponseBase:
    """GET, POST /portal/find: phone and number lead to the tracking page; the phone alone to a code and the list."""
    if request.method == "GET":
        return page(request, "find", values={})
    values = {name: request.POST.get(name, "")[:80] for name in ("phone", "number")}
    try:
        phone = normalise_phone(clean_text(values["phone"], 60))
        number = clean_text(values["number"], 80)
        if not number:
            return _to_prove(Errand(phone))
        return HttpResponseRedirect(reverse("portal:track", args=[tickets.token(_by_number(request, number, phone))]), status=303)
    except Refused as refused:
        shown = page(request, "find", refused.status, values=values, error=sentences.say(refused), code=refused.code)
        return wait(shown, refused)


def _by_number(request: HttpRequest, number: str, phone: str) -> Case:
    throttle.allow(f"portal.find:{throttle.client_key(request)}", *LOOKS)
    throttle.allow(f"portal.find.phone:{phone}", *OF_ONE)
    case = tickets.by_contact(number, phone)
    if case is None:
        raise Refused("not_found_by_contact", {}, status=404)
    return case


def _to_prove(errand: Errand) -> HttpResponseBase:
    return HttpResponseRedirect(prove_url(errand), status=303)


def prove_url(errand: Errand, **more: str) -> str:
    """Where a number is proven, and what for."""
    return f"{reverse('portal:prove')}?{urlencode({'for': errand.pack(), **more})}"


@csrf_exempt  # `_tried` checks it, after the size
@public
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest) -> HttpResponseBase:
    """GET, POST /portal/prove?for=<errand>: ask for a code, then type it in. Two forms, `send` and `code`."""
    packed = request.GET.get("for", "")
    errand = visitors.errand(packed)
    if errand is None:
        raise Refused("link_unknown", {}, status=404)
    shown: dict[str, Any] = {"masked": mask_phone(errand.phone), "packed": packed, "sent": "sent" in request.GET, "case": errand.case}
    if request.method == "GET":
        return page(request, "prove", **shown)
    try:
        return _tried(request, errand, shown)
    except Refused as refused:
        if refused.code != "form_stale":
            raise
        typed = request.POST.get("code", "")[:12]
        again = {"sent": shown["sent"] or bool(typed), "typed": typed, "error": sentences.say(refused)}
        return page(request, "prove", refused.status, **shown | again)


@bounded
def _tried(request: HttpRequest, errand: Errand, shown: dict[str, Any]) -> HttpResponseBase:
    packed, client = shown["packed"], throttle.client_key(request)
    try:
        if "code" not in request.POST:
            codes.send(errand.phone, client)
            return HttpResponseRedirect(f"{reverse('portal:prove')}?{urlencode({'for': packed, 'sent': '1'})}", status=303)
        customer = codes.check(errand.phone, request.POST["code"], client)
    except Refused as refused:
        return wait(page(request, "prove", refused.status, **shown | {"sent": True, "error": sentences.say(refused)}), refused)
    return HttpResponseRedirect(_proven(request, errand, visitors.prove(request, errand.phone, customer)), status=303)


def _proven(request: HttpRequest, errand: Errand, proof: visitors.Proof) -> str:
    """Where to go on. Whoever came from a case's link and has proven its number: the case is theirs now."""
    ticket = tickets.unclaimed(proof.customer).filter(pk=errand.case).first() if errand.case else None
    if ticket is not None:
        engine.perform("ticket", "claim", actor=visitors.customer(proof, ticket.pk), number=ticket.case.number)
    case = Case.objects.visible_to(visitors.customer(proof)).filter(pk=errand.case).first() if errand.case else None
    return reverse("portal:mine_case", args=[case.number]) if case else reverse("portal:mine")


@public
@bounded
@require_POST
def leave(request: HttpRequest) -> HttpResponseBase:
    """POST /portal/leave: end the proof in this browser."""
    visitors.leave(request)
    return HttpResponseRedirect(reverse("portal:start"), status=303)
