"""The page on which a dealer hands in a file of purchases."""

from __future__ import annotations

import io

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xiuhao.kernel import files, sentences, throttle
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.registration import sheets
from xiuhao.registration.process import REGISTRARS
from xiuhao.ui.desk import actor_of, done, show, staff

FILES = (60, 3600)  # files that one person may hand in, in so many seconds
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _registrar(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.holds(*REGISTRARS):
        raise Refused("not_allowed", {}, status=403)
    return actor


@staff
def sheet(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /registration/sheet"""
    actor = _registrar(request)
    if request.method != "POST":
        return show(request, "registration/sheet.html", faults=[], most=sheets.MOST)
    try:
        throttle.allow(f"registration.sheet:{actor.id}", *FILES)
        sent = request.FILES.get("file")
        if sent is None:
            raise Refused("file_empty", status=422)
        taken = sheets.take_in(actor, sent.read())
    except Refused as refused:
        return show(request, "registration/sheet.html", refused.status, faults=[], error=sentences.say(refused), most=sheets.MOST)
    if taken.faults:
        stem = files.safe_name(sent.name or "").rpartition(".")[0] or "registration"
        name = _("校验结果_{name}").format(name=stem) + ".xlsx"
        kept = files.receive(io.BytesIO(taken.errors), name, actor)  # theirs alone, for a day
        return show(request, "registration/sheet.html", 422, faults=taken.faults, most=sheets.MOST, errors=kept.public_id)
    said = _("已登记 {made} 台，另有 {again} 台之前登记过").format(made=taken.made, again=taken.again)
    return done(request, said, "/c/registration/?view=mine" if not actor.holds("manager") else "/c/registration/")


@staff
def template(request: HttpRequest) -> HttpResponseBase:
    """GET /registration/sheet/template.xlsx"""
    _registrar(request)
    response = HttpResponse(sheets.template(), content_type=KIND)
    response["Content-Disposition"] = 'attachment; filename="registration.xlsx"'
    return response
