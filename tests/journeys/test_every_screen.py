"""axe finds nothing on any screen that there is: every address of the table of routes that answers with a page, at three widths, in
light and dark. An address that gives no page stands below with what it gives instead; one that is not known fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests import cast
from tests.access import worlds
from tests.access.people import enter
from tests.access.routes import Entry, rules, table
from tests.access.worlds import World
from tests.journeys.desk import axe
from xiuhao.dispatch import engine
from xiuhao.kernel import invitations
from xiuhao.kernel.time import now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHO = ("anonymous", "proven", "manager", "agent")  # the first who is let in looks at it
SHARES = [(who, share) for who in WHO for share in range(4 if who == "manager" else 1)]  # of a long walk, for several processes
NO_PAGE = {
    "app/": "drawn by its script: axe looks at it in tests/fieldwork", "app/worker.js": "a script",
    "app/manifest.webmanifest": "a file", "app/api/handset": "JSON",
    "healthz": "text", "inbox/unread": "a piece of the bell", "ticket/import/template.xlsx": "a file",
    "ticket/import/<uuid:pk>/errors.xlsx": "a file", "quarantine/<int:pk>/photo/<int:photo>": "a picture",
    "privacy/<slug:number>/held.<slug:kind>": "a file", "registration/sheet/template.xlsx": "a file",
    "migration/sheet/<slug:subject>/template.xlsx": "a file",
    "portal/data/<slug:number>.<slug:kind>": "a file",
    "portal/photos/<uuid:public_id>": "a picture", "files/<uuid:public_id>": "a picture", "drafts/<path:key>": "JSON",
    "demo/history": "a piece", "dispatch/map": "a piece", "stock/found": "a piece", "calls/pop": "a piece",
    "c/<slug:process>/export": "a file",
    "exports/<uuid:run>/file": "a file",
    "migration/sheet/run/<uuid:pk>/errors.xlsx": "a file", "migration/<uuid:pk>/faults.xlsx": "a file",
    "c/<slug:process>/fresh": "no page",
    "accounts/two-factor/recovery-codes/download/": "a file",
    "c/<slug:process>/strip": "a piece", "c/<slug:process>/<slug:number>/lines": "a piece",
    "c/<slug:process>/<slug:number>/panel/<slug:key>": "a piece", "money/<slug:what>.xlsx": "a file",
    "books/collection/template.xlsx": "a file", "books/vouchers/<int:pk>/pdf": "a file", "books/export/<slug:layout>.<slug:kind>": "a file",
    "portal/quote/<str:token>/pdf": "a file", "portal/bill/<str:token>/pdf": "a file",
}  # fmt: skip
SEEN_ELSEWHERE = {"healthz/deep", "metrics"}  # for the operator's programs


def pages() -> Iterator[tuple[str, Entry]]:
    """Every address that answers a GET with 200 to one of us, and who that is."""
    for entry in table():
        if "GET" not in entry.rules or entry.path.startswith("api/v1") or entry.path in SEEN_ELSEWHERE:
            continue
        answers = rules()[entry.rules["GET"]]
        who = next((who for who in WHO if "200" in answers[who][0].split("|")), None)
        if entry.rules["GET"] == "second-factor":  # elsewhere it sends those away who have not just typed their password
            who = "manager"
        if who and entry.path not in NO_PAGE:
            yield who, entry


def outfit(context: BrowserContext, client: Client, url: str) -> Page:
    """A tab with this client's cookies."""
    for name, morsel in client.cookies.items():
        context.add_cookies([{"name": name, "value": morsel.value, "url": url}])
    return context.new_page()


def recently(client: Client) -> None:
    """Logged in with a password just now: what protects second factors asks for no other."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": now().timestamp(), "username": "x"}]
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""


def looked_at(page: Page, url: str, judged: set[tuple[str, int]] | None = None) -> dict[str, list[str]] | str:
    """What axe finds at an address, in a frame that was judged so far; a sentence where there is no page."""
    answer = page.goto(url)
    kind = (answer.headers.get("content-type", "") if answer else "").partition(";")[0]
    if not answer or answer.status != 200 or kind != "text/html":
        return f"{answer.status if answer else 'nothing'} {kind}"
    return axe(page, judged) if page.locator("h1").count() == 1 else f"{page.locator('h1').count()} headings of the first rank"


def world() -> World:
    made = worlds.inhabited("own", "agent", "一组", "1", "manager")
    made.values |= worlds.shared()
    return made


@pytest.mark.parametrize(("who", "share"), SHARES)
def test_axe_finds_nothing_on_any_screen(who: str, share: int, live_server: LiveServer, context: BrowserContext) -> None:
    own = world()
    client = enter(who, own, own)
    if who in ("manager", "agent"):
        recently(client)
    page, wrong, seen, judged = outfit(context, client, live_server.url), {}, set(), set[tuple[str, int]]()
    mine = [entry for name, entry in pages() if name == who][share :: [name for name, _share in SHARES].count(who)]
    if any(entry.path.startswith("dispatch/job/") for entry in mine):
        engine.warm()  # else the page would compile the optimiser, which takes longer than a page may
    for entry in mine:
        url = entry.url(own.values)
        found = looked_at(page, live_server.url + url, judged)
        seen.add(url)
        if found:
            wrong[url] = found
    assert seen and not wrong, "\n".join(f"{url}: {found}" for url, found in wrong.items())


def test_axe_finds_nothing_where_an_invitation_leads(live_server: LiveServer, context: BrowserContext) -> None:
    token = invitations.invite(cast.account("engineer"), None)
    page = context.new_page()
    assert looked_at(page, f"{live_server.url}/welcome/{token}") == {}
