"""The pages of a migration: upload, what their words are to us, what comes of it, how far it is; our own export."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from procrastinate.exceptions import AlreadyEnqueued

from xiuhao.kernel import past, registry, sentences
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.migration import exporting, meaning, moments, places, running
from xiuhao.migration.models import MigrationRun
from xiuhao.migration.sheet_views import handed_out
from xiuhao.ui import book
from xiuhao.ui.desk import actor_of, show, staff

MOST_BYTES = 28 * 2**20
SHOWN = 200
ROLES = ("case", "event", "detail", "time", "actor", "unit")


@staff
def upload(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /migration/: the upload, one's last migrations."""
    actor = running.allowed(actor_of(request))
    refused = None
    if request.method == "POST":
        try:
            found = _received(request, actor)
            return HttpResponseRedirect(reverse("migration:run", args=[found.pk]), status=303)
        except Refused as error:
            refused = error
    last = MigrationRun.objects.visible_to(actor).order_by("-created_at")[:10]
    context = {
        "last": last, "sentence": sentences.say(refused) if refused else "", "megabytes": MOST_BYTES // 2**20,
        "processes": past.processes(),
        "formats": moments.formats(), "typed": request.POST, "asks_columns": bool(refused and refused.code.startswith("log_")),
    }  # fmt: skip
    return show(request, "migration/upload.html", refused.status if refused else 200, **context)


def _received(request: HttpRequest, actor: Actor) -> MigrationRun:
    given = request.FILES.get("file")
    if given is None:
        raise Refused("log_empty", status=422)
    data = given.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Refused("sheet_too_large", {"megabytes": MOST_BYTES // 2**20}, status=413)
    asked = request.POST
    columns = {role: asked.get(role, "").strip() for role in ROLES if asked.get(role, "").strip()}
    return running.start(
        actor, given.name or "", data, process=asked.get("process") or "ticket", columns=columns, way=asked.get("way", ""),
        language=get_language() or "zh-hans", source=asked.get("source", "").strip()[:60],
    )  # fmt: skip


@staff
def run(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """GET /migration/<id>: the words and what they are to us, how far it is, what came of it; POST `then`: look, go or drop."""
    actor = running.allowed(actor_of(request))
    found = MigrationRun.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    refused, forecast = None, None
    words, units, unit = dict(found.mapping), dict(found.units), found.unit_id
    if request.method == "POST":
        words = {word: request.POST.get(f"word-{place}", "") for place, word in enumerate(found.words)}
        units = {name: _unit(request.POST.get(f"unit-{place}", "")) for place, name in enumerate(found.units)}
        unit = _unit(request.POST.get("unit", ""))
        try:
            match request.POST.get("then", ""):
                case "look":
                    forecast = running.preview(found, words)
                case "drop":
                    running.drop(found)
                    return HttpResponseRedirect(request.path, status=303)
                case _:
                    _go(found, words, units, unit)
                    return HttpResponseRedirect(request.path, status=303)
        except Refused as error:
            refused = error
            found.refresh_from_db()
    context = _context(found, words) | {"sentence": sentences.say(refused) if refused else "", "forecast": _shown(found, forecast)}
    context |= {"units": [(place, name, units[name]) for place, name in enumerate(found.units)], "unit": unit}
    return show(request, "migration/run.html", refused.status if refused else 200, **context)


def _unit(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _go(found: MigrationRun, words: dict[str, str], units: dict[str, int | None], unit: int | None) -> None:
    running.begin(found, words, units, unit)
    from xiuhao.migration.jobs import bring

    try:
        bring.configure(lock=f"migration:{found.pk}", queueing_lock=f"migration:{found.pk}").defer(run=str(found.pk))
    except AlreadyEnqueued:
        return


def _context(found: MigrationRun, words: dict[str, str]) -> dict[str, Any]:
    process, told = registry.process(found.process), found.told
    faults = running.faults(found)
    return {
        "run": found, "process": process, "progress": running.progress(found), "told": told,
        "faults": faults[:SHOWN], "more": len(faults) - SHOWN,
        "first": datetime.fromisoformat(told["first"]) if "first" in told else None,
        "last": datetime.fromisoformat(told["last"]) if "last" in told else None,
        "targets": meaning.targets(process),
        "words": [(place, word, count, words.get(word, "")) for place, (word, count) in enumerate(found.words.items())],
        "offered": places.offered() if found.state == "mapping" else [],
        "differences": running.differences(found)[:SHOWN] if found.own else [],
        "roles": [(label, found.columns.get(role, "")) for role, label in _roles()],
    }  # fmt: skip


def _roles() -> list[tuple[str, str]]:
    return list(zip(ROLES, (_("工单号"), _("状态或动作"), _("子状态"), _("时间"), _("经办人"), _("单位")), strict=True))


def _shown(found: MigrationRun, forecast: meaning.Forecast | None) -> dict[str, Any] | None:
    """The forecast in the words of the screen."""
    if forecast is None:
        return None
    process = registry.process(found.process)
    states = {state.key: str(state.label) for state in process.states}
    verbs = {t.key: str(t.label) for t in process.transitions} | {past.IMPORTED: _("导入原系统的状态")}
    return {
        "verbs": [(verbs[key], count) for key, count in forecast.verbs.most_common()],
        "ends": [(states[key], count) for key, count in forecast.ends.most_common()],
        "strange": [(states[a], states[b], count) for (a, b), count in forecast.strange.most_common() if a],
    }


@staff
def faults(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """GET /migration/<id>/faults.xlsx: every row that was not brought, the reason beside it."""
    found = MigrationRun.objects.visible_to(running.allowed(actor_of(request))).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", {}, status=404)
    every = [(row or place, case, why) for place, (case, row, why) in enumerate(running.faults(found), 1)]
    rows = [(number, [case]) for number, case, _why in every]
    data = book.errors(_("没有迁入的"), [_("工单号")], rows, [[number, "", why] for number, _case, why in every])
    return handed_out(data, _("没有迁入的_{name}").format(name=found.name))


@staff
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """POST /migration/export: every case with its history, line by line."""
    actor = running.allowed(actor_of(request))
    process = request.POST.get("process") or "ticket"
    past.ways(registry.process(process).key)

    def lines() -> Iterator[str]:
        yield from exporting.export(actor, process)

    response = StreamingHttpResponse(lines(), content_type="application/x-ndjson; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="xiuhao-{process}-{local(now()):%Y%m%d-%H%M}.jsonl"'
    response["Cache-Control"] = "private, no-store"
    return response
