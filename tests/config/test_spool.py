"""U4, U7: bodies are received whole before a thread is taken; too large, too slow or no space is refused with a sentence."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

import pytest

from tests.loop import run
from xiuhao.config.bridge import Bridge, environ
from xiuhao.config.front import Front, tidied
from xiuhao.config.live import Hub
from xiuhao.config.spool import Body, Gone, Refusal, Spool

Message = dict[str, Any]


def sender(*parts: bytes, endless: bool = False, pause: float = 0, gone: bool = False) -> Callable[[], Awaitable[Message]]:
    """An ASGI receive that hands out these parts."""
    queue = list(parts)

    async def receive() -> Message:
        if pause:
            await asyncio.get_running_loop().create_future() if not queue else None
        if not queue and gone:
            return {"type": "http.disconnect"}
        body = queue.pop(0) if queue else b"x" * 1000
        return {"type": "http.request", "body": body, "more_body": endless or bool(queue) or bool(pause) or gone}

    return receive


async def received(spool: Spool, receive: Callable[[], Awaitable[Message]], declared: str = "") -> bytes:
    async with spool.body(declared, receive) as body:
        return body.file.read()


def test_a_body_arrives_whole_and_its_room_is_given_back() -> None:
    spool = Spool(limit=300_000, seconds=5, at_once=1_000_000)
    assert run(received(spool, sender(b"a" * 100_000, b"b" * 100_000))) == b"a" * 100_000 + b"b" * 100_000
    assert run(received(spool, sender(b""))) == b""
    assert spool.room == 1_000_000


@pytest.mark.parametrize(
    ("declared", "receive", "status"),
    [
        ("99999999", sender(b"never asked for"), 413),
        ("10", sender(endless=True), 413),
        ("", sender(endless=True), 413),
        ("", sender(b"x", pause=1), 408),
    ],
    ids=["declared too large", "lying", "endless", "slow"],
)
def test_U4_what_is_too_much_or_too_slow_is_refused(declared: str, receive: Callable[[], Awaitable[Message]], status: int) -> None:
    spool = Spool(limit=50_000, seconds=0.05, at_once=1_000_000)
    with pytest.raises(Refusal) as refused:
        run(received(spool, receive, declared))
    assert refused.value.status == status
    assert refused.value.chinese
    assert refused.value.english
    assert spool.room == 1_000_000


def test_a_sender_that_went_away_is_answered_by_nobody() -> None:
    with pytest.raises(Gone):
        run(received(Spool(1000, 5), sender(b"x", gone=True)))


def test_too_many_bodies_at_once_are_refused_until_there_is_room() -> None:
    async def both() -> None:
        spool = Spool(limit=1000, seconds=5, at_once=1500)
        async with spool.body("", sender(b"x" * 1000)):
            with pytest.raises(Refusal, match="busy"):
                await received(spool, sender(b"x" * 1000))
        assert len(await received(spool, sender(b"x" * 1000))) == 1000

    run(both())


def test_U7_a_full_disk_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, part: bytes) -> int:
            raise OSError(errno.ENOSPC, "full")

    spool = Spool(1000, 5)
    with pytest.raises(Refusal, match="no_space") as refused:
        run(spool._fill(Body(Full()), sender(b"x")))  # type: ignore[arg-type]
    assert (refused.value.status, refused.value.chinese) == (507, "附件空间不足，请联系管理员")


def test_django_gets_the_true_length_and_no_header_that_poses_as_another() -> None:
    scope = {
        "headers": [(b"x_remote_user", b"admin"), (b"content-length", b"5"), (b"transfer-encoding", b"chunked"), (b"host", b"h")],
        "query_string": "q=冰箱".encode(),
    }
    clean = tidied(scope)
    assert clean["query_string"] == b"q=%E5%86%B0%E7%AE%B1"
    seen = environ({**clean, "method": "POST", "path": "/"}, BytesIO(), 7)
    assert seen["CONTENT_LENGTH"] == "7" and seen["HTTP_HOST"] == "h" and "HTTP_X_REMOTE_USER" not in seen


def answers(front: Front, path: str, receive: Callable[[], Awaitable[Message]], form: bool = False) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1"), *([(b"content-type", b"application/x-www-form-urlencoded")] if form else [])]
    run(front({"type": "http", "path": path, "headers": headers, "query_string": b"", "method": "POST"}, receive, send))
    return sent


def test_no_free_thread_in_time_is_503_with_retry_after_and_health_still_answers() -> None:
    from xiuhao.config.environment import environment

    asked = []

    def application(environment: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        asked.append(environment["wsgi.input"].read())
        start("200 OK", [])
        return [b"done"]

    given = environment.model_copy(update={"web_threads": 1, "queue_seconds": 0.05})
    front = Front(Bridge(application, 1), Hub(1), given)
    answers(front, "/x", sender(b"served"))
    assert asked == [b"served"]
    run(front.threads.acquire())
    busy = answers(front, "/api/x", sender(b"waits in vain"))
    assert busy[0]["status"] == 503
    assert (b"retry-after", b"2") in busy[0]["headers"]
    assert b'"code": "busy"' in busy[1]["body"]
    assert answers(front, "/healthz", sender(b""))[0]["status"] == 200
    front = Front(Bridge(application, 1), Hub(1), given)
    run(front.threads.acquire())
    page = answers(front, "/c/ticket/GD1/note", sender(b"text=%E5%B7%B2%E7%94%B5%E8%AF%9D&_key=1b"), form=True)
    assert page[0]["status"] == 503
    assert "已电话" in page[1]["body"].decode(), "what was typed comes back, ready to be sent again"
    assert 'value="1b"' in page[1]["body"].decode(), "with its key, so that nothing is done twice"
    assert asked == [b"served"]


def test_U4_a_body_that_is_not_taken_is_a_page_in_words_for_a_person_and_a_problem_for_a_program() -> None:
    from xiuhao.config.environment import environment

    front = Front(Bridge(lambda asked, start: [], 1), Hub(1), environment.model_copy(update={"body_megabytes": 0}))
    page = answers(front, "/c/ticket/GD1/do/reply", sender(b"text=x"), form=True)
    assert (page[0]["status"], dict(page[0]["headers"])[b"content-type"].split(b";")[0]) == (413, b"text/html")
    text = page[1]["body"].decode()
    assert "0 MB" in text and 'lang="en"' in text and "草稿也替您留着" in text and "text=x" not in text
    assert b"content-security-policy" in dict(page[0]["headers"])
    problem = answers(front, "/api/v1/ticket", sender(b"{}"))
    told = json.loads(problem[1]["body"])
    assert (problem[0]["status"], told["code"], told["fields"]) == (413, "body_too_large", {}) and "0 MB" in told["sentence"]
