"""K1 at length: twenty random `kill -9` under load, its invariants, and how long nobody was answered after each kind of kill."""

from __future__ import annotations

from collections.abc import Iterator

from tests.harness import opened
from tests.hostile.test_kills import BACK_WITHIN, ONE, OUTSIDE, TARGETS, damage, kill, order, under_load

Row = tuple[str, str, str, bool]
KILLS = 20


def measure(quick: bool = False) -> Iterator[Row]:
    """The longest gap by kind of part, and what was damaged: every part is struck, in an order by chance."""
    count = len(TARGETS) if quick else KILLS
    struck = order(TARGETS, count)
    gaps: dict[str, float] = dict.fromkeys(TARGETS, 0.0)
    with opened(**OUTSIDE) as company:
        with under_load(company) as writers:
            for target in struck:
                gaps[target] = max(gaps[target], kill(company, writers, target))
        wrong = damage(company, writers)
        company.stop()
    for target, gap in gaps.items():
        what = f"kill -9 of {target} ({struck.count(target)}), longest time without an acknowledged write"
        yield what, f"{gap:.1f} s", f"≤ {BACK_WITHIN} s", gap <= BACK_WITHIN
    what = f"{count} kills, {len(writers.promised):,} acknowledged writes: lost, half-written, done twice ({len(ONE) + 3} checks)"
    yield what, "; ".join(wrong)[:300] or "0", "0", not wrong
