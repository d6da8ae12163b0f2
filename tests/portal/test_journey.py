"""One customer in a real browser: reports, follows the link, proves the number, confirms."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import browser as real
from tests.portal.visitor import code_sent, picture, staff, ticket

AXE = Path(real.__file__).with_name("vendor") / "axe.min.js"


def sound(page: Page) -> list[Any]:
    """What axe finds wrong, in light and dark, on a telephone and a desk."""
    found: list[Any] = []
    page.evaluate(AXE.read_text())
    for width in (360, 1280):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found += page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then(r => r.violations)")
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), f"wider than {width}"
    return [(wrong["id"], [node["html"] for node in wrong["nodes"]]) for wrong in found]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_customer_reports_follows_proves_and_confirms(live_server: Any, page: Page) -> None:
    page.goto(f"{live_server.url}/portal/")
    assert sound(page) == []
    page.get_by_role("link", name="不会用，想问问").click()
    page.get_by_label("怎么回事").fill("遥控器按了没有反应")
    page.reload()
    expect(page.get_by_label("怎么回事")).to_have_value("遥控器按了没有反应")
    page.set_input_files("#f-photos", {"name": "遥控器.png", "mimeType": "image/png", "buffer": picture().read()})
    expect(page.locator(".shot input[name=photos]")).to_have_count(1)
    page.locator("[name=opened]").evaluate("(input, stamp) => { input.value = stamp }", opened_long_ago())
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("请留下手机号")
    assert sound(page) == []
    page.get_by_label("手机号").fill("138 0013 8000")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("收到了，我们来处理")
    made = ticket(page.locator("#number").inner_text())
    assert sound(page) == []
    page.get_by_role("link", name="打开进度页").click()
    staff("reply", made, "lead" if made.case.owner_id is None else "", text="请换一节新电池试试。")
    page.reload()
    expect(page.get_by_text("客服回复了您")).to_be_visible()
    expect(page.get_by_text("新电池")).to_have_count(0)
    assert sound(page) == []
    prove(page)
    expect(page.get_by_text("请换一节新电池试试。")).to_be_visible()
    expect(page.locator(".steps .shot img")).to_have_js_property("complete", True)
    assert sound(page) == []
    if made.case.owner_id is None:
        staff("take", made, "lead")
    staff("solve", made, solution="换新电池后正常")
    page.reload()
    page.get_by_role("button", name="已解决，我满意").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("服务已完成")
    assert ticket(made.case.number).case.state == "archived"


def opened_long_ago() -> str:
    """A stamp as of half a minute ago, instead of waiting."""
    from tests.portal.visitor import Visitor

    return Visitor().open()["opened"]


def prove(page: Page) -> None:
    """Through the two forms of a code."""
    page.get_by_role("link", name="用短信验证码验证").click()
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("短信里的 6 位数字").fill(code_sent())
    assert sound(page) == []
    page.get_by_role("button", name="确定").click()
    page.wait_for_url(re.compile(r"/portal/mine/GD"))
