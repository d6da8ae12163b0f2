"""The customer chooses when we come: from windows in which somebody can, as themselves, and of two who want the last one gets it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.http import HttpResponse
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from tests import works
from tests.cast import unit
from tests.dispatch import day
from tests.dispatch.day import morning as morning
from tests.journeys.desk import axe, overflow
from tests.portal.visitor import Visitor, ticket
from xiuhao.dispatch import actions, queries
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import dispatcher, engine, letters
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Account, Case, Journal, Message
from xiuhao.kernel.refusal import Refused
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def visited(visitor: Visitor, **given: str) -> tuple[Ticket, Case]:
    """A report of this visitor and the order that was made of it, at 杭州站."""
    made = visitor.reported(**given)
    visitor.prove(made)
    asked = {"station": unit("杭州站").pk, "position": f"{day.HOME[0]},{day.HOME[1]}", "minutes": 180}
    made = ticket(made.case.number)
    return made, engine.perform("work", "plan", actor=day.cast.actor("manager"), parent=made.case.number, given=asked).case


def url(of: Ticket, order: Case) -> str:
    return f"/portal/mine/{of.case.number}/visit/{order.number}"


def offered(page: HttpResponse) -> list[str]:
    return re.findall(r'name="slot" value="([^"]+)"', page.content.decode())


def form(page: HttpResponse, slot: str, **more: str) -> dict[str, str]:
    text = page.content.decode()
    hidden = {name: re.findall(rf'name="{name}" value="([^"]*)"', text)[0] for name in ("key", "verb")}
    return {**hidden, "slot": slot, **more}


def test_who_has_said_no_time_yet_is_asked_to_choose_one() -> None:
    works.crew()
    asked, agreed = works.plan(), works.plan(**works.window(24))
    dispatcher.drain()
    told = Message.objects.filter(template__endswith="work_choose", channel="sms")
    assert [message.case_id for message in told] == [asked.pk] != [agreed.pk]
    assert "/portal/" in letters.text_of(told[0])


def test_the_customer_books_a_window_and_moves_it_and_the_journal_names_them() -> None:
    day.engineers("工程师甲")
    visitor = Visitor()
    of, order = visited(visitor)
    assert "选上门时间" in visitor.client.get(f"/portal/mine/{of.case.number}").content.decode()
    page = visitor.client.get(url(of, order))
    slots = offered(page)
    assert slots == sorted(slots) and len(slots) > 3 and "工程师甲" not in page.content.decode()
    sent = form(page, slots[1])
    assert [visitor.client.post(url(of, order), sent).status_code for _twice in range(2)] == [303, 303]
    record = WorkOrder.objects.get(pk=order.pk)
    assert record.window_from and record.window_to == record.window_from + timedelta(hours=2)
    [line] = Journal.objects.filter(case=order, verb="book")
    assert (line.actor_kind, line.public) == ("customer", True)
    engine.perform("work", "assign", actor=SYSTEM, number=order.number, given={"to": Account.objects.get(name="工程师甲").pk})
    engine.perform("work", "accept", actor=day.actor(Account.objects.get(name="工程师甲").pk), number=order.number)
    page = visitor.client.get(url(of, order))
    assert "改上门时间" in page.content.decode() and "现在约的是" in page.content.decode()
    moved = visitor.client.post(url(of, order), form(page, offered(page)[-1], reason="那天要出门"), follow=True)
    assert "上门时间已约好" in moved.content.decode() and Journal.objects.filter(case=order, verb="reschedule").count() == 1
    assert WorkOrder.objects.get(pk=order.pk).window_from != record.window_from


def test_a_window_that_somebody_else_took_is_refused_kindly_with_those_that_are_left() -> None:
    day.engineers("工程师甲")
    first, second = Visitor(), Visitor("198.51.100.9")
    (of, order), (other, later) = visited(first), visited(second, contact_phone="13900139000")
    page, slot = second.client.get(url(other, later)), offered(first.client.get(url(of, order)))[0]
    assert slot in offered(page)
    assert first.client.post(url(of, order), form(first.client.get(url(of, order)), slot)).status_code == 303
    refused = second.client.post(url(other, later), form(page, slot))
    assert refused.status_code == 409 and "刚刚被约走" in refused.content.decode()
    left = offered(refused)
    assert left and slot not in left and WorkOrder.objects.get(pk=later.pk).window_from is None
    assert second.client.post(url(other, later), form(refused, left[0])).status_code == 303
    english = second.client.get(f"{url(other, later)}?lang=en", follow=True).content.decode()
    assert "Change the time of the visit" in english or "Choose a time" in english
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r'<a href="\?lang.*?</a>|<template.*?</template>', "", english, flags=re.DOTALL))


def test_nobody_chooses_for_another_without_a_code_a_window_or_where_there_is_none() -> None:
    day.engineers("工程师甲")
    mine, stranger = Visitor(), Visitor("198.51.100.9")
    (of, order), (other, _theirs) = visited(mine), visited(stranger, contact_phone="13900139000")
    page = mine.client.get(url(of, order))
    assert Visitor("198.51.100.8").client.get(url(of, order)).status_code == 403
    assert stranger.client.get(url(of, order)).status_code == 404 == stranger.client.get(url(other, order)).status_code
    good = form(page, offered(page)[0])
    for wrong, status in (({"slot": ""}, 422), ({"slot": "2026-11-23T03:00:00+08:00"}, 409), ({"key": ""}, 422), ({"verb": "assign"}, 404)):
        assert mine.client.post(url(of, order), {**good, **wrong}).status_code == status, wrong
    assert WorkOrder.objects.get(pk=order.pk).window_from is None
    engine.perform("work", "cancel", actor=day.cast.actor("manager"), number=order.number, given={"reason": "不用了"})
    assert mine.client.get(url(of, order)).status_code == 404


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_the_last_window_at_once_exactly_one_gets_it() -> None:
    day.engineers("工程师甲")
    orders = [
        WorkOrder.objects.select_related("case__unit").get(pk=day.order(lat=day.HOME[0] + 0.01 * n, minutes=180).pk) for n in range(2)
    ]
    opens = queries.offered(orders[0])[0].opens

    def take(order: WorkOrder) -> str:
        who = Actor(kind="customer", customer=order.customer_id, cases=frozenset({order.pk}), proven=True)
        try:
            with day.time.simulated(day.MONDAY):
                actions.choose(order, "book", opens, who, uuid4())
            return "ok"
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, orders)) == ["ok", "slot_taken"]
    assert WorkOrder.objects.filter(window_from=opens).count() == 1


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_on_a_phone_of_320_pixels_every_window_can_be_read_and_pressed(live_server: LiveServer, context: BrowserContext) -> None:
    day.engineers("工程师甲")
    visitor = Visitor()
    of, order = visited(visitor)
    at = live_server.url + url(of, order)
    html = visitor.client.get(url(of, order)).content.decode()  # of the day of the test, which the server does not live in
    page = context.new_page()
    page.route(at, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(at)
    assert axe(page) == {} and overflow(page) == []
    for box in (pick.bounding_box() for pick in page.locator(".pick").all()):
        assert box and box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= 320
    torn = "(each) => each.getClientRects().length > 1 || each.scrollWidth > each.clientWidth"
    assert not any(page.locator(".pick span").nth(n).evaluate(torn) for n in range(page.locator(".pick span").count()))
    page.keyboard.press("Tab")
    page.locator("input[name=slot]").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("input[name=slot]").nth(1).is_checked()
