"""Registered purchases for tests, through the one door."""

from __future__ import annotations

from typing import Any

from tests.cast import actor
from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor
from xiuhao.product import actions as products
from xiuhao.product.models import Category, Model

GIVEN = {
    "phone": "13800138000", "real_name": "王小明", "card_no": "GK20260001", "serial": "XH24A0001", "purchased_on": "2026-10-01",
    "invoice_no": "FP123", "told": True,
}  # fmt: skip


def model(code: str = "BCD-500") -> Model:
    """A model of the catalogue."""
    found = Model.objects.filter(code=code).first()
    return found or products.save_model(actor("manager"), Model(), category=Category.objects.get(key="fridge"), code=code, name="冰箱")


def register(who: str | Actor = "dealer", **given: Any) -> engine.Outcome:
    """A purchase registered by one of the cast; what is None is left out."""
    wanted = {name: value for name, value in {**GIVEN, "model": str(model().pk), **given}.items() if value is not None}
    return engine.perform("registration", "register", actor=actor(who) if isinstance(who, str) else who, given=wanted)
