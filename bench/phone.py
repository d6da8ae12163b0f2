"""The phone screen in a real browser: a known customer calls, and their request is a saved ticket."""

from __future__ import annotations

import os
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
django.setup()

from playwright.sync_api import Page, expect, sync_playwright  # noqa: E402

from bench.inside import answer, database, inside  # noqa: E402
from bench.statements import session  # noqa: E402
from tests.browser import FLAGS, chromium  # noqa: E402
from tests.harness import opened  # noqa: E402
from tests.journeys.test_phone_call import COUNT, a_known_customer, effort  # noqa: E402
from tests.load import token  # noqa: E402

Row = tuple[str, str, str, bool]
CLICKS, FIELDS, SECONDS = 4, 3, 20.0
CALLS = 5


def measure(quick: bool = False) -> Iterator[Row]:
    """By keyboard at a typist's speed; the slowest of a few calls, each on a screen of its own."""
    with opened() as company:
        with database(company):
            token(company)
            cookie = inside(company, "phone", "known")
        company.start(patience=300)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium(), headless=True, args=list(FLAGS))
            context = browser.new_context(locale="zh-CN")
            name, _is, value = cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": company.url}])
            page = context.new_page()
            found = [call(page, company.url) for _ in range(1 if quick else CALLS)]
            browser.close()
    clicks, fields, seconds = (max(each[at] for each in found) for at in range(3))
    yield "phone screen, known customer to saved ticket: clicks", f"{clicks:.0f}", f"≤ {CLICKS}", clicks <= CLICKS
    yield "typed fields", f"{fields:.0f}", f"≤ {FIELDS}", fields <= FIELDS
    yield (
        "scripted in the browser, from the first digit to the ticket's number",
        f"{seconds:.1f} s",
        f"≤ {SECONDS:.0f} s",
        seconds <= SECONDS,
    )


def call(page: Page, url: str) -> tuple[int, int, float]:
    """One call: clicks, typed fields, seconds."""
    page.goto(f"{url}/ticket/call")
    page.evaluate(COUNT)
    began = perf_counter()
    page.keyboard.type("13800138000", delay=60)
    expect(page.locator("#receive-device input").first).to_be_focused()
    page.keyboard.press("2")
    expect(page.locator("#receive-description")).to_be_focused()
    page.keyboard.type("冷藏室不制冷，昨天开始结冰", delay=60)
    expect(page.locator("#ahead")).to_contain_text("保内")
    clicks, fields = effort(page)
    page.keyboard.press("Control+Enter")
    page.locator(".called .number b").wait_for()
    return clicks, fields, perf_counter() - began


# Inside the company


def known() -> Any:
    """A customer with two devices and an open ticket; the cookie of an agent's session."""
    a_known_customer()
    return session("agent")


if __name__ == "__main__":
    answer(known)
