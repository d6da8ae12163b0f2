"""How a page says no: a sentence about what happened and what to do, never a code alone; into the form that asked, if one did."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from xiuhao.kernel import sentences
from xiuhao.kernel.refusal import Refused
from xiuhao.ui.api import shapes

Answer = Callable[[HttpRequest], HttpResponseBase]


def titles() -> dict[int, str]:
    """What a status means, in plain words."""
    return {
        400: _("这个请求我们看不懂"),
        403: _("您不能这样做"),
        404: _("找不到或无权查看"),
        405: _("这个地址不接受这种请求方式"),
        409: _("内容已经变了"),
        413: _("内容太大"),
        422: _("还有内容需要补充"),
        429: _("操作太频繁"),
        500: _("系统出错了"),
        503: _("服务暂时不可用"),
        507: _("存储空间不足"),
    }


def page(request: HttpRequest, status: int, sentence: str = "", retry_after: int | None = None) -> HttpResponse:
    """An error as a page, or as the piece that htmx puts into the form."""
    if request.path.startswith("/api/"):
        code = {400: "bad_request", 403: "not_allowed", 404: "not_found", 405: "method_unknown"}.get(status, "refused")
        return shapes.problem(Refused(code, status=status, sentence=sentence or titles().get(status, "")))
    piece = bool(request.headers.get("HX-Request"))
    context = {"status": status, "title": titles().get(status, titles()[500]), "sentence": sentence, "layout": "ui/base.html"}
    response = render(request, "ui/error_piece.html" if piece else "ui/error.html", context, status=status)
    response["X-Error"] = str(status)
    patch_vary_headers(response, ["HX-Request"])
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


class Spoken:
    """Middleware: a `Refused` that no view has put into its own page becomes one. The API speaks for itself."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.answer(request)
        if response.status_code == 405 and request.path.startswith("/api/"):
            spoken = page(request, 405)
            spoken["Allow"] = response.get("Allow", "")
            return spoken
        if response.get("Content-Type", "").startswith("text/html"):
            response.setdefault("Cache-Control", "no-cache, private")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        return page(request, error.status, sentences.say(error), error.params.get("retry_after"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return page(request, 400, _("请返回上一页再试；如果是点链接来的，这个链接可能不完整。"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    return page(request, 403, _("您的角色没有这个权限。需要的话请联系组长或管理员。"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404: the same whether it does not exist or is not for this reader."""
    return page(request, 404)


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: mostly a page left open over a new log-in."""
    return page(request, 403, _("这个页面开得太久，登录状态已经变了。您的内容已保留，请刷新页面后再提交。"))
