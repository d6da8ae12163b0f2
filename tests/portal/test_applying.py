"""The customer applies for a return themselves: offered is what the verdict opens, once, for what is theirs; nothing typed is lost."""

from __future__ import annotations

import os
import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from tests.journeys.desk import axe, overflow
from tests.portal.visitor import OTHER, Visitor, picture, ticket
from tests.returns.ways import crew, day, sold
from xiuhao.kernel.models import Attachment, Case, Journal, Link
from xiuhao.returns.models import Return
from xiuhao.ticket.models import Ticket

__all__ = ["crew"]
pytestmark = pytest.mark.django_db
TOLD = {"kind": "exchange", "reason": "开机十分钟就自动断电，反复三次"}


def owner(ago: int | None = 3, **given: str) -> tuple[Visitor, Ticket]:
    """A customer who has proven their number, with a request about their own fridge."""
    visitor = Visitor()
    made = visitor.reported(**given)
    visitor.prove(made)
    made = ticket(made.case.number)
    device = sold("XH26A0000001", ago, made.case.customer_id)
    Ticket.objects.filter(pk=made.pk).update(device=device, model=device.model, serial=device.serial, region="浙江")
    return visitor, made


def url(of: Ticket) -> str:
    return f"/portal/mine/{of.case.number}/returns"


def offered(page: Any) -> set[str]:
    return set(re.findall(r'name="kind" value="([^"]+)"', page.content.decode()))


def test_what_the_verdict_opens_is_offered_and_applied_for_with_photos() -> None:
    visitor, of = owner()
    assert url(of) in visitor.client.get(f"/portal/mine/{of.case.number}").content.decode()
    page = visitor.client.get(url(of))
    assert {"exchange", "return"} <= offered(page) and 'name="purchased_on"' not in page.content.decode()
    upload = visitor.client.post("/portal/photos", {"file": picture()}).json()["id"]
    sent = {**TOLD, "key": str(uuid4()), "photos": upload}
    for _twice in range(2):
        assert visitor.client.post(url(of), sent).status_code == 303
    case = Link.objects.get(parent=of.case, kind="returns").child
    assert (case.process, case.state) == ("returns", "applied") and Return.objects.get(pk=case.pk).kind == "exchange"
    assert Journal.objects.get(case=case, verb="apply").actor_kind == "customer"
    shown = visitor.client.get(f"/portal/mine/{of.case.number}?done=returns").content.decode()
    assert "等区域负责人接待" in shown and url(of) not in shown, "one at a time"
    again = visitor.client.post(url(of), {**TOLD, "key": str(uuid4())})
    assert again.status_code == 409 and "未结的退换申请" in again.content.decode()


def test_what_is_not_open_is_not_offered_and_refused_with_the_reason() -> None:
    visitor, of = owner(ago=100)
    assert offered(visitor.client.get(url(of))) == {"rework"}
    page = visitor.client.post(url(of), {**TOLD, "key": str(uuid4())})
    assert page.status_code == 409 and "免费修理" in page.content.decode() and TOLD["reason"] in page.content.decode()
    assert not Link.objects.filter(kind="returns").exists()


def test_a_day_that_nobody_knows_is_asked_for_and_what_lacks_is_said_with_all_that_was_typed() -> None:
    visitor, of = owner(ago=None)
    page = visitor.client.post(url(of), {"reason": TOLD["reason"], "key": str(uuid4())})
    text = page.content.decode()
    assert page.status_code == 422 and TOLD["reason"] in text and 'href="#f-kind"' in text and 'name="purchased_on"' in text
    done = visitor.client.post(url(of), {**TOLD, "purchased_on": day(2), "key": str(uuid4())})
    assert done.status_code == 303


def test_a_photo_goes_along_without_a_script_too() -> None:
    visitor, of = owner()
    assert visitor.client.post(url(of), {**TOLD, "key": str(uuid4()), "files": picture()}).status_code == 303
    assert Attachment.objects.unscoped("test").filter(case=Link.objects.get(kind="returns").child).count() == 1


def test_A2_nobody_applies_for_anothers_piece() -> None:
    _visitor, of = owner()
    other = Visitor("203.0.113.8")
    assert other.client.get(url(of)).status_code == 403
    other.prove(other.reported(contact_phone=OTHER))
    for answer in (other.client.get(url(of)), other.client.post(url(of), {**TOLD, "key": str(uuid4())})):
        assert answer.status_code == 404
    assert Case.objects.unscoped("test").filter(process="returns").count() == 0


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_on_a_phone_of_320_pixels_the_form_is_read_filled_in_and_sent(live_server: LiveServer, context: BrowserContext) -> None:
    visitor, of = owner()
    context.add_cookies([{"name": n, "value": m.value, "url": live_server.url} for n, m in visitor.client.cookies.items()])
    page = context.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(live_server.url + url(of))
    if where := os.environ.get("LOOK"):
        page.screenshot(path=f"{where}/apply.png", full_page=True)
    assert axe(page) == {} and overflow(page) == []
    page.check("input[value=exchange]", force=True)
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_selector("#wrong")
    assert axe(page) == {} and overflow(page) == []
    page.fill("#f-reason", TOLD["reason"])
    page.check("input[value=exchange]", force=True)
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**done=returns")
    assert Return.objects.get().kind == "exchange"
