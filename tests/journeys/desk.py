"""What journeys do at a desk: log in without the form, run axe over a screen in light and dark at three widths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests import cast
from tests.tickets import receive
from xiuhao.kernel.models import Case

__all__ = ["axe", "case", "desk", "overflow", "sit"]
AXE = Path(__file__).resolve().parents[1] / "vendor/axe.min.js"
WIDTHS = (1440, 820, 320)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}, "resultTypes": ["violations"]}
OF_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, "resultTypes": ["violations"]}
RUN = """async ([rules, within]) => (await axe.run(within ? {exclude: [".top", ".side"]} : document, rules)).violations.map(
    (v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ")).slice(0, 4).join(" | "))"""


def sit(context: BrowserContext, url: str, login: str = "agent") -> Page:
    """A tab in which this member of the cast is logged in."""
    account, session = cast.account(login), SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key or "", "url": url}])
    return context.new_page()


@pytest.fixture
def case(live_server: LiveServer) -> Case:
    """A ticket that the agent has taken."""
    return receive("agent").case


@pytest.fixture
def desk(live_server: LiveServer, context: BrowserContext, case: Case) -> Page:
    """The case, open at the agent's desk."""
    page = sit(context, live_server.url)
    page.goto(f"{live_server.url}/c/ticket/{case.number}/")
    return page


def axe(page: Page, judged: set[tuple[str, int]] | None = None) -> dict[str, list[str]]:
    """The violations of A and AA on the screen as it is, by colours and width, switched in place in one load. In the dark it is asked
    again for what colours decide; the rest cannot differ. Who walks from page to page hands on in what colours and widths the frame
    around them, bar and menu, was `judged`: it is looked at in each of them once, and on every page as it first appears."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())  # as a debugger would: the page's own policy allows no foreign script
    found: dict[str, list[str]] = {}
    before = page.viewport_size
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # colours in transition are no colours
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            within = judged is not None and (scheme, width) in judged and (scheme, width) != ("light", WIDTHS[0])
            wrong: list[Any] = page.evaluate(RUN, [RULES if scheme == "light" else OF_COLOURS, within])
            if judged is not None and page.locator(".frame > .side").count():
                judged.add((scheme, width))
            if overflow(page):
                wrong.append(f"wider than the screen: {overflow(page)}")
            if wrong:
                found[f"{scheme} {width}"] = wrong
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    if before:
        page.set_viewport_size(before)
    return found


def overflow(page: Page) -> list[str]:
    """What sticks out to the right, if the page can be scrolled sideways."""
    return list(
        page.evaluate(
            """() => document.documentElement.scrollWidth <= innerWidth ? [] :
            [...document.querySelectorAll("body *")].filter((e) => !e.closest(".wide, .tabs, .steps"))
            .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
            .map((e) => e.tagName + "." + e.className).slice(0, 5)"""
        )
    )
