"""The pictures of the README: the demo company in a scratch folder, its screens as a browser shows them, written to docs/pictures."""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from pathlib import Path

import django
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.browser import FLAGS, chromium  # noqa: E402
from tests.harness import ROOT, Company  # noqa: E402

WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=640, height=800)
PHONE = ViewportSize(width=420, height=800)
READY = 1200  # seconds that the demo may take on a busy machine
COLOURS = 256  # what flat screens need; a third of the bytes
# A ticket at work whose customer has a phone on file and whose device is known; and the link that the customer was sent.
CHOSEN = """
import json
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account
from xiuhao.kernel.time import now
from xiuhao.ticket import tracking
from xiuhao.ticket.queries import visible
rows = visible(SYSTEM).filter(case__state="in_progress", case__owner__login="agent", device__isnull=False, case__customer_id__isnull=False)
found = rows.filter(case__due_at__gt=now()).order_by("case__due_at").first() or rows.order_by("-case__due_at").first()
station = Account.objects.get(login="engineer").unit_id
print("chosen", json.dumps([found.case.number, found.contact_phone.removeprefix("+86"), tracking.url(found), station]))
"""


def main() -> None:
    """Start the demo, take every picture, stop it."""
    with tempfile.TemporaryDirectory(prefix="xiuhao-pictures-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        home.chmod(0o711)
        company = Company(home / "var")
        try:
            company.start("--demo", patience=READY)
            take(company)
        finally:
            if company.process and company.process.poll() is None:
                company.stop()


def take(company: Company) -> None:
    """The pictures of a demo that runs, one a file."""
    said = company.manage("shell", "-c", CHOSEN)
    number, phone, link, station = json.loads(said.split("chosen ", 1)[1].splitlines()[0])
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), headless=True, args=list(FLAGS))
        agent, lead = desk(browser, company.url, "agent"), desk(browser, company.url, "lead")
        shoot(lead, company.url, "/", "home")
        shoot(lead, company.url, "/c/ticket/", "queue")
        shoot(lead, company.url, "/rules/", "rules")
        shoot(agent, company.url, f"/c/ticket/{number}/", "case")
        agent.locator("a[href*='/clock/']").first.click()
        agent.locator("#dialog table").wait_for()
        keep(agent, "clock")
        agent.goto(f"{company.url}/ticket/call")
        agent.locator("#number, [name=contact_phone]").first.press_sequentially(phone, delay=20)
        agent.locator("#who[data-known]").wait_for()
        keep(agent, "call")
        visitor = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=NARROW).new_page()
        shoot(visitor, company.url, "/portal/" + link.partition("/portal/")[2], "track")
        board = desk(browser, company.url, "dispatcher")
        board.goto(f"{company.url}/dispatch/?unit={station}")
        board.locator(".bar[data-placed]").first.wait_for()
        keep(board, "board")
        phone_of_engineer = desk(browser, company.url, "engineer", PHONE)
        phone_of_engineer.goto(f"{company.url}/app/")
        phone_of_engineer.locator("a.job[data-number]").first.wait_for()
        keep(phone_of_engineer, "app")
        browser.close()


def desk(browser: Browser, url: str, login: str, viewport: ViewportSize = WIDE) -> Page:
    """A tab in which somebody of the demo has logged in."""
    page = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=viewport).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{url}/accounts/login/")
    page.locator(f"form:has(input[name=login][value={login}]) button").click()  # the demo offers everybody
    page.locator("#bell").wait_for()
    return page


def shoot(page: Page, url: str, path: str, name: str) -> None:
    """The picture of a page."""
    page.goto(url + path, wait_until="load")
    keep(page, name)


def keep(page: Page, name: str) -> None:
    """What the tab shows, with few colours, as docs/pictures/<name>.png."""
    page.evaluate("document.querySelectorAll('.history').forEach((line) => line.remove())")  # what only the first minutes show
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    path = ROOT / f"docs/pictures/{name}.png"
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    main()
