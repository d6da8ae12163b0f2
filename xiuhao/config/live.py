"""Live updates: GET /live?topics=a,b is a stream of hints (server-sent events), never of content.

One LISTEN connection a process on the channel `live`, whose payload is a JSON list of topics; each hint names those of
them that the stream subscribed to, and the page fetches again through the front door. Events: `hello` first; `live` with
a JSON list of topics; `resync` when hints may have been missed (reconnected, database away, too slow a reader).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

import psycopg
import structlog
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import Error, close_old_connections, connection
from django.http import HttpRequest

from xiuhao.config import metrics
from xiuhao.config.spool import Message, Receive
from xiuhao.kernel.hints import EVERYTHING

Check = Callable[[str, set[str]], set[str] | None]
HEARTBEAT = 20.0  # seconds; also how long after a log-out a stream may go on hinting
QUEUED = 64  # hints waiting for a slow reader; beyond them it gets one `resync`
TOPICS = 50  # subscriptions of one stream
_log = structlog.get_logger("xiuhao.live")


def may_listen(session: str, topics: set[str]) -> set[str] | None:
    """Of the topics those that the session's account may hear of; None when nobody is logged in. Asks the database."""
    from xiuhao.ui.live import may_subscribe

    close_old_connections()
    try:
        request = HttpRequest()
        request.session = SessionStore(session or None)
        account = get_user(request)
        return may_subscribe(account, topics) if account.is_authenticated else None
    finally:
        close_old_connections()


class Client:
    """One open stream."""

    def __init__(self, topics: set[str]) -> None:
        self.topics = topics
        self.queue: asyncio.Queue[tuple[str, str] | None] = asyncio.Queue(QUEUED)

    def put(self, event: str, data: str) -> None:
        """Queue an event; a reader too slow for it starts over with `resync`."""
        try:
            self.queue.put_nowait((event, data))
        except asyncio.QueueFull:
            self.empty()
            self.queue.put_nowait(("resync", "[]"))

    def end(self) -> None:
        """Let the stream end."""
        self.empty()
        self.queue.put_nowait(None)

    def empty(self) -> None:
        """Forget what is waiting."""
        while not self.queue.empty():
            self.queue.get_nowait()


class Hub:
    """All streams of a process and its one listening connection."""

    def __init__(self, most: int, check: Check = may_listen) -> None:
        self.clients: set[Client] = set()
        self.most, self.check = most, check
        self.listener: asyncio.Task[None] | None = None
        self.closed = False
        self.threads = ThreadPoolExecutor(2, thread_name_prefix="live")

    # One stream

    async def serve(self, scope: Message, receive: Receive, send: Callable[[Message], Awaitable[None]]) -> None:
        """Answer GET /live: 401 without a log-in, 503 when full or the database is away, else the stream."""
        session, asked = _cookie(scope), set(_topics(scope))
        if self.closed or len(self.clients) >= self.most:
            return await _empty(send, 503)
        try:
            allowed = await self._allowed(session, asked)
        except Error:
            return await _empty(send, 503)
        if allowed is None:
            return await _empty(send, 401)
        client = Client(allowed)
        again = any(key == b"last-event-id" for key, _ in scope["headers"])
        client.put("resync" if again else "hello", "[]")
        self.clients.add(client)
        if self.listener is None or self.listener.done():
            self.listener = asyncio.create_task(self._listen())
        disconnected = asyncio.create_task(_disconnect(receive))
        with metrics.LIVE.track_inprogress():
            streaming = asyncio.create_task(self._stream(client, session, send))
            try:
                await asyncio.wait({streaming, disconnected}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self.clients.discard(client)
                for task in (streaming, disconnected):
                    task.cancel()
                await asyncio.gather(streaming, disconnected, return_exceptions=True)

    async def _stream(self, client: Client, session: str, send: Callable[[Message], Awaitable[None]]) -> None:
        fields = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        number, body = 0, b"retry: 3000\n\n"
        while True:
            await send({"type": "http.response.body", "body": body, "more_body": True})
            try:
                item = await asyncio.wait_for(client.queue.get(), HEARTBEAT)
            except TimeoutError:
                with contextlib.suppress(Error):  # the database is away: the next beat asks again
                    allowed = await self._allowed(session, client.topics)
                    if allowed is None:
                        break
                    client.topics = allowed
                body = b": beat\n\n"
                continue
            if item is None:
                break
            number += 1
            body = f"id: {number}\nevent: {item[0]}\ndata: {item[1]}\n\n".encode()
        await send({"type": "http.response.body", "body": b""})

    async def _allowed(self, session: str, topics: set[str]) -> set[str] | None:
        return await asyncio.get_running_loop().run_in_executor(self.threads, self.check, session, topics)

    # All streams

    def hint(self, topics: Iterable[str]) -> None:
        """Tell each stream which of its topics changed."""
        changed = set(topics)
        for client in self.clients:
            if EVERYTHING in changed:
                client.put("resync", "[]")
            elif mine := client.topics & changed:
                client.put("live", json.dumps(sorted(mine)))

    async def _listen(self) -> None:
        pause, first = 0.2, True
        while not self.closed:
            try:
                async with await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True) as listening:
                    await listening.execute("LISTEN live")
                    pause = 0.2
                    if not first:
                        for client in self.clients:
                            client.put("resync", "[]")
                    first = False
                    while not self.closed:
                        async for note in listening.notifies(timeout=HEARTBEAT):
                            self._read(note.payload)
                        await listening.execute("SELECT 1")  # finds out when the other end is silently gone
            except psycopg.Error as error:
                first = False
                _log.warning("live updates lost the database", error=str(error).strip())
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    def _read(self, payload: str) -> None:
        try:
            topics = json.loads(payload)
        except ValueError:
            topics = None
        if isinstance(topics, list):
            self.hint(str(topic) for topic in topics)
        else:
            _log.warning("not a list of topics", payload=payload[:200])

    async def close(self) -> None:
        """End every stream and stop listening."""
        self.closed = True
        for client in list(self.clients):
            client.end()
        if self.listener:
            self.listener.cancel()
            await asyncio.gather(self.listener, return_exceptions=True)
        self.threads.shutdown(wait=False, cancel_futures=True)


def _parameters() -> dict[str, Any]:
    known = connection.get_connection_params()
    return {name: value for name, value in known.items() if name not in ("cursor_factory", "context")} | {"application_name": "xiuhao live"}


def _cookie(scope: Message) -> str:
    jar: SimpleCookie = SimpleCookie()
    for key, value in scope["headers"]:
        if key == b"cookie":
            with contextlib.suppress(CookieError):
                jar.load(value.decode("latin1"))
    morsel = jar.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""


def _topics(scope: Message) -> list[str]:
    given = parse_qs(scope["query_string"].decode("latin1")).get("topics", [""])[0]
    return [topic for topic in given.split(",") if topic][:TOPICS]


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _empty(send: Callable[[Message], Awaitable[None]], status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0"), (b"retry-after", b"5")]})
    await send({"type": "http.response.body", "body": b""})
