"""In a real browser: a large picture goes up small at once, and as the camera took it when nothing else waits."""

from __future__ import annotations

import os
import zlib
from struct import pack

from playwright.sync_api import FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import works
from tests.browser import becomes
from tests.fieldwork.telephone import start
from tests.journeys.desk import sit
from xiuhao.fieldwork.app.models import Shot
from xiuhao.fieldwork.models import WorkPhoto

EDGE = 900
HELD = "() => window.field.store.all('originals').then((all) => all.length)"


def noise() -> bytes:
    """A picture that no encoder makes small."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + os.urandom(3 * EDGE) for _row in range(EDGE))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", pack(">IIBBBBB", EDGE, EDGE, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_a_reduced_picture_goes_first_and_its_original_later(page: Page, live_server: LiveServer) -> None:
    works.crew()
    case = works.arrived(works.assigned(works.plan()))
    page = sit(page.context, live_server.url, "engineer")
    start(page, live_server.url)
    page.context.set_offline(True)
    page.locator(f"[data-number={case.number}]").first.click()
    line = page.locator("[data-proof='photos:before']")
    with page.expect_file_chooser() as chosen:
        line.locator("label").click()
    chosen.value.set_files(FilePayload(name="大图.png", mimeType="image/png", buffer=noise()))
    expect(page.locator("[data-proof='photos:before'].there")).to_be_visible(timeout=20_000)
    becomes(page, f"async () => (await ({HELD})()) === 1")
    page.context.set_offline(False)
    expect(page.locator("#pill")).to_have_text("已同步", timeout=30_000)
    becomes(page, f"async () => (await ({HELD})()) === 0", seconds=30)
    photo = WorkPhoto.objects.unscoped("test").select_related("file__file", "original__file").get(case=case)
    assert photo.original is not None and photo.original.file.width == EDGE
    small, whole = (Shot.objects.unscoped("test").get(attachment=one).size for one in (photo.file, photo.original))
    assert small <= 300 * 1024 < whole
