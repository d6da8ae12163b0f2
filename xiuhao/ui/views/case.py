"""The page of a case: header, steps, clocks, what may be done, what is known, what happened, what belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from xiuhao.kernel import asks, engine, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Attachment, Case, CaseAsk, CaseClock, Link
from xiuhao.kernel.process import Process, State, Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.ui import chips, listing, pages, presence, seen
from xiuhao.ui.desk import actor_of, case_of, process_of, record_of, show, staff
from xiuhao.ui.pages import CasePage, Panel
from xiuhao.ui.timeline import KINDS, entries, timeline
from xiuhao.ui.turns import turns
from xiuhao.ui.views.step import case_forms, pointless


@dataclass
class Stage:
    """One step of the bar; `look` is done, now, or nothing yet."""

    state: State
    look: str


@staff
def case(request: HttpRequest, process: str, number: str) -> HttpResponseBase:
    """GET /c/<process>/<number>/; ?panel= and ?lines= choose what is shown beside and below; in the drawer, a preview."""
    actor, declared = actor_of(request), process_of(process)
    found = case_of(actor, declared, number)
    page = pages.case_page(declared)
    record = record_of(declared, found, tuple(page.related))
    verbs = [t for t in engine.open_verbs(actor, found, record) if not t.quiet and not pointless(declared, t, actor, found, record)]
    preview = request.headers.get("HX-Target") == "drawer"
    compose = [] if preview else case_forms(actor, declared, found, record, [t for key in page.compose for t in verbs if t.key == key])
    clocks, ended = chips.few(list(CaseClock.objects.filter(case_id=found.pk, round=found.round).order_by("stopped_at", "due_at")))
    context = {
        "process": declared, "case": found, "record": record, "page": page, "compose": compose,
        "state": declared.state(found.state), "first": _first(page, verbs), "more": _more(page, verbs),
        "facts": list(page.facts(record, actor)) if page.facts else [],
        "under": page.under(record, actor) if page.under else "",
        "addressee": page.addressee(record, actor) if page.addressee else "",
        "stages": stages(page, found, record), "clocks": clocks, "ended": ended,
        "questions": _questions(declared, found, actor, verbs), "on": f"{process}/{number}",
        "live": f"case:{found.pk},{presence.topic(found.pk)}",
    }  # fmt: skip
    if not preview:
        if request.method == "GET":
            seen.mark(actor, found)
        context["papers"] = [p for p in pages.papers(process, actor) if p.ready(found, record, actor)]
        context["strip"] = request.COOKIES.get("strip", "1") != "0"
        context |= _below(request, declared, found, record, actor)
    return show(request, "ui/case_preview.html" if preview else "ui/case.html", **context)


def _below(request: HttpRequest, process: Process, found: Case, record: Any, actor: Actor) -> dict[str, Any]:
    """Timeline, panels, links, files, and what can be opened from here."""
    placed: dict[str, list[Panel]] = {"side": [], "main": [], "head": []}
    for each in pages.panels(process.key, actor):
        placed[each.place].append(each)
    side = placed["side"]
    chosen = next((p for p in side if p.key == request.GET.get("panel")), side[0] if side else None)
    linked = Link.objects.filter(Q(parent_id=found.pk) | Q(child_id=found.pk)).values_list("parent_id", "child_id", "kind")
    related = _related(actor, found.pk, linked)
    said = {place: [(p, dict(p.context(found, record, actor))) for p in placed[place]] for place in ("head", "main")}
    return {
        "timeline": _timeline(request, process, found, actor), "line_kinds": KINDS,
        "side": side, "panel": chosen, "panel_context": dict(chosen.context(found, record, actor)) if chosen else {},
        "main_panels": said["main"], "head_panels": said["head"],
        "related": related, "beside": {row.process for row, _state, _how in related if row.is_open},
        "files": list(Attachment.objects.visible_to(actor).filter(case_id=found.pk).select_related("file").order_by("-pk")[:60]),
        "bears": [(p, t) for p in registry.processes() for t in engine.births(actor, p) if t.on == process.key and not t.quiet],
    }  # fmt: skip


def _related(actor: Actor, here: int, linked: Iterable[tuple[int, int, str]]) -> list[tuple[Case, State, str]]:
    """Linked cases that the actor sees, with their states and what they are to this one, else what they are; the latest two hundred."""
    ties, how = pages.ties(), dict[int, str]()
    for parent, child, kind in linked:
        tie = ties.get(kind)
        how[child if parent == here else parent] = str(tie.down if parent == here else tie.up) if tie else ""
    rows = Case.objects.visible_to(actor).filter(pk__in=how).order_by("-pk")[:200] if how else ()
    kinds = {row.process: registry.process(row.process) for row in rows}
    return [(row, kinds[row.process].state(row.state), how[row.pk] or str(kinds[row.process].label)) for row in rows]


def _timeline(request: HttpRequest, process: Process, found: Case, actor: Actor) -> Any:
    kind, before = request.GET.get("lines", "all"), request.GET.get("before", "")
    if kind not in KINDS or not (before == "" or (before.isascii() and before.isdigit() and len(before) < 10)):
        raise listing.bad_filter("lines", kind)
    return timeline(process, found, actor, kind=kind, before=int(before) if before else None)


def stages(page: CasePage, found: Case, record: Any) -> list[Stage]:
    """The bar: everything before the present state is done. A state that is not on the bar leaves the last one reached unknown."""
    bar = page.bar(record) if page.bar else page.steps
    keys = [state.key for state in bar]
    at = keys.index(found.state) if found.state in keys else None
    return [Stage(s, "" if at is None or i > at else "now" if i == at and not s.end else "done") for i, s in enumerate(bar)]


def _first(page: CasePage, verbs: list[Transition]) -> list[Transition]:
    return [t for key in page.first for t in verbs if t.key == key and key not in page.compose and not t.answers]


def _more(page: CasePage, verbs: list[Transition]) -> list[Transition]:
    return [t for t in verbs if t.key not in (*page.first, *page.compose) and not t.answers]


def _questions(process: Process, found: Case, actor: Actor, verbs: list[Transition]) -> list[dict[str, Any]]:
    """Asks that wait for an answer: who asked what, and the buttons of who may answer."""
    if not process.asks:
        return []
    labels = {ask.key: ask.label for ask in process.asks}
    rows = CaseAsk.objects.filter(case_id=found.pk, outcome="").select_related("to_account", "to_unit", "opened_by_line").order_by("pk")
    said = {entry.line.pk: entry for entry in entries(process, [row.opened_by_line for row in rows], actor)} if rows else {}
    found_verbs = {row.pk: [t for t in verbs if t.answers and t.answers.key == row.key and asks.addressed(row, actor)] for row in rows}
    standing = turns(rows)
    return [
        {
            "ask": row, "label": labels.get(row.key, row.key), "verbs": found_verbs[row.pk], "said": said[row.opened_by_line_id],
            "turn": standing.get(row.pk, ""),
        }
        for row in rows
    ]  # fmt: skip


@staff
def panel(request: HttpRequest, process: str, number: str, key: str) -> HttpResponseBase:
    """GET …/panel/<key>: the content of one tab of the side panel."""
    actor, declared = actor_of(request), process_of(process)
    found = case_of(actor, declared, number)
    chosen: Panel | None = next((p for p in pages.panels(process, actor) if p.key == key), None)
    if chosen is None:
        raise Refused("not_found", {"number": key[:40]}, status=404)
    record = record_of(declared, found, tuple(pages.case_page(declared).related))
    return show(request, "ui/panel.html", case=found, record=record, panel=chosen, panel_context=dict(chosen.context(found, record, actor)))


@staff
def lines(request: HttpRequest, process: str, number: str) -> HttpResponseBase:
    """GET …/lines: a page of the timeline, by ?lines= and ?before=."""
    actor, declared = actor_of(request), process_of(process)
    found = case_of(actor, declared, number)
    return show(
        request, "ui/timeline.html", case=found, process=declared, timeline=_timeline(request, declared, found, actor), line_kinds=KINDS
    )
