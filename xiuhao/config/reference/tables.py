"""Markdown of the reference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

PRINTED = "*Printed by `scripts/docs` from the code; do not edit.*"


def page(title: str, *parts: str) -> str:
    """A page from its parts, empty ones left out."""
    return "\n\n".join([f"# {title}", PRINTED, *(part for part in parts if part)])


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table; nothing where there is no row."""
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *lines])


def _cell(value: Any) -> str:
    text = str(value).replace("|", "\\|").replace("\n", " ").strip()
    return text.replace("<", "&lt;").replace("&lt;br>", "<br>")


def code(words: Iterable[str]) -> str:
    """`a`, `b`"""
    return ", ".join(f"`{word}`" for word in words)
