"""Reporting: one form, one page after it. Works without scripts; a repeat is harmless; nothing typed is lost."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiuhao.kernel import files, sentences, throttle
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.portal import actions, forms, visitors
from xiuhao.portal.forms import Report
from xiuhao.portal.models import Quarantined
from xiuhao.portal.site import bounded, page, public, secret, wait
from xiuhao.ticket import queries as tickets

POSTS, UPLOADS = (10, 60), (30, 60)  # so many from one address in so many seconds
_receipt = signing.Signer(salt="portal.receipt")


@public
@require_safe
def start(request: HttpRequest) -> HttpResponseBase:
    """GET /portal/"""
    return page(request, "start", kinds=forms.KINDS)


@csrf_exempt  # `_posted` checks it, after the size
@public
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponseBase:
    """GET, POST /portal/report"""
    if request.method == "GET":
        kind = request.GET.get("kind", "")
        return _form(request, forms.fresh({"kind": kind} if kind in dict(forms.KINDS) else {}))
    try:
        return _posted(request)
    except Refused as refused:
        if refused.code != "form_stale":
            raise
        sent = forms.read(request.POST, [])
        return _form(request, sent, sent.refuse(refused))


@bounded
def _posted(request: HttpRequest) -> HttpResponseBase:
    sent = forms.read(request.POST, list(request.FILES))
    actor = visitors.actor_of(request)
    try:
        throttle.allow(f"portal.report:{throttle.client_key(request)}", *POSTS)
    except Refused as refused:
        return wait(_form(request, sent, sent.refuse(refused)), refused)
    if proof := visitors.proof(request):
        sent.values["contact_phone"] = proof.phone
    if sent.reasons and sent.values["description"].strip():  # a person who sends an empty form too soon is told what is missing
        uploads = [(upload.name or "", upload) for upload in request.FILES.getlist("files")]
        actions.set_aside(sent, uploads, actor)
        return _received(sent.key)
    key = sent.key
    try:
        if (known := actions.received(key)) is None:
            _take_in(request, sent)
        else:  # its photos need not be kept a second time
            actions.same(sent, known)
    except Refused as refused:
        if refused.code == "report_differs":
            sent.key = uuid4()  # sent once more it is a request of its own
        return _form(request, sent, sent.refuse(refused))
    return _received(key)


def _take_in(request: HttpRequest, sent: Report) -> None:
    forms.check(sent)
    actor = visitors.actor_of(request, begin=bool(request.FILES))
    forms.take_photos(request, sent, actor)
    actions.take_in(sent, actor)


def _received(key: UUID) -> HttpResponseBase:
    return HttpResponseRedirect(reverse("portal:received", args=[_receipt.sign(key.hex)]), status=303)


def _form(request: HttpRequest, report: Report, status: int = 200) -> HttpResponse:
    forms.show_photos(report, visitors.actor_of(request))
    return page(request, "report", status, form=report)


@secret
@public
@require_safe
def received(request: HttpRequest, receipt: str) -> HttpResponseBase:
    """GET /portal/received/<receipt>: number, promise, what next, the link. The same for what a person must look at first."""
    try:
        key = UUID(_receipt.unsign(receipt))
    except (signing.BadSignature, ValueError):
        raise Refused("link_unknown", {}, status=404) from None
    ticket = actions.received(key)
    if ticket is None:
        if not Quarantined.objects.unscoped("the sender's own receipt").filter(key=key).exists():
            raise Refused("link_unknown", {}, status=404)
        return page(request, "received", ticket=None, reference=key.hex[:8].upper())
    link = request.build_absolute_uri(reverse("portal:track", args=[tickets.token(ticket.case)]))
    errand = visitors.Errand(ticket.contact_phone, ticket.pk).pack() if ticket.contact_phone and ticket.case.customer_id is None else ""
    return page(request, "received", ticket=ticket, link=link, errand=errand, answer_due=tickets.answer_due(ticket.case))


@public
@require_POST
def upload(request: HttpRequest) -> HttpResponseBase:
    """POST /portal/photos: one picture, sent by the page's script while the rest is typed. JSON: id and name, or a sentence."""
    try:
        throttle.allow(f"portal.photo:{throttle.client_key(request)}", *UPLOADS)
        sent = request.FILES.get("file")
        if sent is None:
            raise Refused("file_empty", status=422)
        kept = files.receive(sent, sent.name or "", _uploader(request), only_pictures=True)
    except Refused as refused:
        return wait(JsonResponse({"sentence": sentences.say(refused)}, status=refused.status), refused)
    return JsonResponse({"id": str(kept.public_id), "name": kept.name})


def _uploader(request: HttpRequest) -> Actor:
    return visitors.actor_of(request, begin=True)
