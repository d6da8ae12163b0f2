"""The agent's side of a call: the line that pops up, the script beside the phone screen, the answers looked up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from xiuhao.calls import hearing, names, queries, script
from xiuhao.calls.models import MANUAL, Call, CallStep
from xiuhao.kernel import engine, policy, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_name
from xiuhao.kernel.models import Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.party import queries as people
from xiuhao.party.models import Customer
from xiuhao.ui.desk import actor_of, show, staff

CARRIED = script.FIELDS


def beside(_case: Any, screen: UUID, actor: Actor) -> Mapping[str, Any]:
    """For the phone screen: the script of its call where it stands, and the number that it began with."""
    call = queries.of_screen(actor, screen)
    typed = {"contact_phone": _national(call.caller)} if call and call.caller else {}
    return {**_stand(actor, call, dict(typed)), "screen": screen, "typed": typed}


def after(case: Any, _record: Any, actor: Actor) -> Mapping[str, Any]:
    """For the page after the phone screen: the talk goes on."""
    key = Journal.objects.filter(case_id=case.pk, seq=1).values_list("key", flat=True).first()
    call = queries.of_screen(actor, key) if key else None
    known = {"contact_phone": _national(call.caller)} if call else {}
    return {**_stand(actor, call, known), "screen": None}


def _stand(actor: Actor, call: Call | None, typed: dict[str, str], **more: Any) -> dict[str, Any]:
    """What the template of the script needs: the step, its words, what was typed so far."""
    if call is None:
        return {"call": None}
    found = script.of(call.version)
    node = found.nodes.get(call.node) or found.node(found.first)
    customer = known(actor, call)
    name = typed.get("contact_name", "")
    if not name and customer and node.places & script.NAMES and queries.revealed(actor, call, customer.pk):
        name = customer.name
    row = policy.decide("calls.pause", {})
    return {
        "call": call, "node": node, "said": script.speak(node, {**typed, "contact_name": name}), "carried": _carried(typed),
        "value": typed.get(node.field, "") if node.field else "", "place": list(found.nodes).index(node.key) + 1, "of": len(found.nodes),
        "alike": [each for each in names.tell(name) if each.alike] if "spelt" in node.places else [],
        "unsaid": not name and bool(node.places & script.NAMES),
        "customer": mask_name(customer.name) if customer else "", "manual": call.provider == MANUAL, "walk_key": uuid4(),
        "pause": int(row.value["seconds"]) if row else 0, "fault": typed.get("description", ""), **more,
    }  # fmt: skip


def _carried(typed: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, typed[name]) for name in CARRIED if typed.get(name)]


def known(actor: Actor, call: Call) -> Customer | None:
    """The customer whom the caller's number identifies, as far as the actor may see them. What is on file is shown masked and never
    read out: who calls has not said it, and may be somebody else."""
    return people.on_file(actor, {call.caller}).get(call.caller) if call.caller and call.case.customer_id else None


def _national(number: str) -> str:
    return number.removeprefix("+86")


def _typed(request: HttpRequest) -> dict[str, str]:
    """What stands in the phone screen, else what the script carried along."""
    found = {name: request.POST.get(name, "").strip() or request.POST.get(f"said_{name}", "").strip() for name in CARRIED}
    return {name: value[: script.MOST_SAID] for name, value in found.items() if value}


def _call(actor: Actor, number: str) -> Call:
    """One's own call; Refused not_found (404)."""
    call = queries.visible(actor).filter(case__number=number, case__owner_id=actor.id).first()
    if call is None:
        raise Refused("not_found", {"number": number[:40]}, status=404)
    return call


def _answer(request: HttpRequest, number: str, typed: dict[str, str], refused: Refused | None = None, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    wrong = sentences.say(refused) if refused else ""
    stand = _stand(actor, _call(actor, number), typed, wrong=wrong, **more)
    return show(request, "calls/script.html", refused.status if refused else 200, **stand)


@staff
def pop(request: HttpRequest) -> HttpResponseBase:
    """GET /calls/pop: what rings for me, and what I am talking on. Empty where there is nothing."""
    actor = actor_of(request)
    calls = queries.at_hand(actor)
    callers = people.on_file(actor, {call.caller for call in calls if call.caller and call.case.customer_id})
    rows = [(call, mask_name(callers[call.caller].name) if call.caller in callers else "") for call in calls]
    response = show(request, "calls/pop.html", rows=rows)
    response["Cache-Control"] = "no-store"
    return response


@staff
@require_POST
def start(request: HttpRequest) -> HttpResponseBase:
    """POST /calls/start: without a telephone system, the phone screen `screen` is the call."""
    actor, typed = actor_of(request), _typed(request)
    try:
        screen = UUID(request.POST.get("screen", ""))
    except ValueError:
        raise Refused("bad_key", status=400) from None
    if queries.of_screen(actor, screen) is None:
        given = {"screen": str(screen), **({"caller": typed["contact_phone"]} if script.mobile(typed.get("contact_phone", "")) else {})}
        engine.perform("call", "start", actor=actor, given=given, key=uuid5(screen, "start"))
    call = queries.of_screen(actor, screen)
    return show(request, "calls/script.html", **_stand(actor, call, typed))


@staff
@require_POST
def walk(request: HttpRequest, number: str) -> HttpResponseBase:
    """POST /calls/<number>/walk: the step was done, or skipped; the next one."""
    actor, typed = actor_of(request), _typed(request)
    call = _call(actor, number)
    node = script.of(call.version).node(request.POST.get("node", ""))
    given: dict[str, Any] = {"node": node.key, "outcome": "skipped" if request.POST.get("outcome") == "skipped" else "done"}
    if branch := request.POST.get("branch", ""):
        given["branch"] = branch
    if node.field and (value := request.POST.get("value", "").strip()):
        typed[node.field] = value
    if heard := typed.get("contact_name" if "spelt" in node.places else node.field):
        given["value"] = heard
    try:
        if node.kind == "call_back" and given["outcome"] == "done":
            _ask_back(actor, call, request, typed)
        engine.perform("call", "walk", actor=actor, number=number, given=given, key=_key(request))
        hearing.pass_on(actor, call)
    except Refused as refused:
        return _answer(request, number, typed, refused)
    return _answer(request, number, typed, put=node.chosen(branch))


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("walk_key", ""))
    except ValueError:
        raise Refused("bad_key", status=400) from None


def _ask_back(actor: Actor, call: Call, request: HttpRequest, typed: dict[str, str]) -> None:
    """The technical queue owes a call back; once for a step, however often it is sent. Raises Refused incomplete (422)."""
    customer = known(actor, call)
    given = {
        "name": request.POST.get("back_name", "").strip() or typed.get("contact_name") or (customer.name if customer else ""),
        "phone": request.POST.get("back_phone", "").strip() or typed.get("contact_phone") or call.caller,
        "fault": request.POST.get("back_fault", "").strip() or typed.get("description", ""),
    }  # fmt: skip
    given = {key: value for key, value in given.items() if value}
    engine.perform("call_back", "ask_back", actor=actor, given=given, parent=call.case.number, key=uuid5(_key(request), "ask_back"))


@staff
@require_POST
def back(request: HttpRequest, number: str) -> HttpResponseBase:
    """POST /calls/<number>/back: the step before."""
    actor, typed = actor_of(request), _typed(request)
    call = _call(actor, number)
    walked = list(CallStep.objects.filter(call=call).order_by("-pk").values_list("node", flat=True)[:30])
    here = call.node
    before = next((walked[place + 1] for place, node in enumerate(walked[:-1]) if node == here), "") if here in walked else ""
    before = before or next((node for node in walked if node != here), "")
    if before:
        engine.perform("call", "back", actor=actor, number=number, given={"node": before}, key=uuid5(_key(request), "back"))
    return _answer(request, number, typed)


@staff
@require_POST
def hang(request: HttpRequest, number: str) -> HttpResponseBase:
    """POST /calls/<number>/hang: without a telephone system the agent says who hung up first."""
    actor = actor_of(request)
    call = _call(actor, number)
    try:
        given = {"ended_by": request.POST.get("ended_by", "")}
        engine.perform("call", "end", actor=actor, number=call.case.number, given=given, key=uuid5(call.screen, "end"))
    except Refused as refused:
        return _answer(request, number, _typed(request), refused)
    return _answer(request, number, _typed(request))


@staff
def state(request: HttpRequest, number: str) -> HttpResponseBase:
    """GET /calls/<number>/state: how the line stands, for the head of the script."""
    return show(request, "calls/state.html", call=_call(actor_of(request), number))


@staff
@require_POST
def look_up(request: HttpRequest) -> HttpResponseBase:
    """POST /calls/answers: answers that fit the words."""
    query = request.POST.get("q", "").strip()
    return show(request, "calls/answers.html", answers=queries.answers(query), asked=query)
