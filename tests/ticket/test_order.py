"""The order of the queue: what was let ahead, then by deadline, age and tier together; each row says why it stands there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from tests.cast import actor
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.contract.models import Entitlement
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import now
from xiuhao.ticket.models import Ticket
from xiuhao.ticket.process import TICKET
from xiuhao.ui.listing import ordered, read

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


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
    assert "插队 · " in row and "VIP，提前 8 小时 00 分 · 已等" in row and "剩 1 天" in row
    do(vip, "edit", urgency="normal")
    assert listed()[0] == vip.number, "a change of its data does not push it back"
    do(vip, "prioritise", "lead", priority="3", reason="可以等")
    Case.objects.unscoped("set").filter(pk=vip.pk).update(due_at=now() + timedelta(hours=30))
    assert listed() == [first.number, middle.number, vip.number] and Ticket.objects.get(pk=vip.pk).jumped_at is None


def stand(case: Case, due: float | None, age: float, priority: int = 3) -> None:
    """Due in so many hours (None: never), born so many hours ago."""
    due_at = None if due is None else NOON + timedelta(hours=due)
    Case.objects.unscoped("set").filter(pk=case.pk).update(due_at=due_at, opened_at=NOON - timedelta(hours=age), priority=priority)


def test_risk_age_and_tier_together_order_the_queue_and_an_index_gives_it() -> None:
    first, middle, vip = three()
    assert [case.head_start for case in (first, middle, vip)] == [0, 0, 480]
    for case in (first, middle):
        stand(case, 10, 0)
    stand(vip, 17, 0)
    assert listed()[0] == vip.number, "seven hours later, eight hours of head start"
    stand(vip, 19, 0)
    assert listed()[-1] == vip.number, "a head start is no front seat"
    stand(middle, 12, 12)
    assert listed()[0] == middle.number, "due two hours later, it has waited for twelve hours more"
    stand(middle, 10, 0, priority=2)
    assert listed()[0] == middle.number, "of two that stand equal the higher priority"
    stand(middle, None, 24)
    assert listed()[-1] == middle.number, "no deadline is two weeks"
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):  # whatever it thinks of so few rows: sorted it would still say
            cursor.execute(f"SET LOCAL enable_{way} = off")
        rows = Case.objects.unscoped("test").filter(process="ticket", is_open=True)
        found = ordered(read(TICKET, QueryDict("view=open"), actor("manager")), rows)
        plan = found[:20].explain()
    assert "case_rank" in plan and "Sort" not in plan


def test_the_reason_of_the_order_costs_no_statement_a_row_and_the_page_stays_in_its_budget() -> None:
    _first, _middle, vip = three()
    do(vip, "jump", "lead", ground="vip", reason="婴儿奶粉需冷藏")
    desk = sit("agent")
    desk.get("/c/ticket/?view=open")
    with CaptureQueriesContext(connection) as seen:
        page = desk.get("/c/ticket/?view=open").content.decode()
    assert page.count("已等 ") == 3 and len(seen) <= 12
