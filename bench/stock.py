"""The last part: fifty clients at once, two hundred rounds; two orders of two parts a thousand times; and the control without a guard."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from bench.inside import database, inside
from tests.harness import opened
from tests.load import token
from xiuhao.config import postgres

Row = tuple[str, str, str, bool]
CLIENTS, ROUNDS, PAIRS, SOON = 50, 200, 1_000, 3.0


def measure(quick: bool = False) -> Iterator[Row]:
    """On a company's own database with fsync on, through the very actions that field work calls."""
    rounds, pairs = (10, 100) if quick else (ROUNDS, PAIRS)
    with opened() as company, database(company):
        token(company)
        took = inside(company, "shelving", "last_part", clients=CLIENTS, rounds=rounds)
        crossed = inside(company, "shelving", "crossed", clients=20, times=pairs)
        with psycopg.connect(company.dsn(postgres.SUPERUSER), autocommit=True) as owner:
            owner.execute("alter table parts_balance drop constraint balance_there")
        loose = inside(company, "shelving", "control", clients=CLIENTS, rounds=max(2, rounds // 20))
    what = f"{CLIENTS} clients at the last part, {rounds} rounds"
    yield (
        f"{what}: winners",
        f"{took['won']}, most of one round {took['most']}",
        f"{rounds}, one each",
        took["won"] == rounds == took["rounds"],
    )
    yield f"{what}: told that none is left", f"{took['short']:,}", f"{rounds * (CLIENTS - 1):,}", took["short"] == rounds * (CLIENTS - 1)
    yield "a round, the slowest", f"{took['slowest']:.2f} s", f"< {SOON:.0f} s", took["slowest"] < SOON
    yield f"two parts in both orders, {pairs:,} times: deadlocks", str(crossed["deadlocks"]), "0", crossed["deadlocks"] == 0
    yield "the ledger's sums against the stock, places that differ", str(crossed["differ"]), "0", crossed["differ"] == 0
    yield "control, no lock and no check: winners of one round, most", str(loose["most"]), "> 1", loose["most"] > 1
