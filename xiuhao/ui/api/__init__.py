"""The API: routes derived from every declaration, with their schemas in OpenAPI 3.1 at /api/v1/openapi.json."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import Http404, HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import File, NinjaAPI, UploadedFile
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from xiuhao.kernel import accounts, files, registry
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Attachment
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.ui.api import routes, shapes


class Token(HttpBearer):
    """`Authorization: Bearer <token>`; a token in the address is not looked at."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        return accounts.actor_for_token(token)


class Api(NinjaAPI):
    """Its description is put together once for each language, for it takes a second and anybody may ask: it depends on nothing but the
    declarations, whose labels are in the language of the reader."""

    processes: tuple[Process, ...] = ()

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None) -> Any:
        known: dict[tuple[str | None, str], Any] = self.__dict__.setdefault("described", {})
        asked = path_prefix, get_language() or settings.LANGUAGE_CODE
        if asked not in known:
            prefix = path_prefix or self.get_root_path(path_params or {})
            spoken = build(self.processes, f"{self.urls_namespace}-{asked[1]}", described=True)
            known[asked] = NinjaAPI.get_openapi_schema(spoken, path_prefix=prefix, path_params=path_params)
        return known[asked]


def build(processes: Iterable[Process], namespace: str = "api", *, described: bool = False) -> NinjaAPI:
    """The API of these processes, to answer requests or, `described`, to be told of."""
    api = Api(
        title="Xiuhao", version="1", docs_url=None, openapi_url="/openapi.json", auth=Token(), urls_namespace=namespace,
        description="Every verb of every process. Errors: code, sentence, params, fields.",
    )  # fmt: skip
    api.processes = tuple(processes)
    for process in api.processes:
        api.add_router(f"/{process.key}", routes.router(process, described=described))
    api.post(
        "/files",
        response={201: shapes.FileOut, 507: shapes.Problem},
        openapi_extra=routes.WRITE_ERRORS,
        operation_id="files_new",
        summary=_("上传文件"),
        tags=[_("文件")],
    )(upload)
    api.get(
        "/files/{uuid:file_id}",
        response={200: None},
        openapi_extra=routes.READ_ERRORS,
        operation_id="files_get",
        summary=_("下载文件"),
        tags=[_("文件")],
    )(download)
    _handlers(api)
    return api


FILE: Any = File(...)  # type: ignore[type-arg]


def upload(request: HttpRequest, file: UploadedFile = FILE) -> HttpResponse:
    """One file; a verb then names it by its id. Files that no verb takes are removed after a day."""
    if set(request.FILES) - {"file"} or set(request.POST):
        raise Refused("unknown_field", {"field": min({*request.FILES, *request.POST} - {"file"})[:60]}, status=422)
    kept = files.receive(file, file.name or "", request.auth)  # type: ignore[attr-defined]
    data = {"id": str(kept.public_id), "name": kept.name, "size": kept.file.size, "kind": kept.file.sniffed, "is_image": kept.file.is_image}
    return shapes.answer(data, 201)


def download(request: HttpRequest, file_id: Any) -> HttpResponseBase:
    """The bytes of a file that belongs to a case you may see."""
    found = Attachment.objects.visible_to(request.auth).filter(public_id=file_id).select_related("file").first()  # type: ignore[attr-defined]
    if found is None:
        raise Refused("file_lost", status=404)
    return files.serve(found, download=True)


def _handlers(api: NinjaAPI) -> None:
    """Every error in one shape."""

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        return shapes.problem(error)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return shapes.problem(Refused("token_invalid", status=401))

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return shapes.problem(Refused("not_found", status=404))

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        where = {str(one["loc"][0]) for one in error.errors}
        if "path" in where:
            return shapes.problem(Refused("not_found", status=404))
        name = str(error.errors[0]["loc"][-1])[:60]
        return shapes.problem(Refused("missing", {"label": name}, status=422))

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        return shapes.problem(Refused("body_json", {"what": "syntax"}, status=error.status_code))


api = build(registry.processes())
