"""Figures explain themselves: who loosens the regulation is told so, and a list says how often in how many tickets."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import cast
from tests.tickets import receive
from xiuhao.kernel import engine, figures, policy
from xiuhao.kernel.models import PolicyRow

pytestmark = pytest.mark.django_db
TABLE = "clock.ticket.first_response"
WARNING = "偏离规章：HA-3.2.1 规定 1 小时，这里放宽到 45 小时。"


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(cast.account("manager"))
    return client


def row() -> PolicyRow:
    return PolicyRow.objects.filter(table=TABLE, line="everybody").latest("since")


def sent(limit: str, unit: str, step: str) -> dict[str, str]:
    return {
        "if.answered": "false", "then.limit": limit, "then.limit.unit": unit, "then.calendar": "hotline", "position": "100",
        "clauses": "HA-3.2.1 HA-3.2.3", "edition": str(row().edition), "reason": "人手不够", "step": step,
    }  # fmt: skip


def seen(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_a_limit_beyond_its_clause_is_said_in_the_preview_and_on_three_pages(manager: Client) -> None:
    assert policy.departures(policy.in_force()) == {}
    for url in (f"/policies/{TABLE}/", "/rules/?q=HA-3.2.1", "/rules/HA-3.2.1/"):
        assert "偏离规章" not in seen(manager, url)
    version = f"/policies/{TABLE}/{row().pk}/version"
    assert "偏离规章" not in manager.post(version, sent("45", "m", "look")).content.decode()
    assert WARNING in manager.post(version, sent("45", "h", "look")).content.decode()
    assert manager.post(version, sent("45", "h", "do")).status_code in (200, 303)
    assert row().value["limit"] == "45h" and row().edition == 2, "a new version counts up"
    assert "偏离规章：HA-3.2.1 规定 1 小时" in seen(manager, f"/policies/{TABLE}/")
    assert "偏离规章" in seen(manager, "/rules/?q=HA-3.2.1")
    assert "偏离规章：条款规定 1 小时，本企业现行 45 小时" in seen(manager, "/rules/HA-3.2.1/")
    assert "偏离规章" not in seen(manager, "/rules/HA-3.2.3/")


def test_keys_of_rows_are_for_those_who_edit_them(client: Client, manager: Client) -> None:
    assert "everybody" in seen(manager, f"/policies/{TABLE}/")
    client.force_login(cast.account("lead"))
    page = seen(client, f"/policies/{TABLE}/")
    assert "everybody" not in page and "已答复 否" in page


def test_a_limit_that_is_no_whole_number_names_its_field_and_range(manager: Client) -> None:
    version = f"/policies/{TABLE}/{row().pk}/version"
    for wrong in ("99999999999", "1.5", "abc", "0"):
        answer = manager.post(version, sent(wrong, "h", "look"))
        assert answer.status_code == 422 and "“时限”请填 1 到 9999 的整数，再选单位。" in answer.content.decode(), wrong


@pytest.mark.django_db(transaction=True)
def test_a_figure_of_times_and_its_list_of_tickets_explain_each_other(manager: Client) -> None:
    case = receive("agent", channel="web").case
    for _n in range(3):
        engine.perform("ticket", "reply", actor=cast.actor("manager"), number=case.number, given={"text": "您好"})
    who = cast.actor("manager")
    figures.fold()
    often = {key: found.met for key, found in figures.totals(who).items() if found.met > figures.cases(key, "met", who).count() > 0}
    assert often, "some clause is met more than once in a ticket"
    for clause, times in often.items():
        page = seen(manager, f"/rules/{clause}/cases?outcome=met&days=1")
        assert f"{times} 次，涉及 {figures.cases(clause, 'met', who).count()} 单" in page, clause
        assert seen(manager, f"/rules/{clause}/?days=1").count(f"<b>{times}</b>") >= 1
