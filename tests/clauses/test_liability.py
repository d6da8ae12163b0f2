"""The loss of a claim and who bears it; notices of reward and penalty; the month's list for personnel; the month's statistics."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.cast import actor
from tests.clauses.test_handling import rules
from tests.kernel.test_scheduler import fire
from tests.liability.claims import HERE, assess, closed, decided, do, liable
from xiuhao.kernel import duties, engine
from xiuhao.kernel.models import Case, CaseAsk, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated
from xiuhao.liability import queries
from xiuhao.liability.duties import DISCIPLINE
from xiuhao.liability.models import Discipline
from xiuhao.statistics.models import Monthly
from xiuhao.statistics.process import STATISTICS

pytestmark = pytest.mark.django_db
FIRST, TENTH = datetime(2026, 11, 1, 9, tzinfo=HERE), datetime(2026, 11, 11, tzinfo=HERE)


def propose(on: Case) -> Case:
    given = {
        "kind": "penalty",
        "measure": "warning",
        "department": "production",
        "person": actor("engineer").id,
        "reason": "未按指导书操作",
    }
    return engine.perform("sanction", "propose", actor=actor("office"), given=given, parent=on.number).case


def test_CS5_9_10_loss_and_what_each_bears_by_the_standards_and_the_superior_decides() -> None:
    with pytest.raises(Refused) as caught:
        assess(closed()[0], granted="1000")
    assert "CS5-9.10" in caught.value.clauses
    case = assess(closed()[0])
    with pytest.raises(Refused) as caught:
        do(case, "split", department1="production", percent1="90")
    assert caught.value.clauses == ("CS5-9.10",)
    do(case, "split", department1="production", department2="quality")
    do(case, "charge", department="production", person=actor("engineer").id, place="person", points="1")
    [first, _watcher] = queries.shares(case.pk)
    assert (str(first.amount), str(first.persons.all()[0].amount)) == ("700.00", "490.00"), "70 / 30, and 70 / 20 / 10 within"
    do(case, "accept", "production", opinion="同意")
    do(case, "accept", "quality", opinion="同意")
    with pytest.raises(Refused):
        do(case, "approve", "director", note="照办")
    do(case, "submit")
    with pytest.raises(Refused):
        do(case, "approve", note="自批")
    assert do(case, "approve", "director", note="照办").state == "decided"
    assert rules(case, "approve")["CS5-9.10"] == "met"


def test_CS5_12_1_by_the_tenth_the_months_disciplinary_cases_are_with_personnel_or_it_is_broken() -> None:
    with simulated(FIRST - timedelta(days=5)):
        notice = propose(decided())
        do(notice, "approve", "director", note="同意")
    with simulated(FIRST):
        assert duties.open_due(DISCIPLINE) == 1
        record = Discipline.objects.select_related("case").get()
        with pytest.raises(Refused) as caught:
            do(record.case, "send")
        assert "CS5-12.1" in caught.value.clauses
        assert rules(do(record.case, "send", review="属实"), "send")["CS5-12.1"] == "met"
        assert CaseAsk.objects.get(case=record.case, outcome="").to_role == "personnel"
    with simulated(FIRST + timedelta(days=25)):
        do(propose(decided()), "approve", "director", note="同意")
    with simulated(FIRST + timedelta(days=30)):
        duties.open_due(DISCIPLINE)
    late = Discipline.objects.select_related("case").get(month="2026-11").case
    fire(TENTH + timedelta(days=30, minutes=1))
    assert Journal.objects.get(case_id=late.pk, verb="clock_breach").rules == {"CS5-12.1": "broken"}


def test_CS5_12_2_a_notice_holds_when_the_general_manager_has_approved_it_and_three_have_their_copy() -> None:
    notice = propose(decided())
    with pytest.raises(Refused):
        do(notice, "approve", note="自批")
    do(notice, "approve", "director", note="同意")
    assert rules(notice, "approve")["CS5-12.2"] == "met"
    asked = set(CaseAsk.objects.filter(case=notice, key="copies", outcome="").values_list("to_role", flat=True))
    assert asked == {"office", "finance", "production"}
    for who in ("office", "finance"):
        assert do(notice, "acknowledge", who).state == "approved"
    assert do(notice, "acknowledge", "production").state == "closed"


def test_CS5_9_13_by_the_tenth_last_month_is_summed_up_confirmed_by_three_departments_and_measures_checked() -> None:
    liable(closed(3))
    with simulated(FIRST):
        assert duties.open_due(STATISTICS) == 1
    record = Monthly.objects.select_related("case").get()
    assert (record.month, record.closed, str(record.loss), record.due_at) == ("2026-10", 3, "3000.00", TENTH)
    with simulated(FIRST + timedelta(days=1)):
        for who in ("production", "quality"):
            do(record.case, "confirm", who)
        with pytest.raises(Refused) as caught:
            do(record.case, "sign", checked="逐条查核，均已执行")
        assert caught.value.clauses == ("CS5-9.13",)
        do(record.case, "confirm", "research")
        with pytest.raises(Refused) as caught:
            do(record.case, "sign")
        assert "CS5-9.13" in caught.value.clauses
        do(record.case, "sign", checked="逐条查核，均已执行")
    assert rules(record.case, "sign")["CS5-9.13"] == "met"
    liable(closed(at=FIRST + timedelta(days=3)))
    with simulated(FIRST + timedelta(days=30)):
        duties.open_due(STATISTICS)
    late = Monthly.objects.select_related("case").get(month="2026-11").case
    fire(TENTH + timedelta(days=30, minutes=1))
    broken = Journal.objects.filter(case_id=late.pk, verb="clock_breach", data__clock="sign")
    assert [line.rules for line in broken] == [{"CS5-9.13": "broken"}]
