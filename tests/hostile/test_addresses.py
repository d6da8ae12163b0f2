"""V7, A3: whatever stands in the address of a list, the answer is the list or a 400 in plain words. Generated from what lists offer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests import cast
from tests.hostile.test_api import LISTS, program
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel import registry
from xiuhao.ui import pages

pytestmark = pytest.mark.django_db
ILLEGIBLE = (
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%ff%fe",
    "%C0%80",
    "a" * 10_000,
    "%E5%86%B0" * 10_000,
)  # NUL, half a character, no text, too long
NO_PAGE = ("-1", "0", "9" * 30, "1e9", "%EF%BC%91", "1.5", "0x10", "-9223372036854775809", *ILLEGIBLE)
WORDS = re.compile(r"条件“[^”]*”的值“[^”]*”无效")


def names(queue: pages.Queue) -> Iterator[str]:
    """What the address of a queue may hold, its free words last."""
    for each in queue.filters:
        yield from (f"{each.key}_from", f"{each.key}_to") if each.kind == "days" else (each.key,)
    yield from ("view", "order", "q")


def addresses() -> Iterator[tuple[str, str]]:
    """(path, name of a parameter) of every queue, as a page, an export and a list of the API."""
    for process in registry.processes():
        paths = [f"/c/{process.key}/", f"/c/{process.key}/export", f"/api/v1/{process.key}"]
        yield from ((path, name) for path in paths for name in names(pages.queue(process)))


def refused(client: Client, path: str, name: str, value: str) -> list[str]:
    """What is wrong with the answer to this value, of which no list can make anything."""
    answer = client.get(f"{path}?{name}={value}")
    body = answer.content.decode()
    place = f"{path}?{name}={value[:30]}: {answer.status_code}"
    if answer.status_code != 400 or not WORDS.search(body):
        return [f"{place} {'' if answer.status_code == 200 else body[:200]}"]
    return [f"{place} repeats what is no text"] if "\0" in body else []


def asking(path: str) -> Client:
    client = program("manager") if path.startswith("/api/") else sit("manager")
    client.raise_request_exception = False
    return client


def some(values: tuple[str, ...], path: str, turn: int) -> tuple[str, ...]:
    """All values for tickets; elsewhere, where the same reader reads, two of them, the next two at the next parameter."""
    return values if "/ticket" in path else tuple(values[(2 * turn + n) % len(values)] for n in range(2))


def test_V7_A3_every_parameter_of_every_queue_refuses_what_is_no_text_in_plain_words() -> None:
    receive("agent")
    clients: dict[str, Client] = {}
    wrong: list[str] = []
    for turn, (path, name) in enumerate(addresses()):
        client = clients.setdefault(path, asking(path))
        for value in some(ILLEGIBLE, path, turn):
            wrong += refused(client, path, name, value)
    for turn, (path, client) in enumerate(clients.items()):
        for name in ("page", "size"):
            for value in some(NO_PAGE, path, turn):
                wrong += refused(client, path, name, value)
    assert len(clients) >= 6
    assert not wrong, "\n".join(wrong)


def asked(client: Client, path: str) -> set[str]:
    """The names in the query form of a page."""
    page = client.get(path).content.decode()
    forms = re.findall(r'<form[^>]*method="get".*?</form>', page, re.DOTALL)
    return {name for form in forms for name in re.findall(r' name="([^"]+)"', form)}


def test_V7_A3_every_question_of_every_other_list_refuses_it_too() -> None:
    receive("agent")
    client = asking("/")
    queues = {f"/c/{process.key}/" for process in registry.processes()}
    wrong, tried = [], 0
    for path in set(LISTS) - queues - {"/find"}:  # the palette looks for the beginning of whatever is typed
        for name in asked(client, path):
            tried += 1
            for value in ILLEGIBLE:
                wrong += refused(client, path, name, value)
    assert tried >= 8
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", ["/c/ticket/", "/customers/", "/find", "/inbox", "/portal/find", "/portal/report", "/accounts/login/"])
def test_V7_no_page_breaks_at_names_and_values_that_it_does_not_know(path: str) -> None:
    client = asking(path)
    for name in ("page", "q", "next", "lang", "kind", "for", "%00", "%ED%A0%80", "a" * 10_000):
        for value in ILLEGIBLE:
            answer: Any = client.get(f"{path}?{name}={value}")
            assert answer.status_code < 500, f"{path}?{name[:20]}={value[:20]}: {answer.status_code}"


def test_V7_a_bulk_run_reads_its_query_as_the_list_does_and_never_cuts_it() -> None:
    """Cut short, a query would find more than the person has seen."""
    receive("agent", kind="complaint")
    client, to = asking("/"), cast.account("colleague").pk
    for value in ILLEGIBLE:
        assert client.post("/c/ticket/bulk/assign", {"all": "1", "query": f"q={value}", "to": to}).status_code == 400
    long = "&".join(["kind=complaint"] * 100) + "&q=nothing-has-these-words"
    assert client.post("/c/ticket/bulk/assign", {"all": "1", "query": long}).context["count"] == 0
