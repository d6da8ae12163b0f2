"""What every request passes before a page sees it: its true address, its log line, its language, its content policy."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

from xiuhao.config import metrics
from xiuhao.kernel.access import Actor
from xiuhao.kernel.throttle import client_ip, trusted

Answer = Callable[[HttpRequest], HttpResponseBase]
_log = structlog.get_logger("xiuhao.web")
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


class TrueAddress:
    """REMOTE_ADDR becomes the client's address; forwarding headers are believed from trusted proxies only, else dropped."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        meta["xiuhao.forwarded"] = any(name in meta for name in _FORWARDED)
        if trusted(meta.get("REMOTE_ADDR", "")):
            meta["REMOTE_ADDR"] = client_ip(request)
        else:
            for name in _FORWARDED:
                meta.pop(name, None)
            meta.pop("HTTP_X_REQUEST_ID", None)
        meta.pop("HTTP_X_REMOTE_USER", None)
        return self.answer(request)


class Observed:
    """Gives each request an id, one log line with its actor, and its place in the metrics."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = request.META.get("HTTP_X_REQUEST_ID", "")[:64] or secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id)
        response = self.answer(request)
        seconds = time.perf_counter() - started
        asked = route(request)
        response["X-Request-ID"] = request_id
        metrics.observe(request.method or "", asked, response.status_code, seconds)
        if not request.path.startswith(settings.STATIC_URL):
            _log.info(
                "request",
                method=request.method,
                route=asked,
                status=response.status_code,
                ms=round(seconds * 1000, 1),
                **actor(request),
                address=request.META.get("REMOTE_ADDR"),
            )
        return response


def route(request: HttpRequest) -> str:
    """What was asked for, for logs and metrics: not the path, for links of customers carry secrets."""
    match = request.resolver_match
    return match.route if match else "unknown"


def actor(request: HttpRequest) -> dict[str, str]:
    """Who asked by a token, for the log; who asked by a log-in has been bound to the log lines by ActorMiddleware."""
    asking = getattr(request, "auth", None)
    return {"actor": f"{asking.kind}:{asking.id}"} if isinstance(asking, Actor) else {}


class ContentPolicy:
    """The strict Content-Security-Policy, where a page has not set a stricter one of its own (files do)."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.answer(request)
        response.setdefault("Content-Security-Policy", settings.CONTENT_POLICY)
        response.setdefault("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(self)")
        return response


class OwnLanguage:
    """The language that an account chose goes before the browser's; the language cookie of this browser before both."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            language = getattr(request.user, "language", "")
            if language:
                translation.activate(language)
                request.LANGUAGE_CODE = language
        return self.answer(request)
