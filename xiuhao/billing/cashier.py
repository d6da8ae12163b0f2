"""A provider of QR payments for trying things out and for tests: it takes orders, shows a page to pay on, calls back signed, refunds.

It keeps everything in memory and speaks the protocol as a real one would. Never for real money.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

from django.db import connection

from xiuhao.billing import protocol
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

PAGE = """<!doctype html><meta charset="utf-8"><title>测试收款</title><h1>测试收款</h1><p>{subject}</p><p>¥{amount}</p>
<form method="post"><button>{button}</button></form>"""


@dataclass
class Order:
    """What a merchant asked for, and what became of it."""

    order: str
    amount: int
    subject: str
    notify: str
    transaction: str = ""
    refunds: dict[str, int] = field(default_factory=dict)


class Cashier(ThreadingHTTPServer):
    """Serves on loopback; `deliver` False keeps callbacks back (they are lost on the way)."""

    daemon_threads = True

    def __init__(self, port: int = 0, *, merchant: str = "test", secret: str = "test") -> None:  # noqa: S107  # of the test provider
        super().__init__(("127.0.0.1", port), _Asked)
        self.merchant, self.secret, self.deliver = merchant, secret, True
        self.orders: dict[str, Order] = {}
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def pay(self, order: str) -> Order:
        """The customer pays: once, and the merchant is told."""
        found = self.orders[order]
        with self.lock:
            found.transaction = found.transaction or f"T{uuid4().hex[:20]}"
        if self.deliver:
            self.tell(found)
        return found

    def tell(self, order: Order) -> int:
        """Call the merchant back; the status of the answer."""
        _path, headers, body = self.callback(order)
        asked = Request(order.notify, body, headers)  # noqa: S310  # the merchant's own address
        try:
            with urlopen(asked, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except OSError as error:
            return int(getattr(error, "code", 0))

    def callback(self, paid: Order, /, **other: Any) -> tuple[str, dict[str, str], bytes]:
        """(path, headers, body) of a signed callback; `other` says something else than the truth."""
        path = urlsplit(paid.notify).path
        body = json.dumps({**self.state(paid), **other}).encode()
        return path, protocol.signed(self.secret, self.merchant, path, body, now()), body

    def state(self, order: Order) -> dict[str, Any]:
        """An order as the merchant is told of it."""
        state = "paid" if order.transaction else "open"
        return {
            "order": order.order, "transaction": order.transaction, "amount": order.amount, "currency": protocol.CURRENCY, "state": state,
        }  # fmt: skip

    def answer(self, path: str, message: dict[str, Any]) -> dict[str, Any]:
        """What a merchant is answered; KeyError for what is not there."""
        with self.lock:
            if path == "/orders":
                told = {name: message[name] for name in ("order", "amount", "subject", "notify")}
                order = self.orders.setdefault(told["order"], Order(**told))
                return {"order": order.order, "code": f"{self.url}/pay/{order.order}"}
            if path == "/orders/state":
                return self.state(self.orders[message["order"]])
            if path == "/refunds":
                paid = next(each for each in self.orders.values() if each.transaction and each.transaction == message["transaction"])
                back = {**paid.refunds, message["refund"]: message["amount"]}
                if sum(back.values()) > paid.amount:
                    raise KeyError("more than was paid")
                paid.refunds = back
                return {"refund": message["refund"], "state": "done"}
        raise KeyError(path)


class _Asked(BaseHTTPRequestHandler):
    server: Cashier

    def handle(self) -> None:
        """One request; its thread has asked the database for the time, and lets go of it."""
        try:
            super().handle()
        finally:
            connection.close()

    def do_GET(self) -> None:
        """The page to which a QR code leads."""
        order = self.server.orders.get(self.path.removeprefix("/pay/"))
        self._page(order) if order else self._say(404, {})

    def do_POST(self) -> None:
        """A merchant's message, or the button of the page."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), protocol.LONGEST))
        if self.path.startswith("/pay/"):
            name = self.path.removeprefix("/pay/")
            self._page(self.server.pay(name)) if name in self.server.orders else self._say(404, {})
            return
        try:
            message = protocol.verified(self.server.secret, self.path, dict(self.headers.items()), body, now())
            self._say(200, self.server.answer(self.path, message))
        except Refused as refused:
            self._say(refused.status, {"code": refused.code})
        except (KeyError, StopIteration, TypeError):
            self._say(404, {})

    def _page(self, order: Order) -> None:
        text = PAGE.format(subject=escape(order.subject), amount=order.amount / 100, button="已支付" if order.transaction else "支付")
        self._send(200, "text/html; charset=utf-8", text.encode())

    def _say(self, status: int, message: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(message).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        """Say nothing: the command prints what matters."""
