"""How long work takes, learned from finished jobs: the median by service and class of devices, drawn to the planned time while few are
known. Whoever did a job has no part in it: nobody is measured here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from statistics import median

from django.db import transaction

from xiuhao.dispatch.models import Lasting
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import policy
from xiuhao.kernel.time import now

SHORTEST, LONGEST = 5, 600  # minutes: what lies outside was not written down as it happened
MOST = 50_000  # finished jobs, the newest

Key = tuple[str, str]


def known() -> dict[Key, int]:
    """What was learned: (service, category) → minutes. One statement."""
    return {(service, category): minutes for service, category, minutes in Lasting.objects.values_list("service", "category", "minutes")}


def minutes(lasting: Mapping[Key, int], service: str, category: str, planned: int) -> int:
    """How long a job is taken to last: as learned for this class of devices, else for the service, else as planned."""
    return lasting.get((service, category)) or lasting.get((service, "")) or planned


def shrunk(lasted: Iterable[float], planned: float, weight: float) -> int:
    """The median, drawn to what was planned as if that were `weight` jobs more: (n·median + weight·planned) / (n + weight)."""
    found = list(lasted)
    return max(SHORTEST, round((len(found) * median(found) + weight * planned) / (len(found) + weight)))


def learn() -> int:
    """Learn anew from the jobs that were finished of late; how many rows came of it. What too few tell is forgotten."""
    row = policy.decide("dispatch.learning", {})
    if row is None:
        return 0
    least, weight = int(row.value["least"]), float(row.value["weight"])
    told: dict[Key, list[tuple[float, int]]] = {}
    for service, category, planned, lasted in _finished(int(row.value["days"])):
        for key in {(service, category), (service, "")}:
            told.setdefault(key, []).append((lasted, planned))
    at = now()
    made = [
        Lasting(
            service=s, category=c, minutes=shrunk([m for m, _p in jobs], median(p for _m, p in jobs), weight), jobs=len(jobs), learned_at=at
        )
        for (s, c), jobs in told.items()
        if len(jobs) >= least
    ]
    with transaction.atomic():
        Lasting.objects.all().delete()
        Lasting.objects.bulk_create(made)
    return len(made)


def _finished(days: int) -> Iterable[tuple[str, str, int, float]]:
    rows = WorkOrder.objects.filter(arrived_at__isnull=False, finished_at__gt=now() - timedelta(days=days)).order_by("-finished_at")
    fields = ("service", "category__key", "minutes", "arrived_at", "finished_at")
    for service, category, planned, arrived, finished in rows.values_list(*fields)[:MOST]:
        lasted = (finished - arrived).total_seconds() / 60
        if SHORTEST <= lasted <= LONGEST:
            yield service, category or "", planned, lasted
