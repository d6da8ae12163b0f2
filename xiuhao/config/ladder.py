"""The ladder of modules, top to bottom: imports point down only, modules on one rung do not know each other.

A new module is one folder and one name here: settings, URLs, processes, pages, seeds and the import contract read this.
"""

from __future__ import annotations

LADDER: tuple[tuple[str, ...], ...] = (
    ("simulate",),
    ("portal", "insight"),
    ("statistics",),
    ("dispatch", "returns", "allowance", "liability"),
    ("fieldwork", "registration", "privacy", "reception", "migration", "calls", "problem", "procedure", "claim", "meeting"),
    ("complaint",),
    ("ticket",),
    ("contract", "wording", "learning", "parts", "billing", "roster", "accounts"),
    ("party", "product"),
    ("ui",),
    ("kernel",),
)

# Ledgers: a higher process calls their `actions` inside its own transaction, though they have processes too.
LEDGERS: frozenset[str] = frozenset({"parts", "accounts"})

MODULES: tuple[str, ...] = tuple(name for rung in LADDER for name in rung)
APPS: list[str] = [f"xiuhao.{name}" for name in MODULES]
