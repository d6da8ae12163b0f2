"""While the customer is to answer or a part is to come the resolution clock stands still; what was promised does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.kernel.test_scheduler import MONDAY
from tests.ticket.acts import act, done
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel.models import CaseClock
from xiuhao.kernel.time import simulated

pytestmark = pytest.mark.django_db


def test_waiting_pauses_and_the_answer_goes_on() -> None:
    with simulated(MONDAY):
        case = receive().case
        before = CaseClock.objects.get(case=case, key="resolution")
        promised = CaseClock.objects.get(case=case, key="promise").due_at
        assert done(act("agent", case, "wait_customer", text="请发铭牌照片")) and case.state == "waiting_customer"
    held = CaseClock.objects.get(case=case, key="resolution")
    assert held.since is None and held.due_at is None and held.next_at is None
    with simulated(MONDAY + timedelta(hours=2)):
        page = sit().get(f"/c/ticket/{case.number}/").content.decode()
        assert "已暂停" in page
        assert done(act("agent", case, "answer", text="照片已发")) and case.state == "in_progress"
    after = CaseClock.objects.get(case=case, key="resolution")
    # Two working hours were waited: 18:00 on Wednesday becomes 11:00 on Thursday.
    assert (before.due_at, after.due_at) == (MONDAY + timedelta(days=2, hours=9), MONDAY + timedelta(days=3, hours=2))
    assert CaseClock.objects.get(case=case, key="promise").due_at == promised
