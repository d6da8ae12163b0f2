"""Calendars and holiday tables on their pages: provisional years are flagged, a pasted table is looked at before it counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests import cast
from tests.kernel.test_calendars import NEXT
from xiuhao.kernel.models import Holiday, PolicyEdit, WorkCalendar
from xiuhao.kernel.time import simulated

pytestmark = pytest.mark.django_db
AUTUMN = datetime(2026, 11, 21, 4, tzinfo=UTC)


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(cast.account("manager"))
    return client


def test_C1_a_year_without_a_table_is_flagged_until_it_is_pasted(manager: Client) -> None:
    with simulated(AUTUMN):
        for url in ("/calendars/", "/"):
            assert "2027 年的假日表" in manager.get(url).content.decode(), url
        url = "/calendars/holidays/CN/2027/edit"
        page = manager.post(url, {"table": NEXT, "step": "look"}).content.decode()
        assert "2027-01-01" in page and "确认生效" in page and not Holiday.objects.filter(day__year=2027).exists()
        assert manager.post(url, {"table": NEXT, "step": "do", "reason": "国办通知"}).status_code == 303
        assert Holiday.objects.filter(day__year=2027).count() == 9
        assert "2027 年的假日表，跨到" not in manager.get("/calendars/").content.decode()
        assert "春节" in manager.get("/calendars/holidays/CN/2027/").content.decode()
        assert "假日表齐全" in manager.get("/").content.decode()


def test_a_table_that_cannot_be_read_says_the_line_and_keeps_the_text(manager: Client) -> None:
    answer = manager.post("/calendars/holidays/CN/2027/edit", {"table": "2027-01-01 休 元旦\n这行不对", "step": "look"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "第 2 行" in page and "这行不对" in page


def test_a_calendar_is_edited_and_a_new_one_made(manager: Client) -> None:
    row = WorkCalendar.objects.get(key="office")
    sent = {
        "edition": str(row.edition),
        "name": "办公时间",
        "name_en": "Office",
        "zone": "Asia/Shanghai",
        "region": "CN",
        "mon": "8:30-12:00 13:00-17:30",
    }
    assert "确认生效" in manager.post("/calendars/office/edit", {**sent, "step": "look"}).content.decode()
    assert manager.post("/calendars/office/edit", {**sent, "step": "do", "reason": "改作息"}).status_code == 303
    row.refresh_from_db()
    assert row.weekly == {"mon": [["08:30", "12:00"], ["13:00", "17:30"]]}
    late = manager.post("/calendars/office/edit", {**sent, "step": "do", "reason": "又改"})
    assert late.status_code == 409, "somebody else has changed it meanwhile"
    new = {"key": "evening", "name": "晚间", "zone": "Asia/Shanghai", "sat": "18:00-02:00", "step": "do", "reason": "周六晚班"}
    assert manager.post("/calendars/new", new).status_code == 303
    assert "18:00-02:00" in manager.get("/calendars/evening/").content.decode()
    assert PolicyEdit.objects.filter(kind="calendar").count() == 2


@pytest.mark.parametrize(
    ("field", "sentence"),
    [({"mon": "nine to five"}, "看不懂"), ({"mon": ""}, "没有任何工作时间"), ({"zone": "Mars"}, "没有“Mars”这个时区")],
)
def test_a_calendar_that_makes_no_sense_is_refused_in_words(manager: Client, field: dict[str, str], sentence: str) -> None:
    sent = {"edition": "1", "name": "办公时间", "zone": "Asia/Shanghai", "region": "CN", "mon": "09:00-18:00", **field}
    answer = manager.post("/calendars/office/edit", {**sent, "step": "look"})
    assert answer.status_code in (409, 422) and sentence in answer.content.decode()


def test_who_does_not_keep_the_rules_only_reads(client: Client) -> None:
    client.force_login(cast.account("agent"))
    assert "/calendars/office/edit" not in client.get("/calendars/office/").content.decode()
    for url in ("/calendars/office/edit", "/calendars/new", "/calendars/holidays/CN/2027/edit"):
        assert client.get(url).status_code == 403
    for url in ("/calendars/moon/", "/calendars/holidays/CN/1700/", "/calendars/holidays/MARS/2026/"):
        assert client.get(url).status_code == 404
