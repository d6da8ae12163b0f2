"""The database backend (settings name this package as ENGINE)."""

from __future__ import annotations

import re
import select
import time
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, partial
from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations
from django.db.backends.utils import debug_transaction  # type: ignore[attr-defined]  # the stubs do not know it
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

Params = Sequence[Any] | Mapping[str, Any]
MOST = 200
_PLACE = re.compile(r"%(?:\((\w+)\))?s|%%")


class Operations(operations.DatabaseOperations):
    """As Django's; of a statement that the server knows by name, the text is remembered."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        return super().last_executed_query(cursor, sql, params) or sql


class DatabaseWrapper(base.DatabaseWrapper):  # the name that Django looks for
    """As Django's, and `prepared` for what is asked again and again."""

    ops_class = Operations
    statements: tuple[Any, dict[bytes, bytes]] = (None, {})  # the connection, and what it knows: text → name
    names = 0

    def is_usable(self) -> bool:
        """Whether the connection still stands, asked of the socket: a server that went away has closed it, which makes it readable.

        Django sends `SELECT 1` before every request instead; we send it only where there is something to read.
        """
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        return super().is_usable() if poll.poll(0) else True

    def prepared(self, text: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement whose values travel apart from its text, so that the server parses and plans it once a connection.

        It must give rows. `text` must be the same each time, and must name the columns it wants and the types of values that are no text.
        It goes to the server by libpq's own call, past the driver's cursor, at a third of its processor time.
        """
        self.ensure_connection()
        self.validate_thread_sharing()
        execute: Any = self._by_name
        for wrapper in reversed(self.execute_wrappers):
            execute = partial(wrapper, execute)
        began = time.monotonic()
        try:
            with self.wrap_database_errors:
                found: list[tuple[Any, ...]] = execute(text, params, False, {"connection": self, "cursor": None})
        finally:
            if self.queries_logged:
                self.queries_log.append({"sql": text, "time": f"{time.monotonic() - began:.3f}"})
        return found

    def _by_name(self, text: str, params: Params, many: bool, context: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        connection: psycopg.Connection[Any] = self.connection
        sql, names = _numbered(text)
        values = [_text(params[name]) for name in names] if isinstance(params, Mapping) else [_text(value) for value in params]
        server = connection.pgconn
        if not connection.autocommit and server.transaction_status == TransactionStatus.IDLE:
            _check(server, server.exec_(b"BEGIN"))
        result = server.exec_prepared(self._name(server, sql), values)  # type: ignore[arg-type]  # NULL is None
        _check(server, result)
        reader = Transformer(connection)
        reader.set_pgresult(result)
        return reader.load_rows(0, result.ntuples, tuple)

    def _name(self, server: pq.abc.PGconn, sql: bytes) -> bytes:
        """What this connection's server calls the statement; the one made first gives way to a new one beyond `MOST`."""
        made, known = self.statements
        if made is not server:  # a new connection knows nothing yet
            made, known = self.statements = (server, {})
        if sql not in known:
            self.names += 1
            name = b"xiuhao_%d" % self.names
            _check(server, server.prepare(name, sql))
            known[sql] = name
            if len(known) > MOST:
                _check(server, server.exec_(b"DEALLOCATE " + known.pop(next(iter(known)))))
        return known[sql]

    def _commit(self) -> None:
        """By libpq's own call too."""
        if self.connection is not None:
            with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
                server = self.connection.pgconn
                if server.transaction_status != TransactionStatus.IDLE:
                    _check(server, server.exec_(b"COMMIT"))


def _check(server: pq.abc.PGconn, result: pq.abc.PGresult) -> None:
    """Raises what the driver would have raised."""
    if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        return
    if server.status == ConnStatus.BAD:
        raise psycopg.OperationalError(server.get_error_message())
    raise error_from_result(result)


@cache
def _numbered(text: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement as the server reads it ($1, $2, …), and the names of its values in that order."""
    names: dict[str, int] = {}

    def place(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        return f"${names.setdefault(match[1] or str(len(names)), len(names) + 1)}"

    return _PLACE.sub(place, text).encode(), tuple(names)


def _text(value: Any) -> bytes | None:
    """A value in the server's text format. TypeError for lists and the like."""
    if isinstance(value, str):
        return value.encode()
    if value is None:
        return None
    if isinstance(value, bytes | memoryview):
        return b"\\x" + bytes(value).hex().encode()
    if isinstance(value, date):
        return value.isoformat().encode()
    if isinstance(value, list | tuple | set | dict):
        raise TypeError("a list goes as text: `rows.many`")
    return str(value).encode()
