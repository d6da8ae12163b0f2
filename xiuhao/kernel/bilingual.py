"""Words that are data: kept in Chinese and English, shown in the language of the moment."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, override


def said(zh: str, en: str) -> str:
    """`en` where English is spoken and there is any, else `zh`."""
    return en if en and (get_language() or "").startswith("en") else zh


def both(words: Any) -> tuple[str, str]:
    """What `words` (a lazy text, or what has a name in both) say in Chinese and in English, to be kept and shown by `said`."""
    with override("zh-hans"):
        zh = str(words)
    with override("en"):
        return zh, str(words)
