"""What every staff page does: who asks, which case is meant, how it answers when something was done."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from xiuhao.kernel import registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def staff(view: View[P]) -> View[P]:
    """For members of staff; anybody else is asked to log in first (a script's request is told so by 401)."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        actor: Actor | None = getattr(request, "actor", None)
        if request.user.is_authenticated and actor is not None and actor.kind == "staff":
            return view(request, *args, **kwargs)
        if request.headers.get("HX-Request") or request.headers.get("X-Draft"):
            return HttpResponse(
                status=401, headers={"HX-Redirect": redirect_to_login(request.get_full_path()).url} if request.method == "GET" else {}
            )
        return redirect_to_login(request.get_full_path())

    return checked  # type: ignore[return-value]  # the stubs' wraps


def actor_of(request: HttpRequest) -> Actor:
    """Who asks; set by the kernel's middleware, present behind `staff`."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def show(request: HttpRequest, template: str | list[str], status: int = 200, **context: Any) -> HttpResponse:
    """A page, whole or as the piece that htmx asked for."""
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def process_of(key: str) -> Process:
    """The process of an address; Refused unknown_process (404)."""
    return registry.process(key)


def case_of(actor: Actor, process: Process, number: str) -> Case:
    """The case of an address, if the actor may see it; else Refused not_found (404)."""
    rows = Case.objects.of(process.key, actor).filter(number=number)
    case = rows.select_related("owner", "keeper", "unit").first()
    if case is None:
        raise Refused("not_found", {"number": number[:40]}, status=404)
    return case


def record_of(process: Process, case: Case, related: tuple[str, ...] = ()) -> Any:
    """The process's own row of a case, with what it refers to."""
    rows = apps.get_model(process.record)._base_manager.all()
    record = (rows.select_related(*related) if related else rows).get(pk=case.pk)
    record.case = case
    return record


def case_url(case: Case) -> str:
    """The page of a case."""
    return f"/c/{case.process}/{case.number}/"


def local_url(request: HttpRequest, url: str, otherwise: str) -> str:
    """`url` if it stays on this site, else the other."""
    safe = bool(url) and url.startswith("/") and url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())
    return url if safe else otherwise


def done(request: HttpRequest, sentence: str, url: str, *, undo: dict[str, str] | None = None, more: str = "") -> HttpResponse:
    """After something was done: on to `url` with a word about it; `undo` is what the toast's button posts ("url" and fields),
    `more` the page that says more."""
    if not request.headers.get("HX-Request"):
        messages.success(request, sentence)
        return HttpResponseRedirect(url, status=303)
    where = {"path": url, "target": "#main", "select": "#main", "swap": "outerHTML show:none"}
    toast = {"text": sentence, **({"undo": undo} if undo else {}), **({"more": more} if more else {})}
    return HttpResponse(headers={"HX-Location": json.dumps(where), "HX-Trigger": json.dumps({"xiuhao:done": toast})})
