"""A telephone that was silent past a deadline: what it tells counts by its moment, unless nothing but its own clock says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from tests.cast import actor
from tests.fieldwork.handset import DOOR, LOADED, Phone, fresh, job
from xiuhao.kernel import engine, figures, registry, scheduler
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseClock, Journal
from xiuhao.kernel.recount import recount
from xiuhao.kernel.time import now, simulated
from xiuhao.kernel.verification import verify
from xiuhao.ui.timeline import entries

HOUR, CLAUSE = timedelta(hours=1), "HA-3.3.1"


def silent(arrived: datetime, begin: datetime, *, forged: str = "") -> Case:
    """An appointment up to two hours after `begin`; the telephone is silent from then on and tells its work five hours after."""
    with simulated(begin - 0.2 * HOUR):
        case, phone = job(), Phone()
    with simulated(begin):
        window = {"window_from": (begin + HOUR).isoformat(), "window_to": (begin + 2 * HOUR).isoformat()}
        case = engine.perform("work", "book", actor=actor("engineer"), number=case.number, given=window).case
    acts = [phone.act(case, "depart", begin + 1.2 * HOUR, **LOADED), phone.act(case, "arrive", arrived, **DOOR)]
    if forged:  # told by another opening of the app, whose counter says nothing now
        for act in acts:
            act["session"] = str(uuid4())
    if forged == "anchor":  # an answer that we shall have given tomorrow
        for act in acts:
            act["anchor"] = {"server": (begin + 24 * HOUR).isoformat(), "mono": act["mono"]}
    if forged == "true anchor":
        for act in acts:
            act["anchor"] = {"server": begin.isoformat(), "mono": phone.count(begin)}
    with simulated(begin + 4 * HOUR):
        while scheduler.round():
            pass
    assert clock(case).status == "broken"
    with simulated(begin + 5 * HOUR):
        assert set(phone.send(*acts).values()) == {"done"}
    return fresh(case)


def clock(case: Case) -> CaseClock:
    return CaseClock.objects.get(case=case, key="arrival")


@pytest.mark.parametrize(
    ("minutes", "forged", "status"),
    [
        pytest.param(125, "", "met", id="in time"),
        pytest.param(125, "true anchor", "met", id="in time by an answer of ours"),
        pytest.param(150, "", "broken", id="late"),
        pytest.param(125, "clock", "broken", id="by the wall clock alone"),
        pytest.param(125, "anchor", "broken", id="by an answer that we never gave"),
    ],
)
def test_O5_what_was_in_time_and_told_late_was_in_time(transactional_db: None, minutes: int, forged: str, status: str) -> None:
    begin = now().replace(microsecond=0) - 6 * HOUR
    case = silent(begin + timedelta(minutes=minutes), begin, forged=forged)
    assert clock(case).status == status
    line = Journal.objects.get(case=case, verb="arrive")
    assert ("lifted" in line.data) == (status == "met") and bool(line.data["offline"].get("guessed")) == (forged in ("clock", "anchor"))
    [entry] = entries(registry.process(line.process), [line], SYSTEM)
    assert any("不成立" in str(value) for _label, value in entry.facts) == (status == "met"), "the timeline says what became of the breach"
    figures.fold()
    whole, report = figures.figures(CLAUSE, None, None, SYSTEM).whole, recount()
    assert report.differences == [] and verify().intact
    assert whole.broken == (status == "broken")
    assert figures.cases(CLAUSE, "broken", SYSTEM).exists() == (status == "broken")


def test_nothing_a_telephone_tells_is_older_than_the_telephone(transactional_db: None) -> None:
    begin = now().replace(microsecond=0) - 6 * HOUR
    with simulated(begin):
        case, phone = job(), Phone(known=timedelta(minutes=1))
        act = phone.act(case, "note", text="三天前就到过")
        act["mono"] = 0.0
    with simulated(begin + HOUR):
        assert set(phone.send({**act, "session": str(phone.run)}).values()) == {"done"}
    line = Journal.objects.get(case=case, verb="note")
    assert line.occurred_at >= begin - timedelta(minutes=1)
