"""Which outside parties somebody deals with: one rule for customers and for everything that belongs to a customer."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from xiuhao.kernel.access import EVERYTHING, NOTHING, Actor, below
from xiuhao.kernel.models.case import Case


def reach(actor: Actor, customer: str, unit: str = "unit__path") -> Q:
    """The rows an actor reaches; `customer` and `unit` name the columns of the customer's id and of the home unit's path.

    Readers at the root of the organisation reach all. Other staff reach rows whose home unit lies below a unit where they read,
    and those of customers with a case that they see (so an engineer reaches whom the visit is for, and no one else).
    A customer reaches what is theirs. A look-up probes `case_customer` once a row it found; a whole list of a branch reads the
    branch's cases once.
    """
    if actor.kind == "customer":
        return NOTHING if actor.customer is None else Q(**{customer: actor.customer})
    if actor.kind not in {"staff", "import"}:
        return NOTHING
    paths = actor.reading_paths()
    if any(path.count(".") <= 1 for path in paths):
        return EVERYTHING
    dealt_with = Case.objects.visible_to(actor).filter(customer_id=OuterRef(customer))
    return below(paths, unit) | Q(Exists(dealt_with))
