"""The palette's short list is the beginning of the search, whether the latest tickets say the words or only old ones do."""

from __future__ import annotations

import pytest

from tests.cast import actor
from tests.tickets import receive
from xiuhao.ticket import queries

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("latest", [0, 3, 1_000])
def test_the_newest_are_the_first_of_the_search(latest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "LATEST", latest)
    for text in ("冰箱漏水", "空调漏水 滴水", "冰箱不制冷", "洗衣机漏水", "电视没有声音"):
        receive("agent", description=text)
    for words, count in (("漏水", 3), ("滴水 空调", 1), ("查无此事", 0)):
        first = queries.newest(actor("agent"), words, 2)
        assert first == list(queries.search(actor("agent"), words)[:2])
        assert len(first) == min(2, count)
    assert queries.newest(actor("outsider"), "冰箱漏水", 2) == []
