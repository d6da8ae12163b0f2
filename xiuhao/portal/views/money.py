"""What a repair costs: the quote to which a customer says yes or no, the settlement list before they pay. Reached by a link that was sent
to them, which shows what is charged and no name, number or address."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xiuhao.billing import actions as billing
from xiuhao.billing import queries as bills
from xiuhao.billing.models import Bill, Quote
from xiuhao.kernel import engine, registry, sentences, throttle
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.roles import CUSTOMER
from xiuhao.kernel.time import local, now
from xiuhao.portal.site import bounded, page, public, wait
from xiuhao.ui import paper

MISSES = (20, 60)  # wrong links from one address
ACTS = (20, 60)
ANSWERS = {"yes": "agree", "no": "decline"}


def _found(request: HttpRequest, found: Quote | Bill | None) -> Any:
    if found is None:
        throttle.allow(f"portal.money:{throttle.client_key(request)}", *MISSES)
        raise Refused("link_unknown", {}, status=404)
    return found


def _hidden(response: HttpResponse) -> HttpResponse:
    """The address is a secret: kept by no search engine, told to no other site (the form needs its own origin)."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response


@public
@bounded
@require_http_methods(["GET", "POST"])
def quote(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET, POST /portal/quote/<token>: what it would cost and why; the answer goes through the engine, as from every other place."""
    found = _found(request, bills.quote_by(token))
    if request.method == "GET":
        return _quote(request, found, token)
    try:
        throttle.allow(f"portal.money.act:{throttle.client_key(request)}", *ACTS)
        verb = ANSWERS.get(request.POST.get("answer", ""))
        if verb is None:
            raise Refused("form_key_bad", status=400)
        _answer(request, found, verb)
    except Refused as refused:
        found = _found(request, bills.quote_by(token))
        return wait(_quote(request, found, token, refused.status, error=sentences.say(refused)), refused)
    return HttpResponseRedirect(reverse("portal:quote", args=[token]), status=303)


def _answer(request: HttpRequest, found: Quote, verb: str) -> None:
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        raise Refused("form_key_bad", status=400) from None
    if found.state == "void":
        raise Refused("quote_void")
    case = found.case
    may = frozenset({f"{case.process}.{verb}"})
    actor = Actor(kind="customer", cases=frozenset({case.pk}), verbs=may, language=get_language() or "zh-hans")
    asked = {need.key for need in registry.process(case.process).verb(verb).needs}
    given = {"how": "link", "note": request.POST.get("note", "").strip()[:300]}
    engine.perform(case.process, verb, actor=actor, number=case.number, given={k: v for k, v in given.items() if v and k in asked}, key=key)


def _quote(request: HttpRequest, found: Quote, token: str, status: int = 200, **more: Any) -> HttpResponse:
    late = found.valid_until < local(now()).date()
    process = registry.process(found.case.process)
    asked = ANSWERS["yes"] in {verb.key for verb in process.open_to(process.state(found.case.state), {CUSTOMER})}
    turned_down = found.state == "void" and found.was == "declined"
    before = bills.agreed_before(found.case_id) if found.state == "open" else None
    stands = bills.quote_of(found.case_id) if turned_down else None
    return _hidden(
        page(
            request, "quote", status, quote=found, token=token, key=uuid4(), late=late,
            open=found.state == "open" and not late and asked, idle=found.state == "open" and not asked,
            before=before, turned_down=turned_down, stands=stands if stands and stands.state == "accepted" else None, **more,
        )
    )  # fmt: skip


@public
@bounded
@require_http_methods(["GET", "POST"])
def bill(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET, POST /portal/bill/<token>: what is charged and what was paid; POST asks for a QR code to pay with."""
    found: Bill = _found(request, bills.bill_by(token))
    if request.method == "GET":
        return _bill(request, found, token)
    try:
        throttle.allow(f"portal.money.act:{throttle.client_key(request)}", *ACTS)
        billing.collect(found)
    except Refused as refused:
        return wait(_bill(request, found, token, refused.status, error=sentences.say(refused)), refused)
    return HttpResponseRedirect(reverse("portal:bill", args=[token]), status=303)


def _bill(request: HttpRequest, found: Bill, token: str, status: int = 200, **more: Any) -> HttpResponse:
    waiting = bills.waiting(found)
    return _hidden(
        page(
            request, "bill", status, bill=found, token=token, waiting=waiting, code=paper.qr(waiting.code) if waiting else "",
            payable=found.due > 0 and bills.collectable(), payments=bills.payments_of(found), **more,
        )
    )  # fmt: skip


@public
@require_safe
def sheet(request: HttpRequest, kind: str, token: str) -> HttpResponseBase:
    """GET /portal/quote/<token>/pdf and /portal/bill/<token>/pdf: the same as a paper."""
    found = _found(request, bills.quote_by(token) if kind == "quote" else bills.bill_by(token))
    throttle.allow(f"portal.money.act:{throttle.client_key(request)}", *ACTS)
    data = paper.printed(bills.sheet(found), str(_("客户")))
    headers = {"Content-Disposition": f'inline; filename="{found.number}.pdf"'}
    return _hidden(HttpResponse(data, content_type="application/pdf", headers=headers))
