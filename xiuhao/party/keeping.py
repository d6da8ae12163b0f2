"""What a registered purchase says of its customer is not changed by hand: that asks for the person and their proofs (YD-3.4)."""

from __future__ import annotations

from collections.abc import Callable

from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused

_registered: Callable[[int, int | None], str] = lambda customer, phone: ""  # noqa: E731  # registration says it by `kept_by`


def kept_by(registered: Callable[[int, int | None], str]) -> None:
    """Say the number of the registration that tells who a customer is, or that one of their phones is theirs; "" where there is none."""
    global _registered
    _registered = registered


def by_hand(actor: Actor, customer: int, phone: int | None = None) -> None:
    """Refused registered_data where a registration says it: there the change is asked for."""
    if actor.kind != "system" and (number := _registered(customer, phone)):
        raise Refused("registered_data", {"number": number}, clauses=("YD-3.4",))
