"""Until when the archive keeps a ticket (HA-3.5.2): whole years, on whatever day of a month it was closed."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.clauses.test_handling import SATISFIED, do
from tests.tickets import receive
from xiuhao.kernel.time import simulated, zone
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("closed", "until"), [((2026, 12, 31), "2032-12-31"), ((2027, 1, 30), "2033-01-30")])
def test_it_is_kept_for_whole_years(closed: tuple[int, int, int], until: str) -> None:
    with simulated(datetime(*closed, 12, tzinfo=zone())):
        case = receive(category="car", kind="usage_question", at_once=True, solution="教会了保养提醒归零").case
        do(case, "confirm", **SATISFIED)
    assert str(Ticket.objects.get(pk=case.pk).keep_until) == until
