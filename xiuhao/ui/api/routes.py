"""The routes of a process, read off its declaration: births, verbs, list, case, journal, clocks. Made once, at start."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Router
from ninja.constants import NOT_SET
from pydantic import BaseModel

from xiuhao.kernel import engine, roles
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Evidence
from xiuhao.kernel.models import Case, CaseClock, Journal
from xiuhao.kernel.process import Process, Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.ui import listing, pages
from xiuhao.ui.api import bodies, shapes, strict
from xiuhao.ui.api.shapes import Problem, answer
from xiuhao.ui.desk import case_of, record_of
from xiuhao.ui.timeline import timeline

NUMBER: Any = Path(..., pattern=r"^[A-Za-z0-9-]{1,32}$", description="Case number")  # type: ignore[type-arg]


def errors(*statuses: int) -> dict[str, Any]:
    """What a route's description says of refusals. Written out: as `response=` each would be a model of its own to make at every start."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}
    return {"responses": {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}}


READ_ERRORS = errors(400, 401, 403, 404, 429)
WRITE_ERRORS = errors(400, 401, 403, 404, 409, 413, 415, 422, 429)
KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "format": "uuid"},
    "description": "The same key and body again: the same answer, nothing done twice. The same key with another body: 422.",
}  # fmt: skip
MATCH = {
    "name": "If-Match", "in": "header", "required": False, "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    "description": 'The version that you saw, as "7". If the case has changed since: 409 with its version and what changed.',
}  # fmt: skip
LARGEST = 200


def key_of(request: HttpRequest) -> UUID | None:
    """The idempotency key; Refused bad_key (400) if it is no UUID."""
    raw = request.headers.get("Idempotency-Key")
    if raw is None:
        return None
    try:
        return UUID(raw)
    except ValueError:
        raise Refused("bad_key", status=400) from None


def version_of(request: HttpRequest) -> int | None:
    """The version in If-Match; Refused bad_version (400) if it is no whole number in quotation marks."""
    raw = request.headers.get("If-Match")
    if raw is None:
        return None
    number = raw.strip().removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Refused("bad_version", status=400)
    return int(number)


def matched(actor: Actor, process: Process, number: str, version: int, key: UUID | None) -> None:
    """If-Match to the letter: any change since is refused, also one that would merge. Raises Refused stale (409), not_found (404).

    A repeat of what this very key has done is no change. The engine looks once more, under the case's lock.
    """
    case = case_of(actor, process, number)
    if case.version == version:
        return
    lines = Journal.objects.filter(case_id=case.pk, seq__gt=version).order_by("seq")
    changes = [
        {"verb": i.verb, "who": i.actor_name, "at": i.occurred_at, "after": i.after, "given": i.data.get("given", {})} for i in lines
    ]
    if key is not None and any(line.key == key for line in lines):
        return
    last = changes[-1] if changes else {"who": "", "at": None}
    raise Refused("stale", {"number": number, "version": case.version, "who": last["who"], "at": last["at"], "changes": changes})


class Routes(Router):
    """Routes to answer requests by or, `described`, to be told of: no start waits for the schemas of some hundred bodies and answers."""

    def __init__(self, described: bool, **told: Any) -> None:
        super().__init__(**told)
        self.described = described

    def add_api_operation(self, path: str, methods: Any, view_func: Any, **told: Any) -> None:
        """ninja's own; what is answered is a response already, in need of no model."""
        if not self.described:
            told["response"] = NOT_SET
        super().add_api_operation(path, methods, view_func, **told)


def router(process: Process, *, described: bool) -> Routes:
    """All routes of a process."""
    made = Routes(described, tags=[str(process.label)])
    for transition in process.transitions:
        if transition.births and doable(transition):
            _birth(made, process, transition, birth_path(process, transition))
    _reads(made, process)
    for transition in process.transitions:
        if transition.source and doable(transition):
            _verb(made, process, transition)
    return made


def birth_path(process: Process, transition: Transition) -> str:
    """Where a case is born, below the process: the collection itself, or by the verb's name where there are several ways or it is born
    on another case."""
    births = [t for t in process.transitions if t.births and doable(t) and not t.on]
    return "" if births == [transition] else f"/new/{transition.key}"


def doable(transition: Transition) -> bool:
    """True if anybody but the product itself may do it."""
    return bool(set(transition.may) - {roles.SYSTEM})


def _body(process: Process, transition: Transition) -> Callable[[], type[BaseModel]]:
    """The model of a verb's body, made when it is first asked for."""
    return cache(lambda: bodies.body(f"{process.key}_{transition.key}", transition))


def _extra(model: Callable[[], type[BaseModel]], transition: Transition, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    needed = any(bodies.certain(need) for need in transition.needs)
    content = {"application/json": {"schema": model().model_json_schema()}}
    return {"requestBody": {"content": content, "required": needed}, "parameters": parameters, **WRITE_ERRORS}


def _birth(made: Routes, process: Process, transition: Transition, path: str) -> None:
    model = _body(process, transition)
    name = f"{process.key}_new_{transition.key}" if path else f"{process.key}_new"
    parent = {
        "name": "parent",
        "in": "query",
        "required": bool(transition.on),
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,32}$"},
    }

    def birth(request: HttpRequest) -> HttpResponse:
        given = bodies.given(model(), transition, strict.body(request))
        outcome = engine.perform(
            process.key, transition.key, actor=request.auth, given=given, key=key_of(request),  # type: ignore[attr-defined]
            parent=request.GET.get("parent", "") if transition.on else "",
        )  # fmt: skip
        return _done(process, outcome, 201)

    extra = _extra(model, transition, [KEY, *([parent] if transition.on else [])]) if made.described else None
    made.post(path, response={201: shapes.Done}, operation_id=name, summary=str(transition.label), openapi_extra=extra)(birth)


def _verb(made: Routes, process: Process, transition: Transition) -> None:
    model = _body(process, transition)

    def verb(request: HttpRequest, number: str = NUMBER) -> HttpResponse:
        given = bodies.given(model(), transition, strict.body(request))
        actor, key, version = request.auth, key_of(request), version_of(request)  # type: ignore[attr-defined]
        if version is not None:
            matched(actor, process, number, version, key)
        outcome = engine.perform(process.key, transition.key, actor=actor, number=number, given=given, key=key, version=version)
        return _done(process, outcome, 200)

    made.post(
        f"/{{number}}/{transition.key}", response={200: shapes.Done}, operation_id=f"{process.key}_{transition.key}",
        summary=str(transition.label), openapi_extra=_extra(model, transition, [KEY, MATCH]) if made.described else None,
    )(verb)  # fmt: skip


def _done(process: Process, outcome: engine.Outcome, status: int) -> HttpResponse:
    """The same answer the first time and every time after: what the line says, not what the case has become since."""
    line = outcome.line
    data = {"process": process.key, "number": outcome.case.number, "state": line.after, "version": line.seq}
    headers = {"ETag": f'"{line.seq}"', **({"Idempotency-Replayed": "true"} if outcome.replayed else {})}
    if status == 201:
        headers["Location"] = f"/api/v1/{process.key}/{outcome.case.number}"
    return answer(data, status, **headers)


def _get(made: Routes, process: Process, name: str, path: str, response: Any, act: Callable[..., HttpResponse], **more: Any) -> None:
    """One GET route: `name` in operation ids and, unless `summary` says more, on the API's page."""
    more.setdefault("summary", str(process.label))
    more["openapi_extra"] = {**more.get("openapi_extra", {}), **READ_ERRORS}
    made.get(path, response={200: response}, operation_id=f"{process.key}_{name}", **more)(act)


def _reads(made: Routes, process: Process) -> None:
    """GET routes: the list, and one case."""

    def cases(request: HttpRequest) -> HttpResponse:
        actor: Actor = request.auth  # type: ignore[attr-defined]
        query = listing.read(process, request.GET, actor, strict=True, largest=LARGEST)
        found = listing.rows(process, query, actor)
        total = listing.count_all([found], listing.MOST)[0]
        start = (query.page - 1) * query.size
        rows = listing.ordered(query, found).select_related("owner", "unit")[start : start + query.size]
        items = [shapes.case(process, row) for row in rows]
        data = {"total": min(total, listing.MOST), "more": total > listing.MOST, "page": query.page, "size": query.size, "items": items}
        return answer(data)

    def one(request: HttpRequest, number: str = NUMBER) -> HttpResponse:
        found = case_of(request.auth, process, number)  # type: ignore[attr-defined]
        record = record_of(process, found)
        facts = {key: shapes.fact(need, getattr(record, key)) for key, need in kept(process).items()}
        return answer({**shapes.case(process, found), "facts": facts}, ETag=f'"{found.version}"')

    _get(made, process, "list", "", shapes.Cases, cases, openapi_extra={"parameters": parameters(process)})
    _get(made, process, "get", "/{number}", shapes.CaseDetail, one)
    _read_about(made, process)


def _read_about(made: Routes, process: Process) -> None:
    """GET routes below one case: verbs, journal, clocks."""

    def verbs(request: HttpRequest, number: str = NUMBER) -> HttpResponse:
        found = case_of(request.auth, process, number)  # type: ignore[attr-defined]
        start = f"/api/v1/{process.key}/{found.number}"
        return answer({"items": [_described(process, t, start) for t in engine.open_verbs(request.auth, found) if doable(t)]})  # type: ignore[attr-defined]

    def journal(request: HttpRequest, number: str = NUMBER) -> HttpResponse:
        actor: Actor = request.auth  # type: ignore[attr-defined]
        shown = timeline(process, case_of(actor, process, number), actor, before=_before(request), public=actor.kind == "customer")
        return answer({"items": [shapes.line(entry) for entry in shown.entries], "older": shown.older})

    def clocks(request: HttpRequest, number: str = NUMBER) -> HttpResponse:
        found: Case = case_of(request.auth, process, number)  # type: ignore[attr-defined]
        rows = CaseClock.objects.filter(case_id=found.pk).order_by("round", "pk")
        return answer({"items": [shapes.clock(process, row) for row in rows]})

    for each in pages.kin(process.key):
        _kin(made, process, each)
    before = {"name": "before", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}}
    _get(made, process, "verbs", "/{number}/verbs", shapes.Verbs, verbs, summary=_("现在可做的操作"))
    _get(
        made, process, "journal", "/{number}/journal", shapes.Lines, journal, summary=_("处理记录"), openapi_extra={"parameters": [before]}
    )
    _get(made, process, "clocks", "/{number}/clocks", shapes.Clocks, clocks, summary=_("时限与起止"))


def _kin(made: Routes, process: Process, each: pages.Kin) -> None:
    def akin(request: HttpRequest, number: str = NUMBER) -> HttpResponse:
        actor: Actor = request.auth  # type: ignore[attr-defined]
        found = case_of(actor, process, number)
        rows = each.find(found, record_of(process, found), actor)
        return answer({"items": [{**shapes.case(process, row), "why": [str(word) for word in why]} for row, why in rows]})

    _get(made, process, each.key, f"/{{number}}/{each.key}", shapes.KinList, akin, summary=str(each.label))


def _before(request: HttpRequest) -> int | None:
    if set(request.GET) - {"before"}:
        raise Refused("unknown_parameter", {"name": min(set(request.GET) - {"before"})[:60]}, status=400)
    raw = request.GET.get("before")
    if raw is None:
        return None
    if not (raw.isascii() and raw.isdigit() and 1 <= int(raw[:12]) < 2**31):
        raise Refused("bad_filter", {"name": "before", "value": raw[:60]}, status=400)
    return int(raw)


def _described(process: Process, transition: Transition, start: str) -> dict[str, Any]:
    schema = bodies.body(f"{process.key}_{transition.key}", transition).model_json_schema()
    return {"verb": transition.key, "label": str(transition.label), "href": f"{start}/{transition.key}", "body": schema}


def kept(process: Process) -> dict[str, Evidence]:
    """The evidence that is kept as a field of the record."""
    names = {field.name for field in apps.get_model(process.record)._meta.concrete_fields}
    return {need.key: need for t in process.transitions for need in t.needs if need.key in names}


def parameters(process: Process) -> list[dict[str, Any]]:
    """What a list may be asked: nothing else is looked at, anything else is 400."""
    queue = pages.queue(process)
    text = {"type": "string", "maxLength": 200, "pattern": r"^[^\u0000]*$"}
    orders = [sign + order.key for order in queue.orders for sign in ("", "-")]
    found: list[tuple[str, dict[str, Any]]] = [
        ("view", {"type": "string", "enum": [view.key for view in queue.views]}),
        ("order", {"type": "string", "enum": orders}),
        ("q", text),
        ("page", {"type": "integer", "minimum": 1, "maximum": listing.MOST}),
        ("size", {"type": "integer", "minimum": 1, "maximum": LARGEST}),
    ]
    for each in queue.filters:
        if each.kind == "days":
            found += [(f"{each.key}_{end}", {"type": "string", "format": "date"}) for end in ("from", "to")]
        else:
            found.append((each.key, {"type": "string", "enum": ["1"]} if each.kind == "flag" else text))
    return [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in found]
