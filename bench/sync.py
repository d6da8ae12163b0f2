"""What an engineer's telephone keeps: twenty jobs and sixty photos pending, killed, and sent over a link that is cut ten times."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
django.setup()

from playwright.sync_api import sync_playwright  # noqa: E402

from bench.inside import answer, database, inside  # noqa: E402
from bench.statements import session  # noqa: E402
from tests.fieldwork import weak  # noqa: E402
from tests.fieldwork.handset import job  # noqa: E402
from tests.harness import opened  # noqa: E402
from tests.load import token  # noqa: E402
from xiuhao.kernel.models import Attachment, Journal  # noqa: E402

Row = tuple[str, str, str, bool]
JOBS, PHOTOS, CUTS = 20, 3, 10


def measure(quick: bool = False) -> Iterator[Row]:
    """Arrived once, all of it; and how long that took."""
    jobs, cuts = (4, 3) if quick else (JOBS, CUTS)
    with opened() as company, tempfile.TemporaryDirectory(prefix="xiuhao-telephone-", ignore_cleanup_errors=True) as name:
        with database(company):
            token(company)
            made = inside(company, "sync", "given", jobs=jobs)
        company.start(patience=300)
        key, _is, value = made["cookie"].partition("=")
        cookie = {"name": key, "value": value, "url": company.url}
        began = perf_counter()
        with sync_playwright() as driver:
            cut = weak.survives(driver.chromium, company.url, Path(name), cookie, made["numbers"], PHOTOS, cuts)
        took = perf_counter() - began
        company.stop()
        with database(company):
            found = inside(company, "sync", "arrived", numbers=made["numbers"])
    yield (
        f"{jobs} actions, {jobs * PHOTOS} photos pending in a killed app, link cut {cut} times: actions done",
        f"{found['once']}",
        f"{jobs}",
        found["once"] == jobs,
    )
    yield "done twice", f"{found['twice']}", "0", found["twice"] == 0
    yield "photos on their jobs", f"{found['photos']}", f"{jobs * PHOTOS}", found["photos"] == jobs * PHOTOS
    yield "until all had gone, cuts and waits included", f"{took:.0f} s", "told", True


def given(jobs: int) -> Any:
    """An engineer with so many jobs; the cookie of their session."""
    return {"numbers": [job().number for _ in range(jobs)], "cookie": session("engineer")}


def arrived(numbers: list[str]) -> Any:
    """How many jobs have their note once, or oftener, and how many pictures there are."""
    counts = [Journal.objects.filter(case__number=number, verb="note").count() for number in numbers]
    photos = Attachment.objects.unscoped("measuring").filter(case__number__in=numbers, evidence="note.photos").count()
    return {"once": counts.count(1), "twice": sum(count > 1 for count in counts), "photos": photos}


if __name__ == "__main__":
    answer(given, arrived)
