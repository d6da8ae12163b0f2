"""The API's routes for people who write programs, read off the same schema as /api/v1/openapi.json."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from xiuhao.ui.api import api
from xiuhao.ui.desk import show, staff


@staff
def manual(request: HttpRequest) -> HttpResponseBase:
    """GET /api/docs"""
    document = api.get_openapi_schema()
    found = [
        {"method": method.upper(), "path": path, "tag": (operation.get("tags") or [""])[0], **_described(operation)}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    groups = [(tag, list(group)) for tag, group in groupby(found, key=lambda one: one["tag"])]
    return show(request, "ui/manual.html", groups=groups)


def _described(operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return {
        "summary": operation["summary"],
        "id": operation["operationId"],
        "parameters": [{**each, "takes": _takes(each["schema"])} for each in operation["parameters"]],
        "body": json.dumps(body, ensure_ascii=False, indent=2) if body else "",
        "answers": ", ".join(str(status) for status in operation["responses"]),
    }


def _takes(schema: dict[str, Any]) -> str:
    """What a parameter takes, as a reader writes it: its values, else its form with its bounds."""
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    least, most = schema.get("minimum"), schema.get("maximum", schema.get("maxLength"))
    form = str(schema.get("format") or schema.get("type") or "string")
    return form if most is None else f"{form} ≤ {most}" if least is None else f"{form} {least}–{most}"
