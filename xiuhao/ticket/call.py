"""The phone screen: phone first, then everything that can be known is there; one screen from "hello" to the ticket's number."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xiuhao.kernel import engine, registry, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_phone
from xiuhao.kernel.models import Draft
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.party import actions as party
from xiuhao.ticket import caller, duplicates, intake, learned, tracking
from xiuhao.ticket.caller import Caller
from xiuhao.ticket.queries import visible
from xiuhao.ui import drafts, forms, pages
from xiuhao.ui.desk import actor_of, case_of, done, show, staff
from xiuhao.ui.forms import VerbForm

DRAFT = "ticket:call:"
KEPT = timedelta(hours=12)  # a call that was begun and not saved can be gone on with for a shift, then it is forgotten
STARTS_WITH = {"kind": "fault", "urgency": "normal"}


@staff
def call(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /ticket/call?call=<uuid>: one call, one form, one key. `?phone=` comes from the switchboard's screen pop."""
    actor = actor_of(request)
    process = registry.process("ticket")
    if process.verb("receive") not in engine.births(actor, process):
        raise Refused("not_allowed", {"verb": process.verb("receive").label}, status=403)
    key = _uuid(request.GET.get("call", ""))
    if key is None:
        phone = request.GET.get("phone", "")[:40]
        return HttpResponseRedirect(f"{request.path}?{urlencode({'call': str(uuid4()), **({'phone': phone} if phone else {})})}")
    if request.method == "POST" and "_look" not in request.POST:
        return _save(request, actor, key)
    if request.method == "POST":
        return _page(request, actor, key, _given(request))
    kept = drafts.of(actor, [f"{DRAFT}{key}"]).get(f"{DRAFT}{key}")
    guides = [(panel, panel.context(None, key, actor)) for panel in pages.panels("ticket.call", actor)]  # type: ignore[arg-type]
    known = {name: value for _panel, context in guides for name, value in context.get("typed", {}).items()}
    typed = {"contact_phone": request.GET.get("phone", "")[:40], **STARTS_WITH, **known}
    typed |= {k: v for k, v in kept[1].items() if v} if kept else {}
    return _page(request, actor, key, typed, draft_at=kept[0] if kept else None, guides=guides)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _key(request: HttpRequest) -> UUID:
    """The call's key from its form. Raises Refused bad_key (400)."""
    return forms.key_of(request.POST)


def _given(request: HttpRequest) -> dict[str, Any]:
    """What was typed, as the verb takes it. A call is a call; which button was pressed says what becomes of it."""
    given = forms.given_of(registry.process("ticket").verb("receive"), request.POST)
    then = request.POST.get("then", "")
    given |= {"channel": "phone", "hand_on": then == "assign", "at_once": then == "solve"}
    if then != "solve" and "_look" not in request.POST:
        given.pop("solution", None)
    return given


def _save(request: HttpRequest, actor: Actor, key: UUID) -> HttpResponseBase:
    given = _given(request)
    try:
        outcome = engine.perform("ticket", "receive", actor=actor, given=given, key=key)
    except Refused as refused:
        return _page(request, actor, key, given, refused=refused)
    drafts.forget(actor, f"{DRAFT}{key}")
    sentence = _("已受理 {number}").format(number=outcome.case.number)
    return done(request, sentence, reverse("ticket:called", args=[outcome.case.number]))


def _page(
    request: HttpRequest, actor: Actor, key: UUID, given: dict[str, Any], *, refused: Refused | None = None, **more: Any
) -> HttpResponse:
    """The whole screen with what was typed; and, after a refusal, what is wrong."""
    context = _around(actor, key, given, refused) | {
        "draft": f"{DRAFT}{key}", "categories": caller.categories(), "earlier": _earlier(actor, key),
        "solving": bool(given.get("solution")) or bool(refused and "solution" in refused.fields), **more,
    }  # fmt: skip
    return show(request, "ticket/call.html", refused.status if refused else 200, **context)


def _around(actor: Actor, key: UUID, given: dict[str, Any], refused: Refused | None = None) -> dict[str, Any]:
    """Who calls and what lies ahead, for the form as it stands."""
    process = registry.process("ticket")
    form = forms.build(
        VerbForm(process, process.verb("receive"), actor, key=key), {**given, "channel": "phone"}, refused=refused, offered=False
    )
    found, wrong = None, ""
    if phone := str(given.get("contact_phone") or ""):
        try:
            found = caller.look_up(actor, phone)
        except Refused as error:
            wrong = sentences.say(error)
    typed = {name: value for name, value in given.items() if value not in (None, "")} | {"channel": "phone"}
    device = str(given.get("device") or "")
    if found and not device and len(found.devices) == 1 and "serial" not in typed:
        typed["device"] = device = str(found.devices[0].device.pk)
    return {
        "caller": found, "phone_wrong": wrong, "typed": given, "device": device, "ahead": caller.ahead(actor, typed),
        "asked": _asked(found, given), "suspects": _suspects(actor, given, found.numbers if found else ()),
        "form": form, "fields": {each.name: each for each in form.fields},
    }  # fmt: skip


def _suspects(actor: Actor, given: Mapping[str, Any], shown: Collection[str]) -> list[duplicates.Suspect]:
    """What may be the same request, by serial and words; not those that stand with the caller already (`shown`, by number)."""
    found = duplicates.suspects(actor, {name: given.get(name) for name in ("serial", "description")})
    return [each for each in found if each.ticket.case.number not in shown]


def _asked(found: Caller | None, given: Mapping[str, Any]) -> set[str]:
    """The required fields that must still be asked for this type: not what is on file."""
    return set(intake.required(str(given.get("kind") or ""), "phone")) - (found.on_file if found else set())


def _earlier(actor: Actor, key: UUID) -> list[dict[str, Any]]:
    """Calls that were begun and neither saved nor given up, latest first."""
    found: list[dict[str, Any]] = [
        {"key": name.removeprefix(DRAFT), "draft": name, "at": at, "phone": mask_phone(str(typed.get("contact_phone") or ""))}
        for name, (at, typed) in drafts.beginning(actor, DRAFT).items()
        if name != f"{DRAFT}{key}" and at > now() - KEPT and (typed.get("contact_phone") or typed.get("description"))
    ]
    return sorted(found, key=lambda each: each["at"], reverse=True)[:3]


def sweep() -> int:
    """Forget calls that were begun and never saved: what stands in them is personal. How many."""
    gone, _by_model = Draft.objects.filter(key__startswith=DRAFT, saved_at__lt=now() - KEPT).delete()
    return gone


@staff
@require_POST
def look(request: HttpRequest) -> HttpResponseBase:
    """POST /ticket/call/look: who has the number that was just completed, and what lies ahead."""
    return show(request, "ticket/call_look.html", **_around(actor_of(request), _key(request), _given(request)))


@staff
@require_POST
def ahead(request: HttpRequest) -> HttpResponseBase:
    """POST /ticket/call/ahead: what would come of the call as it stands."""
    actor, given = actor_of(request), _given(request)
    typed = {name: value for name, value in given.items() if value not in (None, "")}
    on_file = set(request.POST.get("_on_file", "").split())
    asked = set(intake.required(str(given.get("kind") or ""), "phone")) - on_file
    return show(
        request, "ticket/call_ahead.html", ahead=caller.ahead(actor, typed), asked=asked,
        suspects=_suspects(actor, given, request.POST.get("_open", "").split()),
    )  # fmt: skip


@staff
@require_POST
def hint(request: HttpRequest) -> HttpResponseBase:
    """POST /ticket/call/hint: what the description is probably about, where nobody has chosen yet and it is sure enough."""
    return show(request, "ticket/call_hint.html", hints=learned.hints(_key(request), _given(request)))


@staff
@require_POST
def place(request: HttpRequest) -> HttpResponseBase:
    """POST /ticket/call/place: how a pasted address was understood."""
    found = party.parse(request.POST.get("contact_address", "")[:300])
    return show(request, "ticket/call_place.html", place=found)


@staff
@require_POST
def urge(request: HttpRequest, number: str) -> HttpResponseBase:
    """POST /ticket/call/urge/<number>: the caller only wants to hurry an open ticket; the answer stands where the button was."""
    actor, process = actor_of(request), registry.process("ticket")
    case = case_of(actor, process, number)
    refused = None
    try:
        engine.perform("ticket", "urge", actor=actor, number=case.number, key=uuid5(_key(request), f"urge {case.number}"))
    except Refused as error:
        refused = sentences.say(error)
    return show(request, "ticket/call_urged.html", number=case.number, refused=refused)


@staff
def called(request: HttpRequest, number: str) -> HttpResponseBase:
    """GET /ticket/call/done/<number>: the number, what happens next, on to the next call."""
    actor = actor_of(request)
    record = visible(actor).filter(case__number=number).select_related("case__owner", "priority_row").first()
    if record is None:
        raise Refused("not_found", {"number": number[:40]}, status=404)
    state = registry.process("ticket").state(record.case.state)
    return show(
        request, "ticket/called.html", record=record, case=record.case, state=state, link=tracking.url(record),
        mine=record.case.owner_id == actor.id,
        guides=[(panel, panel.context(record.case, record, actor)) for panel in pages.panels("ticket.called", actor)],
    )  # fmt: skip
