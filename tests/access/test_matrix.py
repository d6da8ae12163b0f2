"""V1, A2, A5: every address × everybody × whose it is. What is not one's own is not there, nothing of it is told, nothing changes."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.access import worlds
from tests.access.people import BRIEF, EVERYBODY, INSIDERS, KEEPERS, OUTSIDE, OUTSIDERS, OWNERS, enter
from tests.access.routes import DERIVED, Entry, expanded, factory, general, methods, resolved, rules, table
from tests.access.worlds import NOBODY, World

pytestmark = pytest.mark.django_db
# What a refusal may write: how often somebody tried, that a rule stood in the way, and figures folded on the occasion.
BOOKS = ("django_session", "kernel_throttle", "cache_entry", "kernel_refusal", "kernel_watermark", "kernel_clausefigure")
SHOWN = {"link": (0,), "link_elsewhere": (1,), "proven": (0,), "proven_elsewhere": (1,)}  # a customer sees their own words
# All that is kept of a person, and of everybody: who takes it may, and that they did is kept.
HANDED_OVER = ("privacy/<slug:number>/held.<slug:kind>", "portal/data/<slug:number>.<slug:kind>", "migration/export")
# The sum is pg_stat_xact_user_tables' own, which puts a dozen more together for every table.
WRITTEN = f"""SELECT relname, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
    + pg_stat_get_xact_tuples_deleted(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT IN {BOOKS}"""


@dataclass
class Stage:
    """The worlds, and one person who asks."""

    who: str
    client: Client
    worlds: tuple[World, World, World]

    def ask(self, entry: Entry, method: str, values: dict[str, Any]) -> tuple[str, str]:
        """(status, or `login` for the way there; the body) of one request, which is then undone."""
        self.client.cookies = copy.deepcopy(self.jar)
        mark = transaction.savepoint()
        try:
            return self._asked(method, entry.url(values), entry.sent(values))
        finally:
            transaction.savepoint_rollback(mark)

    def __post_init__(self) -> None:
        self.client.raise_request_exception = False
        self.jar = copy.deepcopy(self.client.cookies)

    def _asked(self, method: str, url: str, body: dict[str, Any]) -> tuple[str, str]:
        program = url.startswith("/api/") or method == "PUT"
        if method != "GET" and program:
            answer = self.client.generic(method, url, "{}", "application/json")
        else:
            answer = getattr(self.client, method.lower())(url, body if method == "POST" else None)
        data = b"".join(answer.streaming_content) if answer.streaming else answer.content
        away = answer.status_code in (301, 302, 303) and answer["Location"].startswith("/accounts/login")
        return "login" if away else str(answer.status_code), data.decode("utf-8", "replace")


@pytest.fixture
def silent() -> Iterator[None]:
    """Thousands of refusals are logged otherwise."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def built(who: str) -> Stage:
    """Everything anew, and this person's way in."""
    shared = worlds.shared()
    own = worlds.inhabited("own", "agent", "一组", "1", "manager")
    foreign = worlds.inhabited("foreign", "outsider", "四川公司", "2", "admin")
    absent = worlds.absent()
    own.values |= shared
    foreign.values |= shared
    absent.values |= dict.fromkeys(shared, NOBODY)
    return Stage(who, enter(who, own, foreign), (own, foreign, absent))


def misplaced(entry: Entry) -> bool:
    """Whether the worlds' cases, which are tickets, are looked for under another process, where even one's own is nothing."""
    derived = DERIVED.match(entry.path)
    return bool(derived and "<number>" in entry.path and derived["process"] != "ticket")


def expected(entry: Entry, method: str, who: str, place: int) -> set[str]:
    """The answers that the table allows."""
    answers = rules()[entry.rules[method]][who]
    return set(answers[2 if misplaced(entry) else place].split("|"))


def told(stage: Stage, entry: Entry, values: dict[str, Any], body: str) -> list[str]:
    """Canaries in an answer that this person must not hear; what they typed themselves they may read again."""
    typed = " ".join([entry.url(values), *map(str, entry.sent(values).values())])
    heard = []
    for place, world in enumerate(stage.worlds[:2]):
        sees = stage.who in (INSIDERS, OUTSIDERS)[place]
        known = world.seen if sees else world.seen[:1] if place in SHOWN.get(stage.who, ()) else ()
        own = (*(world.personal if stage.who in OWNERS[place] else ()), *(world.kept if stage.who in KEEPERS[place] else ()))
        every = (*world.seen, *world.sealed, *world.personal, *world.kept)
        heard += [c for c in every if c in body and c not in (*known, *own) and c not in typed]
    return heard


def revealing(entry: Entry, method: str, status: str) -> bool:
    """The answers that are plain text: asked for with a reason, or by the person themselves, and written down."""
    if entry.path in HANDED_OVER:
        return status == "200"
    return entry.path.startswith("reveal/") and method == "POST" and status == "200"


@pytest.mark.parametrize("who", EVERYBODY)
def test_V1_everybody_gets_what_the_table_says_and_hears_nothing_of_others(who: str, silent: None) -> None:
    stage, wrong = built(who), []
    for entry in filter(factory if who in BRIEF else None, expanded()):
        for method in entry.rules:
            for place, world in enumerate(stage.worlds[:1] if entry.alike or misplaced(entry) else stage.worlds):
                before = written() if method != "GET" else {}
                status, body = stage.ask(entry, method, world.values)
                name = f"{method} {entry.path} {('own', 'foreign', 'absent')[place]}"
                wanted = expected(entry, method, who, place)
                if status not in wanted:
                    wrong.append(f"{name}: {status}, not {'|'.join(sorted(wanted))}")
                if method != "GET" and status in ("401", "403", "404", "login") and (tables := changed(before)):
                    wrong.append(f"{name}: {status}, but something was written: {tables}")
                if not revealing(entry, method, status) and (heard := told(stage, entry, world.values, body)):
                    wrong.append(f"{name}: {status} tells {heard}")
    assert not wrong, f"{who}:\n" + "\n".join(wrong)


def written() -> dict[str, int]:
    """How many rows this transaction has written so far, undone ones among them, table by table but for the books."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        return {table: count for table, count in cursor.fetchall() if count}


def changed(before: dict[str, int]) -> list[str]:
    """The tables written since then."""
    return sorted(table for table, count in written().items() if count != before.get(table, 0))


def test_V1_every_address_of_the_product_stands_in_the_table() -> None:
    listed = {entry.path for entry in table()}
    there = {general(path) for path, _pattern in resolved()}
    assert there == listed, f"not listed: {sorted(there - listed)}, gone: {sorted(listed - there)}"


def test_V1_every_operation_of_the_api_stands_in_the_table_with_its_method() -> None:
    listed = {(entry.path, method) for entry in expanded() for method in entry.rules}
    missing = {(path, method) for path, pattern in resolved() for method in methods(pattern)} - listed
    assert ("api/v1/ticket/<number>/reply", "POST") in listed and not missing, missing


def test_V1_a_method_that_the_table_does_not_know_is_refused_or_changes_nothing(silent: None) -> None:
    stage, wrong = built("manager"), []
    listed: dict[str, set[str]] = {}
    for entry in expanded():
        listed.setdefault(entry.path, set()).update(entry.rules)
    for entry in expanded():
        for method in {"GET", "POST", "DELETE"} - listed[entry.path]:
            before = written()
            status, _body = stage.ask(entry, method, stage.worlds[0].values)
            tables = changed(before)
            if status.startswith("5") or tables:
                wrong.append(f"{method} {entry.path}: {status} {tables}")
    assert not wrong, "\n".join(wrong)


def test_A5_a_logged_in_browser_is_no_program(silent: None) -> None:
    """Else another site could send what the person's browser then signs with its cookie."""
    stage = built("agent")
    for entry in expanded():
        if entry.path.startswith("api/v1/") and entry.path not in ("api/v1/", "api/v1/openapi.json"):
            for method in entry.rules:
                assert stage.ask(entry, method, stage.worlds[0].values)[0] == "401", entry.path


def test_what_is_for_the_operator_is_shut_for_the_world() -> None:
    for path in ("/healthz/deep", "/metrics"):
        assert Client(REMOTE_ADDR=OUTSIDE).get(path).status_code == 404
        assert Client().get(path).status_code == 200
