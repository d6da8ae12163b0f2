"""Who is one person: the customer that stayed, and those merged into it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from xiuhao.party.models import Customer, Merge


def family(customers: Iterable[int]) -> QuerySet[Customer, int]:
    """The ids of these customers, of those they were merged into, and of all merged into those. Lazy: a part of another statement."""
    rows = Customer.objects.unscoped("who is one person is asked of customers already found visible")
    ends = rows.filter(pk__in=list(customers)).annotate(end=Coalesce("merged_into_id", "pk")).values_list("end", flat=True)
    # Two ways joined, not one condition with OR: for that the database reads the whole table.
    return ends.union(rows.filter(merged_into__in=ends).values_list("pk", flat=True))


def stays(customers: Iterable[int]) -> dict[int, int]:
    """Who stands for each of these customers now: the one that it was merged into, else itself. One statement."""
    rows = Customer.objects.unscoped("who is one person is asked of customers already found visible").filter(pk__in=set(customers))
    return dict(rows.annotate(end=Coalesce("merged_into_id", "pk")).values_list("pk", "end"))


def same(one: int | None, other: int | None) -> bool:
    """True if both are one person, entered once or twice; nobody is nobody's. No statement where they are equal."""
    if one is None or other is None or one == other:
        return one is not None and one == other
    return len(set(stays((one, other)).values())) == 1


def merged(customer: int) -> QuerySet[Merge]:
    """The merges that stand, of which a customer is the one that stayed, latest first."""
    rows = Merge.objects.unscoped("of a customer already found visible").filter(into=customer, undone_at=None)
    return rows.select_related("away").order_by("-pk")
