"""What never leaves the house: words that no customer may read (supplier data, trade secrets), taken out where a text goes out.

One place for every output to outsiders: messages, the customers' site. Staff read the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import lru_cache

from xiuhao.kernel import attempts
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case

Words = Callable[[], Collection[str]]
MARK = "＊＊＊"
_sources: list[tuple[Words, str]] = []


def keep(by: Words, clause: str) -> None:
    """Register who says which words are internal, and by which clause."""
    _sources.append((by, clause))


def spoken(text: str) -> str:
    """The text as an outsider may read it, however an internal word is spaced or written large or small."""
    for words, _clause in _kept() if text else ():
        text = _pattern(words).sub(MARK, text)
    return text


def sent(text: str, case: Case | None = None) -> str:
    """The same of a text that goes out now: what is taken out of it counts for its clause as stopped. A statement where something is."""
    stopped = [clause for words, clause in _kept() if _pattern(words).search(text)] if text else []
    attempts.count("letters", "send", stopped, SYSTEM, code="internal_word", case=case)
    return spoken(text) if stopped else text


def _kept() -> list[tuple[tuple[str, ...], str]]:
    """The internal words, the longest first, with their clause; none where a source has none."""
    found = [(tuple(sorted({word for word in by() if word.strip()}, key=len, reverse=True)), clause) for by, clause in _sources]
    return [(words, clause) for words, clause in found if words]


@lru_cache(maxsize=8)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(r"[\s\u200b*_-]*".join(re.escape(sign) for sign in "".join(word.split())) for word in words), re.IGNORECASE)
