"""What every page of the customers' site does: its language, no trace to others, refusals as pages of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from xiuhao.kernel import sentences
from xiuhao.kernel.refusal import Refused
from xiuhao.portal import visitors

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
OWN_NAMES = {"zh-hans": "中文", "en": "English"}
YEAR = 365 * 24 * 3600
LONGEST = 16_000  # characters of the longest field, as its evidence says


def public(view: View[P]) -> View[P]:
    """A page for everybody. `?lang=en` chooses a language for this browser."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        chosen = request.GET.get("lang", "")
        if request.method == "GET" and chosen in OWN_NAMES:
            return _speak(request, chosen)
        try:
            response = view(request, *args, **kwargs)
        except Refused as refused:
            response = refuse(request, refused)
        response.setdefault("Cache-Control", "no-store, private")
        return response

    return shown


def bounded(view: View[P]) -> View[P]:
    """For pages that take a form: too large a body is refused with a sentence, before anything else reads it; then whether the
    form is ours.
    """
    protected = csrf_protect(view)

    @csrf_exempt  # `protected` checks, after the size
    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            _ = request.POST
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
            raise Refused("form_too_large", {"limit": LONGEST}, status=413) from None
        response: HttpResponseBase = protected(request, *args, **kwargs)
        if request.method == "POST" and not getattr(request, "csrf_processing_done", False):
            raise Refused("form_stale", {}, status=403)
        return response

    return shown


def secret(view: View[P]) -> View[P]:
    """For pages whose address is a secret: no referrer leaves them, and no search engine keeps them (T5).

    They must not post: without a referrer a browser's form has no origin, and is refused as forged.
    """

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return shown


def _speak(request: HttpRequest, language: str) -> HttpResponseBase:
    rest = request.GET.copy()
    del rest["lang"]
    response = HttpResponseRedirect(request.path + (f"?{rest.urlencode()}" if rest else ""))
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the site, with what its frame shows."""
    other = "en" if not (translation.get_language() or "").startswith("en") else "zh-hans"
    query = request.GET.copy()
    query["lang"] = other
    switch = f"?{query.urlencode()}"
    frame = {"status": status, "proof": visitors.proof(request), "other": other, "other_name": OWN_NAMES[other], "switch": switch}
    return render(request, f"portal/{template}.html", {**frame, **context}, status=status)


def refuse(request: HttpRequest, refused: Refused) -> HttpResponse:
    """A refusal as a page; what can be tried again says when."""
    response = page(request, "refused", refused.status, sentence=sentences.say(refused))
    return wait(response, refused)


def wait(response: HttpResponse, refused: Refused) -> HttpResponse:
    """Say by Retry-After when to come again, if the refusal knows."""
    if "retry_after" in refused.params:
        response["Retry-After"] = str(refused.params["retry_after"])
    return response
