"""A log that comes in parts, or whose beginning is told otherwise the second time, never makes a second case of the first."""

from __future__ import annotations

import pytest

from tests.migration.logs import CASES, csv
from tests.migration.test_bring import bring, lines
from xiuhao.kernel import recount
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, Journal
from xiuhao.migration import running

pytestmark = pytest.mark.django_db


def only() -> Case:
    return Case.objects.visible_to(SYSTEM).get(process="ticket")


def test_the_next_month_of_a_log_goes_on_with_the_cases_of_the_last() -> None:
    bring(csv(CASES[:6]))
    whole = [(line.verb, line.after, line.occurred_at) for line in lines(only())]
    count = Journal.objects.count()
    again = bring(csv(CASES[2:6]))  # a window that has left the beginning behind, all of it known
    assert Journal.objects.count() == count and running.progress(again)["known"] == 1
    bring(csv([(f"Z{case}", word, at, who) for case, word, at, who in CASES[:3]]))
    more = bring(csv([(f"Z{case}", word, at, who) for case, word, at, who in CASES[2:6]]))
    told = running.progress(more)
    assert (told["made"], told["written"], running.faults(more)) == (0, 3, []), "one event of it was known, three are new"
    [_first, second] = Case.objects.visible_to(SYSTEM).filter(process="ticket").order_by("pk")
    assert [(line.verb, line.after, line.occurred_at) for line in lines(second)] == whole, "as though it had come at once"
    assert recount.recount().differences == []


def test_a_beginning_told_otherwise_is_refused_and_makes_no_second_case() -> None:
    bring(csv(CASES[1:4]))
    before = Journal.objects.count()
    run = bring(csv(CASES[:4]))  # now with what came before
    assert only() and Journal.objects.count() == before and "已有更晚的记录" in running.faults(run)[0][2]
    other = bring(csv(CASES[:4]), source="别的系统")
    assert running.progress(other)["made"] == 1, "another system's case of that number is another case"


def test_two_systems_that_nobody_named_may_both_have_a_case_of_one_number() -> None:
    bring(csv(CASES[:3]))
    later = [(case, word, at.replace("2026-03", "2026-05"), who) for case, word, at, who in CASES[:3]]
    other = bring(csv(later, header="Case ID,Activity,Timestamp,Resource"))
    assert running.progress(other)["made"] == 1 and running.faults(other) == []
