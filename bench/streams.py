"""Five hundred open live updates while twenty tickets a second come in: who hears of them, how soon, and how long a ticket takes."""

from __future__ import annotations

from collections.abc import Iterator

from bench.inside import inside
from tests.harness import opened
from tests.load import token

Row = tuple[str, str, str, bool]
STREAMS, RATE = 500, 20
SOON, ANSWER = 2.0, 400  # seconds until the hint; ms until the answer


def measure(quick: bool = False) -> Iterator[Row]:
    """All in one process that shares the machine with the company."""
    streams, seconds = (50, 5) if quick else (STREAMS, 30)
    with opened() as company:
        company.start()
        raw = token(company)
        found = inside(
            company, "listeners", "attend", port=company.port, login="lead", token=raw, streams=streams, rate=RATE, seconds=seconds
        )
        company.stop()
    yield f"{streams} open live updates, still open at the end", f"{found['open']}", f"{streams}", found["open"] == streams
    p95 = found["took"][int(len(found["took"]) * 0.95)]
    what = f"{RATE} tickets a second meanwhile, p95 of the answer"
    yield what, f"{p95:.0f} ms, {found['bad']} refused", f"≤ {ANSWER} ms, 0", p95 <= ANSWER and not found["bad"]
    what, wanted = "from the answer to the hint at every stream, p95", f"≤ {SOON:.0f} s, 0"
    yield what, f"{found['delay']:.2f} s, {found['deaf']} heard nothing", wanted, found["delay"] <= SOON and not found["deaf"]
