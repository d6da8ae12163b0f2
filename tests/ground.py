"""The tests' database: a template made once for a state of the migrations, a clone of it for each worker.

Tables that refuse TRUNCATE cannot be flushed after a test that commits; the clone is thrown away and made anew instead.
Tests log in with the rights of daily work, as the product does.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.core.management import call_command
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests import cast
from tests.settings import ROOT
from xiuhao.config import postgres, scratch
from xiuhao.config.environment import environment

TEMPLATE, CLONE = "xiuhao_template_", "xiuhao_test_"
_LOCK = 7_306_001  # advisory: one template is built at a time


def cluster() -> postgres.Cluster:
    """The embedded cluster of the tests: fast, because nobody needs its data after a crash."""
    return postgres.Cluster(environment.folder / "postgres", postgres.CARELESS)


@contextlib.contextmanager
def server() -> Iterator[None]:
    """A PostgreSQL that answers: DATABASE_URL's (its log-in needs CREATEDB and CREATEROLE), else the embedded one."""
    with cluster().available() if environment.embedded else contextlib.nullcontext():
        yield


def administrator(database: str = "") -> psycopg.Connection[tuple[object, ...]]:
    """A connection that may create and drop databases; to that one, if it is named."""
    address = cluster().dsn(postgres.SUPERUSER, "postgres") if environment.embedded else environment.database_url
    return psycopg.connect(make_conninfo(address, dbname=database or None), autocommit=True)


def template() -> str:
    """The name of the migrated, empty database for the present state of the migrations; builds it when missing."""
    name = TEMPLATE + state()
    with administrator() as admin:
        admin.execute("select pg_advisory_lock(%s)", [_LOCK])
        known = [
            str(row[0]) for row in admin.execute("select datname from pg_database where datname like %s order by oid", [TEMPLATE + "%"])
        ]
        if name not in known:
            draft = name + "_draft"
            drop(admin, draft)
            owner = sql.SQL("owner {}").format(sql.Identifier(postgres.OWNER)) if environment.embedded else sql.SQL("")
            admin.execute(sql.SQL("create database {} {}").format(sql.Identifier(draft), owner))
            with scratch.working_on(draft):
                call_command("migrate", verbosity=0)
                call_command("seed", verbosity=0)
                cast.build()
            admin.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(draft), sql.Identifier(name)))
            for old in known[:-3]:
                drop(admin, old)
        return name


def clone(source: str, name: str) -> None:
    """Make `name` anew as a copy of `source`, whoever is still connected to it."""
    with administrator() as admin:
        drop(admin, name)
        admin.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(source)))


def drop(admin: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Drop a database, ending its connections."""
    admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def sweep() -> None:
    """Drop the clones of test runs that were killed (a clone's name carries its process)."""
    with administrator() as admin:
        for (name,) in admin.execute("select datname from pg_database where datname like %s", [CLONE + "%"]).fetchall():
            if not Path(f"/proc/{str(name).rsplit('_', 1)[1]}").exists():
                drop(admin, str(name))


MADE_OF = (
    "xiuhao/*/migrations/*.py",
    "xiuhao/**/*.yaml",
    "xiuhao/**/seeds.py",
    "xiuhao/*/actions.py",
    "xiuhao/config/database.py",
    "tests/cast.py",
    "tests/settings.py",
    "requirements/run.lock",
)


def state() -> str:
    """A digest of what the template is made of: migrations, seeds, the cast, and the versions of libraries."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in MADE_OF for path in ROOT.glob(pattern)}):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def own_name() -> str:
    """The name of this process's clone."""
    return f"{CLONE}{os.getpid()}"
