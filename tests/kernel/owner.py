"""The tables' owner, on the database of this test: what only they can do to the journal, on purpose."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests import ground
from xiuhao.config import postgres
from xiuhao.config.environment import environment

GUARDED = ("kernel_journal", "kernel_content", "kernel_case")


def administrator() -> psycopg.Connection[tuple[object, ...]]:
    """A connection to this test's database that may also end other connections; every statement commits."""
    name = str(connection.settings_dict["NAME"])
    server = environment.database_url
    address = ground.cluster().dsn(postgres.SUPERUSER, name) if environment.embedded else make_conninfo(server, dbname=name)
    return psycopg.connect(address, autocommit=True)


@contextlib.contextmanager
def owner() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection with the owner's rights, guards on; committed at the end."""
    name = str(connection.settings_dict["NAME"])
    server = environment.owner_database_url or environment.database_url
    address = ground.cluster().dsn(postgres.OWNER, name) if environment.embedded else make_conninfo(server, dbname=name)
    with psycopg.connect(address, options="-c lock_timeout=5s") as owned:
        yield owned


@contextlib.contextmanager
def forger() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The same with the guards switched off, and on again afterwards."""
    with owner() as owned:
        for table in GUARDED:
            owned.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        yield owned
        owned.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in GUARDED:
            owned.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
