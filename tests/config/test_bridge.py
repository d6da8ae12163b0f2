"""Between ASGI and Django: whole answers in one piece, long ones chunk by chunk, repeated headers joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from tests.loop import run
from xiuhao.config.bridge import Bridge, environ

SCOPE: dict[str, Any] = {
    "method": "POST", "path": "/报修", "raw_path": b"/%E6%8A%A5%E4%BF%AE", "query_string": b"a=1", "scheme": "https",
    "client": ("127.0.0.9", 7),
    "headers": [
        (b"content-type", b"text/plain"), (b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"x-list", b"1"), (b"x-list", b"2"),
        (b"content-length", b"99"),
    ],
}  # fmt: skip


class Streamed:
    """A long answer as Django gives it."""

    streaming = True

    def __init__(self) -> None:
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from (b"one", b"", b"two")

    def close(self) -> None:
        self.closed = True


def ask(application: Callable[..., Any]) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    run(Bridge(application, 1)(SCOPE, BytesIO(b"hello"), 5, send))
    return sent


def test_an_ordinary_answer_is_one_piece() -> None:
    def application(given: dict[str, Any], start: Callable[..., None]) -> list[bytes]:
        start("201 Created", [("X-Read", given["wsgi.input"].read(int(given["CONTENT_LENGTH"])).decode())])
        return [b"a", b"b"]

    begin, body = ask(application)
    assert (begin["status"], begin["headers"], body["body"]) == (201, [(b"x-read", b"hello")], b"ab")


def test_a_long_answer_goes_chunk_by_chunk_and_is_closed() -> None:
    made = Streamed()

    def application(given: dict[str, Any], start: Callable[..., None]) -> Streamed:
        start("200 OK", [])
        return made

    assert [m["body"] for m in ask(application)[1:]] == [b"one", b"two", b""] and made.closed


def test_the_environment_is_what_wsgi_asks_for() -> None:
    found = environ(SCOPE, BytesIO(), 5)
    assert found["PATH_INFO"].encode("latin1").decode() == "/报修"
    assert (found["HTTP_COOKIE"], found["HTTP_X_LIST"], found["CONTENT_LENGTH"], found["REMOTE_ADDR"]) == (
        "a=1; b=2",
        "1,2",
        "5",
        "127.0.0.9",
    )
