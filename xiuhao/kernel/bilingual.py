"""Words that are data: kept in Chinese and English, shown in the language of the moment."""

from __future__ import annotations

from django.utils.translation import get_language


def said(zh: str, en: str) -> str:
    """`en` where English is spoken and there is any, else `zh`."""
    return en if en and (get_language() or "").startswith("en") else zh
