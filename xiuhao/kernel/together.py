"""Births that meet are written together: one transaction and one commit for all that came while another was being written.

Who finds nobody writing writes at once. Those who come meanwhile stand in a row, and the first of them then writes for all. Where several
met a moment ago, the next waits `PATIENCE` at most for as many: a client that was just answered is likely on its way with the next. What
one of them is refused leaves the others be, as in every batch; where a batch breaks, each goes on alone. Only where nobody can say
whether it was written does who has no key hear of it, as they would have alone: once more might be twice.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, Protocol, TypeVar
from uuid import UUID

MOST = 32  # a batch; what comes beyond is the next one
PATIENCE = 0.005  # seconds
MOMENT = 0.05  # seconds
KINDS = 1000  # of which we remember how many met

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
    error: Exception | None = None
    company: int = 0
    called: threading.Event = field(default_factory=threading.Event)


@dataclass
class _Row(Generic[T, R]):
    """Those who wait while somebody is `writing`; how many `met` in the last batch, and when it ended (monotonic seconds)."""

    waiting: deque[_Turn[T, R]] = field(default_factory=deque)
    writing: bool = False
    met: int = 1
    ended: float = 0.0


class Together(Generic[T, R]):
    """Rows of those who wait, one for each `kind`; threads of one process meet here. `unsure` says of an error whether what was to be
    written may stand all the same."""

    def __init__(self, unsure: Callable[[Exception], bool] = lambda error: False) -> None:
        self.unsure = unsure
        self._rows: dict[Hashable, _Row[T, R]] = {}
        self._came = threading.Condition()

    def write(self, kind: Hashable, wanted: T, act: Callable[[list[T]], Sequence[R]]) -> R:
        """What `act` gives for `wanted`, be it written alone or with others of its kind. Raises what `act` raises for it alone."""
        turn: _Turn[T, R] = _Turn(wanted)
        with self._came:
            row = self._row(kind)
            if row.writing:
                row.waiting.append(turn)
                self._came.notify_all()
            else:
                row.writing, turn.company = True, row.met if monotonic() - row.ended < MOMENT else 1
        if not turn.company:
            turn.called.wait()
        if turn.company:
            batch = self._batch(row.waiting, turn)
            try:
                self._write(batch, act)
            finally:
                self._next(row, len(batch))
        if turn.error is not None:
            raise turn.error
        return act([wanted])[0] if turn.result is None else turn.result

    def _row(self, kind: Hashable) -> _Row[T, R]:
        if kind not in self._rows and len(self._rows) >= KINDS:
            self._rows = {each: row for each, row in self._rows.items() if row.writing}
        return self._rows.setdefault(kind, _Row())

    def _batch(self, waiting: deque[_Turn[T, R]], first: _Turn[T, R]) -> list[_Turn[T, R]]:
        """Those who are there, from the first on; a key that comes twice waits for what its first one did."""
        with self._came:
            self._came.wait_for(lambda: len(waiting) + 1 >= min(first.company, MOST), PATIENCE)
            batch, keys = [first], {first.wanted.key} - {None}
            while waiting and len(batch) < MOST and waiting[0].wanted.key not in keys:
                batch.append(waiting.popleft())
                keys |= {batch[-1].wanted.key} - {None}
        return batch

    def _write(self, batch: Sequence[_Turn[T, R]], act: Callable[[list[T]], Sequence[R]]) -> None:
        try:
            for turn, result in zip(batch, act([turn.wanted for turn in batch]), strict=True):
                turn.result = result
        except Exception as error:
            if len(batch) == 1:
                raise
            if self.unsure(error):
                for turn in batch:
                    turn.error = error if turn.wanted.key is None else None
        finally:
            for turn in batch[1:]:
                turn.called.set()

    def _next(self, row: _Row[T, R], met: int) -> None:
        """Hand over to the first of those who came meanwhile."""
        with self._came:
            if not row.waiting:
                row.writing, row.met, row.ended = False, met, monotonic()
                return
            first = row.waiting.popleft()
            first.company = met + 1 + len(row.waiting)
        first.called.set()
