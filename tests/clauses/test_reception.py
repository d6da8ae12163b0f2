"""Visitors are registered and received."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import account, actor
from tests.tickets import receive
from xiuhao.kernel import dispatcher, engine
from xiuhao.kernel.models import Case, CaseClock, Link, Message
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.reception.models import Visit

pytestmark = pytest.mark.django_db


def test_CS2_4_a_visitor_is_registered_with_name_purpose_time_and_host_and_is_received() -> None:
    given = {"name": "王小明", "purpose": "complaint", "arrived_at": now().isoformat(), "host": account("expert").pk}
    for missing in given:
        with pytest.raises(Refused) as caught:
            engine.perform("visit", "register", actor=actor("agent"), given={k: v for k, v in given.items() if k != missing})
        assert caught.value.fields[missing].clauses == ("CS2-4",)
    with pytest.raises(Refused) as early:
        engine.perform("visit", "register", actor=actor("agent"), given={**given, "arrived_at": (now() + timedelta(hours=1)).isoformat()})
    assert early.value.code == "arrived_later"
    made = engine.perform("visit", "register", actor=actor("agent"), given=given)
    assert made.line.rules["CS2-4"] == "met" and made.case.owner_id == account("expert").pk
    assert "王小明" not in str(made.line.data) and "王小明" not in made.case.title
    dispatcher.drain()
    assert Message.objects.filter(to_account=account("expert"), template="visitor_waits").exists(), "the host is told"
    assert CaseClock.objects.get(case_id=made.case.pk, key="wait").clauses == ["CS2-4"]
    expert = actor("expert")
    engine.perform("visit", "receive", actor=expert, number=made.case.number)
    ticket = receive(channel="store").case
    with pytest.raises(Refused):
        engine.perform("visit", "tie", actor=expert, number=made.case.number, given={"ticket": "GD0000000000"})
    engine.perform("visit", "tie", actor=expert, number=made.case.number, given={"ticket": ticket.number})
    assert Link.objects.get(parent_id=ticket.pk).child_id == made.case.pk
    engine.perform("visit", "leave", actor=expert, number=made.case.number, given={"outcome": "已登记投诉，承诺三天内回复"})
    visit = Visit.objects.get(pk=made.case.pk)
    assert visit.received_at and visit.left_at and Case.objects.unscoped("test").get(pk=made.case.pk).state == "left"
