"""Under warranty or not, before anything is done."""

from __future__ import annotations

from datetime import date

import pytest

from xiuhao.kernel import policy
from xiuhao.product.queries import Facts, verdict

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


def test_HA_3_2_3_the_verdict_follows_the_period_of_the_product_to_the_day() -> None:
    policy.current()
    last = verdict(Facts("appliance", "tv", purchased_on=date(2025, 11, 21)), TODAY)
    assert (last.outcome, last.until) == ("in", TODAY)
    over = verdict(Facts("electronics", "phone", purchased_on=date(2025, 11, 20)), TODAY)
    assert (over.outcome, over.until) == ("out", date(2026, 11, 20))
    assert over.row is not None and over.row.clauses == ["HA-3.2.3"]
    assert "2025-11-20" in over.reason and "12" in over.reason
    assert verdict(Facts("appliance", "tv"), TODAY).outcome == "uncertain"
