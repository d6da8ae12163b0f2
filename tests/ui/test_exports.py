"""A long list is exported in the background: with progress, told of when done, for whoever asked alone, and for a day."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.db import connection

from tests.tickets import receive
from tests.ui.desk import sit, text
from xiuhao.kernel import dispatcher, files
from xiuhao.kernel.models import Message, Reveal
from xiuhao.kernel.time import now, simulated
from xiuhao.ui import exports, listing, sheets
from xiuhao.ui.jobs import export_work, sweep_exports
from xiuhao.ui.models import ExportRun

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/c/ticket/export?kind=fault&column=number&column=customer"


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a few tickets reach."""
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    monkeypatch.setattr(exports, "STRIDE", 1)
    monkeypatch.setattr(listing, "PIECE", 2)


def queued() -> list[str]:
    """The exports that wait for a worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'ui.export' AND status = 'todo'")
        return [(json.loads(args) if isinstance(args, str) else args)["run"] for (args,) in cursor.fetchall()]


def test_a_long_list_is_written_in_the_background_for_its_maker_alone_and_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    receive(kind="complaint")
    made = {receive().case.number for _ in range(2)}
    manager = sit("manager")
    assert b"".join(manager.get(LIST).streaming_content)[:2] == b"PK", "a short one comes at once"  # type: ignore[attr-defined]
    made |= {receive().case.number for _ in range(3)}
    answers = [manager.get(LIST) for _ in range(2)]  # the second click of an impatient person
    url = answers[0]["Location"]
    assert [(a.status_code, a["Location"]) for a in answers] == [(303, url)] * 2 and queued() == [url.rpartition("/")[2]]
    assert 'hx-trigger="every 1s"' in text(manager.get(url)) and manager.get(f"{url}/file").status_code == 404
    pages = watched(monkeypatch, lambda: text(sit("manager").get(url)))
    export_work(run=queued()[0])
    assert any("已写 3 / 5 行" in page for page in pages), "how far it is, while it is written"
    export_work(run=queued()[0])  # a worker that died after the last row, started again
    page = text(manager.get(url))
    assert "共 5 行" in page and "hx-trigger" not in page
    answer = manager.get(f"{url}/file")
    assert answer["Content-Disposition"].startswith("attachment") and "no-cache" in answer["Cache-Control"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert {row[0].value for row in book.active.iter_rows(min_row=2)} == made and book.properties.creator == "经理华"
    assert "13800138000" not in str([[cell.value for cell in row] for row in book.active.iter_rows()])
    assert [kept.reason for kept in Reveal.objects.filter(subject="export:ticket").order_by("pk")] == ["导出 2 行 kind", "导出 5 行 kind"]
    told(url)
    for other in ("lead", "admin"):
        assert (sit(other).get(url).status_code, sit(other).get(f"{url}/file").status_code) == (404, 404), "the link is its maker's"
    expires(url)


def watched(monkeypatch: pytest.MonkeyPatch, look: Any) -> list[str]:
    """What the page says before each row is written."""
    pages: list[str] = []
    every = listing.every

    def seen(*args: Any) -> Iterator[Any]:
        for row in every(*args):
            yield row
            pages.append(look())

    monkeypatch.setattr(listing, "every", seen)
    return pages


def told(url: str) -> None:
    """One notice in the inbox that leads to the export."""
    dispatcher.drain()
    [notice] = Message.objects.filter(template="ui/notice/export_done.txt")
    assert notice.channel == "inbox" and "工单导出已完成：5 行" in text(sit("manager").get("/inbox"))
    assert sit("manager").get(f"/inbox/{notice.pk}")["Location"] == url


def expires(url: str) -> None:
    """After a day neither link nor file."""
    run = ExportRun.objects.unscoped("test").get(pk=UUID(url.rpartition("/")[2]))
    with simulated(now() + exports.LASTS + timedelta(minutes=1)):
        gone = sit("manager").get(f"{url}/file")
        assert gone.status_code == 410 and "已过期" in text(gone) and "重新导出" in text(sit("manager").get(url))
        files.sweep_orphans()
        assert sit("manager").get(f"/files/{run.file}").status_code == 404
    with simulated(now() + exports.REMEMBERED + timedelta(hours=1)):
        assert sweep_exports(0) == 1


def test_an_export_whose_taker_has_lost_the_right_meanwhile_holds_what_they_may_see_now() -> None:
    for _ in range(3):
        receive()
    url = sit("lead").get(LIST)["Location"]
    from tests.cast import account
    from xiuhao.kernel.models import Grant

    Grant.objects.filter(account=account("lead")).delete()
    export_work(run=url.rpartition("/")[2])
    run = ExportRun.objects.unscoped("test").get(pk=url.rpartition("/")[2])
    assert run.finished_at and run.done == 0
    assert sit("manager").get(f"/exports/{uuid4()}").status_code == 404 and sheets.SHEET > exports.AT_ONCE
