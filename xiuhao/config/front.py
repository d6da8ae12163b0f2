"""The one port: live updates natively asynchronous, every page through Django in a bounded number of threads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import IO, Protocol

from xiuhao.config import metrics
from xiuhao.config.environment import Environment
from xiuhao.config.live import Hub
from xiuhao.config.spool import Gone, Message, Receive, Refusal, Spool

Send = Callable[[Message], Awaitable[None]]


class Pages(Protocol):
    """Django: an answer from one of its threads, and what is said when none of them is free, or the body was not taken."""

    async def __call__(self, scope: Message, body: IO[bytes], length: int, send: Send) -> None: ...

    async def busy(self, scope: Message, body: IO[bytes], length: int, send: Send) -> None: ...

    async def refused(self, scope: Message, refusal: Refusal, send: Send) -> None: ...


class Front:
    """An ASGI application. `pages` is Django, with as many threads as `given.web_threads`."""

    def __init__(self, pages: Pages, hub: Hub, given: Environment) -> None:
        self.pages, self.hub = pages, hub
        self.spool = Spool(given.body_megabytes * 2**20, given.body_seconds)
        self.threads = asyncio.Semaphore(given.web_threads)
        self.patience = given.queue_seconds

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Route by type and path."""
        if scope["type"] == "lifespan":
            await self._live_and_die(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"] == "/healthz":
            await answer(send, 200, "text/plain", b"ok\n")
        elif scope["path"] == "/live":
            await self.hub.serve(scope, receive, send)
        else:
            await self._page(scope, receive, send)

    async def _live_and_die(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await self.hub.close()  # else open streams hold the process until it is killed
        await send({"type": "lifespan.shutdown.complete"})

    async def _page(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            async with self.spool.body(header(scope, b"content-length"), receive) as body:
                if not await self._thread():
                    await self.pages.busy(tidied(scope), body.file, body.length, send)
                    return
                try:
                    await self.pages(tidied(scope), body.file, body.length, send)
                finally:
                    self.threads.release()
        except Gone:
            return
        except Refusal as refusal:
            await self.pages.refused(tidied(scope), refusal, send)

    async def _thread(self) -> bool:
        """Whether a thread was free in time."""
        if not self.threads.locked():
            return await self.threads.acquire()
        with metrics.WAITING.track_inprogress():
            try:
                async with asyncio.timeout(self.patience):
                    return await self.threads.acquire()
            except TimeoutError:
                return False


def header(scope: Message, name: bytes) -> str:
    """The first header of that (lower-case) name, or empty."""
    return next((value.decode("latin1") for key, value in scope["headers"] if key == name), "")


def tidied(scope: Message) -> Message:
    """The scope as WSGI can bear it: an ASCII query, and no header that could pose as another.

    In WSGI `x_remote_user` and `x-remote-user` become the same name, hence nothing with an underscore passes.
    """
    headers = [(key, value) for key, value in scope["headers"] if key != b"transfer-encoding" and b"_" not in key]
    query = "".join(chr(byte) if 32 < byte < 127 else f"%{byte:02X}" for byte in scope["query_string"])
    return {**scope, "headers": headers, "query_string": query.encode()}


async def answer(send: Send, status: int, kind: str, body: bytes) -> None:
    """Send one whole response."""
    fields = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
