"""Create a ticket by API against the floor: the same server, database, token check, client and number of threads, in turn."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import psycopg

from bench import floor_tables
from bench.inside import inside
from tests.harness import Company, free_port, opened, until
from tests.load import token
from tests.settings import ROOT
from tests.tickets import GIVEN
from xiuhao.config import postgres

Row = tuple[str, str, str, bool]
THREADS = 8  # connections at once, of a few busy systems that file tickets
WANTED, STATEMENTS = 0.35, 14


def measure(quick: bool = False) -> Iterator[Row]:
    """The rate of authenticated, routed, prioritised, clocked, journalled, outboxed births as a share of the floor's."""
    rounds, seconds = (2, 2) if quick else (5, 6)
    with opened() as company:
        company.start()
        raw = token(company)
        with floor(company) as address:
            all_: dict[str, list[dict[str, float]]] = {"ours": [], "floor": [], "free": []}
            for number in range(rounds + 1):
                for name in all_:
                    with free(company.web_workers()) if name == "free" else nullcontext():
                        found = post(address if name == "floor" else company.url + "/api/v1/ticket", raw, seconds, f"{number}")
                    if number:  # the first round warms up
                        all_[name].append(found)
        statements = inside(company, "statements", "birth", raw=raw)
        company.stop()
    ratio, said = compared(all_["ours"], all_["floor"])
    bad = sum(r["bad"] for rounds_ in all_.values() for r in rounds_)
    yield "create by API, share of the bare view's rate", said, f"≥ {WANTED} ×", ratio >= WANTED
    ratio, said = compared(all_["ours"], all_["free"])
    yield "create by API, each web process kept to a processor, against letting them go where they like", said, "> 1 ×", ratio > 1
    what = "create by API, SQL statements from the token to the answer, BEGIN and COMMIT among them"
    yield what, f"{statements}", f"≤ {STATEMENTS}", statements <= STATEMENTS
    p95 = statistics.median(r["p95"] for r in all_["ours"])
    yield "create by API, p95", f"{p95:.0f} ms, {bad:.0f} refused", "≤ 400 ms, 0", p95 <= 400 and not bad


def compared(ours: Sequence[dict[str, float]], base: Sequence[dict[str, float]]) -> tuple[float, str]:
    """The median of the rounds' ratios, and how it is said."""
    ratio = statistics.median(o["rate"] / f["rate"] for o, f in zip(ours, base, strict=True))
    one, other = (statistics.median(r["rate"] for r in rounds) for rounds in (ours, base))
    return ratio, f"{ratio:.2f} × ({one:.0f}/s of {other:.0f}/s)"


@contextmanager
def free(processes: Sequence[int]) -> Iterator[None]:
    """These processes, with all their threads, on any processor meanwhile."""
    tasks = {int(task.name): os.sched_getaffinity(int(task.name)) for pid in processes for task in Path(f"/proc/{pid}/task").iterdir()}
    try:
        for task in tasks:
            os.sched_setaffinity(task, os.sched_getaffinity(0))
        yield
    finally:
        for task, was in tasks.items():
            with suppress(ProcessLookupError):  # a thread that has ended meanwhile
                os.sched_setaffinity(task, was)


def post(url: str, raw: str, seconds: float, salt: str) -> dict[str, float]:
    """One round of the client, in a process of its own."""
    body = {**GIVEN, "channel": "api"}
    given = {"address": url, "token": raw, "body": body, "seconds": seconds, "threads": THREADS, "salt": salt}
    done = subprocess.run(
        [sys.executable, "-m", "bench.client"], input=json.dumps(given), capture_output=True, text=True, check=True, cwd=ROOT
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


@contextmanager
def floor(company: Company) -> Iterator[str]:
    """The bare view, served as the product is: granian, as many workers and threads, the company's own database."""
    dsn = psycopg.conninfo.conninfo_to_dict(company.dsn())
    with psycopg.connect(company.dsn(postgres.SUPERUSER), autocommit=True) as connection:
        connection.execute(floor_tables.TABLES)
    port = free_port()
    env = {
        **os.environ,
        "FLOOR_HOST": str(dsn["host"]),
        "FLOOR_PORT": str(dsn.get("port", 5432)),
        "FLOOR_NAME": str(dsn["dbname"]),
        "FLOOR_USER": str(dsn["user"]),
    }
    env["PYTHONPATH"] = str(ROOT)
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2",
        "--blocking-threads", "8", "--no-access-log", "--log-level", "warning", "--workers-kill-timeout", "5", "bench.floor:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, env=env, cwd=ROOT)
    try:
        until(lambda: _answers(port), 30, "the floor answers")
        yield f"http://127.0.0.1:{port}/create"
    finally:
        server.terminate()
        server.wait(15)


def _answers(port: int) -> bool:
    import urllib.error
    import urllib.request

    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/create", timeout=2)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
