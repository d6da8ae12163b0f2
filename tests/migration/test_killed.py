"""The process that brings a history is killed in the middle; called again it goes on, and nothing is there twice or half."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import psycopg

from tests.harness import Company, until
from tests.migration.logs import csv
from tests.settings import ROOT

CASES = 800
PREPARE = "from tests import cast; cast.build()"


def log(path: Path) -> Path:
    """Three events a case."""
    start = datetime(2026, 1, 5, 9)
    steps = (("新建", 0), ("处理中", 1), ("已解决", 30))
    events = [(f"C{n}", word, f"{start + timedelta(hours=n / 10 + hours)}"[:19], "") for n in range(CASES) for word, hours in steps]
    path.write_bytes(csv(events))
    return path


def test_X5_a_migration_killed_in_the_middle_goes_on_and_brings_every_event_once(company: Company, tmp_path: Path) -> None:
    company.start()
    company.manage("shell", "-c", PREPARE)
    file, mapping = log(tmp_path / "log.csv"), tmp_path / "map.yaml"
    mapping.write_text("{}")
    words = [sys.executable, "-m", "xiuhao", "migrate_history", str(file), "--as", "manager", "--mapping", str(mapping)]
    with psycopg.connect(company.dsn(), autocommit=True) as connection:

        def count(what: str) -> int:
            found = connection.execute(what).fetchone()
            return int(found[0]) if found else 0

        done, written = (
            "select count(*) from migration_migrationpiece where done",
            "select coalesce(sum(written), 0) from migration_migrationpiece",
        )
        told = "select count(*) from kernel_journal as j join kernel_case as c on c.id = j.case_id"
        events = f"{told} where c.process = 'ticket' and verb not like 'clock_%'"  # a duty of the hour may open meanwhile
        first = subprocess.Popen(words, cwd=ROOT, env=company.env, stdout=subprocess.DEVNULL)
        until(lambda: count(done), 120, "a piece is brought")
        first.kill()
        first.wait()
        until(lambda: not count("select count(*) from pg_stat_activity where state = 'active' and query like 'WITH w0%'"), 30, "its end")
        assert 0 < count(written) < 3 * CASES, "killed in the middle"
        assert count(written) == count(events), "what is said to be written is there, and nothing else"
        said = company.manage(*words[3:])
        assert f"{CASES}/{CASES} cases, {3 * CASES}/{3 * CASES} events" in said
        assert count(events) == 3 * CASES == count(written) and count("select count(*) from ticket_ticket") == CASES
        assert count("select count(*) from migration_migrationrun") == 1, "the same run went on"
