"""What a loss is and how it is divided: worked examples, and that parts are the whole to the cent whatever is divided."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiuhao.liability import sums

D = Decimal
YUAN = st.decimals(0, 10**9, places=2)
WEIGHTS = st.lists(st.decimals(D("0.01"), 1000, places=2), min_size=1, max_size=8)


@given(YUAN, WEIGHTS)
def test_parts_add_up_to_the_whole_and_none_is_off_by_more_than_a_cent(whole: D, weights: list[D]) -> None:
    parts = sums.portions(whole, weights)
    assert sum(parts) == whole and all(part == part.quantize(D("0.01")) >= 0 for part in parts)
    assert all(abs(part - whole * weight / sum(weights)) <= D("0.01") for part, weight in zip(parts, weights, strict=True))


@given(
    YUAN,
    st.sampled_from([(80, 15, 5), (70, 20, 10), (60, 25, 15), (50, 35, 15)]),
    st.tuples(*[st.lists(st.integers(1, 90), max_size=4)] * 3),
)
def test_what_people_bear_and_what_stays_with_the_department_is_its_share(
    share: D, places: tuple[int, ...], points: tuple[list[int], ...]
) -> None:
    amounts, rest = sums.borne(share, places, points)
    assert sum(map(sum, amounts), rest) == share
    assert [len(group) for group in amounts] == [len(group) for group in points]


@given(st.integers(0, 6), st.integers(0, 100))
def test_percentages_of_departments_sum_to_a_hundred(watchers: int, share: int) -> None:
    found = sums.percents(watchers, D(share))
    assert sum(found) == 100 and len(found) == watchers + 1


def test_the_standard_by_example() -> None:
    assert sums.portions(D(1000), sums.percents(1, D(30))) == [D("700.00"), D("300.00")]
    assert sums.borne(D(480), (80, 15, 5), ([2, 1], [1], [])) == ([[D("256.00"), D("128.00")], [D("72.00")], []], D("24.00"))
    assert sums.portions(D("0.01"), [1, 1]) == [D("0.01"), D("0.00")]
    assert sums.of_allowance(D("10.005")) == D("10.01")
    with pytest.raises(ValueError, match="weights"):
        sums.portions(D(1), [0, 0])


def test_returned_goods_have_a_month_to_be_sold_and_cost_what_they_fell_below_grade_a() -> None:
    assert [sums.resale_until(date(2026, *day)) for day in ((1, 31), (10, 15), (12, 31))] == [
        date(2026, 2, 28),
        date(2026, 11, 15),
        date(2027, 1, 31),
    ]
    assert sums.of_return(sums.Returned(D(100), D(60), D(20), D("15.50"), D(700))) == D("970.00")
    assert sums.of_return(sums.Returned(D(100), D(100), D(20), D(25), D(700))) == D("0.00"), "all sold, and above grade A: no loss, no gain"
    with pytest.raises(ValueError, match="more sold"):
        sums.of_return(sums.Returned(D(1), D(2), D(1), D(1), D(0)))


def test_the_cap_is_half_of_the_bonus_where_that_is_known() -> None:
    assert sums.cap(D("333.33"), 50) == D("166.67") and sums.cap(None, 50) is None
