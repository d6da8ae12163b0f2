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


def merged(customer: int) -> QuerySet[Merge]:
    """The merges that stand, of which a customer is the one that stayed, latest first."""
    rows = Merge.objects.unscoped("of a customer already found visible").filter(into=customer, undone_at=None)
    return rows.select_related("away").order_by("-pk")
