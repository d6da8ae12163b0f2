"""What a case was called elsewhere is kept: on its page, in search and lists, in sheets and our own export, however often it moves."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test import Client

from tests.cast import account, actor
from tests.migration.logs import csv
from tests.migration.test_bring import bring
from tests.migration.test_own_export import empty
from tests.sheets import book, row, upload
from xiuhao.kernel import engine, erasure
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case
from xiuhao.migration import exporting
from xiuhao.ticket import queries
from xiuhao.ticket.models import ImportRun, Ticket

pytestmark = pytest.mark.django_db


def former() -> dict[str, str]:
    """Former number → number here."""
    return dict(Ticket.objects.order_by("pk").values_list("external", "case__number"))


def test_a_case_that_moved_in_is_found_by_its_former_number_and_shows_it(client: Client) -> None:
    bring(csv(), source="旧系统")
    client.force_login(account("manager"))
    number = former()["A1"]
    page = client.get(f"/c/ticket/{number}/").content.decode()
    assert "原编号" in page and "旧系统 A1" in page and "免于" in page and "contact_name" not in page.split('id="timeline"')[1]
    assert number in client.get("/find?q=A1").content.decode(), "the palette, exactly"
    for asked in ("q=a1&view=all", "external=A1&view=all"):
        listed = client.get(f"/c/ticket/?{asked}").content.decode()
        assert number in listed and former()["B2"] not in listed
    assert "旧系统 A1" in client.get("/c/ticket/?view=all&column=number&column=external").content.decode()
    client.force_login(account("agent"))
    assert number in client.get("/find?q=A1").content.decode() or not Case.objects.visible_to(actor("agent")).filter(number=number)


def test_an_exact_former_number_stands_before_texts_that_contain_it() -> None:
    for text, external in (("第7台不制冷", "7"), ("第7台漏水", "17"), ("第77台", "777")):
        given = {"contact_phone": "13900000001", "contact_name": "顾清", "contact_address": "浙江省杭州市西湖区文三路1号", "kind": "fault",
                 "category": "fridge", "purchased_on": "2026-03-01", "description": text, "urgency": "normal", "channel": "phone",
                 "external": external, "external_source": "旧系统"}  # fmt: skip
        engine.perform("ticket", "receive", actor=actor("agent"), given=given, key=uuid4())
    from xiuhao.ticket.pages import find

    hits = find(actor("agent"), "7")
    assert len(hits) == 3 and former()["7"] in hits[0].label
    case = Case.objects.unscoped("test").get(number=former()["7"])
    erasure.forget(case, SYSTEM, "test")
    assert Ticket.objects.get(pk=case.pk).external == "7", "it names nobody"
    assert queries.search(actor("agent"), "7").filter(pk=case.pk).exists()


def test_a_sheets_own_numbers_are_kept_and_those_of_two_companies_are_two_tickets(client: Client) -> None:
    for who, made in (("agent", 1), ("lead", 0), ("outsider", 1)):
        before = Ticket.objects.count()
        client.force_login(account(who))
        upload(client, book([row(1)]))
        run = ImportRun.objects.visible_to(actor(who)).latest("created_at")
        client.post(f"/ticket/import/{run.pk}", {"then": "good"})
        assert Ticket.objects.count() - before == made, who
    assert list(Ticket.objects.values_list("external", flat=True)) == ["W1", "W1"]


@pytest.mark.django_db(transaction=True)
def test_our_own_export_tells_number_link_and_former_number_and_the_next_house_keeps_them() -> None:
    bring(csv(), source="旧系统")
    given = {"contact_phone": "13900000001", "contact_name": "顾清", "contact_address": "浙江省杭州市西湖区文三路1号", "kind": "other",
             "description": "问价", "urgency": "normal", "channel": "phone"}  # fmt: skip
    born = engine.perform("ticket", "receive", actor=actor("agent"), given=given).case.number
    data = "".join(exporting.export(actor("manager"), "ticket"))
    cases = {line["number"]: line for line in map(json.loads, data.splitlines()[1:])}
    assert cases[born]["record"]["link"].endswith(queries.token(Case.objects.unscoped("test").get(number=born)))
    assert sorted(line["record"].get("external", "") for line in cases.values()) == ["", "A1", "B2"]
    empty()
    bring(data.encode())
    assert set(former()) == {"A1", "B2", born}
    assert Ticket.objects.get(external="A1").external_source == "旧系统" and Ticket.objects.get(external="A1").plain.startswith("gd")
