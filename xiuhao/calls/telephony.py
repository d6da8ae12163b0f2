"""What a telephone system reports of its calls: POST /telephony/events. Any order, any number of times; the first of a kind counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid5

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xiuhao.calls.models import Call
from xiuhao.calls.process import CALL
from xiuhao.calls.queries import SPACE
from xiuhao.kernel import accounts, engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Moment
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.ui.api import shapes, strict

EVENTS = ("ring", "answer", "end")
KNOWN = frozenset({"provider", "call", "event", "at", "caller", "agent", "direction", "ended_by", "seconds"})
_AT = Moment(key="at", label="at")


@dataclass(frozen=True)
class Event:
    """One report. `call` is the provider's own name of the call, `agent` an extension or log-in, `ended_by` who hung up first."""

    provider: str
    call: str
    event: str
    at: datetime
    caller: str = ""
    agent: str = ""
    direction: str = "in"
    ended_by: str = "system"
    seconds: int | None = None


@csrf_exempt
@require_POST
def events(request: HttpRequest) -> HttpResponse:
    """POST /telephony/events with a bearer token and one event as JSON: 200 and the call's number and state."""
    try:
        actor = accounts.actor_of_bearer(request)
        case = hear(actor, read(strict.body(request)))
    except Refused as refused:
        return shapes.problem(refused)
    return shapes.answer({"number": case.number, "state": case.state}, 200)


def read(body: dict[str, Any]) -> Event:
    """The event in a body. Refused(422): unknown_field, missing, event_unknown, not_moment."""
    for name in body:
        if name not in KNOWN:
            raise Refused("unknown_field", {"field": name[:60]}, status=422)
    for name in ("provider", "call", "event"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise Refused("missing", {"label": name}, status=422)
    if body["event"] not in EVENTS:
        raise Refused("event_unknown", {"event": body["event"][:20]}, status=422)
    present = now()
    at = min(_AT.clean(body["at"]), present) if body.get("at") else present
    given = {key: value for key, value in body.items() if key != "at" and value is not None}
    return Event(**{**given, "at": at})


def hear(actor: Actor, event: Event) -> Case:
    """Carry one event out, whatever came before it; the call as it then stands. Raises Refused: token_narrow, not_allowed (403),
    not_found (404) for a call of units that the actor does not see, extension_unknown (422)."""
    case = _find(actor, event)
    if case is None:
        case = _born(actor, event)
    if event.event == "ring":
        if case.version > 1:
            return _do(actor, case, event, "tell", caller=event.caller, agent=event.agent)
        return case
    if event.event == "answer":
        return _do(actor, case, event, "answer", agent=event.agent)
    return _do(actor, case, event, "end", ended_by=event.ended_by, seconds=event.seconds)


def _find(actor: Actor, event: Event) -> Case | None:
    found = Call.objects.filter(provider=event.provider, provider_id=event.call).select_related("case").first()
    if found is None:
        return None
    if not Case.objects.visible_to(actor).filter(pk=found.pk).exists():
        raise Refused("not_found", {"number": event.call[:40]}, status=404)
    return found.case


def _key(event: Event, verb: str) -> Any:
    return uuid5(SPACE, f"{event.provider}:{event.call}:{verb}")


def _born(actor: Actor, event: Event) -> Case:
    """The call's first report, whichever it is. Of two at once one bears it and the other finds it."""
    given = {
        "provider": event.provider, "provider_id": event.call, "direction": event.direction, "caller": event.caller,
        "agent": event.agent, "ringing": True,
    }  # fmt: skip
    try:
        return engine.perform("call", "ring", actor=actor, given=_said(given), key=_key(event, "ring"), occurred=event.at).case
    except Refused as refused:
        if refused.code == "key_reused" and (found := _find(actor, event)):
            return found
        raise


def _do(actor: Actor, case: Case, event: Event, verb: str, **given: Any) -> Case:
    """A verb once for each kind of event of a call: a repeat, or a second report that says otherwise, changes nothing."""
    if CALL.state(case.state) not in CALL.verb(verb).source:
        return case
    try:
        outcome = engine.perform(
            "call", verb, actor=actor, number=case.number, given=_said(given), key=_key(event, verb), occurred=event.at
        )
    except Refused as refused:
        if refused.code in ("key_reused", "wrong_state"):
            return Case.objects.visible_to(actor).get(pk=case.pk)
        raise
    return outcome.case


def _said(given: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value not in (None, "")}
