"""The last page: when the database is away or the program fails, a sentence, an id to quote, and no lost input."""

from __future__ import annotations

import sys

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

_log = structlog.get_logger("xiuhao.web")


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After while the database is away or too slow (what was typed may be sent again as it is), else 500."""
    error = sys.exc_info()[1]
    away = isinstance(error, OperationalError | InterfaceError)
    status, code = (503, "unavailable") if away else (500, "internal")
    message = _("服务暂时不可用，内容没有丢失，请稍后重试。") if away else _("系统出错了，我们已经记录，请稍后重试或联系管理员。")
    request_id = structlog.contextvars.get_contextvars().get("request", "")
    _log.error("failure", code=code, path=request.path, exc_info=error)
    if request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", ""):
        response: HttpResponse = JsonResponse({"code": code, "message": message, "request": request_id}, status=status)
    else:
        again = away and request.method == "GET"  # a refreshed POST would lose what was typed
        page = render_to_string("config/failure.html", {"message": message, "request_id": request_id, "again": again})
        response = HttpResponse(page, status=status)
    if away:
        response["Retry-After"] = "2"
    return response
