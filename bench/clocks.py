"""Twenty thousand running clocks, a thousand falling due in the same second, and a scheduler that has nothing to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.inside import database, inside
from tests.harness import opened
from tests.load import token

Row = tuple[str, str, str, bool]
RUNNING, AT_ONCE, LAG = 20_000, 1_000, 2.0
COST = 1.5  # times; a round is a few tenths of a millisecond, and its time trembles
LEAD = 60  # seconds in which those that fall due together must be born


def measure(quick: bool = False) -> Iterator[Row]:
    """Idle with none, with all, after all have closed; between, those that fall due at once, fired by the company's own scheduler."""
    running, at_once, lead = (1_000, 200, 25) if quick else (RUNNING, AT_ONCE, LEAD)
    idle: dict[str, dict[str, Any]] = {}
    with opened() as company:
        with database(company):
            token(company)
            idle["none"] = inside(company, "ticking", "idle")
            inside(company, "ticking", "start", count=running)
            idle["all"] = inside(company, "ticking", "idle")
        company.start()
        fell = inside(company, "ticking", "fall", count=at_once, seconds=lead)
        found = inside(company, "ticking", "fired", **fell, count=at_once, patience=60)
        company.stop()
        with database(company):
            left = inside(company, "ticking", "close")
            idle["closed"] = inside(company, "ticking", "idle")
    once = found["lines"] == found["cases"] == at_once
    yield (
        f"{at_once:,} of {running:,} clocks due in one second, fired",
        f"{found['lines']} lines of {found['cases']} cases",
        "each once",
        once,
    )
    lags = [*found["lags"], *[float("inf")] * (at_once - len(found["lags"]))]
    p99 = lags[int(at_once * 0.99)]
    yield "from due to visible in the journal, p99 (a level fires when its second is over)", f"{p99:.2f} s", f"< {LAG:.0f} s", p99 < LAG
    yield "all of them visible after", f"{lags[-1]:.2f} s", "—", True
    said = " / ".join(f"{each['ms']:.2f} ms, {each['statements']} statements" for each in idle.values())
    counts = " / ".join(f"{each['running']:,}" for each in idle.values())
    even = idle["none"]["statements"] == idle["all"]["statements"] == idle["closed"]["statements"]
    ratio = max(idle["all"]["ms"], idle["closed"]["ms"]) / idle["none"]["ms"]
    yield f"an idle round with {counts} (all tickets closed) clocks running", said, "the same statements", even and not left
    yield "an idle round, the dearest against none running", f"{ratio:.2f} ×", f"≤ {COST} ×", ratio <= COST
