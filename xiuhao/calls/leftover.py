"""Calls that nobody is on any more: a phone screen that was left standing, a line whose end the telephone system never told."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from django.db.models import Q

from xiuhao.calls.models import MANUAL, Call
from xiuhao.kernel import engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

IDLE = timedelta(minutes=30)  # without a step of the script, where the screen itself is the call
LOST = timedelta(hours=12)  # after the ringing, where a telephone system should have told the end
MOST = 200


def sweep() -> int:
    """End them: by nobody, and the seconds run to the last step, not to the sweep. How many."""
    at = now()
    left = Q(provider=MANUAL, node_since__lt=at - IDLE) | Q(rang_at__lt=at - LOST)
    ended = 0
    for call in Call.objects.filter(left, case__is_open=True).select_related("case").order_by("pk")[:MOST]:
        with suppress(Refused):  # somebody ended it just now
            engine.perform(
                "call", "end", actor=SYSTEM, number=call.case.number, given=_given(call), key=uuid5(NAMESPACE_OID, f"call left {call.pk}")
            )
            ended += 1
    return ended


def _given(call: Call) -> dict[str, object]:
    if call.answered_at is None or call.node_since is None:
        return {"ended_by": "system"}
    return {"ended_by": "system", "seconds": max(0, round((call.node_since - call.answered_at).total_seconds()))}
