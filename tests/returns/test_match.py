"""The arithmetic of quantities and of what is lost: by examples and by properties."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiuhao.returns.match import loss_of, match

PIECES = st.decimals(min_value=0, max_value=10**9, places=3)
RATES = st.decimals(min_value=0, max_value=100, places=2)


@pytest.mark.parametrize(
    ("approved", "slip", "actual", "rate", "outcome", "booked"),
    [
        ("100", "100", "100", "3", "equal", "100"),
        ("100", "100", "97", "3", "under", "97"),
        ("100", "100", "103", "3", "within", "103"),
        ("100", "100", "103.001", "3", "over", None),
        ("100", "100", "100.001", "0", "over", None),
        ("100", "80", "80", "3", "under", "80"),
        ("100", "101", "100", "3", "slip", None),
        (None, "100", "100", "3", "unknown", None),
        ("100", None, "100", "3", "unknown", None),
        ("100", "100", None, "3", "unknown", None),
    ],
)
def test_a_match_is_equal_under_within_or_over(approved: str, slip: str, actual: str, rate: str, outcome: str, booked: str) -> None:
    one = [None if each is None else Decimal(each) for each in (approved, slip, actual)]
    found = match(*one, Decimal(rate))
    assert (found.outcome, found.booked) == (outcome, None if booked is None else Decimal(booked))


@given(PIECES, PIECES, PIECES, RATES)
def test_what_is_booked_is_what_came_and_never_more_than_the_tolerance(
    approved: Decimal, slip: Decimal, actual: Decimal, rate: Decimal
) -> None:
    found = match(approved, slip, actual, rate)
    if found.booked is not None:
        assert found.booked == actual and actual * 100 <= approved * (100 + rate) and slip <= approved
    else:
        assert slip > approved or actual * 100 > approved * (100 + rate)


@given(PIECES, PIECES, RATES, RATES)
def test_a_larger_tolerance_never_books_less(approved: Decimal, actual: Decimal, one: Decimal, other: Decimal) -> None:
    small, large = (match(approved, approved, actual, rate).booked for rate in sorted((one, other)))
    assert small is None or large == small


@given(PIECES, st.decimals(0, 10**6, places=2), st.decimals(0, 10**9, places=2))
def test_a_loss_is_never_negative_nor_more_than_the_goods_were_worth(booked: Decimal, price: Decimal, resale: Decimal) -> None:
    loss = loss_of(booked, price, resale)
    assert 0 <= loss <= booked * price + Decimal("0.005")
    assert loss_of(booked, price, resale + 1) <= loss
