"""What the customers' site asks of dispatch: when somebody could come."""

from __future__ import annotations

from xiuhao.dispatch import slots
from xiuhao.dispatch.slots import Slot as Slot
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import registry
from xiuhao.kernel import roles as r

CHOOSING = ("reschedule", "book")
TO_COME = frozenset({"waiting_parts", "travelling"})  # a time is agreed when the parts are there; who is on the way is called


def choosing(order: WorkOrder) -> str:
    """The verb by which the order's customer chooses a time now; "" while there is nothing to choose."""
    process = registry.process("work")
    if order.case.state in TO_COME:
        return ""
    may = {verb.key for verb in process.open_to(process.state(order.case.state), {r.CUSTOMER})}
    return next((verb for verb in CHOOSING if verb in may), "")


def offered(order: WorkOrder) -> list[Slot]:
    """The windows that the customer of an order may choose from, in order of time."""
    return slots.of_order(order)
