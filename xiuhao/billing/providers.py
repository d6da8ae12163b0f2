"""Who collects QR payments for us. `Provider` is what one has to be able to do; `Signed` speaks our own protocol (`billing.protocol`),
as the test provider `python -m xiuhao cashier` does. One of Alipay or WeChat is a class of the same shape, named in XIUHAO_PAY.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from xiuhao.billing import protocol
from xiuhao.billing.models import Charge, Payment
from xiuhao.billing.protocol import Heard
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

_log = structlog.get_logger("xiuhao.billing")


class Provider(Protocol):
    """`order` asks for an amount and gives what the QR code says; asked twice for one charge it gives the same. `heard` reads a
    callback and refuses what is not the provider's. `ask` looks up what became of a charge. `give_back` refunds, once a refund."""

    key: ClassVar[str]

    def order(self, charge: Charge, subject: str, notify: str) -> str: ...

    def heard(self, path: str, headers: Mapping[str, str], body: bytes) -> Heard: ...

    def ask(self, charge: Charge) -> Heard | None: ...

    def give_back(self, refund: Payment) -> None: ...


class Signed:
    """A provider that speaks `billing.protocol`."""

    key: ClassVar[str] = "signed"
    patience: ClassVar[float] = 8.0  # seconds

    def __init__(self, url: str, merchant: str, secret: str) -> None:
        self.url, self.merchant, self.secret = url.rstrip("/"), merchant, secret

    def order(self, charge: Charge, subject: str, notify: str) -> str:
        asked = {
            "order": str(charge.pk), "amount": protocol.cents(charge.amount), "currency": protocol.CURRENCY, "subject": subject,
            "notify": notify, "expires": charge.expires_at.isoformat(),
        }  # fmt: skip
        return str(self._post("/orders", asked)["code"])[:300]

    def heard(self, path: str, headers: Mapping[str, str], body: bytes) -> Heard:
        return protocol.paid(protocol.verified(self.secret, path, headers, body, now()))

    def ask(self, charge: Charge) -> Heard | None:
        found = self._post("/orders/state", {"order": str(charge.pk)})
        return protocol.paid(found) if found.get("state") == "paid" else None

    def give_back(self, refund: Payment) -> None:
        asked = {
            "refund": str(refund.key), "transaction": refund.of.reference if refund.of else "", "amount": protocol.cents(refund.amount),
            "currency": protocol.CURRENCY,
        }  # fmt: skip
        self._post("/refunds", asked)

    def _post(self, path: str, message: dict[str, Any]) -> dict[str, Any]:
        """The provider's answer. Raises Refused provider_down (503)."""
        body = json.dumps(message).encode()
        headers = protocol.signed(self.secret, self.merchant, urlsplit(self.url).path + path, body, now())
        asked = Request(self.url + path, body, headers)  # noqa: S310  # the operator's own address
        try:
            with urlopen(asked, timeout=self.patience) as answer:  # noqa: S310
                found = json.loads(answer.read(protocol.LONGEST))
        except (OSError, HTTPError, ValueError) as error:
            _log.warning("provider_down", path=path, error=str(error)[:200])
            raise Refused("provider_down", {}, status=503) from None
        if not isinstance(found, dict):
            raise Refused("provider_down", {}, status=503)
        return found


def provider() -> Provider:
    """The provider that the operator has configured. Raises Refused provider_missing."""
    if not connected():
        raise Refused("provider_missing")
    told = settings.XIUHAO_PAY
    made: Provider = import_string(told["class"])(told["url"], told["merchant"], told["secret"])
    return made


def connected() -> bool:
    """Whether QR payments can be taken at all."""
    return bool(settings.XIUHAO_PAY.get("url"))
