"""What the API answers: cases, lines, clocks, verbs, errors. Personal data leave masked; the schemas are for readers and tools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.http import HttpResponse
from django.utils.functional import Promise
from ninja import Schema

from xiuhao.kernel import sentences
from xiuhao.kernel.evidence import Evidence
from xiuhao.kernel.models import Case, CaseClock
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.ui.timeline import Entry
from xiuhao.ui.words import masked


class FieldProblem(Schema):
    """What is wrong with one input."""

    code: str
    sentence: str


class Problem(Schema):
    """Every error: `code` for programs, `sentence` for people, `fields` beside single inputs."""

    code: str
    sentence: str
    params: dict[str, Any]
    fields: dict[str, FieldProblem]


class Named(Schema):
    """Somebody or some unit."""

    id: int
    name: str


class CaseOut(Schema):
    """A case."""

    process: str
    number: str
    state: str
    state_label: str
    is_open: bool
    title: str
    priority: int | None
    version: int
    round: int
    owner: Named | None
    unit: Named | None
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    due_at: datetime | None


class CaseDetail(CaseOut):
    """A case with what its record keeps of the evidence."""

    facts: dict[str, Any]


class Done(Schema):
    """What came of a verb."""

    process: str
    number: str
    state: str
    version: int


class Cases(Schema):
    """A page of a list; `more` if there are more than it counts."""

    total: int
    more: bool
    page: int
    size: int
    items: list[CaseOut]


class KinOut(CaseOut):
    """A case that is akin to another; `why` says in words how."""

    why: list[str]


class KinList(Schema):
    """Cases that are akin to one, nearest first."""

    items: list[KinOut]


class VerbOut(Schema):
    """A verb that is open now, with the JSON Schema of its body."""

    verb: str
    label: str
    href: str
    body: dict[str, Any]


class Verbs(Schema):
    """What may be done now."""

    items: list[VerbOut]


class LineOut(Schema):
    """A line of the journal."""

    seq: int
    verb: str
    sentence: str
    before: str
    after: str
    occurred_at: datetime
    actor_kind: str
    actor_name: str
    public: bool
    facts: dict[str, Any]
    texts: dict[str, str | None]
    rules: dict[str, str]
    hash: str


class Lines(Schema):
    """A page of the journal, newest first; `older` is the next `before`."""

    items: list[LineOut]
    older: int | None


class ClockOut(Schema):
    """A deadline; `limit` and `spent` are working seconds."""

    key: str
    label: str
    round: int
    status: str
    limit: int
    spent: int
    started_at: datetime
    due_at: datetime | None
    breached_at: datetime | None
    stopped_at: datetime | None
    provisional: bool
    clauses: list[str]
    fired: list[str]


class Clocks(Schema):
    """The deadlines of a case."""

    items: list[ClockOut]


class FileOut(Schema):
    """An uploaded file."""

    id: str
    name: str
    size: int
    kind: str
    is_image: bool


def _plain(value: Any) -> Any:
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, Model):
        return value.pk
    return DjangoJSONEncoder().default(value)


def answer(data: Any, status: int = 200, **headers: str) -> HttpResponse:
    """Data as UTF-8 JSON."""
    body = json.dumps(data, ensure_ascii=False, default=_plain, separators=(",", ":")).encode()
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


def problem(refused: Refused) -> HttpResponse:
    """A refusal as the API tells it: the same sentence as on the page."""
    params = {key: value for key, value in refused.params.items() if key != "changes"}
    if refused.code == "stale":
        params["changes"] = [_change(change) for change in refused.params.get("changes", ())]
    fields = {name: {"code": wrong.code, "sentence": sentences.say(wrong)} for name, wrong in refused.fields.items()}
    body = {"code": refused.code, "sentence": sentences.say(refused), "params": params, "fields": fields}
    headers = {"Retry-After": str(refused.params["retry_after"])} if "retry_after" in refused.params else {}
    if refused.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return answer(body, refused.status, **headers)


def _change(change: Mapping[str, Any]) -> dict[str, Any]:
    """One line that came between, with the fields that it gave."""
    return {"verb": change["verb"], "who": change["who"], "at": change["at"], "after": change["after"], "fields": change["given"]}


def case(process: Process, row: Case) -> dict[str, Any]:
    """A case, its owner and unit fetched with it."""
    return {
        "process": row.process, "number": row.number, "state": row.state, "state_label": str(process.state(row.state).label),
        "is_open": row.is_open, "title": row.title, "priority": row.priority, "version": row.version, "round": row.round,
        "owner": {"id": row.owner.pk, "name": row.owner.name} if row.owner else None,
        "unit": {"id": row.unit.pk, "name": row.unit.name},
        "opened_at": row.opened_at, "changed_at": row.changed_at, "closed_at": row.closed_at, "due_at": row.due_at,
    }  # fmt: skip


def fact(need: Evidence, value: Any) -> Any:
    """What the record keeps of a piece of evidence, masked if it is personal."""
    if isinstance(value, str):
        return masked(need, value)
    if isinstance(value, Model):
        return value.pk
    return value if isinstance(value, str | int | bool | Decimal | datetime | date | list) or value is None else str(value)


def line(entry: Entry) -> dict[str, Any]:
    """A line of the journal."""
    row = entry.line
    facts = {key: value for key, value in row.data.items() if key not in ("contents", "given")}
    return {
        "seq": row.seq, "verb": row.verb, "sentence": entry.plain, "before": row.before, "after": row.after, "occurred_at": row.occurred_at,
        "actor_kind": row.actor_kind, "actor_name": row.actor_name, "public": row.public, "facts": {**facts, **row.data.get("given", {})},
        "texts": entry.keyed_texts, "rules": row.rules, "hash": bytes(row.hash).hex(),
    }  # fmt: skip


def clock(process: Process, row: CaseClock) -> dict[str, Any]:
    """A clock of a case; seconds of working time."""
    return {
        "key": row.key, "label": str(process.clock(row.key).label), "round": row.round, "status": row.status,
        "limit": row.limit, "spent": row.spent,
        "started_at": row.started_at, "due_at": row.due_at, "breached_at": row.breached_at, "stopped_at": row.stopped_at,
        "provisional": row.provisional, "clauses": row.clauses, "fired": row.fired,
    }  # fmt: skip
