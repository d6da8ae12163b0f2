"""Tickets for tests, through the one door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.cast import actor
from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor

GIVEN = {
    "contact_name": "王小明", "contact_phone": "13800138000", "contact_address": "浙江省杭州市西湖区文三路1号",
    "kind": "fault", "category": "fridge", "description": "冰箱不制冷，冷藏室结冰", "urgency": "normal", "channel": "phone",
}  # fmt: skip


def receive(who: str = "agent", *, key: UUID | None = None, **given: Any) -> engine.Outcome:
    """A new ticket taken by one of the cast."""
    return receive_as(actor(who), key=key, **given)


def receive_as(who: Actor, *, key: UUID | None = None, **given: Any) -> engine.Outcome:
    """A new ticket taken by somebody."""
    wanted = {name: value for name, value in {**GIVEN, **given}.items() if value is not None}
    return engine.perform("ticket", "receive", actor=who, given=wanted, key=key)
