"""K1: parts are killed at random under load. What was acknowledged is there once, whole, with its effects done once."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from tests import gateway
from tests.harness import Company, opened, until
from tests.load import Writers, token
from tests.tickets import receive
from xiuhao.config import channels
from xiuhao.config.environment import Environment
from xiuhao.kernel import dispatcher

# ruff: noqa: E501  # one query a line
KILLS = int(os.environ.get("XIUHAO_KILLS", "5"))
NAMED = ("web", "worker", "dispatcher", "backend", "database")  # the last are a process of the database's and its postmaster
TARGETS = (*NAMED, "scheduler")
OUTSIDE = {"sms": "tests.gateway.Gateway"}  # the provider of the company that is struck
BACK_WITHIN = 30  # seconds; on a machine that does nothing else the product is back within 15


@pytest.fixture
def company() -> Iterator[Company]:
    """A company whose text messages leave the house."""
    with opened(**OUTSIDE) as made:
        yield made


def order(targets: Sequence[str], count: int) -> list[str]:
    """Whom to strike: round after round each once, in an order by chance (seed `random` before)."""
    rounds = [random.sample(targets, len(targets)) for _ in range(-(-count // len(targets)))]
    return [target for each in rounds for target in each][:count]


def strike(company: Company, target: str) -> None:
    """kill -9 of one part: a web worker, a part of the group, one of the database's backends or its postmaster."""
    if target == "backend":
        victims = company.backends()
    elif target == "web":
        victims = company.web_workers()
    else:
        victims = [until(lambda: company.pids().get(target), 30, f"{target} runs again")]
    if victims:
        os.kill(random.choice(victims), signal.SIGKILL)


ONE = {
    "a ticket without its line": "SELECT count(*) FROM kernel_case c WHERE NOT EXISTS (SELECT FROM kernel_journal j WHERE j.case_id = c.id AND j.seq = 1)",
    "a ticket without its record": "SELECT count(*) FROM kernel_case c WHERE process = 'ticket' AND NOT EXISTS (SELECT FROM ticket_ticket t WHERE t.case_id = c.id)",
    "an open ticket without a clock": "SELECT count(*) FROM kernel_case c WHERE is_open AND process = 'ticket' AND NOT EXISTS (SELECT FROM kernel_caseclock k WHERE k.case_id = c.id)",
    "a ticket without its message in the outbox": "SELECT count(*) FROM kernel_case c WHERE process = 'ticket' AND NOT EXISTS (SELECT FROM kernel_outbox o WHERE o.case_id = c.id AND o.kind = 'notice')",
    "a chain of another length": "SELECT count(*) FROM kernel_case c WHERE chain_length <> (SELECT count(*) FROM kernel_journal j WHERE j.case_id = c.id)",
    "a ticket twice, of a number that wrote once": "SELECT count(*) FROM (SELECT customer_id FROM kernel_case WHERE process = 'ticket' GROUP BY 1 HAVING count(*) > 1) AS more",
}


def test_K1_five_kills_take_each_part_once_the_postmaster_too() -> None:
    assert sorted(order(NAMED, 5)) == sorted(NAMED)
    assert all(order(TARGETS, 20).count(target) in (3, 4) for target in TARGETS)


def test_K1_nothing_acknowledged_is_lost_nothing_half_written_nothing_done_twice(company: Company) -> None:
    seed = random.randrange(10**6)
    random.seed(seed)
    struck = order(NAMED if len(NAMED) >= KILLS else TARGETS, KILLS)
    with under_load(company) as writers:
        for target in struck:
            kill(company, writers, target)
    assert not (wrong := damage(company, writers)), f"seed {seed}, {struck}: {wrong}"
    company.stop()


@pytest.mark.django_db
def test_K1_where_a_sender_leaves_out_the_key_the_same_checks_find_the_double(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.XIUHAO_CHANNELS = channels.settings("", OUTSIDE["sms"])
    monkeypatch.setattr(gateway, "environment", Environment(folder=tmp_path))
    for key in (uuid4(), None):
        for _repeated in range(2):
            receive(key=key, contact_phone="13900000001" if key else "13900000002")
        dispatcher.drain()
        found = [*whole(connection.connection), *texts(tmp_path, connection.connection)]
        assert [what.partition(",")[0] for what in found] == (
            [] if key else ["a ticket twice", "+8613900000002 got ticket_received 2 times"]
        )
    (tmp_path / gateway.SENT).write_text("")
    assert texts(tmp_path, connection.connection) == ["no text message went out"]


@contextmanager
def under_load(company: Company) -> Iterator[Writers]:
    """The company, started, with writers at work in it."""
    company.start()
    with Writers(company, token(company)) as writers:
        until(lambda: len(writers.promised) > 20, 60, f"writers write {writers.odd[:3]}")
        yield writers


def kill(company: Company, writers: Writers, target: str) -> float:
    """Strike, and wait until more is acknowledged than was under way; the longest time (s) from then on without any."""
    strike(company, target)
    struck, before = time.monotonic(), len(writers.promised)
    enough = before + 2 * writers.count
    until(lambda: len(writers.promised) > enough, BACK_WITHIN, f"back after a kill of {target}\n{company.log[-3000:]}")
    times = sorted(at for at in writers.times if at >= struck)
    time.sleep(random.random())
    return max(later - sooner for sooner, later in pairwise([struck, *times]))


def damage(company: Company, writers: Writers) -> list[str]:
    """What is not as it was acknowledged, or not whole; empty if all is well."""
    _settled(company)
    wrong = writers.odd[:5]
    with psycopg.connect(company.dsn()) as database:
        rows = database.execute(
            "SELECT key::text, c.number FROM kernel_journal j JOIN kernel_case c ON c.id = j.case_id WHERE verb = 'receive'"
        )
        kept: dict[str, str] = dict(rows.fetchall())
        wrong += [f"{key} was acknowledged as {number}" for key, number in writers.promised.items() if kept.get(str(key)) != number]
        wrong += whole(database) + texts(company.folder, database)
    said = company.manage("verify").lower()
    return wrong + ([said] if "broken" in said and "0 broken" not in said else [])


def whole(database: psycopg.Connection) -> list[str]:
    """What is not whole, or there twice, in the database."""
    return [what for what, query in ONE.items() if database.execute(query).fetchone() != (0,)]


def texts(folder: Path, database: psycopg.Connection) -> list[str]:
    """What went out by the provider, against what the product says of it."""
    query = "SELECT effect_key, template, sent_at IS NOT NULL, maybe_twice FROM kernel_message WHERE channel = 'sms'"
    told = {key: gateway.Told(*said) for key, *said in database.execute(query)}
    went = gateway.sent(folder)
    return gateway.doubled(went, told)[:5] if went else ["no text message went out"]


def _settled(company: Company) -> None:
    """Until every effect that is due has been had."""

    def empty() -> bool:
        with psycopg.connect(company.dsn()) as database:
            row = database.execute(
                "SELECT count(*) FROM kernel_outbox WHERE done_at IS NULL AND not dead AND not_before < now()"
            ).fetchone()
        return row == (0,)

    until(empty, 120, "the outbox is empty")
