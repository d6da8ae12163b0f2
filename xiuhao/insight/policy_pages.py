"""Decision tables on the screen: what holds, what held, what will; edited with a preview and a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.insight import inputs, labels
from xiuhao.insight.rule_pages import fresh
from xiuhao.kernel import policy, sentences
from xiuhao.kernel.evidence import Moment
from xiuhao.kernel.models import CaseClock, PolicyEdit, PolicyRow
from xiuhao.kernel.policy import Change, Preview, Table
from xiuhao.kernel.policy.amending import allowed
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.roles import RULE_KEEPERS
from xiuhao.kernel.time import now
from xiuhao.ui.desk import actor_of, done, show, staff

EDITS = 20


@staff
def policies(request: HttpRequest) -> HttpResponseBase:
    """GET /policies/: every decision table, by the module that it serves."""
    fresh()
    at = now()
    groups: dict[str, list[dict[str, Any]]] = {}
    known = policy.tables()
    stray = set(PolicyRow.objects.values_list("table", flat=True).distinct()) - set(known)
    for table in (*known.values(), *(policy.table_of(key) for key in sorted(stray))):
        every, held = policy.every(table.key), policy.rows(table.key, at)
        clauses = sorted({clause for row in held for clause in row.clauses})
        entry = {"table": table, "rows": len(held), "coming": sum(row.since > at for row in every), "clauses": clauses}
        groups.setdefault(table.module, []).append(entry)
    found = [(labels.module(key), entries) for key, entries in groups.items()]
    return show(request, "insight/policies.html", groups=found, count=sum(len(entries) for _name, entries in found))


def table_of(key: str) -> Table:
    """The table of an address; Refused not_found (404)."""
    if key not in policy.tables() and not policy.every(key):
        raise Refused("not_found", {"number": key[:60]}, status=404)
    return policy.table_of(key)


@staff
def policy_table(request: HttpRequest, table: str) -> HttpResponseBase:
    """GET /policies/<table>/: the rows in force in their order, those to come, those that were; and who changed what."""
    actor = actor_of(request)
    fresh()
    declared, at = table_of(table), now()
    every = policy.every(table)
    held = [row for row in every if row.since <= at and (row.until is None or at < row.until)]
    coming = [row for row in every if row.since > at]
    past = [row for row in every if row.until is not None and row.until <= at]
    ticking = _running([row.pk for row in every])
    groups = (
        ("held", _("现行"), held, _("没有现行的行，这张表什么也不决定。")),
        ("coming", _("将生效"), coming, ""),
        ("past", _("已失效"), past, ""),
    )
    return show(
        request, "insight/policy_table.html", table=declared, key=table, groups=[g for g in groups if g[2] or g[3]],
        ticking=ticking, clocks=table.startswith("clock."), keeper=actor.holds(*RULE_KEEPERS), kinds=labels.EDITS,
        edits=PolicyEdit.objects.filter(table=table).order_by("-pk")[:EDITS], module=labels.module(declared.module),
    )  # fmt: skip


def _running(ids: list[int]) -> dict[int, int]:
    open_ = CaseClock.objects.filter(policy_id__in=ids, stopped_at=None, void=False)
    return dict(open_.values_list("policy_id").annotate(n=Count("pk")).order_by())


@dataclass
class Dialog:
    """The dialog of an edit: first its inputs, then what it would do with the reason to give."""

    table: Table
    kind: str
    url: str
    row: PolicyRow | None
    edition: int | None = None
    line: str = ""
    position: str = "100"
    clauses: str = ""
    note: str = ""
    at: str = ""
    reason: str = ""
    conditions: list[inputs.Input] = field(default_factory=list)
    values: list[inputs.Input] = field(default_factory=list)
    refused: Refused | None = None
    preview: Preview | None = None
    sent: list[tuple[str, str]] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(labels.EDITS[self.kind])

    @property
    def sentence(self) -> str:
        return sentences.say(self.refused) if self.refused else ""

    @property
    def level_kinds(self) -> dict[str, str]:
        return inputs.level_kinds()


@staff
def add(request: HttpRequest, table: str) -> HttpResponseBase:
    """GET and POST /policies/<table>/add"""
    return _edit(request, table_of(table), "add", None)


@staff
def change(request: HttpRequest, table: str, row: int, kind: str) -> HttpResponseBase:
    """GET and POST /policies/<table>/<row>/<version|correction|end>"""
    found = next((r for r in policy.every(table) if r.pk == row), None)
    if found is None or kind not in ("version", "correction", "end"):
        raise Refused("not_found", {"number": str(row)}, status=404)
    return _edit(request, table_of(table), kind, found)


def _edit(request: HttpRequest, table: Table, kind: str, row: PolicyRow | None) -> HttpResponseBase:
    """Inputs, then with `step=look` what would change, then with `step=do` the change itself."""
    actor = actor_of(request)
    fresh()
    allowed(actor)
    dialog = Dialog(table, kind, request.path, row)
    if request.method != "POST":
        return _show(request, _filled(dialog))
    data = request.POST
    try:
        wanted = _change(dialog, data)
        if data.get("step") == "do":
            kept = policy.apply(wanted, actor, data.get("reason", ""))
            return done(request, _("已保存，下一个工单即按新规则。"), f"/policies/{table.key}/#row-{kept.pk}")
        if data.get("step") != "back":
            dialog.preview = policy.preview(wanted, actor)
    except Refused as refused:
        dialog.refused = refused
        if refused.code == "reason_missing":
            dialog.preview = policy.preview(wanted, actor)
    dialog.sent = [(name, value) for name in data for value in data.getlist(name) if name not in ("step", "reason", "csrfmiddlewaretoken")]
    dialog.reason = data.get("reason", "")
    _typed(dialog, data)
    return _show(request, dialog)


def _show(request: HttpRequest, dialog: Dialog) -> HttpResponseBase:
    status = dialog.refused.status if dialog.refused else 200
    return show(request, "insight/policy_edit.html", status, form=dialog, table=dialog.table, units=inputs.UNITS)


def _filled(dialog: Dialog) -> Dialog:
    """What the row says now."""
    row = dialog.row
    match, value = inputs.known_of(row)
    dialog.conditions, dialog.values = inputs.condition_inputs(dialog.table, match), inputs.value_inputs(dialog.table, value)
    if row:
        dialog.edition, dialog.line, dialog.position = row.edition, row.line, str(row.position)
        dialog.clauses, dialog.note = " ".join(row.clauses), row.note
    return dialog


def _typed(dialog: Dialog, data: Any) -> None:
    """What was typed, so that nothing of it is lost."""
    match, value = inputs.known_of(dialog.row)
    dialog.conditions = inputs.condition_inputs(dialog.table, inputs.read_match(dialog.table, match, data))
    try:
        dialog.values = inputs.value_inputs(dialog.table, {**value, **inputs.read_value(dialog.table, value, data)})
    except (Refused, TypeError, ValueError):
        dialog.values = inputs.value_inputs(dialog.table, value)
    dialog.edition = int(data["edition"]) if data.get("edition", "").isdecimal() and len(data["edition"]) < 19 else None
    dialog.line, dialog.position, dialog.at = data.get("line", ""), data.get("position", ""), data.get("at", "")
    dialog.clauses, dialog.note = data.get("clauses", ""), data.get("note", "")


def _change(dialog: Dialog, data: Any) -> Change:
    """The change that was sent. Raises Refused for what cannot be read."""
    row, table = dialog.row, dialog.table
    match, value = inputs.known_of(row)
    kind: Any = dialog.kind
    at = _moment(data.get("at", "")) if kind != "correction" else None
    line = row.line if row else re.sub(r"[^\w-]", "", data.get("line", "").strip())[:60]
    if not line:
        raise Refused("missing", {"label": _("行名")}, status=422)
    edition = int(data["edition"]) if data.get("edition", "").isdecimal() and len(data["edition"]) < 19 else None
    if kind == "end":
        return Change("end", table.key, line, row.pk if row else None, edition, at)
    position = data.get("position", "")
    if not (position.isascii() and position.isdigit() and len(position) < 6):
        raise Refused("not_number", {"label": _("次序")}, status=422)
    clauses = tuple(part for part in re.split(r"[\s,，、]+", data.get("clauses", "").strip()) if part)
    raw, value = inputs.read_match(table, match, data), inputs.read_value(table, value, data)
    return Change(
        kind, table.key, line, row.pk if row else None, edition, at, int(position), raw, value, clauses, data.get("note", "")
    )  # fmt: skip


def _moment(text: str) -> datetime | None:
    return Moment(key="at", label=_("生效时间")).clean(text) if text.strip() else None
