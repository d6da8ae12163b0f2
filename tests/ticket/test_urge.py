"""An urge reaches owner and lead, once in two hours."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.kernel.test_scheduler import MONDAY
from tests.ticket.acts import act, done, why
from tests.tickets import receive
from xiuhao.kernel.models import Outbox
from xiuhao.kernel.time import simulated

pytestmark = pytest.mark.django_db


def test_once_in_two_hours() -> None:
    with simulated(MONDAY):
        case = receive().case
        assert done(act("lead", case, "urge"))
    with simulated(MONDAY + timedelta(hours=1, minutes=59)):
        assert "两小时内已催过" in why(act("lead", case, "urge"))
    with simulated(MONDAY + timedelta(hours=2)):
        assert done(act("lead", case, "urge"))
    told = Outbox.objects.filter(case=case, kind="notice", body__template="ticket_urged")
    assert told.count() == 2 and all(row.body["to"] == ["lead", "owner"] for row in told)
