"""For supervisors: what came from handsets and could not be done, to be put onto its job or set aside with a reason; never lost (O8)."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xiuhao.fieldwork.app import merging, shots, sync
from xiuhao.fieldwork.app.merging import PROCESS
from xiuhao.fieldwork.app.models import ATTACHED, CONFLICT, DISMISSED, NOTED, OPEN, OVERSEERS, Sent
from xiuhao.kernel import registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.ui.desk import actor_of, done, show, staff

SIZE = 100


def _overseer(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.holds(*OVERSEERS):
        raise Refused("not_allowed", {}, status=403)
    return actor


def _label(verb: str) -> str:
    try:
        return str(registry.process(PROCESS).verb(verb).label)
    except Refused:
        return verb


@staff
@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """GET /field/held: what waits (`?settled` what was decided)."""
    actor, settled = _overseer(request), "settled" in request.GET
    rows = Sent.objects.visible_to(actor).select_related("handset__account", "settled_by", "case")
    rows = rows.filter(state__in=(ATTACHED, DISMISSED, CONFLICT)).order_by("-pk") if settled else rows.filter(state__in=OPEN).order_by("pk")
    found = [{"row": row, "verb": _label(row.verb)} for row in rows[:SIZE]]
    return show(request, "fieldwork/app/held.html", found=found, settled=settled)


@staff
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET, POST /field/held/<pk>: look, and `attach` it to its job or `dismiss` it with a reason."""
    actor = _overseer(request)
    row = Sent.objects.visible_to(actor).select_related("handset__account", "case", "settled_by").filter(pk=pk).first()
    if row is None:
        raise Refused("not_found", {}, status=404)
    if request.method == "GET":
        return _page(request, row)
    try:
        if request.POST.get("do") == "dismiss":
            dismiss(actor, row, request.POST.get("reason", ""))
            return done(request, _("已设为不采用，内容仍保留"), request.path)
        attach(actor, row)
    except Refused as refused:
        return _page(request, row, refused.status, refused=refused)
    return done(request, _("已归入 {number}").format(number=row.number), f"/c/{PROCESS}/{row.number}/")


def _page(request: HttpRequest, row: Sent, status: int = 200, refused: Refused | None = None) -> HttpResponseBase:
    from xiuhao.kernel import sentences

    given = json.loads(row.given)
    labels = {need.key: str(need.label) for need in registry.process(PROCESS).verb(row.verb).needs} if _label(row.verb) != row.verb else {}
    facts: list[tuple[str, Any]] = [(labels.get(key, key), value) for key, value in given.items() if not isinstance(value, list)]
    photos = sum(len(ids) for ids in sync.photos_of(row.verb, given).values())
    said = sentences.say(refused) if refused else ""
    context = {"row": row, "verb": _label(row.verb), "facts": facts, "photos": photos, "sentence": said, "open": row.state in OPEN}
    return show(request, "fieldwork/app/held_one.html", status, **context)


def attach(actor: Actor, row: Sent) -> Case:
    """Put an action that waits onto its job, as what its author did there. Raises Refused: settled_already, never_yours (409),
    photos_missing (409)."""
    given = json.loads(row.given)
    named = [pk for ids in sync.photos_of(row.verb, given).values() for pk in ids]
    if not shots.here(row.handset, named):
        raise Refused("photos_missing")
    author = merging.author(row)
    taken = shots.attach(row.handset, named, author)
    given |= {key: [taken[pk] for pk in ids] for key, ids in sync.photos_of(row.verb, given).items()}
    with transaction.atomic():
        fresh = _locked(row)
        case = Case.objects.of(PROCESS, actor).filter(number=row.number).first()
        if case is None or not merging.was_theirs(fresh, case):
            raise Refused("not_found", {"number": row.number}, status=404)
        sync.beside(fresh, given, NOTED if merging.harmless(fresh.verb) else CONFLICT, case)
        if fresh.state in OPEN:
            raise Refused(fresh.code or "not_found", {}, sentence=fresh.problem.get("sentence", ""))
        _settle(fresh, actor, ATTACHED, "")
    shots.settle(row.handset, named)
    return case


def dismiss(actor: Actor, row: Sent, reason: str) -> None:
    """Set an action aside: it stays readable. Raises Refused: reason_missing (422), settled_already (409)."""
    if not reason.strip():
        raise Refused("reason_missing", status=422)
    with transaction.atomic():
        _settle(_locked(row), actor, DISMISSED, reason)


def _locked(row: Sent) -> Sent:
    fresh = Sent.objects.unscoped("found visible before").select_related("handset").select_for_update(of=("self",)).get(pk=row.pk)
    if fresh.state not in OPEN:
        raise Refused("settled_already")
    return fresh


def _settle(row: Sent, actor: Actor, state: str, reason: str) -> None:
    row.state, row.settled_at, row.settled_by_id, row.reason = state, now(), actor.account, reason.strip()[:200]
    row.save()
