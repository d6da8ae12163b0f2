"""The rulebook's pages: every clause with its live figures, down to the cases that the reader may see."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.sample.fixtures import Office, a_row
from xiuhao.kernel import figures, rulebook
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(cast.account("manager"))
    return client


def seen(client: Client, url: str) -> str:
    response = client.get(url, follow=True)
    assert response.status_code == 200, url
    return response.content.decode()


def test_all_clauses_are_on_one_page_with_their_status(manager: Client) -> None:
    page = seen(manager, "/rules/")
    assert len(re.findall(r'href="/rules/[A-Z0-9]+-[^"/]+/"', page)) == 251
    assert rulebook.clause("HA-3.2.1").zh in page and "251" in page


def test_a_filter_is_an_address_and_says_when_nothing_is_found(manager: Client) -> None:
    page = seen(manager, "/rules/?regulation=SL&kind=pricing")
    assert set(re.findall(r'href="/rules/([A-Z0-9.-]+)/"', page)) == {"SL-2.3", "SL-2.4", "SL-2.5"}
    assert "没有符合条件的条款" in seen(manager, "/rules/?q=不存在的词")
    assert "SL-2.3" in seen(manager, "/rules/?q=sl-2.3")
    assert manager.get("/rules/?kind=nonsense").status_code == 400
    assert manager.get("/rules/?days=1%00").status_code == 400


def test_the_list_costs_a_fixed_number_of_statements(manager: Client, office: Office) -> None:
    seen(manager, "/rules/")
    office.order()
    with CaptureQueriesContext(connection) as one:
        seen(manager, "/rules/")
    for _n in range(3):
        office.order()
    with CaptureQueriesContext(connection) as four:
        seen(manager, "/rules/")
    assert len(four) <= len(one) <= 20


@pytest.mark.django_db(transaction=True)
def test_the_figures_on_the_pages_are_those_of_the_journal(client: Client, office: Office) -> None:
    client.force_login(office.people["manager"])
    case = office.order()
    with pytest.raises(Refused):
        office.do(case, "finish")
    office.do(case, "work")
    office.do(case, "finish")
    page = seen(client, "/rules/?q=HA-3.5.1")
    assert "100.0%" in page, "what the clause stopped was not broken"
    assert "/rules/HA-3.5.1/cases?outcome=stopped&amp;days=30" in page and "/rules/HA-3.5.1/cases?outcome=broken" not in page
    page = seen(client, "/rules/HA-3.5.1/")
    assert "办结 · 事情还没办完。" in page and "errand:guard.finish.not_done" in page
    assert case.number not in seen(client, "/rules/HA-3.5.1/cases?outcome=broken")
    stopped = seen(client, "/rules/HA-3.5.1/cases?outcome=stopped")
    assert case.number in stopped and "办结" in stopped and "工作台" in stopped
    assert case.number in seen(client, "/rules/HA-3.5.1/cases?outcome=met")
    assert case.number not in seen(client, "/rules/HA-3.5.1/cases?outcome=running")
    assert figures.totals(office.actor("manager"))["HA-3.5.1"].percent == "100.0%"
    client.force_login(cast.account("outsider"))
    assert case.number not in seen(client, "/rules/HA-3.5.1/cases?outcome=stopped"), "another province sees no case of ours"
    assert "100.0%" not in seen(client, "/rules/?q=HA-3.5.1")


def test_a_clause_shows_text_in_both_languages_parameters_rows_and_tests(manager: Client, errand: object) -> None:
    clause = rulebook.clause("HA-3.2.1")
    page = seen(manager, "/rules/HA-3.2.1/")
    for text in (clause.zh, clause.en, "答复时限", "errand:clock.response", "小时"):
        assert text in page
    page = seen(manager, "/rules/JD-4.2/")
    assert "/policies/clock.errand.response/" in page and "1 小时" in page
    assert manager.get("/rules/HA-9.9/").status_code == 404
    assert manager.get("/rules/HA-3.2.1/cases?outcome=guessed").status_code == 400


def test_a_clause_that_the_customer_rewrote_reads_so(manager: Client) -> None:
    a_row(
        "rulebook.override",
        "ours",
        {"text": {"zh": "本公司三十分钟内响应", "en": "Within half an hour"}},
        match={"clause": "HA-3.2.1"},
        since=now(),
    )
    a_row("rulebook.override", "off", {"off": True}, match={"clause": "JD-1.9"}, since=now())
    assert "本公司三十分钟内响应" in seen(manager, "/rules/")
    assert "已停用" in seen(manager, "/rules/JD-1.9/")


def test_the_pages_speak_english(manager: Client) -> None:
    manager.cookies["django_language"] = "en"
    account = cast.account("manager")
    account.language = "en"
    account.save()
    page = seen(manager, "/rules/")
    assert rulebook.clause("HA-3.2.1").en in page and rulebook.clause("HA-3.2.1").zh not in page


@pytest.mark.parametrize("login", ["agent", "engineer", "dealer", "auditor"])
def test_everyone_of_staff_reads_the_rules(client: Client, login: str) -> None:
    client.force_login(cast.account(login))
    for url in (
        "/rules/",
        "/rules/HA-3.2.1/",
        "/rules/HA-3.2.1/cases",
        "/policies/",
        "/calendars/",
        "/calendars/office/",
        "/calendars/holidays/CN/2026/",
    ):
        assert client.get(url).status_code == 200, url
    client.logout()
    assert client.get("/rules/").status_code == 302
