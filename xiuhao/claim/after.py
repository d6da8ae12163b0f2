"""What the system does after the commit of a step: the copies, the complaint, the improvement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import NAMESPACE_OID, uuid5

from xiuhao.claim.elements import DECIDED, DECISION
from xiuhao.claim.models import Claim
from xiuhao.kernel import engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseAsk, CaseClock, Journal
from xiuhao.kernel.time import now
from xiuhao.kernel.words import _


def closed(case: Case) -> None:
    """Reaction to `close`: the five copies go out (CS5-9.11)."""
    engine.perform("claim", "distribute", actor=SYSTEM, number=case.number, key=uuid5(NAMESPACE_OID, f"claim {case.pk} copies"))


def decided(case: Case) -> None:
    """Reaction to `approve`: the complaint learns what may be said to the customer, unless it has been reopened by now."""
    record = Claim.objects.select_related("complaint__case").get(pk=case.pk)
    latest = CaseAsk.objects.filter(case=case, key=DECISION.key).latest("pk")
    if latest.outcome == "agreed" and record.amount is not None:
        _authorise(record, record.amount, f"{case.number} {record.get_outcome_display()}", latest)


def reopened(case: Case) -> None:
    """Reaction to `amend`, `object`, `refuse` and `withdraw`: what was decided may be promised no longer, until it is decided anew."""
    record = Claim.objects.select_related("complaint__case").get(pk=case.pk)
    latest = CaseAsk.objects.filter(case=case, key=DECISION.key).order_by("pk").last()
    agreed = Journal.objects.filter(case=case, verb="approve").exists()
    if latest and agreed and latest.outcome != "agreed" and record.complaint.authorised:
        _authorise(record, Decimal(0), str(_("{number} 重新核决中").format(number=case.number)), latest)


def replaced(case: Case) -> None:
    """Reaction to a new form: the old one is over, and what it granted and has not been given is promised no longer (CS5-9.12)."""
    record = Claim.objects.select_related("complaint__case", "previous__case").get(pk=case.pk)
    old = record.previous
    if old is None:
        return
    if old.case.state == DECIDED.key:
        engine.perform("claim", "replace", actor=SYSTEM, number=old.case.number, key=uuid5(NAMESPACE_OID, f"claim {old.pk} replaced"))
    latest = CaseAsk.objects.filter(case=old.case, key=DECISION.key).latest("pk")
    if old.complaint_id == record.complaint_id and old.executed_on is None and record.complaint.authorised:
        _authorise(record, Decimal(0), str(_("{number} 客户不接受，已另填新表").format(number=old.case.number)), latest)


def _authorise(record: Claim, amount: Decimal, note: str, ask: CaseAsk) -> None:
    """Once for each decision, however often it is tried."""
    complaint = record.complaint.case
    if not complaint.is_open:
        return
    key = uuid5(NAMESPACE_OID, f"claim decision {ask.pk} {amount}")
    engine.perform("complaint", "authorise", actor=SYSTEM, number=complaint.number, given={"amount": str(amount), "note": note}, key=key)


def overdue(key: str) -> Callable[[Case], None]:
    """Reaction to the breach of a clock: the office hears of it and chases (CS5-10.4)."""

    def then(case: Case) -> None:
        case.refresh_from_db()
        if case.is_open:
            passed = CaseClock.objects.filter(case=case, key=key, round=case.round, breached_at__isnull=False).count()
            nth = f" {passed}" if passed > 1 else ""  # a stage that came again may be late again
            once = uuid5(NAMESPACE_OID, f"claim {case.pk} overdue {key} {case.round}{nth}")
            engine.perform("claim", "chase", actor=SYSTEM, number=case.number, given={"clock": key}, key=once)

    return then


def reviewed(case: Case) -> None:
    """Reaction to `review`: what is tracked becomes an improvement of its own (CS5-9.9)."""
    record = Claim.objects.get(pk=case.pk)
    if not record.tracked or record.improve_by is None:
        return
    due = max(record.improve_by, now() + timedelta(minutes=1))  # ahead, however late this is done
    given = {"measure": record.countermeasure or record.handling, "unit": record.improver, "due_at": due}
    key = uuid5(NAMESPACE_OID, f"claim {case.pk} improvement")
    engine.perform("improvement", "open", actor=SYSTEM, parent=case.number, given=given, key=key)
