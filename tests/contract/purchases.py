"""A customer, models and purchases for tests of tiers."""

from __future__ import annotations

from decimal import Decimal

from tests import cast
from xiuhao.contract import actions
from xiuhao.kernel import policy
from xiuhao.party import actions as party
from xiuhao.party.models import Customer
from xiuhao.product import actions as products
from xiuhao.product.actions import Purchase
from xiuhao.product.models import Category, Device, Model


def wang() -> Customer:
    return party.register(phone="13800138000", name="王小明")


def model(category: str, code: str, price: int, high_end: bool = False) -> Model:
    kind = Category.objects.get(key=category)
    return products.save_model(cast.actor("manager"), Model(), category=kind, code=code, name=code, price=Decimal(price), high_end=high_end)


def bought(customer: Customer, of: Model, serial: str, **more: object) -> Device:
    purchase = Purchase(serial, of, customer=customer.pk, **more)  # type: ignore[arg-type]
    return actions.register_purchase(cast.actor("manager"), purchase)


def limit(**facts: str) -> tuple[str, str, list[str]]:
    """What `clock.ticket.service_response` says: limit, calendar, clauses."""
    row = policy.decide("clock.ticket.service_response", facts)
    assert row is not None
    return row.value["limit"], row.value["calendar"], row.clauses
