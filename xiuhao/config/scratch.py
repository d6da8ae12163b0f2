"""Databases for a while: one made new beside the real one, copies of it, all dropped in the end. The real one is never touched."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from xiuhao.config import postgres
from xiuhao.config.environment import environment

PREFIX = "xiuhao_scratch_"


@contextlib.contextmanager
def scratch() -> Iterator[str]:
    """Inside, this process works on a new database with our tables and seeds; its name. A log-in that may make databases is needed."""
    with _made(f"{PREFIX}{os.getpid()}") as name, working_on(name):
        call_command("migrate", verbosity=0)
        call_command("seed", verbosity=0)
        yield name


@contextlib.contextmanager
def copy(of: str) -> Iterator[str]:
    """Inside, this process works on a copy of that scratch database, where nobody else is connected."""
    connections["default"].close()
    with _made(f"{of}_copy", of) as name, working_on(name):
        yield name


@contextlib.contextmanager
def working_on(name: str) -> Iterator[None]:
    """Let this process's connection be to that database for a while."""
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


@contextlib.contextmanager
def _made(name: str, of: str = "") -> Iterator[str]:
    database = sql.Identifier(name)
    owner = sql.SQL(" owner {}").format(sql.Identifier(postgres.OWNER)) if environment.embedded else sql.SQL("")
    model = sql.SQL(" template {}").format(sql.Identifier(of)) if of else sql.SQL("")
    with _administrator() as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(database))
        admin.execute(sql.SQL("create database {}{}{}").format(database, owner, model))
    try:
        yield name
    finally:
        with _administrator() as admin:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(database))


def _administrator() -> psycopg.Connection[tuple[object, ...]]:
    url = environment.owner_database_url or environment.database_url
    address = postgres.cluster(environment.folder).dsn(postgres.SUPERUSER, "postgres") if environment.embedded else url
    return psycopg.connect(address, autocommit=True)
