"""`scripts/bench [part …]`: measure, print the table, and keep what was measured in full in docs/reference/figures.md.

Parts: create, peers, pages, phone, sync, clocks, streams, guesses, kills, texts, learned, moving, sheets, stock, families, dispatch,
board, living, months. `--quick` measures less, to see that it works; its figures are not to be quoted. What stands outside the project is
named by XIUHAO_SHARED (texts, published benchmarks) and XIUHAO_PEERS (other desks).
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module

import django

from bench import readme

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from tests.settings import ROOT

PARTS = (
    "create",
    "peers",
    "pages",
    "phone",
    "sync",
    "clocks",
    "streams",
    "guesses",
    "kills",
    "texts",
    "learned",
    "moving",
    "sheets",
    "stock",
    "families",
    "dispatch",
    "board",
    "living",
    "months",
)
FIGURES = ROOT / "docs/reference/figures.md"
HEAD = """# Figures

Printed by `scripts/bench` on {machine}, each part in one run on the day that stands beside it. Times are
from a client on the same machine, which shares its cores with the product, so quote the ratios. Written by the program; do not edit.
"""
TABLE = "| what | measured | wanted | |\n|---|---|---|---|\n"


def main() -> int:
    """Run the parts named, print their rows, and keep those that were measured in full."""
    words = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    words.add_argument("parts", nargs="*", choices=[[], *PARTS], help="which to measure; all without")
    words.add_argument("--quick", action="store_true")
    given = words.parse_args()
    django.setup()
    _compiled()
    good = True
    for part in given.parts or PARTS:
        print(f"── {part}", file=sys.stderr, flush=True)
        rows: list[str] = []
        for what, measured, wanted, kept in import_module(f"bench.{part}").measure(quick=given.quick):
            good &= kept
            rows.append(f"| {what} | {measured} | {wanted} | {'✓' if kept else '✗'} |")
            print(rows[-1], flush=True)
        if not given.quick and not any("skipped: " in row for row in rows):
            keep(part, rows)
    return 0 if good else 1


def _compiled() -> None:
    """The optimiser's machine code is there, as minutes after an install: no company's worker makes it beside what is measured."""
    from xiuhao.dispatch import engine

    engine.warm()


def keep(part: str, rows: Sequence[str]) -> None:
    """Put the rows of a part in the place of those of its last run."""
    told = FIGURES.read_text(encoding="utf-8") if FIGURES.exists() else ""
    found = dict(re.findall(r"^## (\w+), (.*?)(?=^## |\Z)", told, re.MULTILINE | re.DOTALL))
    found[part] = f"{datetime.now(UTC):%Y-%m-%d}\n\n{TABLE}{chr(10).join(rows)}\n\n"  # by the day of the machine
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL embedded"
    sections = "".join(f"\n## {name}, {found[name].strip()}\n" for name in PARTS if name in found)
    whole = HEAD.format(machine=machine) + sections
    FIGURES.write_text(whole, encoding="utf-8")
    readme.fill(whole)


if __name__ == "__main__":
    sys.exit(main())
