"""The figure that words promise, however it is written; what is only mentioned is no promise (CS5-9.14)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xiuhao.complaint.promises import in_figures, promised


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("我们补偿您 300 元", "300"), ("补偿您三百元", "300"), ("赔偿人民币1,200.50元", "1200.50"), ("给您退还1.2万元", "12000"),
        ("We will refund ¥500", "500"), ("减免两千块", "2000"), ("您花 8000 元买的冰箱", "0"), ("赔礼道歉", "0"),
        ("马上赔偿。配件原价 900 元", "0"), ("补偿 100 元，或者赔偿 5000 元", "5000"), ("赔您 ，元", "0"),
        ("赔您三千元", "3000"), ("赔偿叁仟元整", "3000"), ("3000元赔偿给您", "3000"), ("赔偿 3000", "3000"), ("补您 3000 元", "3000"),
        ("给你 3000 元", "3000"), ("报销3000元", "3000"), ("reimburse 3000 yuan", "3000"), ("refund RMB 3000", "3000"),
        ("赔您三千五", "3500"),
        ("赔付3k", "3000"), ("３０００元会打到您账上", "3000"), ("compensate you with CNY 5,000", "5000"), ("赔偿:人民币3000", "3000"),
        ("您花 8000 元买的冰箱给您修好", "0"), ("补开 8000 元发票", "0"), ("请补交 300 元", "0"),
        ("送您一张 5000 元购物卡", "5000"), ("请于 3 天内退回 2 台", "0"), ("退回日期 2026-11-22", "0"),
    ],
)  # fmt: skip
def test_what_a_text_promises_is_read_as_an_amount(text: str, amount: str) -> None:
    assert promised(text) == Decimal(amount)


def test_numbers_in_chinese_signs() -> None:
    assert [in_figures(one) for one in ("十", "十五", "三千五百", "两万", "一万两千三百", "一百零五", "三千五", "两万五")] == [
        10,
        15,
        3500,
        20_000,
        12_300,
        105,
        3500,
        25_000,
    ]
