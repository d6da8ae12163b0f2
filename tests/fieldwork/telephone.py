"""The app in a real browser, small as a telephone, with a place to stand and a network that a test can cut."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import FilePayload, Page, expect

from tests.pictures import png

TELEPHONE: Any = {"width": 360, "height": 740}
HANGZHOU: Any = {"latitude": 30.2741, "longitude": 120.1551}
PICTURE: FilePayload = {"name": "现场.png", "mimeType": "image/png", "buffer": png("green")}


def start(page: Page, url: str) -> None:
    """Open the app of whoever is logged in, and wait until it can do without a network."""
    page.set_viewport_size(TELEPHONE)
    page.context.grant_permissions(["geolocation"], origin=url)
    page.context.set_geolocation(HANGZHOU)
    again(page, url)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    expect(page.locator("#pill")).to_have_text("已同步")


def again(page: Page, url: str) -> None:
    """Open it once more, as after it was killed, whatever the network is."""
    page.goto(f"{url}/app/")
    page.wait_for_selector("body[data-ready]", state="attached")


def step(page: Page, verb: str, label: str = "") -> None:
    """The one big button: it is there, and says what comes next."""
    button = page.locator(f".next-bar [data-verb={verb}]")
    if label:
        expect(button).to_have_text(label)
    button.click()


def sign(page: Page) -> None:
    """A hand on the glass."""
    box = page.locator(".pad canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for x, y in ((90, 100), (140, 40), (190, 110), (240, 60)):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
    page.mouse.up()
