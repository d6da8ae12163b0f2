"""A request body read without guessing: UTF-8 JSON, one object, no key twice, no number that is none, nothing absurdly deep or long."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Never

from django.http import HttpRequest

from xiuhao.kernel.refusal import Refused

LIMIT = 2**20  # bytes
DIGITS = 40
DEPTH = 32


def body(request: HttpRequest) -> dict[str, Any]:
    """The object in the body; {} if there is none. Raises Refused: body_too_large (413), body_type (415), body_json (400)."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > LIMIT:
        raise Refused("body_too_large", {"limit": LIMIT}, status=413)
    raw = request.body
    if not raw:
        return {}
    if request.content_type != "application/json" or (request.content_params or {}).get("charset", "utf-8").lower() not in (
        "utf-8",
        "utf8",
    ):
        raise Refused("body_type", status=415)
    found = parse(raw)
    if not isinstance(found, dict):
        raise _bad("object")
    return found


def parse(raw: bytes) -> Any:
    """JSON by RFC 8259, stricter: Refused body_json (400) names what is wrong."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise _bad("utf8") from None
    if _too_deep(text):
        raise _bad("depth")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_int=_whole, parse_float=_decimal, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise _bad("syntax") from None
    if "\\u" in text:  # an escape may smuggle in half a character, which nothing can store
        try:
            json.dumps(found, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError:
            raise _bad("utf8") from None
    return found


def _bad(what: str) -> Refused:
    return Refused("body_json", {"what": what}, status=400)


def _too_deep(text: str) -> bool:
    """True if brackets are nested too deeply."""
    if text.count("[") + text.count("{") <= DEPTH:
        return False
    depth = 0
    inside = escaped = False
    for character in text:
        if inside:
            inside, escaped = character != '"' or escaped, character == "\\" and not escaped
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            if depth > DEPTH:
                return True
        elif character in "]}":
            depth -= 1
    return False


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _bad("duplicate")
    return found


def _whole(text: str) -> int:
    if len(text) > DIGITS:
        raise _bad("number")
    return int(text)


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if len(text) > DIGITS or not value.is_finite() or abs(value.adjusted()) > DIGITS:
        raise _bad("number")
    return value


def _constant(text: str) -> Never:
    raise _bad("number")
