"""What the customers' site does in dispatch: a window is chosen."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from xiuhao.dispatch import queries, slots
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused

CHOOSING = 0x510  # advisory lock, beside the station: those who choose there choose one after the other


def choose(order: WorkOrder, verb: str, opens: datetime, actor: Actor, key: UUID, reason: str = "") -> None:
    """The window that begins then is the customer's: booked, or moved to. Of many who want the last one exactly one gets it.

    Raises Refused: not_found (404) for another verb, slot_taken (409), and what the booking itself refuses.
    """
    if verb not in queries.CHOOSING:
        raise Refused("not_found", {}, status=404)
    with transaction.atomic():
        with connection.cursor() as cursor:  # always before any case
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CHOOSING, order.case.unit_id])
        found = slots.still(WorkOrder.objects.select_related("case__unit", "category").get(pk=order.pk), opens)
        if found is None:
            raise Refused("slot_taken")
        given: dict[str, Any] = {"window_from": found.opens.isoformat(), "window_to": found.closes.isoformat()}
        given |= {"reason": reason, "consent": True} if verb == "reschedule" else {}
        try:
            engine.perform("work", verb, actor=actor, number=order.case.number, given=given, key=key)
            return
        except Refused as caught:  # what stood in its way is counted: the transaction is not undone
            refused = caught
    raise refused
