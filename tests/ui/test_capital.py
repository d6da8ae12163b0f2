"""Amounts in capitals: examples of every rule, and any amount read back by a reader that knows nothing of the writer."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from xiuhao.ui.capital import DIGITS, MOST, below, capital

PLACE = {"拾": 10, "佰": 100, "仟": 1000}


def read(words: str) -> Decimal:
    """The amount that the words say."""
    sign, words = (-1, words[1:]) if words.startswith("负") else (1, words)
    yuan, _, rest = words.rpartition("元")
    total = group = Decimal(0)
    digit = 0
    for one in yuan:
        if one in DIGITS:
            digit = DIGITS.index(one)
        elif one in PLACE:
            group, digit = group + digit * PLACE[one], 0
        else:
            group, digit = group + digit, 0
            total = (total + group) * 10**8 if one == "亿" else total + group * 10**4
            group = Decimal(0)
    total += group + digit
    for one, before in zip(rest, " " + rest, strict=False):
        total += Decimal(DIGITS.index(before)) * {"角": Decimal("0.1"), "分": Decimal("0.01")}[one] if one in "角分" else 0
    return sign * total


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角整"), ("6007.14", "陆仟零柒元壹角肆分"), ("16409.02", "壹万陆仟肆佰零玖元零贰分"), ("0", "零元整"),
        ("107000.53", "壹拾万零柒仟元伍角叁分"), ("0.05", "伍分"), ("-3.2", "负叁元贰角整"), ("100010000", "壹亿零壹万元整"),
        ("1000000000000", "壹万亿元整"), ("1000100000000", "壹万零壹亿元整"), ("0.005", "壹分"),
    ],
)  # fmt: skip
def test_examples(amount: str, said: str) -> None:
    assert capital(Decimal(amount)) == said


@given(st.decimals(-MOST + 1, MOST - 1, places=2, allow_nan=False))
def test_what_is_written_says_the_amount_and_holds_no_two_zeros(amount: Decimal) -> None:
    said = capital(amount)
    assert read(said) == amount and "零零" not in said
    assert said.endswith("分") != said.endswith("整")


def test_only_a_chinese_paper_repeats_its_sum_and_a_sum_beyond_the_characters_is_refused() -> None:
    assert [said for _label, said in below(Decimal("10.10"))] == ["壹拾元壹角整"]
    with translation.override("en"):
        assert below(Decimal("10.10")) == ()
    with pytest.raises(ValueError):
        capital(MOST)
