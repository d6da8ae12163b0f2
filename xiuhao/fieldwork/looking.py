"""A look at what is masked: kept with its reason, not oftener than anybody's work needs; the numbers that a telephone takes along."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from xiuhao.fieldwork import queries
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Reveal
from xiuhao.kernel.process import Guard
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now, start_of_day
from xiuhao.kernel.words import _

AN_HOUR = 60
AHEAD = ("assigned", "accepted", "booked")


def _may(step: Step) -> bool:
    return Reveal.objects.filter(actor_id=step.actor.id, at__gt=step.at - timedelta(hours=1)).count() < AN_HOUR


NOT_CURIOUS = Guard("revealed_often", _("一小时内查看联系方式的次数已达上限，请稍后再试。"), _may)


def reveal(step: Step) -> None:
    """Show the contact data of this order once, and remember who looked and why (CS3-2.4)."""
    record: WorkOrder = step.record
    subject = f"work.contact:{step.case.pk}"
    step.add(Reveal(at=step.at, actor_id=step.actor.id, actor_name=step.actor.name, subject=subject, reason=step.given["reason"]))
    step.context["answer"] = {"name": record.contact_name, "phone": record.contact_phone, "address": record.address}


def carried(actor: Actor, own: Iterable[WorkOrder]) -> dict[int, dict[str, Any]]:
    """Case → the number to call without a network, and until when a telephone keeps it: of one's own jobs those of today and tomorrow.
    Handing a number over is a look, remembered once for each person and job (CS3-2.4). Two statements."""
    until = start_of_day(now() + timedelta(days=2))
    near = [order for order in own if order.contact_phone and order.engineer_id == actor.id and _near(order, until)]
    looked = Reveal.objects.filter(case__in=[order.pk for order in near], actor_id=actor.id)
    known = set(looked.values_list("case_id", flat=True))
    Reveal.objects.bulk_create(
        Reveal(
            at=now(), actor_id=actor.id, actor_name=actor.name, subject=f"work.contact:{order.pk}", case_id=order.pk,
            reason=str(_("上门作业：号码随单下载到手机")),
        )
        for order in near
        if order.pk not in known
    )  # fmt: skip
    return {order.pk: {"tel": order.contact_phone, "tel_until": until} for order in near}


def _near(order: WorkOrder, until: datetime) -> bool:
    """Under way, or to begin before that moment; one taken on without a time needs a call for it."""
    if order.case.state not in AHEAD:
        return order.case.state in queries.UNDER_WAY
    at = order.planned_at or order.window_from
    return at < until if at else order.case.state != "assigned"
