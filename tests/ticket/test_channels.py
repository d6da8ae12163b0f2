"""The same request by phone, web form, API and Excel: one kind of ticket, one queue, each with its channel."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test import Client

from tests.cast import account
from tests.sheets import book, row, upload
from tests.ui.desk import sit
from xiuhao.kernel import accounts, engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Journal
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db
TOLD = {
    "contact_name": "王芳", "contact_phone": "13900000001", "contact_address": "浙江省杭州市西湖区文三路1号", "kind": "fault",
    "category": "fridge", "description": "不制冷", "urgency": "normal",
}  # fmt: skip


def by_phone() -> None:
    assert sit().post(f"/ticket/call?call={(key := uuid4())}", {"_key": key, "then": "save", **TOLD}).status_code == 303


def by_web() -> None:
    visitor = Actor(kind="customer", extra={"visit": "x"})
    engine.perform("ticket", "receive", actor=visitor, given={**TOLD, "channel": "web"})


def by_api() -> None:
    _token, raw = accounts.issue_token(account("agent"), "test")
    client = Client(headers={"authorization": f"Bearer {raw}"})
    assert client.post("/api/v1/ticket", json.dumps({**TOLD, "channel": "api"}), "application/json").status_code == 201


def by_excel() -> None:
    desk = sit()
    page = upload(desk, book([row(1, 联系人="王芳", 联系电话="13900000001", 问题描述="不制冷")]))
    desk.post(page.redirect_chain[-1][0], {"then": "whole"})


@pytest.mark.parametrize(("channel", "take"), [("phone", by_phone), ("web", by_web), ("api", by_api), ("import", by_excel)])
def test_a_request_is_the_same_ticket_whichever_way_it_came(channel: str, take: object) -> None:
    assert callable(take)
    take()
    ticket = Ticket.objects.select_related("case", "category").get()
    assert ticket.category is not None
    facts = (ticket.channel, ticket.kind, ticket.category.key, ticket.description, ticket.contact_name, ticket.contact_phone)
    assert facts == (channel, "fault", "fridge", "不制冷", "王芳", "+8613900000001")
    assert ticket.case.number.startswith("GD") and ticket.case.priority == 3 and ticket.promised_at is not None
    line = Journal.objects.get(case=ticket.case)
    assert line.verb == "receive" and line.data["given"]["channel"] == channel
    assert ticket.case.number in sit("manager").get("/c/ticket/?view=all").content.decode()
