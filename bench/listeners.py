"""Many streams of live updates and a steady sender of tickets, in one process beside the company (`bench.inside`)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from bisect import bisect_left
from typing import Any
from uuid import uuid4

import django
import httpx

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
django.setup()

from bench.inside import answer  # noqa: E402
from bench.statements import session  # noqa: E402
from tests.tickets import GIVEN  # noqa: E402

TAIL = 5  # seconds in which the last hints may come


def attend(port: int, login: str, token: str, streams: int, rate: int, seconds: int) -> dict[str, Any]:
    """Open the streams, send so many tickets a second for so long. How many streams were open at the end, how many heard nothing;
    of the tickets sent: the times until the answer (ms), the refused ones, and until the hint (s, one for each stream and ticket)."""
    return asyncio.run(_attend(port, session(login), token, streams, rate, seconds))


async def _attend(port: int, cookie: str, token: str, streams: int, rate: int, seconds: int) -> dict[str, Any]:
    heard: list[list[float]] = [[] for _ in range(streams)]
    ears = [asyncio.create_task(_listen(port, cookie, times)) for times in heard]
    while any(not times for times in heard):  # each begins with a greeting
        await asyncio.sleep(0.1)
    for times in heard:
        times.clear()
    sent = await _send(port, token, rate, seconds)
    await asyncio.sleep(TAIL)
    still = sum(not ear.done() for ear in ears)
    for ear in ears:
        ear.cancel()
    delays = sorted(_delay(times, began, ended) for began, ended, _good in sent for times in heard)
    took = sorted((ended - began) * 1e3 for began, ended, _good in sent)
    bad = sum(not good for *_times, good in sent)
    return {"open": still, "deaf": sum(not times for times in heard), "took": took, "bad": bad, "delay": delays[int(len(delays) * 0.95)]}


async def _listen(port: int, cookie: str, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /live?topics=queue:ticket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    with contextlib.closing(writer):
        while line := await reader.readline():
            if line.startswith(b"event: "):
                times.append(time.monotonic())


async def _send(port: int, token: str, rate: int, seconds: int) -> list[tuple[float, float, bool]]:
    """(begun, answered, accepted) of each ticket; each starts when its turn has come, whatever became of the one before."""
    headers, salt = {"Authorization": f"Bearer {token}"}, int(time.time()) % 1000
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:

        async def one(number: int) -> tuple[float, float, bool]:
            await asyncio.sleep(number / rate)
            body, key = {**GIVEN, "channel": "api", "contact_phone": f"137{salt:03d}{number:05d}"}, {"Idempotency-Key": str(uuid4())}
            began = time.monotonic()
            found = await client.post("/api/v1/ticket", json=body, headers=key)
            return began, time.monotonic(), found.status_code == 201

        return await asyncio.gather(*(one(number) for number in range(rate * seconds)))


def _delay(times: list[float], began: float, ended: float) -> float:
    """Seconds from the answer to the hint; nothing if the hint was there before it."""
    place = bisect_left(times, began)
    return max(0.0, times[place] - ended) if place < len(times) else float("inf")


if __name__ == "__main__":
    answer(attend)
