"""The database backend (settings name this package as ENGINE)."""

from __future__ import annotations

import select
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.backends.postgresql import base, operations


class Operations(operations.DatabaseOperations):
    """As Django's; of a statement that the server knows by name, the text is remembered."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        return super().last_executed_query(cursor, sql, params) or sql


class DatabaseWrapper(base.DatabaseWrapper):  # the name that Django looks for
    """As Django's, and `prepared` for what is asked again and again."""

    ops_class = Operations

    def is_usable(self) -> bool:
        """Whether the connection still stands, asked of the socket: a server that went away has closed it, which makes it readable.

        Django sends `SELECT 1` before every request instead; we send it only where there is something to read.
        """
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        return super().is_usable() if poll.poll(0) else True

    def prepared(self, text: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement whose values travel apart from its text, so that the server parses and plans it once a connection.

        It must give rows. `text` must be the same each time, and must name the columns it wants and the types of values that are no text.
        """
        self.ensure_connection()
        made = base.ServerBindingCursor(self.connection)  # type: ignore[attr-defined]  # the stubs know one driver only
        with self._prepare_cursor(made) as cursor:  # type: ignore[attr-defined]
            cursor.execute(text, params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found
