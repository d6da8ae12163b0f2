"""A request that is given up: its clocks are neither kept nor broken, whoever is concerned hears of it, and nobody is dropped unheard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import account
from tests.kernel.test_scheduler import MONDAY, fire, web
from tests.ticket.acts import act, done, why
from xiuhao.kernel import dispatcher, figures, recount
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseClock, Journal, Message
from xiuhao.kernel.time import simulated

pytestmark = pytest.mark.django_db


def clocks(case: Case) -> dict[str, str]:
    return {row.key: row.status for row in CaseClock.objects.filter(case=case)}


def test_nobody_at_the_desk_drops_a_customer_who_has_heard_nothing_and_a_lead_does_as_they_see_fit() -> None:
    case, other = web(MONDAY), web(MONDAY, "13911113333")
    with simulated(MONDAY + timedelta(minutes=5)):
        for each in (case, other):
            assert done(act("lead", each, "assign", to=account("agent").pk))
        assert "还没有答复过客户" in why(act("agent", case, "cancel", reason="不想做")) and case.state == "in_progress"
        assert done(act("agent", case, "reply", text="您好，您确认不需要上门了吗？"))
        assert done(act("agent", case, "cancel", reason="客户说不需要了")) and case.state == "cancelled"
        assert done(act("lead", other, "cancel", reason="重复报修"))


@pytest.mark.django_db(transaction=True)
def test_clocks_of_what_was_given_up_are_void_unless_they_were_broken_and_the_recount_agrees() -> None:
    early, late = web(MONDAY), web(MONDAY, "13911113333")
    with simulated(MONDAY + timedelta(minutes=5)):
        assert done(act("lead", early, "cancel", reason="重复报修"))
    assert clocks(early) and set(clocks(early).values()) == {"void"}
    assert "clocks" not in Journal.objects.get(case=early, verb="cancel").data
    fire(MONDAY + timedelta(minutes=61))
    with simulated(MONDAY + timedelta(minutes=70)):
        assert done(act("lead", late, "cancel", reason="客户自己修好了"))
    assert clocks(late)["first_response"] == "broken" and set(clocks(late).values()) == {"void", "broken"}
    figures.fold()
    found = figures.totals(SYSTEM)
    assert (found["HA-3.2.1"].met, found["HA-3.2.1"].broken, found["HA-3.2.1"].running) == (0, 1, 0)
    assert "CS1-8.2" not in found or not found["CS1-8.2"].met, "no promise was kept"
    assert [str(each) for each in recount.recount().differences] == []


def test_the_customer_and_whoever_works_on_it_hear_that_it_was_cancelled() -> None:
    case = web(MONDAY)
    with simulated(MONDAY + timedelta(minutes=5)):
        assert done(act("lead", case, "assign", to=account("agent").pk))
        assert done(act("lead", case, "cancel", reason="重复报修"))
        while dispatcher.round():
            pass
    assert Message.objects.filter(case=case, template="ticket_cancelled", to_account=None, channel="sms").exists()
    assert Message.objects.filter(case=case, template="ticket_dropped", to_account=account("agent")).exists()
