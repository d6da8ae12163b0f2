"""Two calls at once with one new number make one customer; without the unique identity they make two. What two tell at once about one
customer is kept from both; without the lock the later would write over the earlier."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from tests.harness import until
from xiuhao.party import actions, registering
from xiuhao.party.models import Customer, Phone

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
NUMBER = "13800138000"
# By the locks: on a server that is given, a session that took another role may not see what others wait for.
WAITING = "select count(*) from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()"


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def in_thread(act: Callable[[], object], found: list[object]) -> threading.Thread:
    def run() -> None:
        try:
            found.append(act())
        finally:
            connection.close()

    made = threading.Thread(target=run)
    made.start()
    return made


def two_at_once() -> tuple[Customer, list[object]]:
    """The second call begins while the first has not committed."""
    second: list[object] = []
    with transaction.atomic():
        first = actions.register(phone=NUMBER, name="王小明")
        other = in_thread(lambda: actions.register(phone=NUMBER, name="王小明"), second)
        until(lambda: waits_for_a_lock() or not other.is_alive(), 30, "the second call to wait or to end")
    other.join(30)
    return first, second


def test_two_calls_at_once_agree_on_one_customer() -> None:
    first, second = two_at_once()
    assert second == [first]
    assert Customer.objects.unscoped("counting").count() == 1
    assert Phone.objects.unscoped("counting").count() == 1


def test_without_the_unique_identity_they_would_be_two(monkeypatch: pytest.MonkeyPatch) -> None:
    unguarded = registering._CREATE.replace("(e->>1)::bytea, (e->>1)::bytea, (e->>2)", "(e->>1)::bytea, null::bytea, (e->>2)")
    assert unguarded != registering._CREATE
    monkeypatch.setattr(registering, "_CREATE", unguarded)
    _first, _second = two_at_once()
    assert Customer.objects.unscoped("counting").count() == 2


def two_names_at_once() -> Customer:
    """A further name each, told of one known customer; the second call begins while the first has not committed."""
    known = actions.register(phone=NUMBER, name="王小明")
    with transaction.atomic():
        actions.register(phone=NUMBER, name="李芳")
        other = in_thread(lambda: actions.register(phone=NUMBER, name="张伟"), [])
        until(lambda: waits_for_a_lock() or not other.is_alive(), 30, "the second call to wait or to end")
    other.join(30)
    known.refresh_from_db()
    return known


def test_two_names_told_at_once_are_both_kept() -> None:
    assert two_names_at_once().aliases.splitlines() == ["李芳", "张伟"]


def test_without_the_lock_one_name_would_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "_as_they_stand", lambda customers: None)
    assert two_names_at_once().aliases == "张伟"
