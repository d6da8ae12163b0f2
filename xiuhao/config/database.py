"""How we log in to the database: daily work with few rights, migrations as the owner of the tables.

The runtime role may not UPDATE, DELETE or TRUNCATE the append-only tables (models with `append_only = True`), so
that even a mistake of ours cannot rewrite the journal.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections, transaction
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from xiuhao.config import postgres
from xiuhao.config.environment import Environment, environment


def settings(given: Environment) -> dict[str, Any]:
    """Django's DATABASES entry for daily work."""
    # Every question of a page is small, and many are asked at once: starting helpers for one costs more than they save.
    # What is prepared is asked the same way whatever its values are: one plan for all of them.
    flags = ["-c max_parallel_workers_per_gather=0", "-c plan_cache_mode=force_generic_plan"]
    if given.statement_timeout_ms:
        flags += [f"-c statement_timeout={given.statement_timeout_ms}", f"-c lock_timeout={given.statement_timeout_ms * 4 // 5}"]
    if not given.embedded and not given.owner_database_url and given.runtime_role:
        flags.append(f"-c role={given.runtime_role}")
    return _entry(given.database_url, postgres.RUNTIME, " ".join(flags))


def owner_settings(given: Environment) -> dict[str, Any]:
    """The same for migrations: the owner of the tables, without time limits."""
    return _entry(given.owner_database_url or given.database_url, postgres.OWNER, "")


def _entry(url: str, embedded_user: str, flags: str) -> dict[str, Any]:
    parts = (
        _parts(url)
        if url
        else {
            "host": str(postgres.cluster(environment.folder).socket_folder),
            "port": "5432",
            "dbname": postgres.NAME,
            "user": embedded_user,
        }
    )
    keys = {"HOST": "host", "PORT": "port", "NAME": "dbname", "USER": "user", "PASSWORD": "password"}
    entry: dict[str, Any] = {name: str(parts.pop(key, "")) for name, key in keys.items()}
    options = " ".join(filter(None, [str(parts.pop("options", "")), flags]))
    more = {"options": options} if options else {}
    return entry | {
        "ENGINE": "xiuhao.kernel.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "xiuhao", "connect_timeout": 5, "prepare_threshold": 2, **parts, **more},
    }


def _parts(url: str) -> dict[str, Any]:
    try:
        return dict(conninfo_to_dict(url))
    except Exception as error:
        raise ImproperlyConfigured(f"DATABASE_URL is not a PostgreSQL address (postgresql://user:password@host/name): {error}") from error


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """Let this process's connection be the tables' owner for a while."""
    connection = connections["default"]
    runtime = dict(connection.settings_dict)
    owner = owner_settings(environment)
    connection.close()
    connection.settings_dict.update({key: owner[key] for key in ("USER", "PASSWORD", "OPTIONS")})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(runtime)


def grantee() -> str:
    """The role of daily work; empty where DATABASE_URL's log-in does everything (XIUHAO_RUNTIME_ROLE set empty)."""
    if environment.embedded:
        return postgres.RUNTIME
    if environment.owner_database_url:
        return str(_parts(environment.database_url).get("user", ""))
    return environment.runtime_role


def append_only_tables() -> list[str]:
    """The tables that nobody may rewrite: those of models that say `append_only = True`."""
    return sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False))


def grant() -> list[str]:
    """As the owner: give the role of daily work its rights, and return the tables it may only append to."""
    role = grantee()
    if not role:
        return []
    connection = connections["default"]
    with transaction.atomic(), connection.cursor() as cursor:
        _ensure(role, cursor)
        present = set(connection.introspection.table_names(cursor))
        guarded = [table for table in append_only_tables() if table in present]
        name = sql.Identifier(role)
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {}",
        ):
            cursor.execute(sql.SQL(statement).format(name).as_string())
        for table in guarded:
            revoke = sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), name)
            cursor.execute(revoke.as_string())
    return guarded


def _ensure(role: str, cursor: Any) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone():
        return
    name = sql.Identifier(role)
    try:
        with transaction.atomic():
            cursor.execute(sql.SQL("CREATE ROLE {}").format(name).as_string())
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name).as_string())
    except DatabaseError as error:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if not cursor.fetchone():
            raise ImproperlyConfigured(
                f"The database log-in may not create the role {role}. Let the administrator run: "
                f"CREATE ROLE {role}; GRANT {role} TO <our log-in>; or set XIUHAO_OWNER_DATABASE_URL."
            ) from error
