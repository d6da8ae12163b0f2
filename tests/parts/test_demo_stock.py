"""The demo's stock: every store and van has parts, dear ones less, and the ledger holds."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from tests import cast
from tests.parts.test_ledger import sums_hold
from xiuhao.parts import queries
from xiuhao.parts.models import Balance, Level, Part, Piece, Place
from xiuhao.simulate import company, parts

pytestmark = pytest.mark.django_db


def test_the_demo_company_has_parts_with_prices_in_every_store_and_van() -> None:
    cast.leave()
    made = company.found("1990000")
    found = parts.stock(made, date(2026, 11, 1), Random(3))
    assert len(found) == Part.objects.count() >= 25 and all(part.category for part in found)
    assert all(queries.price(part.pk, date(2026, 11, 2)) for part in found)
    stores = Place.objects.unscoped("test").filter(kind__in=("warehouse", "station", "van"))
    assert {place.kind for place in stores} == {"warehouse", "station", "van"}
    stocked = set(Balance.objects.unscoped("test").filter(quantity__gt=0).values_list("place", flat=True))
    assert stocked == {place.pk for place in stores}
    assert Level.objects.exists() and Piece.objects.unscoped("test").exists()
    sums_hold()
