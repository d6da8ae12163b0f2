"""The parts picker: found by name, number or the model that they fit, with what is free in the van, the station and the warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xiuhao.kernel import registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.parts import queries
from xiuhao.parts.ledger import NONE, plain
from xiuhao.parts.models import Balance, Part, Place
from xiuhao.parts.stock_pages import sees
from xiuhao.product.models import Model
from xiuhao.ui.desk import show, staff

MOST, LOOKED_AT, WORDS = 8, 60, 5


@dataclass(frozen=True)
class Offer:
    """A part that was found, and (where, how much is free there), the nearest place first."""

    part: Part
    fits: bool
    at: Sequence[tuple[str, str]]


@require_safe
@staff
def found(request: HttpRequest) -> HttpResponseBase:
    """GET /stock/found?of=<case>&into=<field>&_q=<words>: parts to choose from; without words those that fit the device of the case."""
    actor = sees(request)
    case = Case.objects.visible_to(actor).filter(number=request.GET.get("of", "")[:40].replace("\0", "")).first()
    words = request.GET.get("_q", "")[:80].replace("\0", "").split()[:WORDS]
    shown = offers(actor, case, words)
    return show(request, "parts/found.html", offers=shown, into=request.GET.get("into", "")[:80], asked=bool(words))


def offers(actor: Actor, case: Case | None, words: Sequence[str]) -> list[Offer]:
    """At most eight parts, those that fit the device of the case first. Five statements at most."""
    model = _model(case)
    fitting = set(queries.fitting(model).values_list("pk", flat=True)) if model else set()
    if not words and not fitting:
        return []
    rows = queries.parts() if words else queries.fitting(model)
    for word in words:
        named = Part.fits.through.objects.filter(Q(model__code__icontains=word) | Q(model__name__icontains=word)).values("part_id")
        rows = rows.filter(Q(code__icontains=word) | Q(zh__icontains=word) | Q(en__icontains=word) | Q(pk__in=named))
    chosen = sorted(rows[:LOOKED_AT], key=lambda part: (part.pk not in fitting, part.code))[:MOST]
    places = _near(actor, case)
    free = {
        (row.place_id, row.part_id): row.quantity - row.held
        for row in Balance.objects.unscoped("what is free near a job, told as a number").filter(place__in=places, part__in=chosen)
    }
    return [
        Offer(part, part.pk in fitting, [(_named(place), plain(max(free.get((place.pk, part.pk), NONE), NONE))) for place in places])
        for part in chosen
    ]


def _model(case: Case | None) -> Model | None:
    """The model of the device that a case is about, if it is known."""
    if case is None:
        return None
    record = apps.get_model(registry.process(case.process).record)._base_manager.filter(pk=case.pk).first()
    device = getattr(record, "device", None)
    return device.model if device else None


def _near(actor: Actor, case: Case | None) -> list[Place]:
    """The van of whoever does the job, or of who asks; the stores of the unit and of those above it, the nearest first."""
    owner, path = (case.owner_id, case.unit_path) if case else (None, actor.unit_path)
    van = queries.van_of(owner or actor.account or 0)
    return [*([van] if van else []), *queries.stores_above(path)]


def _named(place: Place) -> str:
    return _("随车") if place.kind == "van" else str(place)
