"""What the system does after the commit of a step: the copies, the complaint, the improvement."""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

from xiuhao.claim.models import Claim
from xiuhao.kernel import engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case


def closed(case: Case) -> None:
    """Reaction to `close`: the five copies go out (CS5-9.11)."""
    engine.perform("claim", "distribute", actor=SYSTEM, number=case.number, key=uuid5(NAMESPACE_OID, f"claim {case.pk} copies"))


def decided(case: Case) -> None:
    """Reaction to `approve`: the complaint learns what may be said to the customer. One decision is told once."""
    record = Claim.objects.select_related("complaint").get(pk=case.pk)
    if not record.complaint.is_open or record.amount is None:
        return
    key = uuid5(NAMESPACE_OID, f"claim {case.pk} decided {record.outcome} {record.amount} {record.approved_quantity}")
    note = f"{case.number} {record.get_outcome_display()}"
    engine.perform(
        "complaint", "authorise", actor=SYSTEM, number=record.complaint.number, given={"amount": str(record.amount), "note": note}, key=key
    )


def reviewed(case: Case) -> None:
    """Reaction to `review`: what is tracked becomes an improvement of its own (CS5-9.9)."""
    record = Claim.objects.get(pk=case.pk)
    if not record.tracked or record.improve_by is None:
        return
    given = {"measure": record.countermeasure or record.handling, "unit": record.improver, "due_at": record.improve_by}
    key = uuid5(NAMESPACE_OID, f"claim {case.pk} improvement")
    engine.perform("improvement", "open", actor=SYSTEM, parent=case.number, given=given, key=key)
