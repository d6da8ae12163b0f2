"""The real thing for tests that kill: the whole process group in a folder of its own, on a free port, with fsync on.

def test_something(company): company.start(); company.kill("worker"); ...
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest

from tests import ground
from tests.settings import ROOT
from xiuhao.config import group, postgres
from xiuhao.config.offspring import held

T = TypeVar("T")


def until(condition: Callable[[], T], seconds: float = 30, what: str = "") -> T:
    """Ask again and again until the answer is true, and return it; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what or condition}"
        time.sleep(0.05)
    return answer


def crowded() -> bool:
    """Whether others take the machine's time."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)


def fair(seconds: float) -> float:
    """A limit as it is promised; where others take the machine's time, one that only a standstill passes."""
    return seconds * 4 if crowded() else seconds


def free_port() -> int:
    """A port that nobody listens on."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """The direct children of a process."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


class Company:
    """One installation under test. Give settings as keywords: `Company(folder, body_seconds=1)`."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        given = {"folder": folder, "port": self.port, "log_format": "json", "web_workers": 2, **settings}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("XIUHAO_") and name != "DATABASE_URL"}
        shared = {"XIUHAO_SHARED": os.environ["XIUHAO_SHARED"]} if "XIUHAO_SHARED" in os.environ else {}
        self.env = kept | shared | {f"XIUHAO_{name.upper()}": str(value) for name, value in given.items()}
        self.env["DJANGO_SETTINGS_MODULE"] = "xiuhao.config.settings"
        self.cluster = postgres.cluster(folder)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *words: str, patience: float = 60) -> Company:
        """Run `up` (with further `words`) and wait until the first page answers, at most `patience` seconds, and every part runs."""
        self.spawn(*words)
        self.wait_ready(patience)
        until(lambda: {"database", *group.PARTS} <= self.pids().keys(), max(30, patience / 2), f"all parts run\n{self.log[-4000:]}")
        return self

    def spawn(self, *words: str) -> None:
        """Run `up` and wait for nothing."""
        with (self.folder.parent / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "xiuhao", "up", *words], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def wait_ready(self, seconds: float = 60) -> None:
        """Until /healthz answers."""
        until(lambda: self.get("/healthz") == 200 or self._died(), seconds, f"ready\n{self.log[-4000:]}")

    def _died(self) -> bool:
        assert self.process and self.process.poll() is None, f"`up` ended\n{self.log[-4000:]}"
        return False

    def get(self, path: str) -> int:
        """The status of a GET; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def manage(self, *words: str) -> str:
        """Run one of our commands in this installation; its output."""
        done = subprocess.run([sys.executable, "-m", "xiuhao", *words], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # What runs

    def pids(self) -> dict[str, int]:
        """Process ids by name: database (the postmaster), web (the master), worker, scheduler, dispatcher."""
        return dict(group.pids(self.folder))

    def web_workers(self) -> list[int]:
        """The processes that answer requests."""
        return [pid for pid in children(self.pids()["web"]) if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def backends(self) -> list[int]:
        """The database's own processes that serve our connections."""
        with psycopg.connect(self.dsn(postgres.SUPERUSER)) as connection:
            query = "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
            return [int(row[0]) for row in connection.execute(query)]

    def family(self) -> set[int]:
        """`up` and everything below it."""
        found, queue = set(), [self.process.pid] if self.process else []
        while queue:
            pid = queue.pop()
            found.add(pid)
            queue += children(pid)
        return found

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a part a signal and wait until it is gone; returns its process id."""
        pid = until(lambda: self.pids().get(name, 0), 30, f"{name} runs")
        os.kill(pid, number)
        until(lambda: not alive(pid), 15, f"{name} is gone")
        return pid

    def restarted(self, name: str, instead_of: int, seconds: float = 30) -> int:
        """Wait until a part runs again under another process id."""
        return until(lambda: (pid := self.pids().get(name, 0)) != instead_of and pid, seconds, f"{name} runs again")

    def dsn(self, user: str = postgres.RUNTIME) -> str:
        """For psycopg: as daily work, or as postgres.OWNER or postgres.SUPERUSER."""
        return self.cluster.dsn(user)

    @property
    def log(self) -> str:
        """What `up` and its parts printed."""
        path = self.folder.parent / "up.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # The end

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C does; its exit code."""
        assert self.process
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def kill_everything(self) -> None:
        """`kill -9` of the parent; wait until nothing of it is left."""
        assert self.process
        family = self.family()
        self.process.kill()
        self.process.wait()
        until(lambda: not any(map(alive, family)), 30, "nothing is left running")


def prepared() -> Path:
    """A migrated, empty installation, made once for a state of the code; copied for each company."""
    made = Path(tempfile.gettempdir()) / f"xiuhao-prepared-{ground.state()}"
    with held(made.with_suffix(".lock")):
        if not made.exists():
            with tempfile.TemporaryDirectory(prefix="xiuhao-draft-", ignore_cleanup_errors=True) as name:
                draft = Path(name) / "made"
                draft.mkdir()
                for folder in (draft, draft.parent):
                    folder.chmod(0o711)
                model = Company(draft / "var")
                model.manage("migrate", "-v", "0")
                model.manage("shell", "-c", "from xiuhao.config import fresh; fresh.collect_static(); fresh.seed()")
                until(lambda: not (draft / "var/postgres/postmaster.pid").exists(), 30, "the database has ended")
                draft.rename(made)
    return made


def _share_machine_code(folder: Path) -> None:
    """The optimiser is compiled once for all companies of a checkout: else each one's worker would do so for a minute, beside what is
    tested or measured."""
    (kept := ROOT / "var/cache/engine").mkdir(parents=True, exist_ok=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.symlink_to(kept)


@contextlib.contextmanager
def opened(**settings: object) -> Iterator[Company]:
    """A company that is not started yet, in a folder which the database's user may reach and which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="xiuhao-") as name:
        home = Path(name)
        home.chmod(0o711)
        subprocess.run(["cp", "-a", f"{prepared()}/.", name], check=True)
        _share_machine_code(home / "var/cache/engine")
        company = Company(home / "var", **settings)
        try:
            yield company
        finally:
            if company.process and company.process.poll() is None:
                company.kill_everything()


@pytest.fixture
def company() -> Iterator[Company]:
    """A company of the test's own; the test starts it."""
    with opened() as made:
        yield made
