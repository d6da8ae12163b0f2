"""Under warranty or not, until when and why; what is not known is never guessed (HA-3.2.3)."""

from __future__ import annotations

from datetime import date

import pytest

from xiuhao.product.queries import Facts, Verdict, verdict
from xiuhao.product.reckoning import months_after

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


def judge(category: str, industry: str = "appliance", **facts: object) -> Verdict:
    return verdict(Facts(industry, category, **facts), TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"category": ""}, "warranty_no_product"),
        ({"category": "tv"}, "warranty_no_date"),
        ({"category": "tv", "installed_on": date(2026, 1, 1)}, "warranty_no_date"),
        ({"category": "tv", "purchased_on": date(2027, 1, 1)}, "warranty_date_ahead"),
        ({"category": "tv", "purchased_on": date(2024, 11, 21)}, "warranty_parts"),
        ({"category": "aircon", "purchased_on": date(2025, 1, 1)}, "warranty_no_install"),
        ({"category": "car", "industry": "vehicle", "purchased_on": date(2026, 1, 1)}, "warranty_no_mileage"),
        ({"category": "spaceship", "industry": "space", "purchased_on": date(2026, 1, 1)}, "warranty_no_rule"),
    ],
)
def test_what_is_not_known_makes_it_uncertain_with_a_sentence(facts: dict[str, object], code: str) -> None:
    found = judge(**facts)  # type: ignore[arg-type]
    assert (found.outcome, found.code) == ("uncertain", code)
    assert found.reason and "{" not in found.reason and "None" not in found.reason


def test_what_must_be_installed_counts_from_its_installation() -> None:
    late = judge("aircon", purchased_on=date(2025, 6, 1), installed_on=date(2026, 3, 1))
    assert (late.outcome, late.until) == ("in", date(2027, 3, 1))
    assert judge("aircon", installed_on=date(2026, 3, 1)).outcome == "in"
    assert judge("aircon", purchased_on=date(2026, 6, 1)).outcome == "in"


def test_a_car_is_under_warranty_until_the_first_of_its_two_limits() -> None:
    bought = {"industry": "vehicle", "purchased_on": date(2024, 1, 1)}
    assert judge("car", **bought, mileage=60_000).outcome == "in"  # type: ignore[arg-type]
    assert judge("car", **bought, mileage=60_001).code == "warranty_out_km"  # type: ignore[arg-type]
    assert judge("car", industry="vehicle", purchased_on=date(2023, 11, 20), mileage=10).code == "warranty_out"


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 1, 1), 36, date(2028, 1, 1)),
    ],
)
def test_a_period_of_months_ends_on_the_corresponding_day(start: date, months: int, last: date) -> None:
    assert months_after(start, months) == last
