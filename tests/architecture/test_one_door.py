"""Time has one source, rows one door, and nothing is called behind our back."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture import sources

CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "datetime.datetime.now", "datetime.datetime.utcnow", "date.today",
    "datetime.date.today", "dt.datetime.now", "dt.date.today", "timezone.now", "timezone.localdate", "timezone.localtime", "time.time",
    "time.time_ns", "time.localtime", "time.gmtime",
}  # fmt: skip
SLEEP = {"time.sleep"}
REVIEWED = Path(__file__).with_name("unscoped.txt")
SIGNALS = re.compile(r"django\.(dispatch|db\.models\.signals|core\.signals|db\.backends\.signals|contrib\.auth\.signals)")
# Waiting for another program that gives no other sign, and kills at random moments, are theirs alone.
MAY_SLEEP = {"xiuhao/config/postgres.py", "tests/harness.py", "tests/load.py", "tests/hostile/test_kills.py"}


def product() -> list[Path]:
    return sources.files(".py", under="xiuhao")


def test_time_comes_from_the_kernel_only() -> None:
    used = [f"{sources.name(path)}:{line} {name}" for path in product() for name, line in sources.calls(path) if name in CLOCKS]
    assert used == []


def test_no_column_takes_this_machines_clock() -> None:
    found = []
    for path in product():
        for node in ast.walk(sources.tree(path)):
            if isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add"):
                found.append(f"{sources.name(path)}:{node.value.lineno} {node.arg}")
    assert found == [], "use db_default=Now(), or kernel.time.now()"


def test_no_browser_test_waits_for_a_promise_that_the_driver_takes_for_a_yes() -> None:
    files = [*sources.files(".py", under="tests"), *sources.files(".py", under="bench")]
    found = [f"{sources.name(p)}:{line}" for p in files for name, line in sources.calls(p) if name.endswith(".wait_for_function")]
    assert found == [], "use tests.browser.becomes"


def test_nothing_sleeps() -> None:
    files = [*product(), *sources.files(".py", under="tests")]
    found = [
        f"{sources.name(p)}:{line}" for p in files for name, line in sources.calls(p) if name in SLEEP and sources.name(p) not in MAY_SLEEP
    ]
    assert found == []


def test_a_forbidden_clock_is_seen(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text("import time\nfrom datetime import datetime\n\nx = datetime.now()\ny = time.time()\n")
    assert {name for name, _line in sources.calls(sample)} & CLOCKS == {"datetime.now", "time.time"}


def test_every_file_that_reaches_rows_without_an_actor_was_reviewed() -> None:
    door = re.compile(r"\.unscoped\(|\bthose\(")
    users = {sources.name(p) for p in product() if door.search(p.read_text()) and p.name not in ("access.py", "rows.py")}
    reviewed = {line.split("#")[0].strip() for line in REVIEWED.read_text().splitlines()} - {""}
    assert users - reviewed == set(), "say in unscoped.txt why these may reach rows without an actor"
    assert reviewed - users == set(), "no longer needed in unscoped.txt"


@pytest.mark.parametrize("pattern", [SIGNALS, re.compile(r"^\s*@receiver\b", re.MULTILINE)])
def test_no_signals(pattern: re.Pattern[str]) -> None:
    assert [sources.name(path) for path in product() if pattern.search(path.read_text())] == []


def test_nothing_is_left_to_do_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    this = Path(__file__)
    found = [sources.name(path) for path in sources.files(".py", ".html", ".js", ".css") if path != this and later.search(path.read_text())]
    assert found == []


def test_no_file_names_this_workplace() -> None:
    named = re.compile(r"(?<![\w.])/(work|root|tmp/brief)/|registry\.npmjs|pypi\.org/simple|files\.pythonhosted")
    this = Path(__file__)
    kinds = (".py", ".html", ".js", ".css", ".md", ".toml", ".json", ".yaml", ".txt", ".lock", "")
    found = [sources.name(path) for path in sources.files(*kinds) if path != this and named.search(path.read_text())]
    assert found == []
