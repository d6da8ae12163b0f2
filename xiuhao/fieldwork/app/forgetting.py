"""What handsets sent of a case whose persons are forgotten: raw actions, photos on their way, remarks of checks."""

from __future__ import annotations

import json

from django.db.models import Q

from xiuhao.fieldwork.app.merging import PROCESS
from xiuhao.fieldwork.app.models import DISMISSED, OPEN, Sent, Shot
from xiuhao.fieldwork.app.sync import photos_of
from xiuhao.fieldwork.models import WorkCheck
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import now

WHY = "of a case whose persons are erased"


def empty(case: Case) -> int:
    """How many rows were emptied. An action that was still open is set aside: nothing is left of it that could be done."""
    if case.process != PROCESS:
        return 0
    count, shots = 0, Q(attachment__case=case)
    for row in Sent.objects.unscoped(WHY).filter(number=case.number).select_for_update().order_by("pk"):
        if row.given == "{}" and not row.problem and not row.reason:
            continue
        ids = [pk for named in photos_of(row.verb, json.loads(row.given)).values() for pk in named]
        shots |= Q(handset_id=row.handset_id, public_id__in=ids)
        row.given, row.problem, row.reason = "{}", {}, ""
        if row.state in OPEN:
            row.state, row.settled_at = DISMISSED, now()
        row.save(update_fields=["given", "problem", "reason", "state", "settled_at"])
        count += 1
    gone = Shot.objects.unscoped(WHY).filter(shots).delete()[1].get(Shot._meta.label, 0)
    remarks = WorkCheck.objects.unscoped(WHY).filter(case=case).exclude(remark="").update(remark="")
    return count + gone + remarks
