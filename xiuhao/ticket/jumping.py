"""Jumping the queue: for a VIP or one of many with the same fault, with its reason, and the customer is told (JD-1.4)."""

from __future__ import annotations

from django.db.models import QuerySet

from xiuhao.kernel import policy
from xiuhao.kernel.models import Case, Link
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.ticket.models import Ticket

GROUNDS = (("vip", _("VIP 客户")), ("batch", _("批量问题")))
PROBLEM = "problem"  # the kind of link from a batch problem to the tickets joined under it


def _entitled(step: Step) -> bool:
    """True if the row of `ticket.jump` for that ground fits the ticket; a batch is one that the ticket is joined to."""
    record: Ticket = step.record
    batch = step.given["ground"] == "batch" and Link.objects.filter(child_id=step.case.pk, kind=PROBLEM).exists()
    facts = {"ground": step.given["ground"], "tier": record.tier, "joined": batch}
    step.context["jump"] = policy.decide("ticket.jump", facts, step.at)
    return step.context["jump"] is not None


def ahead(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Those of these cases that were let ahead: they stand before all others, whatever is due."""
    return rows.filter(pk__in=Ticket.objects.filter(jumped_at__isnull=False).values("pk"))


ENTITLED = Guard("may_not_jump", _("只有 VIP 客户，或已列入批量问题的工单可以插队。"), _entitled, ("JD-1.4",))
FURTHER = Guard("at_front", _("这张工单已插过队，排在最前。"), lambda step: step.record.jumped_at is None)


def jump(step: Step) -> None:
    """To the front, before what is due sooner; with at least the priority of the row, and ground and reason beside it."""
    row = step.context["jump"]
    step.obey(row)
    priority = min(step.case.priority or 9, int(row.value["priority"]))
    step.say(was={"priority": str(step.case.priority)}, priority=priority)
    step.case.priority, step.record.jumped_at = priority, step.at
    ground = str(dict(GROUNDS)[step.given["ground"]])
    step.record.priority_row = row
    step.record.priority_reason = _("插队：{ground}，{why}").format(ground=ground, why=step.given["reason"])[:200]
