"""Two who work out the loss of one claim at once: one worksheet, and the other is told so."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.liability.claims import assess, closed
from tests.parts.test_last_part import at_once
from xiuhao.liability.models import Liability

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_of_eight_who_assess_a_claim_one_does() -> None:
    [claim] = closed()
    found = Counter(told.split()[0] for told in at_once([lambda: assess(claim) for _ in range(8)]))
    assert found["won"] == 1 and set(found) <= {"won", "assessed_already", "there_already"} and Liability.objects.count() == 1
