"""The process group as a whole: what starts, what is refused, what survives a kill, and that nothing outlives it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.harness import ROOT, Company, alive, opened, until
from xiuhao.config import group, postgres
from xiuhao.config.offspring import spawn

SET_PASSWORD = "from xiuhao.kernel.models import Account; a = Account.objects.get(); a.set_password('x'); a.save()"


def attempt(company: Company, **environ: str) -> subprocess.CompletedProcess[str]:
    """A second `up`, which is expected to give up at once."""
    return subprocess.run(
        [sys.executable, "-m", "xiuhao", "up"], cwd=ROOT, env=company.env | environ, capture_output=True, text=True, timeout=60, check=False
    )


def behind(company: Company) -> set[str]:
    """The parts that let others go first."""
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    return {name for name, pid in company.pids().items() if os.getpriority(os.PRIO_PROCESS, pid) > ours}


def test_one_group_from_start_to_clean_end(company: Company) -> None:
    company.start()
    assert company.get("/healthz/deep") == 200
    until(lambda: behind(company) == {"worker"}, 20, "long work waits behind who waits for a page")
    again = attempt(company)
    assert again.returncode == 1
    assert "already runs" in again.stderr
    moved = attempt(company, XIUHAO_PORT="8578")
    assert company.url in moved.stderr and ":8578" not in moved.stderr, "where it runs, not where it would have"
    elsewhere = company.folder.parent / "other"
    taken = attempt(company, XIUHAO_FOLDER=str(elsewhere))
    assert taken.returncode == 1
    assert f"Port {company.port}" in taken.stderr
    assert not (elsewhere / "postgres").exists(), "refused before anything starts"
    family = company.family()
    assert company.stop() == 0
    assert not any(map(alive, family))
    assert company.pids() == {}
    assert "database system is shut down" in company.cluster.log.read_text()


def test_an_installation_of_ones_own_says_how_to_begin_and_no_longer_once_somebody_has(company: Company) -> None:
    company.start()
    until(lambda: "Ctrl-C stops" in company.log, 30, "announced")
    assert "python -m xiuhao found" in company.log
    assert "/welcome/" in company.manage("found", "--company", "好帮手", "--login", "first")
    assert "/welcome/" in company.manage("found"), "nobody has come yet"
    company.manage("shell", "-c", SET_PASSWORD)
    company.stop()
    before = len(company.log)
    company.start()
    until(lambda: "Ctrl-C stops" in company.log[before:], 30, "announced again")
    assert "xiuhao found" not in company.log[before:]


def test_kill_9_of_any_part_and_of_the_parent(company: Company) -> None:
    company.start()
    for name in ("worker", "scheduler", "dispatcher"):
        company.restarted(name, company.kill(name))
    master = company.pids()["web"]
    workers = company.web_workers()
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    until(lambda: len(company.web_workers()) == 2 and workers[0] not in company.web_workers(), 30, "the web worker is replaced")
    assert company.pids()["web"] == master
    workers = company.web_workers()
    company.restarted("web", company.kill("web"))
    until(lambda: not any(map(alive, workers)), 15, "no worker of the killed master answers any more")
    company.wait_ready()
    with psycopg.connect(company.dsn(postgres.OWNER), autocommit=True) as connection:
        connection.execute("create table kept (number int)")
        connection.execute("insert into kept values (1)")
    company.restarted("database", company.kill("database"))
    until(lambda: company.get("/healthz/deep") == 200, 30, "it recovers without a restart of the web")
    with psycopg.connect(company.dsn(postgres.OWNER)) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (1,)
    company.kill_everything()
    company.start()
    assert company.get("/healthz/deep") == 200


def test_a_stale_lock_file_whose_number_another_program_has_is_passed_over(company: Company) -> None:
    note = company.cluster.data / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{company.cluster.data}\n")
    with company.cluster.available():
        assert company.cluster.answers()
        assert note.read_text().split()[0] != str(os.getpid())
    until(lambda: not note.exists(), 20, "the keeper ends the database when nobody needs it")


def test_U4_a_body_too_large_or_too_slow_takes_no_thread() -> None:
    with opened(body_megabytes=1, body_seconds=1, web_workers=1, web_threads=1) as company:
        company.start()
        lying = talk(company, b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000000\r\n\r\n")
        assert b" 413 " in lying.split(b"\r\n")[0]
        assert "1 MB" in lying.decode()
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        endless = talk(company, b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 20)
        assert b" 413 " in endless.split(b"\r\n")[0]
        slow = [open_slow(company) for _ in range(20)]
        assert company.get("/accounts/login/") == 200, "twenty slow senders, one thread, and pages still come"
        for sender in slow:
            with sender:
                assert b" 408 " in sender.recv(1000).split(b"\r\n")[0]


def talk(company: Company, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", company.port), timeout=20) as sender:
        with contextlib.suppress(ConnectionError):  # it may have answered and closed before it read everything
            sender.sendall(request)
        return sender.recv(4000)


def open_slow(company: Company) -> socket.socket:
    sender = socket.create_connection(("127.0.0.1", company.port), timeout=20)
    sender.sendall(b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx")
    return sender


def test_a_port_that_is_free_is_not_refused_and_a_taken_one_is() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(postgres.Trouble, match=f"Port {port}"):
            group.refuse_taken_port("127.0.0.1", port)
    group.refuse_taken_port("127.0.0.1", port)


def test_an_unreachable_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root runs the database as somebody else")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(postgres.Trouble, match="cannot pass through") as told:
        postgres.Cluster(closed / "postgres").serve()
    assert "/" in str(told.value)
    assert closed.stat().st_mode & 0o777 == 0o700, "rights of folders above are not touched"


@pytest.mark.parametrize(("hurried", "within"), [(True, (0.0, 2.9)), (False, (3.0, 30.0))])
def test_who_is_told_twice_to_stop_waits_for_nobody(hurried: bool, within: tuple[float, float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "PATIENCE", 3.0)
    deaf = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"]
    heeding = [sys.executable, "-c", "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); print(flush=True); signal.pause()"]
    children = [spawn(words, stdout=subprocess.PIPE) for words in (deaf, heeding)]
    assert all(child.stdout and child.stdout.readline() for child in children), "the one has stopped its ears, the other has not"
    stop = group.stopped_by_signals((signal.SIGUSR1,))
    for _press in range(1 + hurried):
        os.kill(os.getpid(), signal.SIGUSR1)
    began = time.monotonic()
    parts = [group.Part("database", lambda: children[1], children[1]), group.Part("worker", lambda: children[0], children[0])]
    group.Group(parts).end(lambda: stop.again)
    assert stop.is_set() and within[0] <= time.monotonic() - began <= within[1]
    assert all(child.poll() is not None for child in children)
