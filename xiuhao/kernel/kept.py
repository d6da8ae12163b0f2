"""Small tables kept in each process while their stamp stands still: an edit moves the stamp, the next transaction reads anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

from django.db.transaction import atomic

from xiuhao.kernel.models import Stamp

T = TypeVar("T")
_editions: ContextVar[Mapping[str, int] | None] = ContextVar("editions", default=None)


@contextmanager
def look() -> Iterator[None]:
    """One request or one transaction: what `seen` was told in it is forgotten at its end, however it ends."""
    token = _editions.set(None)
    try:
        yield
    finally:
        _editions.reset(token)


@contextmanager
def transaction() -> Iterator[None]:
    """A `look` that is a database transaction."""
    with look(), atomic():
        yield


def seen(editions: Mapping[str, int]) -> None:
    """The stamps as the present `look` has read them at its beginning."""
    _editions.set(editions)


class Kept(Generic[T]):
    """What `load()` gives, for as long as the stamp `name` does not move. Edits move it by `policy.moved(name)`."""

    def __init__(self, name: str, load: Callable[[], T]) -> None:
        self.name, self.load = name, load
        self._kept: tuple[int, T] | None = None

    def now(self) -> T:
        """The value of the edition that this look has seen; outside of one the stamp is asked (one statement)."""
        editions = _editions.get()
        if editions is None:
            edition = Stamp.objects.filter(name=self.name).values_list("edition", flat=True).first() or 0
        else:
            edition = editions.get(self.name, 0)
        if self._kept is None or self._kept[0] != edition:
            self._kept = (edition, self.load())
        return self._kept[1]
