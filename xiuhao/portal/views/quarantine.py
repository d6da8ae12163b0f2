"""For staff: what the public form set aside, to be released through the engine or dismissed with a reason."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xiuhao.kernel import files
from xiuhao.kernel.access import Actor
from xiuhao.kernel.masking import mask_phone
from xiuhao.kernel.refusal import Refused
from xiuhao.portal import actions, forms
from xiuhao.portal.models import REASONS, REVIEWERS, Oddity, Quarantined, QuarantinedPhoto
from xiuhao.ui.desk import actor_of, case_url, done, show, staff

SIZE = 100
EDITABLE = ("kind", "category", "urgency", "description", "serial")


def _reviewer(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.holds(*REVIEWERS):
        raise Refused("not_allowed", {}, status=403)
    return actor


@staff
@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """GET /quarantine/: what waits for a decision (`?decided` what had one), and who sent fields that our forms do not have."""
    actor, decided = _reviewer(request), "decided" in request.GET
    rows = Quarantined.objects.visible_to(actor).select_related("decided_by", "case").order_by("-pk")
    rows = rows.exclude(decision="") if decided else rows.filter(decision="")
    found = [{"row": row, "form": json.loads(row.form), "reasons": _reasons(row)} for row in rows[:SIZE]]
    odd = Oddity.objects.visible_to(actor).select_related("case").order_by("-pk")[:20]
    return show(request, "portal/quarantine.html", found=found, decided=decided, odd=odd)


def _reasons(row: Quarantined) -> str:
    return _("；").join(str(dict(REASONS).get(reason, reason)) for reason in row.reasons)


@staff
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET, POST /quarantine/<pk>: look, correct, and `release` or `dismiss`."""
    actor = _reviewer(request)
    row = Quarantined.objects.visible_to(actor).select_related("decided_by", "case").filter(pk=pk).first()
    if row is None:
        raise Refused("not_found", {}, status=404)
    values = json.loads(row.form)
    if request.method == "GET":
        return _page(request, row, values)
    values |= {name: request.POST[name][:16_000] for name in EDITABLE if name in request.POST}
    if phone := request.POST.get("contact_phone", "").strip():  # only what was corrected: the kept number is never shown in full
        values["contact_phone"] = phone[:40]
    try:
        if request.POST.get("do") == "dismiss":
            actions.dismiss(actor, pk, request.POST.get("reason", ""))
            return done(request, _("已驳回"), request.path)
        case = actions.release(actor, pk, values)
    except Refused as refused:
        report = forms.Report(values)
        status = report.refuse(refused)
        return _page(request, row, values, status, errors=report.errors, sentence=report.sentence, reason=request.POST.get("reason", ""))
    return done(request, _("已放行：{number}").format(number=case.number), case_url(case))


def _page(request: HttpRequest, row: Quarantined, values: dict[str, str], status: int = 200, **more: Any) -> HttpResponseBase:
    shown = {"row": row, "values": values, "masked": mask_phone(values.get("contact_phone", "")), "reasons": _reasons(row)}
    choices = {"kinds": forms.KINDS, "categories": forms.Report().categories, "urgencies": forms.URGENCIES}
    photos = row.photos.values_list("pk", flat=True)
    return show(request, "portal/quarantined.html", status, **shown, **choices, photos=photos, **more)


@staff
@require_safe
def photo(request: HttpRequest, pk: int, photo: int) -> HttpResponseBase:
    """GET /quarantine/<pk>/photo/<photo>: a picture, as we encoded it ourselves."""
    rows = Quarantined.objects.visible_to(_reviewer(request))
    row = QuarantinedPhoto.objects.filter(pk=photo, report__in=rows.filter(pk=pk)).first()
    if row is None:
        raise Refused("not_found", {}, status=404)
    data, kind = actions.picture_of(row)
    return HttpResponse(data, content_type=kind, headers=files.NOT_ACTIVE)
