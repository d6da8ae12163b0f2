"""The last page: when the database is away or the program fails, a sentence, an id to quote, and what was typed, ready to be sent again."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, get_language_from_request, override
from django.utils.translation import gettext as _

from xiuhao.config.middleware import route
from xiuhao.config.spool import Refusal
from xiuhao.kernel.refusal import Refused
from xiuhao.ui.api import shapes

CSRF = "csrfmiddlewaretoken"
SECRET = re.compile(r"passw|passphrase|secret|token|credential|^(code|otp|pin)$", re.IGNORECASE)
KEYS = ("_key", "key")  # under either name a form carries what makes its repetition harmless
_log = structlog.get_logger("xiuhao.web")


@dataclass
class Typed:
    """A form as it was sent. `secrets` are names that must be typed, `files` (name of the input, names of the files) chosen anew."""

    action: str
    away: bool
    values: list[tuple[str, str]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The idempotency key, if the page may send the form by itself: only the database is away, the form has a key and lacks nothing."""
        found = next((value for name, value in self.values if name in KEYS), "")
        return found if self.away and not self.secrets and not self.files else ""


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After while the database is away or too slow (what was typed may be sent again as it is), else 500."""
    error = sys.exc_info()[1]
    away = isinstance(error, OperationalError | InterfaceError)
    request_id = structlog.contextvars.get_contextvars().get("request", "")
    _log.error("failure", code="unavailable" if away else "internal", route=route(request), exc_info=error)
    return _page(request, away, request_id)


def busy(request: HttpRequest) -> HttpResponse:
    """503 where no thread was free in time (`front`): the same page, made without a look into the database."""
    return _page(request, True, "", "busy")


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Why a body was not taken (`spool`): to a program as the API refuses, to a person as a page. What was typed is not sent back, it
    may be too much: it stands on the page it came from, and the draft of that form keeps it."""
    said = {"zh-hans": refusal.chinese, "en": refusal.english}
    language = get_language_from_request(request)
    sentence = said.pop(language, None) or said.pop("zh-hans")
    with override(language):
        if scripted(request):
            response = shapes.problem(Refused(refusal.code, status=refusal.status, sentence=sentence))
        else:
            origin = request.headers.get("Referer", "")
            back = origin if url_has_allowed_host_and_scheme(origin, {request.headers.get("Host", "")}) else ""
            context = {"said": [(language, sentence), *said.items()], "kept": request.method == "POST", "back": back}
            page = render_to_string("config/failure.html", context)
            response = HttpResponse(page, status=refusal.status, headers={"Cache-Control": "no-store"})
    if refusal.status == 503:
        response["Retry-After"] = "2"
    return response


def scripted(request: HttpRequest) -> bool:
    """Whether a program asks: the API, or a script of a page that reads the answer itself."""
    return _program(request) or "X-Draft" in request.headers


def _program(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", "")


def _page(request: HttpRequest, away: bool, request_id: str, code: str = "") -> HttpResponse:
    status, code = (503, code or "unavailable") if away else (500, "internal")
    if _program(request):
        response: HttpResponse = JsonResponse({"code": code, "message": _sentence(away), "request": request_id}, status=status)
    else:
        typed = _typed(request, away)
        context = {"said": list(_said(away, typed)), "request_id": request_id, "typed": typed, "again": away and request.method == "GET"}
        response = HttpResponse(render_to_string("config/failure.html", context), status=status, headers={"Cache-Control": "no-store"})
    if away:
        response["Retry-After"] = "2"
    return response


def _sentence(away: bool, typed: Typed | None = None) -> str:
    if not away:
        return _("系统出错了，我们已经记录，请稍后重试或联系管理员。")
    if typed is None:
        return _("服务暂时不可用，内容没有丢失，请稍后重试。")
    if typed.secrets or typed.files:
        return _("服务暂时不可用。其余内容都在这一页里，请补上下面的，再点“再试一次”。")
    if typed.key:
        return _("服务暂时不可用。您填写的内容都在这一页里，点“再试一次”即可，不会重复提交。")
    return _("服务暂时不可用。您填写的内容都在这一页里，请稍后点“再试一次”。")


def _said(away: bool, typed: Typed | None) -> Iterator[tuple[str, str]]:
    """(language, sentence) in every language, the reader's first: which one an account chose cannot be asked now."""
    codes = sorted((code for code, _name in settings.LANGUAGES), key=lambda code: code != get_language())
    for code in codes:
        with override(code):
            yield code, _sentence(away, typed)


def _typed(request: HttpRequest, away: bool) -> Typed | None:
    """What a form sent, without passwords, codes and files; None where no form was sent, or a script keeps it.

    Its anti-forgery token is handed back as it came, never a fresh one: else a forged form would be sent again with a valid one.
    """
    if request.method != "POST" or request.headers.get("HX-Request") or request.headers.get("X-Draft"):
        return None
    try:
        post, files = request.POST, request.FILES
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return None
    secrets = [name for name in post if name != CSRF and SECRET.search(name)]
    values = [(name, value) for name, sent in post.lists() if name not in secrets for value in sent]
    chosen = [(name, "、".join(upload.name or "" for upload in sent)) for name, sent in files.lists()]
    return Typed(request.get_full_path(), away, values, secrets, chosen) if values or secrets or chosen else None
