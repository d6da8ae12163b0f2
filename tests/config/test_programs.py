"""Programs pass through less of Django than people do, and get the same answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from tests import cast
from xiuhao.config.programs import FOR_PEOPLE, Programs, by_path
from xiuhao.kernel import accounts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The connection of the test stays open between requests."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


def asked(path: str, token: str = "") -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body of a GET as the server would have asked it."""
    said: list[Any] = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1", "QUERY_STRING": "", "wsgi.input": BytesIO(), "wsgi.url_scheme": "http", "CONTENT_LENGTH": "0",
        "HTTP_HOST": "127.0.0.1", **({"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}),
    }  # fmt: skip
    answer = by_path(get_wsgi_application(), Programs())(environ, lambda status, headers, error=None: said.extend((status, dict(headers))))
    body = b"".join(answer)
    return said[0], said[1], body


def test_what_is_for_people_is_left_out_for_programs_and_for_nobody_else() -> None:
    before = list(settings.MIDDLEWARE)
    assert set(before) > FOR_PEOPLE, "a middleware that was renamed would come back unnoticed"
    Programs()
    assert before == settings.MIDDLEWARE


def test_a_token_is_answered_and_none_is_refused_and_a_page_asks_to_log_in() -> None:
    token = accounts.issue_token(cast.account("agent"), "test")[1]
    status, headers, body = asked("/api/v1/ticket", token)
    assert (status, "items" in json.loads(body)) == ("200 OK", True)
    assert headers["Content-Security-Policy"] == settings.CONTENT_POLICY
    status, headers, body = asked("/api/v1/ticket")
    assert (status[:3], json.loads(body)["code"], "Set-Cookie" in headers) == ("401", "token_invalid", False)
    assert asked("/")[0][:3] == "302"
