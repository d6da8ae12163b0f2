"""Open pages hear what changed: each line once, however late its transaction ends; who starts tells everybody to look again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction

from tests.sample.fixtures import Office
from xiuhao.kernel import hints
from xiuhao.kernel.hints import Hints


@contextmanager
def told() -> Iterator[list[str]]:
    """The payloads of the notifications sent meanwhile."""
    sent: list[str] = []
    with connection.execute_wrapper(
        lambda run, sql, params, many, context: (sent.append(params[0]) if "pg_notify" in sql else None, run(sql, params, many, context))[1]
    ):
        yield sent


@pytest.mark.django_db
def test_a_hint_is_one_notification_and_a_long_one_is_split() -> None:
    with told() as sent:
        hints.hint(f"case:{n}" for n in range(2_000))
        hints.hint(["case:1"])
        hints.hint([])
    *long, short = sent
    assert short == '["case:1"]'
    assert all(len(part.encode()) <= hints.PAYLOAD for part in sent)
    assert {topic for part in long for topic in json.loads(part)} == {f"case:{n}" for n in range(2_000)}


@pytest.mark.django_db(transaction=True)
def test_every_line_is_told_once_and_who_starts_tells_everybody_to_look_again(office: Office):
    case = office.order()
    reader = Hints()
    with told() as sent:
        reader.round()
        office.do(case, "answer", "lead", text="已安排")
        reader.round()
        assert reader.round() == 0
    assert [set(json.loads(part)) for part in sent] == [{"*"}, {f"case:{case.pk}", "queue:errand", f"account:{case.owner_id}"}]


@pytest.mark.django_db(transaction=True)
def test_a_line_whose_transaction_ends_late_is_told_when_it_ends(office: Office):
    slow, quick = office.order(), office.order()
    reader, written, go = Hints(), threading.Event(), threading.Event()

    def linger() -> None:
        with transaction.atomic():
            office.do(slow, "answer", "lead", text="慢")
            written.set()
            go.wait(30)
        connections.close_all()

    reader.round()
    late = threading.Thread(target=linger)
    late.start()
    assert written.wait(30)
    office.do(quick, "answer", "lead", text="快")
    with told() as sent:
        reader.round()
        go.set()
        late.join()
        reader.round()
    assert [f"case:{quick.pk}" in sent[0], f"case:{slow.pk}" in sent[0], f"case:{slow.pk}" in sent[1], f"case:{quick.pk}" in sent[1]] == [
        True, False, True, False,
    ]  # fmt: skip
