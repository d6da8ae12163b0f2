"""What a telephone keeps outlives its death, and arrives once over a link that breaks. The full size is in bench/sync.py."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from tests.fieldwork import weak
from tests.fieldwork.handset import job
from tests.journeys.desk import sit
from xiuhao.kernel.models import Attachment, Journal

JOBS, PHOTOS, CUTS = 2, 2, 3


def test_O6_pending_work_survives_a_killed_app_and_arrives_once_over_a_link_that_is_cut(
    browser: Browser, context: BrowserContext, live_server: LiveServer, tmp_path: Path
) -> None:
    cases = [job() for _ in range(JOBS)]
    sit(context, live_server.url, "engineer").close()
    [cookie] = [each for each in context.cookies() if each["name"] == settings.SESSION_COOKIE_NAME]
    numbers = [case.number for case in cases]
    driver = browser.browser_type  # the driver that runs already: there can be only one
    cuts = weak.survives(driver, live_server.url, tmp_path / "telephone", cookie, numbers, PHOTOS, CUTS)
    assert cuts == CUTS
    for case in cases:
        assert Journal.objects.filter(case=case, verb="note").count() == 1
        assert Attachment.objects.unscoped("test").filter(case=case, evidence="note.photos").count() == PHOTOS
    assert not Attachment.objects.unscoped("test").filter(case=None, evidence="").exists()
