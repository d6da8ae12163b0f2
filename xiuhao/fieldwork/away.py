"""What is planned for somebody who will be away: the roster names it when leave is entered."""

from __future__ import annotations

from datetime import datetime

from xiuhao.fieldwork.models import WorkOrder
from xiuhao.roster.queries import Conflict

MOST = 50


def planned_for(account: int, since: datetime, until: datetime) -> list[Conflict]:
    """The open orders that begin in that time: number and title, address, planned moment."""
    rows = WorkOrder.objects.filter(engineer_id=account, planned_at__gte=since, planned_at__lt=until, case__is_open=True)
    found = rows.select_related("case").order_by("planned_at", "pk")[:MOST]
    told = [(row, row.planned_at) for row in found if row.planned_at]
    return [(f"{row.case.number} {row.case.title}".strip(), f"/c/work/{row.case.number}/", at) for row, at in told]
