"""K1: parts are killed at random under load. What was acknowledged is there once, whole, with its effects done once."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import psycopg

from tests.harness import Company, company, until
from tests.load import Writers, token

__all__ = ["company"]
# ruff: noqa: E501  # one query a line
KILLS = int(os.environ.get("XIUHAO_KILLS", "5"))
NAMED = ("web", "worker", "dispatcher", "backend", "database")  # the last are a process of the database's and its postmaster
TARGETS = (*NAMED, "scheduler")
BACK_WITHIN = 30  # seconds; on a machine that does nothing else the product is back within 15


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
    "a message twice": "SELECT count(*) - count(DISTINCT effect_key) FROM kernel_message",
    "a chain of another length": "SELECT count(*) FROM kernel_case c WHERE chain_length <> (SELECT count(*) FROM kernel_journal j WHERE j.case_id = c.id)",
    "a customer twice": "SELECT count(*) - count(DISTINCT identity) FROM party_phone WHERE identity IS NOT NULL",
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
    with psycopg.connect(company.dsn()) as connection:
        rows = connection.execute(
            "SELECT key::text, c.number FROM kernel_journal j JOIN kernel_case c ON c.id = j.case_id WHERE verb = 'receive'"
        )
        kept: dict[str, str] = dict(rows.fetchall())
        wrong += [f"{key} was acknowledged as {number}" for key, number in writers.promised.items() if kept.get(str(key)) != number]
        wrong += [] if len(kept) == len(set(kept.values())) else ["a number twice"]
        wrong += [what for what, query in ONE.items() if connection.execute(query).fetchone() != (0,)]
    said = company.manage("verify").lower()
    return wrong + ([said] if "broken" in said and "0 broken" not in said else [])


def _settled(company: Company) -> None:
    """Until every effect that is due has been had."""

    def empty() -> bool:
        with psycopg.connect(company.dsn()) as connection:
            row = connection.execute(
                "SELECT count(*) FROM kernel_outbox WHERE done_at IS NULL AND not dead AND not_before < now()"
            ).fetchone()
        return row == (0,)

    until(empty, 120, "the outbox is empty")
