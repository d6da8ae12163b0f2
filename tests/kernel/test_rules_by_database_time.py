"""C5 for the regulation: rules, deadlines and figures know the database's clock only, whatever the machine's says."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.sample.fixtures import Office
from xiuhao.kernel import figures, policy, scheduler
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import CaseClock, Journal, PolicyEdit
from xiuhao.kernel.policy import Change
from xiuhao.kernel.time import database_now, simulated

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("step", [timedelta(minutes=-10), timedelta(hours=2), timedelta(seconds=90)])
def test_C5_a_machine_whose_clock_is_stepped_fires_nothing_early_and_nothing_twice(office: Office, step: timedelta) -> None:
    present = database_now()
    with time_machine.travel(present + step, tick=True):
        case = office.order()
        row = CaseClock.objects.get(case=case, key="response")
        assert abs((row.started_at - present).total_seconds()) < 60
        assert scheduler.round() == 0, "by this machine the hour may be over; by the database it is not"
    with simulated(present + timedelta(hours=1, minutes=1)):
        fired = scheduler.round()
    with time_machine.travel(present + step, tick=True), simulated(present + timedelta(hours=1, minutes=2)):
        assert scheduler.round() == 0, "another machine, minutes apart, finds nothing left to fire"
    assert fired == 2
    assert list(Journal.objects.filter(case=case, verb__startswith="clock_").order_by("seq").values_list("verb", flat=True)) == [
        "clock_warn",
        "clock_breach",
    ]
    breach = Journal.objects.get(case=case, verb="clock_breach")
    assert breach.occurred_at == row.due_at, "stamped with its true time"


def test_C5_a_rule_takes_effect_by_the_databases_clock(office: Office) -> None:
    present = database_now()
    with time_machine.travel(present + timedelta(days=2), tick=True):
        later = Change(
            "add", "clock.errand.response", "later", position=1, at=present + timedelta(days=1), value={"limit": "9h", "calendar": "always"}
        )
        policy.apply(later, office.actor("manager"), "明天起")
        assert policy.decide("clock.errand.response", {}).value["limit"] == "1h"  # type: ignore[union-attr]
        assert abs((PolicyEdit.objects.get().at - present).total_seconds()) < 60
    assert policy.decide("clock.errand.response", {}, present + timedelta(days=1)).value["limit"] == "9h"  # type: ignore[union-attr]
    assert figures.running(SYSTEM) == {}
