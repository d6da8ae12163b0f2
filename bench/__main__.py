"""`scripts/bench [part …]`: measure, print the table, and with all parts write docs/reference/figures.md.

Parts: create, peers, pages, clocks, streams, kills, texts, learned, moving, sheets. `--quick` measures less, to see that it works; its
figures are not to be quoted. What stands outside the project is named by XIUHAO_SHARED (texts) and XIUHAO_PEERS (other desks).
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from importlib import import_module

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from tests.settings import ROOT

PARTS = ("create", "peers", "pages", "clocks", "streams", "kills", "texts", "learned", "moving", "sheets")
HEAD = """# Figures

Printed by `scripts/bench` on {machine}; medians of one run. Times are from a client on the same machine, which shares its cores with the
product, so quote the ratios. Written by the program; do not edit.

| what | measured | wanted | |
|---|---|---|---|
"""


def main() -> int:
    """Run the parts named, print their rows, and keep them when all were measured in full."""
    words = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    words.add_argument("parts", nargs="*", choices=[[], *PARTS], help="which to measure; all without")
    words.add_argument("--quick", action="store_true")
    given = words.parse_args()
    django.setup()
    rows: list[str] = []
    good = True
    for part in given.parts or PARTS:
        print(f"── {part}", file=sys.stderr, flush=True)
        for what, measured, wanted, kept in import_module(f"bench.{part}").measure(quick=given.quick):
            good &= kept
            rows.append(f"| {what} | {measured} | {wanted} | {'✓' if kept else '✗'} |")
            print(rows[-1], flush=True)
    if not given.parts and not given.quick:
        machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL embedded"
        (ROOT / "docs/reference/figures.md").write_text(HEAD.format(machine=machine) + "\n".join(rows) + "\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
