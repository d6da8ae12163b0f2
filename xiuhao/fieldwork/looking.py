"""A look at what is masked: kept with its reason, and not oftener than anybody's work needs."""

from __future__ import annotations

from datetime import timedelta

from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel.models import Reveal
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _

AN_HOUR = 60


def _may(step: Step) -> bool:
    return Reveal.objects.filter(actor_id=step.actor.id, at__gt=step.at - timedelta(hours=1)).count() < AN_HOUR


NOT_CURIOUS = Guard("revealed_often", _("一小时内查看联系方式的次数已达上限，请稍后再试。"), _may)


def reveal(step: Step) -> None:
    """Show the contact data of this order once, and remember who looked and why (CS3-2.4)."""
    record: WorkOrder = step.record
    subject = f"work.contact:{step.case.pk}"
    step.add(Reveal(at=step.at, actor_id=step.actor.id, actor_name=step.actor.name, subject=subject, reason=step.given["reason"]))
    step.context["answer"] = {"name": record.contact_name, "phone": record.contact_phone, "address": record.address}
