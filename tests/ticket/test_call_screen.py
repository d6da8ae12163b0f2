"""The phone screen: the number brings everything that is known, masked; what is typed is kept; one call makes one ticket."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import account, actor
from tests.tickets import receive
from xiuhao.contract import actions as contracts
from xiuhao.kernel import engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import local, now
from xiuhao.product import actions as products
from xiuhao.product.models import Category, Device, Model
from xiuhao.ticket.models import Ticket
from xiuhao.ui import drafts

pytestmark = pytest.mark.django_db
CALL = {"contact_phone": "138 0013 8000", "kind": "fault", "urgency": "normal", "category": "fridge", "description": "又不制冷"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(account("agent"))
    return client


def own(customer: int | None, serial: str = "XH24A0001234") -> Device:
    fridge = Category.objects.get(key="fridge")
    model = Model.objects.filter(code="BCD-1").first() or products.save_model(
        SYSTEM, Model(), category=fridge, code="BCD-1", name="十字冰箱"
    )
    bought = local(now()).date() - timedelta(days=200)
    return contracts.register_purchase(SYSTEM, products.Purchase(serial=serial, model=model, customer=customer, purchased_on=bought))


def save(desk: Client, key: Any = None, **given: Any) -> Any:
    key = key or uuid4()
    return desk.post(f"/ticket/call?call={key}", {"_key": key, "then": "save", **CALL, **given})


def tickets() -> int:
    return Case.objects.unscoped("count").filter(process="ticket").count()


def test_a_number_that_is_no_number_costs_nothing_that_was_typed(desk: Client) -> None:
    told = {"contact_name": "赵六", "contact_address": "杭州市西湖区文三路 1 号"}
    wrong = save(desk, **told, contact_phone="1381111999")
    page = wrong.content.decode()
    assert wrong.status_code == 422 and "联系电话" in page and "contact_phone、" not in page
    assert 'value="赵六"' in page and told["contact_address"] in page
    emptied = desk.post("/ticket/call/look", {"_key": uuid4(), **CALL, **told, "contact_phone": ""}, headers=HTMX).content.decode()
    assert 'value="赵六"' in emptied, "nor does clearing it"
    assert save(desk, **told, contact_phone="13811119999").status_code in (200, 204, 302, 303) and tickets() == 1


def test_each_call_has_its_own_address_and_the_switchboard_may_bring_the_number(desk: Client) -> None:
    receive()
    page = desk.get("/ticket/call?phone=13800138000", follow=True)
    assert "call=" in page.redirect_chain[0][0]
    assert page.context["caller"].card["name"] == "王*明" and "有 1 个未关闭" in page.content.decode()


def test_the_number_brings_the_customer_masked_with_devices_and_open_tickets(desk: Client) -> None:
    first = receive().case
    device = own(first.customer_id)
    taken = []
    for _each in range(4):  # the first warms up; of the others one may be disturbed
        with CaptureQueriesContext(connection) as seen:
            began = time.process_time()
            answer = desk.post("/ticket/call/look", {"_key": uuid4(), **CALL}, headers=HTMX)
            taken.append(time.process_time() - began)
    page = answer.content.decode()
    assert all(part in page for part in ("王*明", "浙江杭州市西湖区****", first.number, "十字冰箱 BCD-1", "保内", "催单"))
    year = local(now()).date() + timedelta(days=165)
    assert any(str(year + timedelta(days=later)) in page for later in range(10)), "the year ends on no day of rest"
    assert not any(part in page for part in ("王小明", "文三路"))
    assert f'value="{device.pk}"' in page and answer.context["device"] == str(device.pk), "the only device is chosen"
    assert len(seen) <= 30, "\n".join(q["sql"][:120] for q in seen)
    assert min(taken) < 0.2


def test_what_lies_ahead_is_told_by_the_rules_of_the_intake_and_nothing_is_written(desk: Client) -> None:
    receive()
    before = tickets()
    page = desk.post("/ticket/call/ahead", {"_key": uuid4(), **CALL, "urgency": "danger"}, headers=HTMX)
    ahead = page.context["ahead"]
    assert (ahead.priority, ahead.reason, ahead.state.key) == (1, "有人身或财产危险", "in_review") and "组长复核" in page.content.decode()
    assert tickets() == before
    done = save(desk, urgency="danger")
    case = Case.objects.unscoped("look").latest("pk")
    assert done.status_code == 303 and (case.priority, case.state) == (1, "in_review")


def test_half_typed_facts_do_not_count_yet(desk: Client) -> None:
    page = desk.post(
        "/ticket/call/ahead", {"_key": uuid4(), "contact_phone": "138", "kind": "fault", "serial": "!", "urgency": "normal"}, headers=HTMX
    )
    assert page.status_code == 200 and page.context["ahead"].priority == 3


def test_a_known_caller_is_saved_with_number_device_and_words_alone(desk: Client) -> None:
    first = receive().case
    device = own(first.customer_id)
    done = save(desk, category="", device=device.pk)
    ticket = Ticket.objects.latest("pk")
    assert done["Location"] == f"/ticket/call/done/{ticket.case.number}"
    assert (ticket.contact_name, ticket.device_id, ticket.channel, ticket.verdict) == ("王小明", device.pk, "phone", "in")
    assert ticket.verdict_row is not None and ticket.case.keeper_id == ticket.case.owner_id == account("agent").pk
    shown = desk.get(done["Location"]).content.decode()
    assert ticket.case.number in shown and "由您处理" in shown and "/portal/track/" in shown and "王小明" not in shown


def test_an_unknown_caller_is_asked_name_and_address_and_the_input_stays(desk: Client) -> None:
    wrong = save(desk, contact_phone="13911112222", contact_name="李芳", description="漏水 <b>")
    page = wrong.content.decode()
    assert wrong.status_code == 422 and tickets() == 0
    assert "请填写“地址”" in page and "李芳" in page and "漏水 &lt;b&gt;" in page and 'value="13911112222"' in page
    assert save(desk, contact_phone="13911112222", contact_name="李芳", contact_address="浙江省杭州市上城区解放路12号").status_code == 303
    assert Ticket.objects.get().customer is not None


def test_saved_and_handed_on_it_goes_to_who_is_best_beside_the_taker(desk: Client) -> None:
    save(desk, contact_name="李芳", contact_address="杭州", then="assign")
    ticket = Ticket.objects.select_related("case").get()
    assert ticket.case.owner_id not in (None, account("agent").pk) and ticket.case.keeper_id == account("agent").pk
    assert "已派给" in desk.get(f"/ticket/call/done/{ticket.case.number}").content.decode()


def test_solved_at_once_needs_the_solution_and_waits_for_the_customer(desk: Client) -> None:
    told = {"contact_name": "李芳", "contact_address": "杭州"}
    assert "请填写“解决办法”" in save(desk, then="solve", **told).content.decode()
    save(desk, then="solve", solution="已远程重启", **told)
    assert Case.objects.unscoped("look").get(process="ticket").state == "solved"


def test_one_call_pressed_twice_makes_one_ticket(desk: Client) -> None:
    key = uuid4()
    told = {"contact_name": "李芳", "contact_address": "杭州"}
    first, second = save(desk, key, **told), save(desk, key, **told)
    assert first["Location"] == second["Location"] and tickets() == 1
    assert save(desk, key, **{**told, "description": "另一件"}).status_code == 422 and tickets() == 1


def test_a_call_that_was_left_can_be_taken_up_again(desk: Client) -> None:
    key, other = uuid4(), uuid4()
    desk.put(f"/drafts/ticket:call:{key}", {"contact_phone": "13800138000", "description": "说到一半"}, content_type="application/json")
    fresh = desk.get(f"/ticket/call?call={other}").content.decode()
    assert f"call={key}" in fresh and "138****8000" in fresh
    again = desk.get(f"/ticket/call?call={key}").content.decode()
    assert "说到一半" in again and "已恢复" in again
    save(desk, key, contact_name="李芳", contact_address="杭州")
    assert drafts.beginning(actor("agent"), "ticket:call:") == {}


def test_a_caller_who_only_hurries_an_open_ticket_makes_no_second_one(desk: Client) -> None:
    case = receive().case
    key = uuid4()
    assert "已催" in desk.post(f"/ticket/call/urge/{case.number}", {"_key": key}, headers=HTMX).content.decode()
    assert "两小时内已催过" in desk.post(f"/ticket/call/urge/{case.number}", {"_key": uuid4()}, headers=HTMX).content.decode()
    assert tickets() == 1


def test_nothing_is_shown_of_whom_one_may_not_see(desk: Client) -> None:
    number = receive().case.number
    desk.force_login(account("outsider"))
    page = desk.post("/ticket/call/look", {"_key": uuid4(), **CALL}, headers=HTMX).content.decode()
    assert "新客户" in page and number not in page and "王" not in page
    assert desk.post(f"/ticket/call/urge/{number}", {"_key": uuid4()}, headers=HTMX).status_code == 404
    assert desk.get(f"/ticket/call/done/{number}").status_code == 404
    desk.force_login(account("finance"))
    assert desk.get(f"/ticket/call?call={uuid4()}").status_code == 403


def test_a_pasted_address_is_taken_apart_before_the_eyes(desk: Client) -> None:
    page = desk.post("/ticket/call/place", {"contact_address": "浙江省杭州市上城区解放路12号"}, headers=HTMX).content.decode()
    assert "浙江 杭州市 上城区 · 解放路12号" in page
    assert "按原文保存" in desk.post("/ticket/call/place", {"contact_address": "老地方"}, headers=HTMX).content.decode()


def test_who_took_the_call_sees_the_result_even_where_the_ticket_is_out_of_sight(desk: Client) -> None:
    done = receive(hand_on="true")
    assert done.case.owner_id != account("agent").pk
    engine.perform("ticket", "assign", actor=actor("manager"), number=done.case.number, given={"to": account("manager").pk})
    shown = desk.get(f"/ticket/call/done/{done.case.number}")
    assert shown.status_code == 200 and "经理华" in shown.content.decode()
