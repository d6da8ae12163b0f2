"""What a page costs does not grow with what has been done: statements of home, queue, case and search among open and archived tickets."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.fill import fill
from tests.cast import actor
from tests.tickets import GIVEN, receive
from tests.ui.desk import sit
from tests.ui.test_api import Program
from xiuhao.kernel import engine

pytestmark = pytest.mark.django_db
PAGES = (
    ("/", 20),
    ("/c/ticket/", 12),
    ("/c/ticket/?view=all&q=漏水", 12),
    ("/c/ticket/?view=closed&kind=fault&order=-opened", 12),
    ("/find?q=漏水", 12),
)


def taken(client: Client, url: str) -> int:
    """The statements of a page that is warm."""
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


@pytest.mark.parametrize("login", ["agent", "manager"])
def test_statements_are_within_their_budget_and_the_same_with_many_tickets(login: str) -> None:
    fill(count=150, days=30, salt=1)
    client, number = sit(login), receive("agent", description="洗衣机漏水").case.number
    pages = (*PAGES, (f"/c/ticket/{number}/", 25))
    few = {url: taken(client, url) for url, _most in pages}
    fill(count=300, days=30, salt=2)
    many = {url: taken(client, url) for url, _most in pages}
    engine.perform("ticket", "note", actor=actor(login), number=number, given={"text": "刚刚"})
    with CaptureQueriesContext(connection) as seen:  # the first who looks after something was done adds up the figures
        assert client.get("/").status_code == 200
    assert len(seen) <= 20, len(seen)
    assert {url: (few[url], many[url]) for url in few if many[url] > few[url]} == {}, "more tickets cost more statements"
    assert {url: many[url] for url, most in pages if many[url] > most} == {}


def test_a_birth_over_http_with_a_token_takes_at_most_fourteen_statements() -> None:
    program = Program()
    for serial in range(3):
        with CaptureQueriesContext(connection) as seen:
            born = program.post(
                "ticket", {**GIVEN, "contact_phone": f"1390000111{serial}", "channel": "api"}, **{"idempotency-key": str(uuid4())}
            )
        assert born.status_code == 201
    assert len(seen) <= 14, "\n".join(q["sql"][:150] for q in seen)  # the savepoint's two stand for BEGIN and COMMIT
