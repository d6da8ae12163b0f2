"""Who has no part in a return: whoever the complaint behind it is about, and in the appraisal whoever has applied for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Q

from xiuhao.claim.models import Claim
from xiuhao.complaint import queries as complaints
from xiuhao.complaint.models import Complaint
from xiuhao.kernel import asks, outbox
from xiuhao.kernel import roles as r
from xiuhao.kernel.models import Grant, Link
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.returns import queries


def unconcerned(step: Step) -> bool:
    """No complaint of the claim, or of the ticket, that it came of is about this person. One statement."""
    if step.actor.kind != "staff" or step.actor.id is None:
        return True
    on: Any = Link.objects.filter(child=step.case, kind="returns").values("parent") if step.before else [step.context["parent"].pk]
    claim = step.record.claim_id if step.before else step.context["parent"].pk
    theirs = Link.objects.filter(parent__in=on, kind=complaints.KIND).values("child")
    behind = Q(case__in=theirs) | Q(case__in=Claim.objects.filter(pk=claim).values("complaint"))
    return not Complaint.objects.filter(behind, about_id=step.actor.id).exists()


NO_PART = replace(complaints.no_part(lambda step: step.record), holds=unconcerned, early=False)


def others(step: Step) -> bool:
    """Somebody else than the applicant is to appraise."""
    return step.record.applied_by is None or step.context["technician"].pk != step.record.applied_by


def not_applicant(step: Step) -> bool:
    """Nobody appraises what they applied for, nor for whoever they stand in for."""
    return step.record.applied_by is None or step.actor.id != step.record.applied_by


def approvable(step: Step) -> bool:
    """Somebody is left to approve: who reviews does not, nor who applied."""
    from xiuhao.returns.elements import APPROVAL

    role, _row = asks.deciding_role(APPROVAL, step)
    return bool(set(outbox.in_charge(role, step.case.unit_path, step.actor.id)) - {step.record.applied_by})


def technical(step: Step) -> bool:
    """A technician appraises (YD-5.3); the lead only where none but the applicant is there."""
    rows = Grant.in_force().filter(role__in=queries.TECHNICIANS, account__is_active=True)
    able = set(rows.values_list("account_id", flat=True)) - {step.record.applied_by}
    return step.context["technician"].pk in able or not able


def leadless(step: Step) -> bool:
    """The regional manager reviews only what no lead can: the one whose application it is does not."""
    return bool({r.LEAD, r.MANAGER} & step.roles) or not outbox.nearest(r.LEAD, step.case.unit_path, step.record.applied_by)


OTHERS = Guard("appraises_own", _("鉴定人不能是提出申请的人，请选其他技术人员；没有其他技术人员时选客服组长。"), others, ("YD-5.3",))
TECHNICAL = Guard("no_technician", _("请选技术人员鉴定；只有除申请人外没有技术人员时，才由客服组长鉴定。"), technical, ("YD-5.3",))
LEADLESS = Guard("lead_reviews", _("有客服组长可以审核，区域负责人不代审。"), leadless, early=True)
NOT_APPLICANT = Guard("appraises_own", _("不能鉴定自己提出的申请，请改派其他人鉴定。"), not_applicant, ("YD-5.3",))
APPROVABLE = Guard(
    "nobody_to_approve", _("审核的人不能再批准，您审核后没有别人可以批准。请由客服组长审核，您来批准。"), approvable, ("YD-5.5",)
)
