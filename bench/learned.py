"""How well learning knows a product category, and good from bad, on real customers' texts that it has not read."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator

from django.conf import settings

from xiuhao.learning import fitting, measuring
from xiuhao.learning.texts import families

Row = tuple[str, str, str, bool]
TEXTS = settings.SHARED / "data" / "customer_texts.csv"
WANTED = (("category", "product category", 0.88), ("positive", "positive or negative", 0.94))
SURE, READ_MS = 0.97, 5.0


def measure(quick: bool = False) -> Iterator[Row]:
    """Five-fold, near-duplicates in one fold, everything chosen without the fold that is judged. Without the file: one row, not kept."""
    if not TEXTS.exists():
        yield "learning, on real texts", f"skipped: no {TEXTS.name} (XIUHAO_SHARED)", "five-fold", False
        return
    with TEXTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows = rows[:: len(rows) // 1500] if quick else rows
    texts = [row["text"] for row in rows]
    related = families(texts)
    for column, what, least in WANTED:
        labels = [row[column] for row in rows]
        found = measuring.measure(texts, labels, related)
        yield f"{what} of {len(rows):,} texts, macro-F1", f"{found['f1']:.4f}", f"≥ {least}", found["f1"] >= least
        yield f"{what}, right among the surest 80 %", f"{found['sure']:.4f}", f"≥ {SURE}", found["sure"] >= SURE
        yield f"{what}, stated probability against share right", f"{found['gap']:.4f}", "—", True
        for kind, said in (("whole", "whole texts"), ("cut", "a few clauses of them")):
            right = f"{found[kind]['right']:.4f} of {found[kind]['share']:.0%}"
            yield f"{what}, right where 90 % is stated, {said}", right, "≥ 0.9", found[kind]["right"] >= 0.9
    began = time.perf_counter()
    made = fitting.fit(texts, [row["category"] for row in rows], related)
    took = time.perf_counter() - began
    arrays, words = made.dump()
    yield "one training, and its size", f"{took:.0f} s, {(len(arrays) + len(words.encode())) / 1e6:.1f} MB", "—", True
    began = time.perf_counter()
    for text in texts[:500]:
        made.best(text)
    each = (time.perf_counter() - began) / min(500, len(texts)) * 1e3
    yield "one suggestion", f"{each:.2f} ms", f"< {READ_MS:.0f} ms", each < READ_MS
