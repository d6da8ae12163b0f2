"""The protocol between us and a provider of QR payments: JSON over HTTP, every message signed, amounts in whole cents.

The signature is HMAC-SHA256 over path, time, nonce and body with the merchant's secret; a message five minutes old is refused. A
provider sends its callback until it is answered with 200, so the same may come many times.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from xiuhao.billing.sums import CENT
from xiuhao.kernel.refusal import Refused

TIME, NONCE, SIGN, MERCHANT = "X-Pay-Time", "X-Pay-Nonce", "X-Pay-Sign", "X-Pay-Merchant"
FRESH = timedelta(minutes=5)
CURRENCY = "CNY"
LONGEST = 16_384  # bytes of a message


@dataclass(frozen=True)
class Heard:
    """What a provider says of an order: it was paid, by which transaction, how much."""

    order: str
    transaction: str
    amount: Decimal


def signed(secret: str, merchant: str, path: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers that go with a message."""
    time, nonce = at.astimezone(UTC).isoformat(timespec="seconds"), secrets.token_hex(12)
    return {
        "Content-Type": "application/json", MERCHANT: merchant, TIME: time, NONCE: nonce, SIGN: _sign(secret, path, time, nonce, body),
    }  # fmt: skip


def _sign(secret: str, path: str, time: str, nonce: str, body: bytes) -> str:
    return hmac.new(secret.encode(), b"\n".join((path.encode(), time.encode(), nonce.encode(), body)), "sha256").hexdigest()


def verified(secret: str, path: str, headers: Mapping[str, str], body: bytes, at: datetime) -> dict[str, Any]:
    """The message in a body whose signature and time are right. Raises Refused callback_bad (403), without saying which is wrong."""
    time, nonce, sign = (headers.get(name, "") for name in (TIME, NONCE, SIGN))
    good = len(body) <= LONGEST and hmac.compare_digest(_sign(secret, path, time, nonce, body).encode(), sign.encode())
    try:
        fresh = abs(datetime.fromisoformat(time) - at) <= FRESH if good else False
        found = json.loads(body) if fresh else None
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, dict):
        raise Refused("callback_bad", {}, status=403)
    return found


def paid(message: Mapping[str, Any]) -> Heard:
    """What a signed message says was paid. Raises Refused callback_bad (422) for one that says nothing of the kind."""
    order, transaction, cents = (message.get(name) for name in ("order", "transaction", "amount"))
    whole = isinstance(cents, int) and not isinstance(cents, bool) and 0 < cents < 10**10
    names = isinstance(order, str) and isinstance(transaction, str) and 0 < len(order) <= 64 and 0 < len(transaction) <= 64
    if not (whole and names) or message.get("currency") != CURRENCY or message.get("state") != "paid":
        raise Refused("callback_bad", {}, status=422)
    return Heard(str(order), str(transaction), Decimal(int(cents or 0)) * CENT)


def cents(amount: Decimal) -> int:
    """An amount as the protocol carries it."""
    return int(amount / CENT)
