"""Copies of a company's cases in the database itself, for measures that need many: a case goes with its record, lines, clocks and customer.

The engine has written every row that is copied; a copy differs in its keys and in whatever must be one of a kind by itself: what is
so only within its case or customer (which clock of the case) stays.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

TABLES = (
    "party_customer", "party_phone", "party_address", "kernel_case", "ticket_ticket", "kernel_journal", "kernel_content",
    "kernel_caseclock", "kernel_message",
)  # fmt: skip
APART = 10**9  # between the keys of a row and of its copies
FURTHER = 10**13  # and of copies of copies
LINES_APART = 1_000  # between the places of a line and of its copies in one case
_COLUMNS = """
SELECT a.attname::text, format_type(a.atttypid, NULL),
  EXISTS (SELECT FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = a.attrelid AND c.conkey = ARRAY[a.attnum]
          AND c.confrelid = ANY(%(tables)s::regclass[])) OR a.attidentity <> '',
  EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND a.attnum = ANY(i.indkey)),
  EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND a.attnum = ANY(i.indkey) AND i.indisunique AND NOT EXISTS (
    SELECT FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = a.attrelid AND c.conkey[1] = ANY(i.indkey)
      AND c.confrelid = ANY(%(tables)s::regclass[])))
FROM pg_attribute a WHERE a.attrelid = %(table)s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


def multiply(dsn: str, times: int, lines: int, apart: int = APART) -> dict[str, int]:
    """So many times the cases there are, each with so many times its lines; how many rows the tables have then. As the superuser.
    What was multiplied before takes keys that lie further `apart`."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # the rows copied were checked when they were written
        for table in TABLES:
            columns = connection.execute(_COLUMNS, {"table": table, "tables": list(TABLES)}).fetchall()
            copied = sql.SQL(", ").join(_copy(apart, *column) for column in columns)
            names = sql.SQL(", ").join(sql.Identifier(name) for name, *_ in columns)
            statement = sql.SQL(
                "INSERT INTO {t} ({names}) OVERRIDING SYSTEM VALUE SELECT {copied} FROM {t} CROSS JOIN generate_series(1::bigint, {n}) AS k"
            )
            connection.execute(statement.format(t=sql.Identifier(table), names=names, copied=copied, n=times - 1))
        _more_lines(connection, lines)
        connection.execute("RESET session_replication_role")
        connection.execute("VACUUM (ANALYZE)")
        counted = sql.SQL("SELECT count(*) FROM {}")
        return {table: connection.execute(counted.format(sql.Identifier(table))).fetchall()[0][0] for table in TABLES}


def _copy(apart: int, name: str, kind: str, keyed: bool, indexed: bool, unique: bool) -> sql.Composable:
    """What stands in a column of copy number k."""
    column = sql.Identifier(name)
    if keyed:
        return sql.SQL("{} + k * {}").format(column, apart)
    if kind == "bytea" and indexed:
        return sql.SQL("sha256({} || convert_to((k * {})::text, 'UTF8'))").format(column, apart)
    if kind == "uuid" and unique:
        return sql.SQL("CASE WHEN {} IS NOT NULL THEN gen_random_uuid() END").format(column)
    if kind.startswith(("text", "character")) and unique:
        return sql.SQL("{} || {} || k").format(column, "x" if apart == APART else "xx")
    return column


def _more_lines(connection: psycopg.Connection[Any], lines: int) -> None:
    """The lines of a case again, later in it: without the keys of what was done, which were theirs alone."""
    columns = [
        name
        for (name,) in connection.execute(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = 'kernel_journal'::regclass AND attnum > 0"
        )
    ]
    given = {"id": "id + k * 100 * {apart}", "seq": "seq + k * {lines_apart}", "key": "NULL"}
    copied = sql.SQL(", ").join(
        sql.SQL(given[name]).format(apart=APART, lines_apart=LINES_APART) if name in given else sql.Identifier(name) for name in columns
    )
    names = sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    statement = "INSERT INTO kernel_journal ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM kernel_journal, generate_series(1::bigint, {}) AS k"
    connection.execute(sql.SQL(statement).format(names, copied, lines - 1))
