"""A complaint by telephone is entered once: the script's answers stand in the form, and what was agreed to stands in the ticket."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from tests.cast import account, actor
from tests.tickets import GIVEN, receive
from xiuhao.calls.models import Call
from xiuhao.kernel import engine
from xiuhao.kernel.chain import read_contents
from xiuhao.kernel.models import Journal
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db
POINTS = "换过两次压缩机仍不制冷，\n要求给个说法"


def post(client: Client, call: Call, **given: str) -> str:
    return client.post(f"/calls/{call.case.number}/walk", {"walk_key": str(uuid4()), **given}).content.decode()


def begun() -> Call:
    screen = str(uuid4())
    case = engine.perform("call", "start", actor=actor("agent"), given={"screen": screen, "caller": "13800138000"}).case
    return Call.objects.select_related("case").get(pk=case.pk)


def complained(client: Client, call: Call) -> None:
    """From what it is about to what the caller agrees to."""
    page = post(client, call, node="matter", branch="4")
    assert 'data-put="kind" data-value="complaint"' in page
    post(client, call, node="soothe")
    page = post(client, call, node="demand", branch="3")
    assert 'data-put="demand" data-value="explanation"' in page and 'data-mirror="description"' in page
    post(client, call, node="restate", value=POINTS)


def restated(case: int) -> list[Journal]:
    return list(Journal.objects.filter(case_id=case, verb="restate"))


def test_what_the_caller_agreed_to_is_restated_in_the_ticket_without_a_second_entry(client: Client) -> None:
    client.force_login(account("agent"))
    call = begun()
    complained(client, call)
    given = {**GIVEN, "kind": "complaint", "description": POINTS, "channel": "phone"}
    case = engine.perform("ticket", "receive", actor=actor("agent"), given=given, key=call.screen).case
    assert not restated(case.pk), "what comes next was not said yet"
    for _twice in range(2):
        post(client, call, node="task", branch="1")
    [line] = restated(case.pk)
    texts = read_contents([line])[line.pk]
    assert line.data["given"]["demand"] == "explanation" and line.rules["CS4-1.1"] == line.rules["JD-1.8"] == "met"
    assert texts["restated"] == POINTS and str(texts["next_step"]).startswith("接下来我为您登记")


def test_what_is_no_complaint_or_was_not_agreed_to_is_not_restated(client: Client) -> None:
    client.force_login(account("agent"))
    for kind, skipped in (("fault", False), ("complaint", True)):
        call = begun()
        complained(client, call) if not skipped else post(client, call, node="restate", outcome="skipped")
        case = engine.perform(
            "ticket", "receive", actor=actor("agent"), given={**GIVEN, "kind": kind, "channel": "phone"}, key=call.screen
        ).case
        post(client, call, node="task", branch="1")
        assert not restated(case.pk)


def test_a_callers_open_ticket_stands_once_on_the_phone_screen(client: Client) -> None:
    case = receive(serial="XH24A0001234").case
    record = Ticket.objects.get(pk=case.pk)
    client.force_login(account("agent"))
    told = {"_key": str(uuid4()), **GIVEN, "serial": "XH24A0001234", "description": record.description}
    page = client.post("/ticket/call/look", told).content.decode()
    assert page.count(f">{case.number}<") == 1 and f'name="_open" value="{case.number}"' in page
    again = client.post("/ticket/call/ahead", {**told, "_open": case.number}).content.decode()
    assert case.number not in again
    stranger = client.post("/ticket/call/look", {**told, "contact_phone": "13911112222"}).content.decode()
    assert stranger.count(f">{case.number}<") == 1, "to another caller it is shown as a possible duplicate"
