"""Births that meet are written together: one transaction and one commit for all that came while another was being written.

Who finds nobody writing writes at once. Those who come meanwhile stand in a row, and the first of them then writes for all; they wait
`PATIENCE` at most for as many as met the time before, since a client that was just answered is likely on its way with the next. What one
of them is refused leaves the others be, as in every batch; where a batch breaks, each goes on alone.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar
from uuid import UUID

MOST = 32  # a batch; what comes beyond is the next one
PATIENCE = 0.005  # seconds

R = TypeVar("R")


class Keyed(Protocol):
    """What may be written: with the key that makes a repeat of it harmless."""

    @property
    def key(self) -> UUID | None: ...


T = TypeVar("T", bound=Keyed)


@dataclass
class _Turn(Generic[T, R]):
    """One who waits until `called`: then the `result` is there, or it is theirs to write for the row, of which `company` are likely to
    be there; or neither, and each writes alone."""

    wanted: T
    result: R | None = None
    company: int = 0
    called: threading.Event = field(default_factory=threading.Event)


class Together(Generic[T, R]):
    """Rows of those who wait, one for each `kind`; threads of one process meet here."""

    def __init__(self) -> None:
        self._rows: dict[Hashable, deque[_Turn[T, R]]] = {}
        self._came = threading.Condition()

    def write(self, kind: Hashable, wanted: T, act: Callable[[list[T]], Sequence[R]]) -> R:
        """What `act` gives for `wanted`, be it written alone or with others of its kind. Raises what `act` raises for it alone."""
        turn: _Turn[T, R] = _Turn(wanted)
        with self._came:
            row = self._rows.get(kind)
            if row is None:
                self._rows[kind], turn.company = deque(), 1
            else:
                row.append(turn)
                self._came.notify_all()
        if not turn.company:
            turn.called.wait()
        if turn.company:
            batch = self._batch(self._rows[kind], turn)
            try:
                self._write(batch, act)
            finally:
                self._next(kind, len(batch))
        return act([wanted])[0] if turn.result is None else turn.result

    def _batch(self, row: deque[_Turn[T, R]], first: _Turn[T, R]) -> list[_Turn[T, R]]:
        """Those who are there, from the first on; a key that comes twice waits for what its first one did."""
        with self._came:
            self._came.wait_for(lambda: len(row) + 1 >= min(first.company, MOST), PATIENCE)
            batch, keys = [first], {first.wanted.key} - {None}
            while row and len(batch) < MOST and row[0].wanted.key not in keys:
                batch.append(row.popleft())
                keys |= {batch[-1].wanted.key} - {None}
        return batch

    def _write(self, batch: Sequence[_Turn[T, R]], act: Callable[[list[T]], Sequence[R]]) -> None:
        try:
            for turn, result in zip(batch, act([turn.wanted for turn in batch]), strict=True):
                turn.result = result
        except Exception:
            if len(batch) == 1:
                raise
        finally:
            for turn in batch[1:]:
                turn.called.set()

    def _next(self, kind: Hashable, met: int) -> None:
        """Hand over to the first of those who came meanwhile."""
        with self._came:
            row = self._rows[kind]
            if not row:
                del self._rows[kind]
                return
            first = row.popleft()
            first.company = met + 1 + len(row)
        first.called.set()
