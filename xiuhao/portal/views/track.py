"""How far it is: for the holder of a link, who sees and does nothing else; for the proven customer, who may also act."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xiuhao.kernel import engine, files, sentences, throttle
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Attachment
from xiuhao.kernel.refusal import Refused
from xiuhao.party import queries as people
from xiuhao.portal import progress, visitors
from xiuhao.portal.forms import MOST_PHOTOS, key_of, receive_photos
from xiuhao.portal.site import bounded, page, public, secret, wait
from xiuhao.portal.views.prove import prove_url
from xiuhao.portal.visitors import Errand, Proof
from xiuhao.ticket import queries as tickets
from xiuhao.ticket.models import Ticket
from xiuhao.ticket.process import TICKET

MISSES = (20, 60)  # wrong links from one address
ACTS = (20, 60)
NOT_MINE = "disown"


@secret
@public
@require_safe
def track(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET /portal/track/<token>. Every wrong token costs the same two statements and one hash, and gets the same page (T1, T2)."""
    holder = tickets.customer_of(token)
    if holder is None:
        throttle.allow(f"portal.track:{throttle.client_key(request)}", *MISSES)
        raise Refused("link_unknown", {}, status=404)
    ticket = tickets.visible(holder).select_related("case__owner", "category").get()
    proof = visitors.proof(request)
    if proof and _theirs(proof, ticket):
        return HttpResponseRedirect(reverse("portal:mine_case", args=[ticket.case.number]))
    errand = Errand(ticket.contact_phone, ticket.pk) if ticket.contact_phone else None
    return page(request, "case", progress=progress.of(holder, ticket.case, ticket), prove=prove_url(errand) if errand else "")


def _theirs(proof: Proof, ticket: Ticket) -> bool:
    return proof.customer == (ticket.case.customer_id or ticket.customer_id)


def _proof(request: HttpRequest) -> Proof:
    proof = visitors.proof(request)
    if proof is None:
        raise Refused("proof_needed", {}, status=403)
    return proof


def reached(request: HttpRequest, number: str) -> tuple[Actor, Ticket]:
    """The proven customer and the ticket, if it is theirs or was reported with their number; else 404."""
    proof = _proof(request)
    family = people.family([proof.customer])  # whoever is the same person
    mine = Q(case__customer_id__in=family) | Q(case__customer_id=None, customer__in=family)
    ticket = Ticket.objects.filter(mine, case__number=number[:32].replace("\0", "")).select_related("case__owner", "category").first()
    if ticket is None:
        raise Refused("not_found", {}, status=404)
    return visitors.customer(proof, ticket.pk), ticket


@public
@require_safe
def mine(request: HttpRequest) -> HttpResponseBase:
    """GET /portal/mine: the customer's own requests; apart from them what strangers reported with their number (P6)."""
    proof = visitors.proof(request)
    if proof is None:
        return HttpResponseRedirect(reverse("portal:find"))
    rows = Ticket.objects.filter(case__customer_id__in=people.family([proof.customer]))  # whoever is the same person
    own = rows.select_related("case", "category").order_by("-case__opened_at", "-pk")[:50]
    return page(
        request, "mine", own=[progress.glance(t) for t in own], foreign=[progress.glance(t) for t in tickets.unclaimed(proof.customer)[:20]]
    )


@public
@require_safe
def mine_case(request: HttpRequest, number: str) -> HttpResponseBase:
    """GET /portal/mine/<number>: of one that was merged, the one that stands for it now."""
    actor, ticket = reached(request, number)
    stands = tickets.onward(ticket.case)
    if stands.pk != ticket.pk:
        return HttpResponseRedirect(reverse("portal:mine_case", args=[stands.number]))
    return _case(request, actor, ticket)


def _case(request: HttpRequest, actor: Actor, ticket: Ticket, status: int = 200, **more: Any) -> HttpResponse:
    shown = progress.of(actor, ticket.case, ticket)
    return page(
        request, "case", status, progress=shown, key=uuid4(), most_photos=MOST_PHOTOS, claimed=ticket.case.customer_id is not None, **more
    )


@public
@bounded
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, verb: str) -> HttpResponseBase:
    """GET, POST /portal/mine/<number>/<verb>: what the customer may do. The engine decides; the page only asks."""
    actor, ticket = reached(request, number)
    if verb not in (*progress.OFFERED, "claim", NOT_MINE):
        raise Refused("not_found", {}, status=404)
    here = reverse("portal:mine_case", args=[ticket.case.number])
    if request.method == "GET":
        return _case(request, actor, ticket, verb=verb, needs=_asked(verb)) if verb in progress.OFFERED else HttpResponseRedirect(here)
    values = {name: request.POST.get(name, "") for name in ("text", "reason")}
    photos = [photo for photo in request.POST.getlist("photos") if photo][:MOST_PHOTOS]
    try:
        throttle.allow(f"portal.act:{throttle.client_key(request)}", *ACTS)
        _perform(request, actor, ticket.case.number, verb, values, photos)
    except Refused as refused:
        errors = {name: sentences.say(wrong) for name, wrong in refused.fields.items()}
        more = {"verb": verb, "needs": _asked(verb), "values": values, "errors": errors, "error": "" if errors else sentences.say(refused)}
        ticket.case.refresh_from_db()
        return wait(_case(request, actor, ticket, refused.status, **more), refused)
    return HttpResponseRedirect(reverse("portal:mine") if verb == NOT_MINE else f"{here}?done={verb}", status=303)


def _asked(verb: str) -> list[str]:
    return [need.key for need in TICKET.verb(verb).needs if need.key in ("text", "reason", "photos")] if verb in progress.OFFERED else []


def _perform(request: HttpRequest, actor: Actor, number: str, verb: str, values: dict[str, str], photos: list[str]) -> None:
    key = key_of(request.POST)
    if verb == NOT_MINE:
        said = _("号码主人说明：不是本人提交。")
        engine.perform("ticket", "cancel", actor=actor, number=number, given={"reason": said}, key=key)
        return
    needs = _asked(verb)
    given: dict[str, Any] = {name: values[name] for name in needs if values.get(name, "").strip()}
    if "photos" in needs:
        receive_photos(request, photos, actor)
        given |= {"photos": photos} if photos else {}
    if verb == "confirm":
        given = {"satisfied": "yes", "confirmed_by": "link"}
    engine.perform("ticket", verb, actor=actor, number=number, given=given, key=key)


@public
@require_safe
def photo(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """GET /portal/photos/<id>: a public picture of an own case, or one's own fresh upload; small unless ?full."""
    proof = visitors.proof(request)
    actor = visitors.customer(proof) if proof else visitors.visitor(request)
    row = Attachment.objects.visible_to(actor).filter(public_id=public_id).select_related("file").first()
    if row is None:
        raise Refused("not_found", {}, status=404)
    return files.serve(row, download=False) if "full" in request.GET else files.serve_thumbnail(row)
