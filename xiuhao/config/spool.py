"""Request bodies are received whole, into a temporary file, before a worker thread is taken: slow senders cost no thread,
large ones no memory. Limits on size, time and the disk used at once."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import IO, Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
IN_MEMORY = 64 * 1024


class Refusal(Exception):
    """The body is not taken: the HTTP status, a code and a sentence in Chinese and English."""

    def __init__(self, status: int, code: str, chinese: str, english: str) -> None:
        super().__init__(code)
        self.status, self.code, self.chinese, self.english = status, code, chinese, english


class Gone(Exception):
    """The client went away before its body was complete; nobody waits for an answer."""


@dataclass
class Body:
    """A received body; `length` in bytes."""

    file: IO[bytes]
    length: int = 0


class Spool:
    """Receives bodies for one process. Sizes in bytes, time in seconds."""

    def __init__(self, limit: int, seconds: float, at_once: int = 2**30) -> None:
        self.limit, self.seconds, self.room = limit, seconds, at_once

    @contextlib.asynccontextmanager
    async def body(self, declared: str, receive: Receive) -> AsyncIterator[Body]:
        """The body, received, as a file at its start. Refusal beyond a limit, Gone on disconnect.

        `declared` is the Content-Length, or empty; it is believed only when it is too large.
        """
        if declared.isdigit() and int(declared) > self.limit:
            raise self._too_large()
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            body = Body(file)
            try:
                await self._fill(body, receive)
                yield body
            finally:
                self.room += body.length

    async def _fill(self, body: Body, receive: Receive) -> None:
        try:
            async with asyncio.timeout(self.seconds):
                async for part in _parts(receive):
                    if body.length + len(part) > self.limit:
                        raise self._too_large()
                    if len(part) > self.room:
                        raise Refusal(503, "busy", "服务器正忙，请稍后重试。", "The server is busy; please try again.")
                    self.room -= len(part)
                    body.length += len(part)
                    body.file.write(part)
            body.file.seek(0)
        except TimeoutError:
            raise Refusal(
                408,
                "body_too_slow",
                f"上传超过 {self.seconds:.0f} 秒仍未完成，已中断；请换用更快的网络重试。",
                f"The upload was not complete after {self.seconds:.0f} s and was cut off; please try again.",
            ) from None
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise Refusal(507, "no_space", "附件空间不足，请联系管理员", "No space left for uploads; tell the administrator.") from error

    def _too_large(self) -> Refusal:
        megabytes = self.limit // 2**20
        return Refusal(
            413,
            "body_too_large",
            f"内容超过 {megabytes} MB 上限，请压缩或分次上传。",
            f"More than {megabytes} MB at once is not accepted; please send less or in parts.",
        )


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        more = message.get("more_body", False)
        yield message.get("body", b"")
