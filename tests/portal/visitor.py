"""A visitor of the customers' site, over HTTP, as a browser without scripts would be."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client
from PIL import Image

from tests.cast import actor
from xiuhao.kernel import dispatcher, engine, letters
from xiuhao.kernel.models import Message
from xiuhao.kernel.time import now, simulated
from xiuhao.ticket import queries as tickets
from xiuhao.ticket.models import Ticket

PHONE, OTHER = "+8613800138000", "+8613900139000"
GIVEN = {
    "kind": "fault", "category": "fridge", "description": "冰箱不制冷，冷藏室结冰", "urgency": "normal", "contact_phone": "13800138000",
}  # fmt: skip
_HIDDEN = re.compile(r'name="(key|opened)" value="([^"]*)"')
_NUMBER = re.compile(r"GD\d{10}")


class Visitor:
    """One browser at one address."""

    def __init__(self, address: str = "203.0.113.7", language: str = "zh-hans") -> None:
        self.client = Client(REMOTE_ADDR=address, HTTP_ACCEPT_LANGUAGE=language)

    def open(self, seconds: float = 30) -> dict[str, str]:
        """The hidden fields of a report form that was opened so long ago."""
        with simulated(now() - timedelta(seconds=seconds)):
            page = self.client.get("/portal/report")
        assert page.status_code == 200
        return dict(_HIDDEN.findall(page.content.decode()))

    def report(self, *, seconds: float = 30, form: dict[str, str] | None = None, **values: Any) -> HttpResponse:
        """Fill in a form and send it; the page at the end of the redirects."""
        sent = {**GIVEN, **(form or self.open(seconds)), **values}
        return self.client.post("/portal/report", {k: v for k, v in sent.items() if v is not None}, follow=True)  # type: ignore[return-value]

    def reported(self, **values: Any) -> Ticket:
        """A report that must be taken in; its ticket."""
        page = self.report(**values)
        assert page.status_code == 200, page.content.decode()
        return ticket(number_in(page))

    def prove(self, where: Ticket | str) -> HttpResponse:
        """Prove a number by the code that was sent to it: of a ticket by its link, or typed into the search."""
        if isinstance(where, Ticket):
            page = self.client.get(link(where))
            url = re.findall(r'href="(/portal/prove[^"]*)"', page.content.decode())[0]
        else:
            url = self.client.post("/portal/find", {"phone": where})["Location"]
        assert self.client.post(url, {"send": "1"}).status_code == 303
        return self.client.post(url, {"code": code_sent(), "send": ""}, follow=True)  # type: ignore[return-value]

    def act(self, of: Ticket, verb: str, **values: Any) -> HttpResponse:
        return self.client.post(f"/portal/mine/{of.case.number}/{verb}", {"key": str(uuid4()), **values}, follow=True)  # type: ignore[return-value]


def picture(colour: str = "red") -> io.BytesIO:
    """A small PNG."""
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(stream, "PNG")
    stream.seek(0)
    stream.name = f"{colour}.png"
    return stream


def number_in(page: HttpResponse) -> str:
    found = _NUMBER.findall(page.content.decode())
    assert found, page.content.decode()
    return str(found[0])


def ticket(number: str) -> Ticket:
    return Ticket.objects.select_related("case").get(case__number=number)


def link(of: Ticket) -> str:
    return f"/portal/track/{tickets.token(of.case)}"


def code_sent() -> str:
    """The digits of the latest text message."""
    dispatcher.drain()
    message = Message.objects.filter(template="portal/notice/code.txt").latest("pk")
    return re.findall(r"\d{6}", letters.text_of(message))[0]


def texts_sent() -> list[str]:
    """What went out to customers, each as it reads."""
    dispatcher.drain()
    return [letters.text_of(m) for m in Message.objects.filter(channel="sms").order_by("pk")]


def staff(verb: str, of: Ticket, who: str = "", **given: Any) -> None:
    """A verb by the ticket's owner, or by somebody of the cast."""
    by = actor(who) if who else actor(ticket(of.case.number).case.owner.login)
    engine.perform("ticket", verb, actor=by, number=of.case.number, given=given)
