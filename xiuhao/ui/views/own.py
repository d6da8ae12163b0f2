"""What belongs to one person: drafts, uploads, preferences."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiuhao.kernel import files, sentences
from xiuhao.kernel.models import Attachment
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local
from xiuhao.kernel.words import _ as gettext_lazy
from xiuhao.kernel.words import pgettext_lazy
from xiuhao.ui import drafts, pages
from xiuhao.ui.context import THEMES
from xiuhao.ui.desk import actor_of, local_url, process_of, show, staff
from xiuhao.ui.listing import SIZES

CHOICES: dict[str, tuple[Any, ...]] = {
    "theme": tuple(THEMES), "density": ("compact", "normal", "loose"), "nav": ("broad", "narrow"), "keys": ("on", "off"), "size": SIZES
}  # fmt: skip

LABELS = {
    "theme": gettext_lazy("颜色"), "theme.light": gettext_lazy("浅色"), "theme.dark": gettext_lazy("深色"),
    "theme.auto": gettext_lazy("跟随系统"), "density": gettext_lazy("密度"), "density.compact": gettext_lazy("紧凑"),
    "density.normal": gettext_lazy("适中"), "density.loose": gettext_lazy("宽松"),
    "nav": gettext_lazy("菜单"), "nav.broad": gettext_lazy("展开"), "nav.narrow": gettext_lazy("收起"),
    "keys": gettext_lazy("单键快捷键"), "keys.on": pgettext_lazy("选项", "开启"), "keys.off": pgettext_lazy("选项", "关闭"),
    "size": gettext_lazy("每页条数"),
}  # fmt: skip


@staff
@require_http_methods(["GET", "PUT", "DELETE"])
def draft(request: HttpRequest, key: str) -> HttpResponseBase:
    """/drafts/<key>: a JSON object of fields. PUT answers when it was saved."""
    actor = actor_of(request)
    if request.method == "DELETE":
        drafts.forget(actor, key)
        return HttpResponse(status=204)
    if request.method == "GET":
        found = drafts.of(actor, [key]).get(key)
        return JsonResponse({"saved_at": found[0], "fields": found[1]}) if found else HttpResponse(status=404)
    try:
        body = json.loads(request.body)
        if not isinstance(body, dict):
            raise ValueError
    except (ValueError, RecursionError):
        return JsonResponse({"code": "bad_json"}, status=400)
    try:
        saved = drafts.keep(actor, key, body)
        return JsonResponse({"saved_at": saved, "shown": f"{local(saved):%H:%M}"})
    except Refused as refused:
        return JsonResponse({"code": refused.code, "sentence": sentences.say(refused)}, status=refused.status)


@staff
@require_http_methods(["POST"])
def upload(request: HttpRequest) -> HttpResponseBase:
    """POST /files: one file in `file`; answers its id, or says why not. With `pictures` only a picture is taken."""
    given = request.FILES.get("file")
    try:
        if given is None:
            raise Refused("file_empty", status=422)
        kept = files.receive(given, given.name or "", actor_of(request), only_pictures="pictures" in request.POST)
    except Refused as refused:
        return JsonResponse({"code": refused.code, "sentence": sentences.say(refused)}, status=refused.status)
    return JsonResponse(described(kept), status=201)


def described(kept: Attachment) -> dict[str, Any]:
    """An attachment as scripts and programs are told of it."""
    return {"id": str(kept.public_id), "name": kept.name, "size": kept.file.size, "kind": kept.file.sniffed, "is_image": kept.file.is_image}


def file(request: HttpRequest, public_id: Any) -> HttpResponseBase:
    """GET /files/<uuid>[?thumb=1|?download=1] for whoever may see it, staff or customer."""
    actor = getattr(request, "actor", None)
    found = Attachment.objects.visible_to(actor).filter(public_id=public_id).select_related("file").first() if actor else None
    if found is None:
        raise Refused("not_found", {"number": str(public_id)}, status=404)
    return files.serve_thumbnail(found) if "thumb" in request.GET else files.serve(found, download="download" in request.GET)


@staff
def settings(request: HttpRequest) -> HttpResponseBase:
    """GET and POST /settings: how the desk looks to me. A POST changes only what it names."""
    account = request.user
    if request.method == "POST":
        wanted = {name: request.POST[name] for name in CHOICES if name in request.POST}
        for name, value in wanted.items():
            typed = int(value) if name == "size" and value.isdecimal() and len(value) < 9 else value
            if typed not in CHOICES[name]:
                raise Refused("bad_filter", {"name": name, "value": value[:60]}, status=400)
            account.preferences[name] = typed  # type: ignore[union-attr]
        if "columns" in request.POST:
            process = process_of(request.POST["columns"])
            known = {column.key for column in pages.queue(process).columns}
            chosen = [key for key in request.POST.getlist("column") if key in known]
            if "here" in request.POST:
                return HttpResponseRedirect(_with_columns(local_url(request, request.POST.get("next", ""), "/"), chosen), status=303)
            account.preferences.setdefault("columns", {})[process.key] = chosen  # type: ignore[union-attr]
        if (language := request.POST.get("language", "")) in ("zh-hans", "en"):
            account.language = language  # type: ignore[union-attr]
        account.save(update_fields=["preferences", "language"])  # type: ignore[call-arg]
        if request.headers.get("X-Draft"):
            return HttpResponse(status=204)
        response = HttpResponseRedirect(local_url(request, request.POST.get("next", ""), "/settings"), status=303)
        if language:
            response.set_cookie("django_language", language, samesite="Lax")
        return response
    return show(request, "ui/settings.html", preferences=_offered(account))


def _with_columns(url: str, columns: list[str]) -> str:
    """The address of a list with these columns."""
    path, _mark, query = url.partition("?")
    params = QueryDict(query, mutable=True)
    params.setlist("column", columns)
    return f"{path}?{params.urlencode()}"


def _offered(account: Any) -> list[tuple[str, Any, list[tuple[Any, Any, bool]]]]:
    """Each preference with its label, its choices in words, and which one holds."""
    kept = {"theme": "auto", "density": "normal", "nav": "broad", "keys": "on", "size": SIZES[0], **account.preferences}
    made = [
        (name, LABELS[name], [(value, LABELS.get(f"{name}.{value}", value), kept[name] == value) for value in values])
        for name, values in CHOICES.items()
    ]
    languages = [("zh-hans", "中文", account.language == "zh-hans"), ("en", "English", account.language == "en")]
    return [*made, ("language", _("界面语言"), languages)]
