"""Every open ticket has a time at which the customer hears; a new one is told to them, and the clock follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.kernel.test_scheduler import MONDAY
from tests.ticket.acts import act, done, why
from tests.tickets import receive
from xiuhao.kernel.models import CaseClock, Outbox
from xiuhao.kernel.time import local, simulated
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def test_a_new_promise_moves_the_clock_and_is_told() -> None:
    with simulated(MONDAY):
        case = receive().case
        first = Ticket.objects.get(pk=case.pk).promised_at
        assert first is not None and CaseClock.objects.get(case=case, key="promise").due_at == first
        assert "请填写“承诺时间”" in why(act("agent", case, "promise", promise_way="phone", reason="缺件"))
        later = MONDAY + timedelta(days=1)
        told = local(later).strftime("%Y-%m-%dT%H:%M")
        assert done(act("agent", case, "promise", promised_at=told, promise_way="sms", reason="缺件"))
    assert CaseClock.objects.get(case=case, key="promise").due_at == later
    assert Outbox.objects.filter(case=case, kind="notice", body__template="ticket_promise").exists()
    ticket = Ticket.objects.get(pk=case.pk)
    assert (ticket.promised_at, ticket.promise_way) == (later, "sms")
