"""The order of the queue: what was let ahead, then the nearest deadline; each row says why it stands there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import actor
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.contract.models import Entitlement
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import now
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def do(case: Case, verb: str, who: str = "agent", **given: object) -> Case:
    return engine.perform("ticket", verb, actor=actor(who), number=case.number, given=given).case


def listed(view: str = "open", order: str = "") -> list[str]:
    page = sit("agent").get(f"/c/ticket/?view={view}{order}").content.decode()
    return re.findall(r'data-row="([^"]+)"', page)


def three() -> tuple[Case, Case, Case]:
    """One that is due sooner and higher, one of a VIP that is due later, one in the middle."""
    first = receive(urgency="danger").case
    Entitlement.objects.unscoped("make a VIP").create(
        customer_id=first.customer_id, tier="vip", since=now().date() - timedelta(days=1), source="sold", created_at=now()
    )
    vip = receive(description="VIP 的冰箱", urgency="low").case
    middle = receive(description="普通的冰箱", contact_phone="13911112222", contact_name="李芳").case
    for case, hours in ((first, 1), (middle, 2), (vip, 30)):
        Case.objects.unscoped("set").filter(pk=case.pk).update(due_at=now() + timedelta(hours=hours))
    return first, middle, vip


def test_what_jumped_stands_before_what_is_due_sooner_and_says_so_and_back_in_line_when_its_priority_is_set() -> None:
    first, middle, vip = three()
    for view in ("open", "mine"):
        assert listed(view) == [first.number, middle.number, vip.number]
    do(vip, "jump", "lead", ground="vip", reason="婴儿奶粉需冷藏")
    Case.objects.unscoped("set").filter(pk=vip.pk).update(due_at=now() + timedelta(hours=30))
    for view in ("open", "mine"):
        assert listed(view) == [vip.number, first.number, middle.number]
    assert listed("open", "&order=-risk") == [middle.number, first.number, vip.number]
    page = sit("agent").get("/c/ticket/?view=open").content.decode()
    row = page.split(f'data-row="{vip.number}"')[1].split("</tr>")[0]
    assert "插队 · " in row and "VIP · 已等" in row and "剩 1 天" in row
    do(vip, "edit", urgency="normal")
    assert listed()[0] == vip.number, "a change of its data does not push it back"
    do(vip, "prioritise", "lead", priority="3", reason="可以等")
    Case.objects.unscoped("set").filter(pk=vip.pk).update(due_at=now() + timedelta(hours=30))
    assert listed() == [first.number, middle.number, vip.number] and Ticket.objects.get(pk=vip.pk).jumped_at is None


def test_the_reason_of_the_order_costs_no_statement_a_row_and_the_page_stays_in_its_budget() -> None:
    _first, _middle, vip = three()
    do(vip, "jump", "lead", ground="vip", reason="婴儿奶粉需冷藏")
    desk = sit("agent")
    desk.get("/c/ticket/?view=open")
    with CaptureQueriesContext(connection) as seen:
        page = desk.get("/c/ticket/?view=open").content.decode()
    assert page.count("已等 ") == 3 and len(seen) <= 12
