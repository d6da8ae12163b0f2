"""Which parts a job still lacks, and which lie on whose van: what the optimiser needs to send nobody in vain."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum

from xiuhao.parts.models import Balance, Entry, Need

Quantities = Mapping[str, float]


@dataclass(frozen=True)
class Supplies:
    """By case what it needs from a van (what a store holds for it is fetched in the morning), by account what is on theirs."""

    needs: Mapping[int, Quantities] = field(default_factory=dict)
    vans: Mapping[int, Quantities] = field(default_factory=dict)


def of(cases: Collection[int], accounts: Collection[int]) -> Supplies:
    """What these jobs need and these engineers have. One statement where no job needs anything, else three."""
    wanted = {
        (case, part): quantity for case, part, quantity in Need.objects.filter(case__in=cases).values_list("case_id", "part_id", "quantity")
    }
    if not wanted:
        return Supplies()
    entries = Entry.objects.unscoped("what is held for jobs that the planner sees").filter(movement__case__in=cases, place__account=None)
    held = {(row["movement__case"], row["part"]): row["all"] for row in entries.values("movement__case", "part").annotate(all=Sum("held"))}
    needs: dict[int, dict[str, float]] = {}
    for (case, part), quantity in wanted.items():
        left = quantity - held.get((case, part), Decimal(0))
        if left > 0:
            needs.setdefault(case, {})[str(part)] = float(left)
    balances = Balance.objects.unscoped("what is on the vans of those who are planned").filter(place__account__in=accounts, quantity__gt=0)
    vans: dict[int, dict[str, float]] = {}
    for account, part, quantity in balances.values_list("place__account", "part_id", "quantity"):
        vans.setdefault(account, {})[str(part)] = float(quantity)
    return Supplies(needs, vans)
