"""The kinds of products that ship with us, beside those that the installation has added."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xiuhao.kernel import facts
from xiuhao.kernel.bilingual import said
from xiuhao.kernel.kept import Kept
from xiuhao.product.models import Category

FILE = Path(__file__).with_name("catalogue.yaml")


@dataclass(frozen=True)
class Kind:
    """A category as it ships."""

    key: str
    zh: str
    en: str
    industry: str
    skill: str


@cache
def shipped() -> tuple[Kind, ...]:
    """The categories of catalogue.yaml, in its order."""
    found = facts.read(FILE)
    return tuple(Kind(key, zh, en, industry, skill) for industry, rows in found.items() for key, zh, en, skill in rows)


def _by_key() -> dict[str, Category]:
    return {row.key: row for row in Category.objects.order_by("position", "pk")}


catalogue: Kept[dict[str, Category]] = Kept("catalogue", _by_key)  # every category, those no longer in use too


def kinds() -> dict[str, str]:
    """Key → label of every category, shipped or the installation's own: what a condition of a decision table may name."""
    return {kind.key: said(kind.zh, kind.en) for kind in shipped()} | {key: str(row) for key, row in catalogue.now().items()}
