"""The queue's search finds exactly what LIKE finds, in what the reader may see, and never by personal data."""

from __future__ import annotations

import pytest

from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel.search import normal
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db
STORIES = (
    "冰箱不制冷，冷藏室结冰", "空调制冷慢", "洗衣机Ｅ３报错 e3", "热水器漏水漏电", "电脑蓝屏 0x0000007B",
    "手机充不进电，电池鼓包", "不", "100% 死机_重启", "冷冷冷藏",
)  # fmt: skip
WORDS = (
    "制冷", "冷", "冷藏", "e3", "Ｅ３", "E3", "漏水漏", "0x0000007b", "不", "%", "_", "100% 死机", "鼓包", "没有这个", "冷冷",
    "GD26", "XH99",
)  # fmt: skip


def test_the_queue_finds_what_like_finds() -> None:
    for at, story in enumerate(STORIES):
        receive(description=story, contact_phone=f"1391111{at:04d}", serial=f"XH99A{at:04d}")
    plain = {t.case.number: t.plain for t in Ticket.objects.select_related("case")}
    for words in WORDS:
        page = sit("manager").get("/c/ticket/", {"view": "all", "q": words}).content.decode()
        found = {number for number in plain if f'data-row="{number}"' in page}
        assert found == {number for number, text in plain.items() if normal(words) in text}, words


def test_what_one_may_not_see_is_not_found_and_names_find_nothing() -> None:
    number = receive().case.number
    assert number in sit("agent").get("/c/ticket/", {"q": "冷藏室"}).content.decode()
    assert number not in sit("outsider").get("/c/ticket/", {"q": "冷藏室"}).content.decode()
    for words in ("王小明", "文三路", "13800138000"):
        assert f'data-row="{number}"' not in sit("agent").get("/c/ticket/", {"q": words}).content.decode()
