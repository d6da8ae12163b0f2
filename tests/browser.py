"""A real browser for journeys: Chromium by CHROME_PATH, else from PATH. There is no silent skip: without it the tests fail."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.harness import until

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--lang=zh-CN",
)  # fmt: skip

PATIENCE = 30  # seconds, of whatever waits for a page; on a busy machine a page may take ten
expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    path = chromium()
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        yield started
        started.close()


def chromium() -> str:
    """The path of the browser; without one the test fails."""
    path = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, NAMES)), None)
    if not path:
        pytest.fail("These tests need Chromium: run scripts/test, which installs it where it may, or set CHROME_PATH.", pytrace=False)
    return path


class Watch:
    """What a page must not do: fail in a script, break the content policy, ask another host."""

    def __init__(self, context: BrowserContext) -> None:
        self.wrongs: list[str] = []
        context.on("weberror", lambda error: self.wrongs.append(f"script: {error.error}"))
        context.on("console", self._console)
        context.on("request", lambda request: self._host(request.url))

    def _console(self, message: ConsoleMessage) -> None:
        # A refused request is logged too; whether it was meant is for the test to say.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.wrongs.append(f"console: {message.text}")

    def _host(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost"):
            self.wrongs.append(f"asked another host: {url}")


def becomes(page: Page, script: str, arg: object = None, seconds: float = PATIENCE) -> None:
    """Waits until the script says yes, be it by a promise, which the driver's own wait takes for a yes before it has spoken."""
    until(lambda: page.evaluate(script, arg), seconds, script)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh visitor from Shanghai at a desk; whatever a page did wrong fails the test at its end."""
    visitor = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1440, "height": 900})
    visitor.set_default_timeout(PATIENCE * 1000)
    watch = Watch(visitor)
    yield visitor
    visitor.close()
    assert watch.wrongs == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab of that visitor."""
    return context.new_page()
