"""What never leaves the house: words that no customer may read (supplier data, trade secrets), taken out where a text goes out.

One place for every output to outsiders: messages, the customers' site. Staff read the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import lru_cache

Words = Callable[[], Collection[str]]
MARK = "＊＊＊"
_sources: list[Words] = []


def keep(by: Words) -> None:
    """Register who says which words are internal."""
    _sources.append(by)


def spoken(text: str) -> str:
    """The text as an outsider may read it, however an internal word is spaced or written large or small."""
    words = tuple(sorted({word for by in _sources for word in by() if word.strip()}, key=len, reverse=True)) if text else ()
    return _pattern(words).sub(MARK, text) if words else text


@lru_cache(maxsize=8)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(r"[\s\u200b*_-]*".join(re.escape(sign) for sign in "".join(word.split())) for word in words), re.IGNORECASE)
