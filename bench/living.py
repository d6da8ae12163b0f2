"""The first start of the demo, from nothing: how soon today's cases are there, and the sixty days behind them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import LiteralString

import psycopg

from tests.harness import Company, until
from xiuhao.config import postgres

Row = tuple[str, str, str, bool]
CASES, PAST = 20.0, 300.0  # seconds after the first page answers
PATIENCE = 3 * PAST
TODAY = "SELECT count(*) FROM kernel_case WHERE process = 'ticket' AND opened_at > now() - interval '24 hours'"
REST = "SELECT coalesce(min(rest), 1) FROM simulate_history"  # the parts that are left
DAYS = "SELECT done, days, born, stumbled FROM simulate_history"


def measure(quick: bool = False) -> Iterator[Row]:
    """By the command that a newcomer types, in an empty folder. Quick: without waiting for the past."""
    with tempfile.TemporaryDirectory(prefix="xiuhao-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        home.chmod(0o711)  # the database's user goes through it
        company, began = Company(home / "var"), perf_counter()
        try:
            company.start("--demo", patience=PATIENCE)
            opened = perf_counter()
            yield "first start of the demo, from the command to a page that answers", f"{opened - began:.1f} s", "—", True
            with psycopg.connect(company.dsn(postgres.SUPERUSER), autocommit=True) as connection:
                yield from _filled(connection, opened, quick)
        finally:
            if company.process and company.process.poll() is None:
                company.kill_everything()


def _filled(connection: psycopg.Connection[tuple[int, ...]], opened: float, quick: bool) -> Iterator[Row]:
    def asked(statement: LiteralString) -> tuple[int, ...]:
        return connection.execute(statement).fetchone() or (0, 1, 0, 0)

    today = until(lambda: asked(TODAY)[0], PATIENCE, "cases of today")
    took = perf_counter() - opened
    yield f"today's cases ({today} in 24 hours) after that", f"{took:.1f} s", f"≤ {CASES:.0f} s", took <= CASES
    if quick:
        done, days, _born, _stumbled = asked(DAYS)
        yield "the rest of its own days, its history", f"skipped: {done} of {days} days so far", f"≤ {PAST:.0f} s", True
        return
    until(lambda: asked(REST)[0] == 0, PATIENCE, "the rest of its own days")
    took = perf_counter() - opened
    yield "the rest of its own days (further stations, earlier requests) after that", f"{took:.0f} s", "—", True
    whole: Callable[[], bool] = lambda: (row := asked(DAYS))[0] == row[1]  # noqa: E731
    until(whole, PATIENCE, "the whole past")
    took, (_done, days, born, stumbled) = perf_counter() - opened, asked(DAYS)
    yield f"its {days} days of history ({born:,} cases) after that", f"{took:.0f} s", f"≤ {PAST:.0f} s", took <= PAST
    yield "its people whom a rule stopped where none should", str(stumbled), "0", not stumbled
