"""Django's WSGI application behind ASGI: one hop to a thread and one back for an ordinary page.

The request body has been received before (`spool`), so nothing waits in a thread but Django and the database. A long answer (a
download, an export) is read chunk by chunk; between two chunks it holds no thread, however slow its reader is.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse

from xiuhao.config import failures
from xiuhao.config.spool import Refusal

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Any]


@dataclass
class _Answer:
    """What the application said: the whole body, or the rest of a long one."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    rest: Iterator[bytes] | None = None
    close: Callable[[], None] = lambda: None


class Bridge:
    """`application` answers in `threads` threads of this process."""

    def __init__(self, application: Wsgi, threads: int) -> None:
        self.application = application
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self.spare = ThreadPoolExecutor(1, thread_name_prefix="busy")

    async def __call__(self, scope: Message, body: IO[bytes], length: int, send: Send) -> None:
        """Answer one request whose body is complete."""
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self.pool, self._answer, environ(scope, body, length))
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.rest is None:
            await send({"type": "http.response.body", "body": answer.body})
            return
        try:
            while chunk := await loop.run_in_executor(self.pool, next, answer.rest, b""):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await loop.run_in_executor(self.pool, answer.close)

    async def busy(self, scope: Message, body: IO[bytes], length: int, send: Send) -> None:
        """Say that every thread is taken, in one of its own: with what was typed, ready to be sent again."""
        await self._say(failures.busy, environ(scope, body, length), send)

    async def refused(self, scope: Message, refusal: Refusal, send: Send) -> None:
        """Say why the body was not taken."""
        await self._say(partial(failures.refused, refusal=refusal), environ(scope, BytesIO(), 0), send)

    async def _say(self, words: Callable[[HttpRequest], HttpResponse], environment: dict[str, Any], send: Send) -> None:
        answer = await asyncio.get_running_loop().run_in_executor(self.spare, _said, words, environment)
        await send({"type": "http.response.start", "status": answer.status_code, "headers": _headers(answer.items())})
        await send({"type": "http.response.body", "body": answer.content})

    def _answer(self, environment: dict[str, Any]) -> _Answer:
        answer = _Answer()

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> None:
            answer.status = int(status[:3])
            answer.headers = _headers(headers)

        response = self.application(environment, start)
        answer.close = getattr(response, "close", answer.close)
        if getattr(response, "streaming", False):
            answer.rest = filter(None, iter(response))  # an empty chunk would end it
            return answer
        try:
            answer.body = b"".join(response)
        finally:
            answer.close()
        return answer


def _headers(named: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in named]


def _said(words: Callable[[HttpRequest], HttpResponse], environment: dict[str, Any]) -> HttpResponse:
    """What is said without the middleware, with what that would have added."""
    answer = words(WSGIRequest(environment))
    answer["Content-Length"] = str(len(answer.content))
    answer["Content-Security-Policy"] = settings.CONTENT_POLICY
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def environ(scope: Message, body: IO[bytes], length: int) -> dict[str, Any]:
    """The WSGI environment (PEP 3333) of an HTTP scope. Repeated headers are joined, cookies by semicolon."""
    server, client = scope.get("server") or ("", 0), scope.get("client") or ("", 0)
    found: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.get("raw_path") or scope["path"].encode()).decode("latin1"),
        "QUERY_STRING": scope["query_string"].decode("ascii"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "REMOTE_ADDR": str(client[0]),
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(length),
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin1"), raw_value.decode("latin1")
        if name == "content-length":
            continue
        key = "CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"
        found[key] = f"{found[key]}{'; ' if name == 'cookie' else ','}{value}" if key in found else value
    return found
