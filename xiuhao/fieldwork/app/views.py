"""The addresses of the app: its shell, its worker, and what it says and hears. Programs get JSON, refusals included."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from xiuhao.fieldwork.app import entry, originals, sending, shots, sync, wire
from xiuhao.fieldwork.app.models import Handset
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.ui.api import shapes
from xiuhao.ui.desk import actor_of

View = Callable[..., HttpResponseBase]
STYLES = ("ui/desk.css", "ui/parts.css", "ui/dark.css", "fieldwork/app.css")
SCRIPTS = (
    "vendor/idb.js", "vendor/signature_pad.min.js", "fieldwork/store.js", "fieldwork/sync.js", "fieldwork/photo.js", "fieldwork/forms.js",
    "fieldwork/job.js", "fieldwork/tabs.js", "fieldwork/app.js",
)  # fmt: skip
SIDES = (180, 512)  # pixels of the icons that are no SVG: telephones of Apple know no other
PICTURES = ("ui/mark.svg", "vendor/icons.svg")


def program(view: View) -> View:
    """For the app's own requests: known by a secret in a header, which no other site can send, and answered in JSON."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return shapes.problem(refused)

    return answered


@require_safe
def shell(request: HttpRequest) -> HttpResponseBase:
    """GET /app/: the frame, the same for everybody and without a word of anybody's, so that a worker may keep it."""
    response = render(request, "fieldwork/app/shell.html", {"styles": STYLES[:2] + STYLES[3:], "scripts": SCRIPTS})
    response["Content-Security-Policy"] = f"{settings.CONTENT_POLICY}; script-src 'self' 'wasm-unsafe-eval'"  # our own reader of codes
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """GET /app/worker.js: what keeps the shell. Its version is the hash of all that it keeps, so that a deploy is a new worker."""
    files = [static(name) for name in (*STYLES, *SCRIPTS, *PICTURES)]
    context = {"version": version(), "files": files}
    response = render(request, "fieldwork/app/worker.js", context, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """GET /app/manifest.webmanifest. Home screens that cut icons to their own shape get the full squares."""
    icons = [{"src": static("ui/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}]
    icons += [
        {"src": static(f"ui/mark-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png", "purpose": "any maskable"} for side in SIDES
    ]
    data = {
        "name": _("修好 工程师"), "short_name": _("修好"), "start_url": "/app/", "scope": "/app/", "display": "standalone", "id": "/app/",
        "lang": get_language(), "background_color": "#f3f5f8", "theme_color": "#1d5fd1", "icons": icons,
    }  # fmt: skip
    response = shapes.answer(data)
    response["Content-Type"] = "application/manifest+json"
    return response


@cache
def version() -> str:
    """What the app's files are called together: hashed names change with their content; unhashed ones by what they hold."""
    digest = hashlib.sha256()
    for name in (*STYLES, *SCRIPTS, *PICTURES):
        digest.update(static(name).encode())
        if path := finders.find(name):
            digest.update(Path(path).read_bytes())
    return digest.hexdigest()[:12]


@require_http_methods(["GET", "POST"])
def handset(request: HttpRequest) -> HttpResponseBase:
    """GET /app/api/handset: who is logged in, and the token that a POST needs. POST: the handset's secret, once."""
    try:
        actor = _logged_in(request)
        if request.method == "GET":
            known = {"account": actor.account, "name": actor.name, "engineer": actor.holds(*entry.STAFFED), "csrf": get_token(request)}
            return shapes.answer(known)
        enrolled, raw = entry.enrol(actor, *wire.enrolment(request))
    except Refused as refused:
        return shapes.problem(refused)
    return shapes.answer({"handset": str(enrolled.public_id), "token": raw, "account": actor.account, "name": actor.name}, 201)


def _logged_in(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if actor.kind != "staff":
        raise Refused("log_in", status=401)
    return actor


@program
@require_POST
def close(request: HttpRequest) -> HttpResponseBase:
    """POST /app/api/close: the person leaves this handset."""
    entry.close(entry.caller(request).handset)
    return shapes.answer({}, 200)


@program
@require_POST
def batch(request: HttpRequest) -> HttpResponseBase:
    """POST /app/api/sync: actions in, what became of each out. 202 where they are only held."""
    received = now()
    caller = entry.caller(request)
    acts, sent, losses = wire.batch(request)
    if losses > caller.handset.losses:
        Handset.objects.unscoped("the caller's own").filter(pk=caller.handset.pk).update(losses=losses)
    items = sync.take(caller, acts, sent, received)
    originals.keep(caller.handset)
    if caller.actor is None:
        return shapes.answer({"closed": True, "items": items}, 202)
    return shapes.answer({"now": now(), "items": items})


@program
@require_GET
def work(request: HttpRequest) -> HttpResponseBase:
    """GET /app/api/work: one's own jobs, the pool, the van, and how jobs run."""
    caller = entry.caller(request, living=True)
    assert caller.actor is not None
    return shapes.answer({"now": now(), **sending.everything(caller.actor)})


@program
@require_POST
def announce(request: HttpRequest) -> HttpResponseBase:
    """POST /app/api/shots: a photo will come; how much of it is here already."""
    shot = shots.announce(entry.caller(request).handset, wire.shot(request))
    return shapes.answer({"id": str(shot.public_id), "have": shot.size if shot.settled else shot.have}, 201)


@program
@require_http_methods(["PUT"])
def piece(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """PUT /app/api/shots/<id>?start=<byte>: a stretch of it, as raw bytes."""
    caller = entry.caller(request)
    raw = request.GET.get("start", "0")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise Refused("bad_filter", {"name": "start", "value": raw[:60]}, status=400)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > shots.PIECE:
        raise Refused("body_too_large", {"limit": shots.PIECE}, status=413)
    shot = shots.add(caller.handset, public_id, int(raw), request.body)
    if shot.of_id and shot.have == shot.size:
        originals.keep(caller.handset)
    return shapes.answer({"id": str(shot.public_id), "have": shot.size if shot.settled else shot.have})
