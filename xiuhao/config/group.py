"""The process group of `up`: every part a child that is restarted when it dies and that never outlives us."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import structlog

from xiuhao.config.environment import Environment
from xiuhao.config.offspring import command, end, spawn
from xiuhao.config.postgres import Cluster, Trouble

PARTS = ("web", "worker", "scheduler", "dispatcher")
PATIENCE = 12.0  # seconds between "please end" and SIGKILL
_log = structlog.get_logger("xiuhao.group")


@dataclass
class Part:
    """One member of the group: how to start it, the running child, and how long to wait before the next try."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    child: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    next_try: float = 0.0
    pause: float = 0.25

    def watch(self) -> None:
        """Start it when it is due; note a death and back off (to 10 s; a minute of good health forgets it)."""
        clock = time.monotonic()
        if self.child and self.child.poll() is not None:
            _log.warning("part ended, starting it again", part=self.name, code=self.child.returncode)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, signal.SIGKILL)  # what it may have left behind
            self.pause = 0.25 if clock - self.started > 60 else min(self.pause * 2, 10.0)
            self.next_try, self.child = clock + self.pause, None
        if self.child is None and clock >= self.next_try:
            try:
                self.child = self.start()
                self.started = clock
                _log.debug("part started", part=self.name, pid=self.child.pid)
            except Trouble as trouble:
                _log.error("part does not start", part=self.name, reason=str(trouble))
                self.pause = min(self.pause * 2, 10.0)
                self.next_try = clock + self.pause


@dataclass
class Group:
    """The parts in the order in which they start; they end in the opposite order."""

    parts: list[Part] = field(default_factory=list)
    first: int = 2  # database and web start alone; the rest when the first page answers
    note: Path | None = None  # where the children's process ids are written for the operator (and tests)

    def run(self, stop: threading.Event, ready: Callable[[], bool]) -> None:
        """Keep all parts alive until `stop` is set. `ready` is asked until it says yes."""
        told = False
        while not stop.is_set():
            told = told or ready()
            before = [part.child for part in self.parts]
            for part in self.parts if told else self.parts[: self.first]:
                part.watch()
            if self.note and before != [part.child for part in self.parts]:
                self.write_note()
            stop.wait(0.2)

    def end(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Ask the parts above the database to end, together, then the database; kill what has not within their common patience, or when
        somebody is in a `hurry`."""
        *others, first = reversed(self.parts)
        children = [part.child for part in others if part.child]
        for child in children:
            child.terminate()
        deadline = time.monotonic() + PATIENCE
        while (living := [child for child in children if child.poll() is None]) and time.monotonic() < deadline and not hurry():
            with contextlib.suppress(subprocess.TimeoutExpired):
                living[0].wait(0.05)
        for child in children:
            end(child, 0.0)
        if first.child:
            first.child.send_signal(signal.SIGINT)  # for PostgreSQL: the fast shutdown
            end(first.child, 60)
        if self.note:
            self.note.unlink(missing_ok=True)

    def write_note(self) -> None:
        """One line a part: its name and process id."""
        if self.note:
            draft = self.note.with_suffix(".new")
            draft.write_text("".join(f"{part.name} {part.child.pid}\n" for part in self.parts if part.child))
            draft.replace(self.note)


def group(given: Environment, cluster: Cluster | None, database: subprocess.Popen[bytes] | None) -> Group:
    """The whole installation; the database first, when it is ours and already started."""
    group = Group(note=given.folder / "group", first=2 if database else 1)
    if cluster and database:
        group.parts.append(Part("database", cluster.serve, database, time.monotonic()))
    for name in PARTS:
        group.parts.append(Part(name, _starter(name, given)))
    return group


def live(given: Environment) -> Part:
    """What keeps the demo moving."""
    return Part("live", _starter("simulate", given, "--live"))


def _starter(name: str, given: Environment, *more: str) -> Callable[[], subprocess.Popen[bytes]]:
    environ = {**os.environ, "XIUHAO_HASHED_STATIC": "1", "PROMETHEUS_MULTIPROC_DIR": str(metrics_folder(given))}
    words = web(given) if name == "web" else command(name, *more)
    return lambda: spawn(words, env=environ)


def web(given: Environment) -> list[str]:
    """The command line of the web server. It must be told when to give up on a worker: else a stop can hang for ever."""
    return [
        str(Path(sys.executable).with_name("granian")), "--interface", "asgi", "--host", given.host, "--port", str(given.port),
        "--workers", str(given.web_workers), "--respawn-failed-workers", "--workers-kill-timeout", "5", "--backlog", "1024",
        "--no-ws", "--log-level", "warning", "xiuhao.config.asgi:application",
    ]  # fmt: skip


def metrics_folder(given: Environment, *, anew: bool = False) -> Path:
    """Where the processes put their counters; emptied when the group starts."""
    folder = given.folder / "metrics"
    if anew:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def refuse_taken_port(host: str, port: int) -> None:
    """Trouble when anybody listens there: the web server itself would silently share the port with them."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # pass over connections that are only closing
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            raise Trouble(
                f"Port {port} on {host} cannot be had: {error.strerror}. "
                "Stop the program that uses it, or choose another: XIUHAO_PORT=8500 scripts/run"
            ) from error


class Stop(threading.Event):
    """Set when we are told to end; `again` once we are told a second time."""

    again = False


def stopped_by_signals(signals: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGINT)) -> Stop:
    """An event that these signals set; a loop that watches it ends cleanly."""
    stop = Stop()

    def told(number: int, frame: FrameType | None) -> None:
        stop.again = stop.is_set()
        stop.set()

    for one in signals:
        signal.signal(one, told)
    return stop


def pids(folder: Path) -> Mapping[str, int]:
    """The running group's parts by name, as the group wrote them down; empty when none runs."""
    try:
        return {name: int(pid) for name, pid in (line.split() for line in (folder / "group").read_text().splitlines())}
    except FileNotFoundError:
        return {}
