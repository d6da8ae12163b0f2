"""A ticket's title is short and tells what is wrong with what."""

from __future__ import annotations

import pytest

from tests.tickets import receive
from xiuhao.ticket import naming


@pytest.mark.parametrize(
    ("said", "short"),
    [
        ("冰箱不制冷，冷藏室结冰", "冰箱不制冷，冷藏室结冰"),
        ("来电：您好，想问一下，冰箱放多久才能通电？", "冰箱放多久才能通电？"),
        (
            "客户反映洗衣机漏水。昨天刚修过，今天又漏，家里地板都泡了，要求今天一定来人处理。",
            "洗衣机漏水。昨天刚修过，今天又漏，家里地板都泡了",
        ),
        ("您好", "您好"),
        ("一" * 40, "一" * 29 + "…"),
        ("The fridge hums all night and keeps everybody awake, also on Sundays", "The fridge hums all night and keeps everybody awake"),
        ("", ""),
    ],
)
def test_a_title_keeps_whole_clauses_without_the_greeting_and_never_more_than_thirty_signs(said: str, short: str) -> None:
    assert naming.short(said) == short and naming.width(short) <= naming.WIDEST


@pytest.mark.django_db
def test_the_product_stands_before_it_where_the_customer_does_not_name_it() -> None:
    assert receive(description="来电：冷藏室不冷了", category="fridge").case.title == "冰箱 · 冷藏室不冷了"
    assert receive(description="冰箱不冷了", category="fridge").case.title == "冰箱不冷了"
    assert receive(description="It hums", category="fridge").case.title.endswith(" · It hums")
