"""The arithmetic of the collection rate: half-up, and to the cent whatever is split."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from xiuhao.accounts.collecting import Collection, portions, result

D = Decimal
YUAN = st.decimals(0, 10**8, places=2)


@given(YUAN, st.lists(YUAN, min_size=1, max_size=8))
def test_portions_add_up_to_the_whole(whole: D, weights: list[D]) -> None:
    parts = portions(whole, weights)
    assert sum(parts) == (whole if sum(weights) else 0) and all(part >= 0 for part in parts)


def test_the_rate_is_collected_by_due_less_disputed_half_up() -> None:
    assert Collection(D(1000), D(200), D(333)).rate == D("41.63")  # 41.625
    assert Collection(D(200), D(200), D(0)).rate is None


def test_a_dispute_counts_at_most_what_is_due_and_falls_to_salespeople_by_what_they_have_due() -> None:
    due = [(1, "A", D(300), D(100)), (2, "A", D(100), D(100)), (1, "B", D(50), D(50))]
    found = result(due, {"A": D("100.01"), "B": D(80), "C": D(5)})
    assert [row.sums.disputed for row in found.rows] == [D("75.01"), D("25.00"), D(50)]
    assert found.people[1].disputed == D("125.01") and found.whole.disputed == D("150.01") and found.unmatched == {"C": D(5)}
    assert found.people[2].rate == D("133.33") and found.rows[2].sums.rate is None
