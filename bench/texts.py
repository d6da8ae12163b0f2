"""Every real customer's text through the public form over HTTP, from many addresses, the throttle on; then what became of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator

from django.conf import settings

from bench.inside import inside
from bench.senders import Sender
from tests.harness import opened
from tests.load import token

Row = tuple[str, str, str, bool]
TEXTS = settings.SHARED / "data" / "customer_texts.csv"
NAMES = {"计算机": "电脑"}  # where the file calls a category otherwise than the catalogue


def measure(quick: bool = False) -> Iterator[Row]:
    """Sent, kept, altered, found. Without the file: one row that says so, not kept."""
    if not TEXTS.exists():
        yield "real texts through the public form", f"skipped: no {TEXTS.name} (XIUHAO_SHARED)", "all", False
        return
    with TEXTS.open(encoding="utf-8", newline="") as file:
        rows = [(row["category"], row["text"]) for row in csv.DictReader(file)]
    rows = rows[:: len(rows) // 400] if quick else rows
    with opened() as company:
        company.start()
        token(company)
        known = inside(company, "heard", "categories")
        sender = Sender(company.port, [(known.get(NAMES.get(name, name), ""), text) for name, text in rows])
        seconds = sender.run()
        note = company.folder.parent / "sent.json"
        note.write_text(json.dumps({key: rows[index][1] for key, index in sender.sent.items()}))
        became = inside(company, "heard", "compare", path=str(note))
        found = inside(company, "heard", "recall", count=60 if quick else 400)
        company.stop()
    said = f"{len(sender.sent):,} in {seconds:.0f} s" + "".join(f"; {each}" for each in sender.odd[:2])
    yield f"{len(rows):,} real texts through the public form, taken in", said, "all", len(sender.sent) == len(rows)
    whole = became["kept"] == became["tickets"] == len(rows) and not became["altered"] and not became["aside"]
    what = f"{became['lost']} lost, {became['altered']} altered, {became['aside']} set aside, {became['tickets']:,} tickets"
    yield "what became of them", what, "0, 0, 0, as many", whole
    share = 1 - found["missed"] / max(1, found["liked"])
    what = f"{share:.4f} ({found['liked']:,} rows), {found['beside']} too many"
    yield f"search recall against LIKE, {found['asked']} pieces of the texts", what, "1, 0", not found["missed"] and not found["beside"]
