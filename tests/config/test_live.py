"""Live updates: hints of the topics asked for and allowed, nothing else; a missed hint becomes `resync`."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from tests import ground
from tests.loop import run
from xiuhao.config import live
from xiuhao.config.live import Client, Hub


def allow(session: str, topics: set[str]) -> set[str] | None:
    """As if a session named after its topics were allowed just these; no session is nobody."""
    return topics & set(session.split("+")) if session else None


class Stream:
    """A browser that listens."""

    def __init__(self, hub: Hub, session: str, topics: str, *headers: tuple[bytes, bytes]) -> None:
        cookie = (b"cookie", f"sessionid={session}".encode())
        scope = {"headers": [cookie, *headers] if session else list(headers), "query_string": f"topics={topics}".encode()}
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.away = asyncio.Event()
        self.task = asyncio.create_task(hub.serve(scope, self.receive, self.sent.put))  # type: ignore[arg-type]

    async def receive(self) -> dict[str, Any]:
        await self.away.wait()
        return {"type": "http.disconnect"}

    async def event(self) -> tuple[str, Any]:
        """The next event that is not a heartbeat."""
        async with asyncio.timeout(10):
            while True:
                body = (await self.sent.get()).get("body", b"").decode()
                if "event: " in body:
                    fields = dict(line.split(": ", 1) for line in body.strip().splitlines())
                    return fields["event"], json.loads(fields["data"])

    async def status(self) -> int:
        return int((await self.sent.get())["status"])


def notify(topics: object) -> None:
    with psycopg.connect(**live._parameters(), autocommit=True) as other:
        other.execute("select pg_notify('live', %s)", [json.dumps(topics)])


@pytest.mark.django_db(transaction=True)
def test_a_stream_hears_its_own_topics_only() -> None:
    async def scene() -> None:
        hub = Hub(10, allow)
        mine, other = Stream(hub, "a+b", "a,b,secret"), Stream(hub, "c", "c")
        assert (await mine.event())[0] == (await other.event())[0] == "hello"
        await listening()
        await asyncio.to_thread(notify, ["b", "secret", "x"])
        assert await mine.event() == ("live", ["b"])
        await asyncio.to_thread(notify, {"not": "a list"})
        await asyncio.to_thread(notify, ["c"])
        assert await other.event() == ("live", ["c"])
        assert mine.sent.empty()
        mine.away.set()
        await mine.task
        assert len(hub.clients) == 1
        await hub.close()
        await other.task
        assert hub.clients == set()

    run(scene())


async def listening() -> None:
    """Until the hub's LISTEN is in place."""
    query = "select 1 from pg_stat_activity where datname = %s and query = 'LISTEN live'"

    def once() -> bool:
        with ground.administrator() as admin:
            return admin.execute(query, [connection.settings_dict["NAME"]]).fetchone() is not None

    async with asyncio.timeout(10):
        while not await asyncio.to_thread(once):
            pass


def cut() -> None:
    """End every listening connection, as a restart of the database does."""
    query = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and query = 'LISTEN live'"
    with ground.administrator() as admin:
        admin.execute(query, [connection.settings_dict["NAME"]])


@pytest.mark.django_db(transaction=True)
def test_after_the_listening_connection_was_lost_every_stream_is_told_to_fetch_again() -> None:
    async def scene() -> None:
        hub = Hub(10, allow)
        stream = Stream(hub, "a", "a")
        assert (await stream.event())[0] == "hello"
        await listening()
        await asyncio.to_thread(cut)
        assert await stream.event() == ("resync", [])
        await asyncio.to_thread(notify, ["a"])
        assert await stream.event() == ("live", ["a"])
        await hub.close()
        await stream.task

    run(scene())


@pytest.mark.django_db(transaction=True)
def test_nobody_listens_without_a_log_in_and_not_more_than_there_is_room_for() -> None:
    async def scene() -> None:
        hub = Hub(1, allow)
        assert await Stream(hub, "", "a").status() == 401
        first = Stream(hub, "a", "a", (b"last-event-id", b"7"))
        assert (await first.event())[0] == "resync", "a stream that was cut off starts with resync"
        assert await Stream(hub, "a", "a").status() == 503
        await hub.close()
        await first.task

    run(scene())


@pytest.mark.django_db(transaction=True)
def test_a_stream_ends_when_its_log_in_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    allowed: list[set[str] | None] = [{"a"}, {"a"}, None]

    async def scene() -> None:
        hub = Hub(1, lambda session, topics: allowed.pop(0))
        stream = Stream(hub, "a", "a")
        async with asyncio.timeout(10):
            await stream.task
        assert allowed == []
        await hub.close()

    run(scene())


def test_a_reader_too_slow_for_its_hints_starts_over() -> None:
    client = Client({"a"})
    for number in range(live.QUEUED + 1):
        client.put("live", str(number))
    assert client.queue.get_nowait() == ("resync", "[]")
    assert client.queue.empty()


@pytest.mark.django_db(transaction=True)
def test_L4_only_a_living_session_of_an_active_account_may_listen() -> None:
    from tests.config.people import somebody

    account = somebody()
    session = SessionStore()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    key = session.session_key or ""
    assert live.may_listen(key, set()) == set()
    assert live.may_listen("forged", set()) is None
    assert live.may_listen("", set()) is None
    get_user_model().objects.filter(pk=account.pk).update(is_active=False)
    assert live.may_listen(key, set()) is None
    connection.close()
