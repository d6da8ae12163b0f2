"""How well parts are supplied (SL-3.10): the share of what was asked that was there at once, and how long it took into the hands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import F

from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.parts.models import Purchase, Supply

MOST = 20_000


@dataclass(frozen=True)
class Served:
    """Requests of a store: lines asked and filled at once; time from asking to hand-over, median and ninth of ten."""

    name: str
    requests: int
    asked: int
    filled: int
    took: timedelta | None
    slow: timedelta | None

    @property
    def rate(self) -> str:
        """The fill rate: lines filled at once ÷ lines asked."""
        return f"{100 * self.filled / self.asked:.1f}%" if self.asked else ""


def served(actor: Actor, since: datetime) -> list[Served]:
    """Store by store, most asked first; of requests that the actor sees, begun since a moment. One statement."""
    seen = Case.objects.of("supply", actor).filter(opened_at__gte=since).exclude(state="dropped")
    rows = Supply.objects.filter(case__in=seen).values_list(
        "source__name", "asked", "filled", "case__opened_at", "case__closed_at", "case__state"
    )
    by_store: dict[str, list[tuple[int, int, timedelta | None]]] = {}
    for name, asked, filled, opened, closed, state in rows[:MOST]:
        by_store.setdefault(name, []).append((asked, filled, closed - opened if closed and state == "done" else None))
    found = [_served(name, each) for name, each in by_store.items()]
    return sorted(found, key=lambda one: -one.asked)


def _served(name: str, rows: list[tuple[int, int, timedelta | None]]) -> Served:
    took = sorted(time for _asked, _filled, time in rows if time is not None)
    return Served(
        name, len(rows), sum(asked for asked, _filled, _time in rows), sum(filled for _asked, filled, _time in rows),
        _median(took), took[min(len(took) - 1, int(0.9 * len(took)))] if took else None,
    )  # fmt: skip


def bought(actor: Actor, since: datetime) -> tuple[int, timedelta | None]:
    """Purchases received since a moment, and the median of their lead time from order to the last delivery."""
    seen = Case.objects.of("purchase", actor).filter(state="received", closed_at__gte=since)
    rows = Purchase.objects.filter(case__in=seen, ordered_at__isnull=False).annotate(took=F("case__closed_at") - F("ordered_at"))
    times = list(rows.values_list("took", flat=True)[:MOST])
    return len(times), _median(times)


def _median(times: list[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(time.total_seconds() for time in times)) if times else None
