"""K7: a new version is brought out under load. The tables grow first and old code goes on upon them; then the web workers are replaced."""

from __future__ import annotations

import os
import signal

import psycopg

from tests.harness import Company, until
from tests.hostile.test_kills import company, damage, under_load
from xiuhao.config import postgres

__all__ = ["company"]
MORE = 40  # tickets that must come in before the next act
# What an expanding migration does: columns that may stay empty or fill themselves, an index built beside the work, a table.
EXPANDED = (
    "ALTER TABLE kernel_case ADD COLUMN later varchar(20)",
    "ALTER TABLE kernel_journal ADD COLUMN later integer NOT NULL DEFAULT 0",
    "ALTER TABLE ticket_ticket ADD COLUMN later jsonb NOT NULL DEFAULT '{}'",
    "ALTER TABLE kernel_caseclock ADD COLUMN later timestamptz",
    "CREATE INDEX CONCURRENTLY ticket_later ON ticket_ticket (later)",
    "CREATE TABLE kernel_later (id bigint PRIMARY KEY, case_id bigint NOT NULL REFERENCES kernel_case)",
)


def expand(company: Company) -> None:
    """Let the tables grow as the owner, waiting for a lock no longer than a moment."""
    with psycopg.connect(company.dsn(postgres.SUPERUSER), autocommit=True) as connection:
        connection.execute("SET lock_timeout = '2s'")
        for statement in EXPANDED:
            connection.execute(statement)  # type: ignore[arg-type]  # a constant of ours


def test_K7_a_deploy_under_load_loses_nothing_and_turns_nobody_away(company: Company) -> None:
    with under_load(company) as writers:

        def more(what: str) -> None:
            enough = len(writers.promised) + MORE
            until(lambda: len(writers.promised) > enough, 60, f"{what}\n{company.log[-3000:]}")

        expand(company)
        more("old code on new tables")
        before = set(company.web_workers())
        os.kill(company.pids()["web"], signal.SIGHUP)
        until(lambda: (now := set(company.web_workers())) and not now & before, 60, "every web worker is another")
        more("new workers")
    assert not [why for why in writers.turned_away if why.startswith("5")], writers.turned_away
    assert not (wrong := damage(company, writers)), wrong
    company.stop()
