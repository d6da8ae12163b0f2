"""What the screens of complaints show, and what they cost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import account
from tests.complaints import GIVEN, complain, do, planned
from tests.ui.desk import sit
from xiuhao.kernel import accounts

pytestmark = pytest.mark.django_db


def taken(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_pages_are_within_their_budgets() -> None:
    case = planned()
    for serial in range(3):
        complain(contact_phone=f"1380013810{serial}", serial=f"XH24C000{serial}")
    for login in ("agent", "quality", "sales"):
        client = sit(login)
        assert taken(client, "/c/complaint/") <= 12
        assert taken(client, f"/c/complaint/{case.number}/") <= 25
    assert taken(sit("manager"), "/") <= 20


def test_the_page_says_that_it_is_not_the_first_and_not_the_only_one_and_hides_the_number() -> None:
    complain()
    complain(contact_phone="13800138101", serial="XH24C0011")
    case = complain(symptom="又不制冷了")
    page = sit("agent").get(f"/c/complaint/{case.number}/").content.decode()
    assert "90 天内第 2 次" in page and "30 天内 3 件" in page and "138****8000" in page
    assert page.index("核心诉求") < page.index("故障表现"), "what the customer wants most stands first"
    assert GIVEN["contact_phone"] not in page
    assert case.number in sit("agent").get(f"/find?q={case.number}").content.decode()
    token = accounts.issue_token(account("agent"), "test")[1]
    told = Client(headers={"authorization": f"Bearer {token}"}).get(f"/api/v1/complaint/{case.number}")
    assert told.status_code == 200 and GIVEN["contact_phone"] not in told.content.decode()


def test_who_is_nobodys_is_told_of_and_can_be_taken() -> None:
    case = complain("dealer", channel="dealer")
    assert case.owner_id is None
    assert do(case, "take", "manager").case.owner_id == account("manager").pk
    for view in ("open", "mine", "asked", "unowned", "serious", "overdue", "repeat", "survey", "closed", "all"):
        assert sit("manager").get(f"/c/complaint/?view={view}&content=quality&model=1&again=1").status_code == 200
