"""A director on a phone: what waits stands there with amount, reason, who asked and since when; two taps and a reason decide it."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import actor
from tests.journeys.desk import axe, overflow, sit
from tests.sample.fixtures import a_row
from tests.sample.process import COST, OPEN
from xiuhao.kernel import engine, registry
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import LongText, Text
from xiuhao.kernel.models import Case, CaseAsk
from xiuhao.kernel.process import Process, Transition
from xiuhao.kernel.time import now, simulated

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHY = LongText(key="note", label="意见")


@pytest.fixture
def spending(errand: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny process, whose approval asks for a reason and may be refused."""
    verbs = [replace(t, needs=(WHY,)) if t.key == "allow" else t for t in errand.transitions]
    spend = next(t for t in verbs if t.key == "spend")
    verbs[verbs.index(spend)] = replace(spend, needs=(*spend.needs, Text(key="reason", label="原因")))
    verbs.append(Transition("deny", "不同意费用", (OPEN,), None, may={r.ASKED}, answers=COST, outcome="refused", needs=(WHY,)))
    monkeypatch.setitem(registry._processes, "errand", replace(errand, transitions=tuple(verbs)))


def ask(what: str, cost: str, days: int) -> Case:
    with simulated(now() - timedelta(days=days, hours=3)):
        case = engine.perform("errand", "order", actor=actor("agent"), given={"what": what}).case
        given = {"cost": cost, "reason": "客户生产线停了两天，要求当面说明"}
        return engine.perform("errand", "spend", actor=actor("agent"), number=case.number, given=given).case


def look(page: Page, name: str) -> None:
    if where := os.environ.get("LOOK"):
        page.screenshot(path=f"{where}/{name}.png", full_page=True)


def test_what_waits_is_decided_in_two_taps_and_a_reason(live_server: LiveServer, context: BrowserContext, spending: None) -> None:
    asked = [ask(f"第 {day} 批压缩机异响的补偿，{'含运费与返工工时，' * day}按协议支付", f"{day}8600.50", day) for day in (3, 2, 1)]
    page = sit(context, live_server.url, "manager")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(live_server.url)
    look(page, "home")
    first = page.locator(".questions > li").first
    for said in ("¥38,600.50", "第 3 批压缩机异响", "客服安", "当面说明", "已等 3 天"):
        expect(first).to_contain_text(said)
    assert axe(page) == {}
    page.get_by_role("link", name="全部").first.click()
    expect(page.locator(".questions > li")).to_have_count(3)
    look(page, "asked")
    assert first.get_by_role("link", name="同意费用", exact=True).bounding_box()["height"] >= 44  # type: ignore[index]  # a thumb's width
    first.get_by_role("link", name="同意费用", exact=True).click()
    page.locator("#dialog [name=note]").fill("按协议支付")
    look(page, "dialog")
    page.locator("#dialog").get_by_role("button", name="同意费用").click()
    expect(page.locator(".questions > li")).to_have_count(2)
    assert page.url.endswith("/asked")
    assert CaseAsk.objects.get(case=asked[0]).outcome == "agreed"
    assert overflow(page) == []


def test_several_who_must_agree_see_on_the_phone_which_step_it_is(live_server: LiveServer, context: BrowserContext, spending: None) -> None:
    a_row(
        "authority.errand.cost", "several", {"role": "quality", "with": ["finance"], "then": ["manager"]}, match={"amount": {"min": 2000}}
    )
    case = ask("压缩机异响的补偿", "38600.50", 1)
    engine.perform("errand", "allow", actor=actor("finance"), number=case.number, given={"note": "账上有余额"})
    page = sit(context, live_server.url, "quality")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/asked")
    card = page.locator(".questions > li").first
    for said in ("第 2 步，共 3 步", "质量专员、财务会同，都同意才算", "已同意：财务费（财务）", "¥38,600.50"):
        expect(card).to_contain_text(said)
    look(page, "several")
    assert overflow(page) == [] and axe(page) == {}
    card.get_by_role("link", name="同意费用", exact=True).click()
    expect(page.locator("#dialog")).to_contain_text("第 2 步，共 3 步")
    page.locator("#dialog [name=note]").fill("质量属实")
    page.locator("#dialog").get_by_role("button", name="同意费用").click()
    expect(page.locator(".questions > li")).to_have_count(0)
    expect(page.locator("body")).to_contain_text("还要别人同意")
    assert list(CaseAsk.objects.filter(case=case, outcome="").values_list("to_role", flat=True)) == ["manager"]
