"""Who leads the house uploads a log, says what its words are here, sees what comes of it, and brings it."""

from __future__ import annotations

import io

import pytest
from django.test import Client

from tests.cast import account, actor
from tests.migration.logs import CASES, csv
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, Reveal
from xiuhao.migration import exporting, running
from xiuhao.migration.jobs import bring
from xiuhao.migration.models import MigrationRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(account("manager"))
    return client


def upload(client: Client, data: bytes, **asked: str) -> tuple[int, str]:
    file = io.BytesIO(data)
    file.name = "log.csv"
    answer = client.post("/migration/", {"file": file, **asked}, follow=True)
    return answer.status_code, answer.content.decode()


def latest() -> MigrationRun:
    return MigrationRun.objects.visible_to(actor("manager")).latest("created_at")


def test_words_are_mapped_looked_at_and_brought_in_the_background(manager: Client) -> None:
    log = csv([(case, {"待客户": "17"}.get(word, word), at, who) for case, word, at, who in CASES])
    _status, page = upload(manager, log)
    assert "2 个工单，8 个事件" in page and "按 csv utf-8 , 读取" in page
    words = list(latest().words)
    told = {f"word-{place}": latest().mapping.get(word, "") for place, word in enumerate(words)}
    url = f"/migration/{latest().pk}"
    refused = manager.post(url, {**told, "then": "go"})
    assert refused.status_code == 422 and "还有 1 个状态没有对应：17" in refused.content.decode()
    told[f"word-{words.index('17')}"] = "state:waiting_customer"
    seen = manager.post(url, {**told, "then": "look"}).content.decode()
    assert "已归档 2" in seen and "待分派 → 已归档（1）" in seen and not Case.objects.visible_to(SYSTEM).exists()
    assert "已处理 0 / 2 个工单" in manager.post(url, {**told, "then": "go"}, follow=True).content.decode()
    bring(str(latest().pk))
    assert "迁入 2 个工单，写下 8 个事件" in manager.get(url).content.decode()
    assert manager.post(url, {**told, "then": "drop"}).status_code == 409


def test_headers_and_times_that_cannot_be_known_are_asked(manager: Client) -> None:
    rows = csv([("1", "new", "02/03/2026 10:00:00", "")], header="a,b,c,d")
    status, page = upload(manager, rows)
    assert status == 422 and "没有认出" in page and "a、b、c、d" in page
    status, page = upload(manager, rows, case="a", event="b", time="c")
    assert status == 422 and "时间可能有几种写法" in page and "%d/%m/%Y %H:%M:%S" in page
    _status, page = upload(manager, rows, case="a", event="b", time="c", way="%d/%m/%Y %H:%M:%S")
    assert "1 个工单，1 个事件" in page and latest().told["first"].startswith("2026-03-02T02:00")


def test_the_export_streams_and_is_only_for_who_leads_the_house(manager: Client) -> None:
    upload(manager, csv())
    running.begin(latest(), latest().mapping)
    bring(str(latest().pk))
    answer = manager.post("/migration/export", {"process": "ticket"})
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streaming response
    assert exporting.ours(data) and len(exporting.opened(data)[1]) == 2 and "no-store" in answer["Cache-Control"]
    assert Reveal.objects.get().subject == "history:ticket", "who took it is on record"
    manager.force_login(account("agent"))
    assert manager.post("/migration/export", {"process": "ticket"}).status_code == 403
    assert manager.get("/migration/").status_code == 403
