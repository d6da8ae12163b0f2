"""Figures of clauses: folded once, whoever folds and when; equal to an independent recount; drill-down to the cases that one sees."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tests.kernel.lines import a_unit
from tests.sample.fixtures import Office, a_row
from xiuhao.kernel import engine, figures, scheduler
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Case, ClauseFigure, Journal, Refusal, Unit, Watermark
from xiuhao.kernel.recount import _Count, recount
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated


def met(clause: str) -> int:
    return figures.totals(SYSTEM).get(clause, figures.Figure()).met


pytestmark = pytest.mark.django_db(transaction=True)


def test_a_line_counts_once_however_often_it_is_folded(office: Office) -> None:
    office.order()
    assert figures.fold() > 0
    assert figures.fold() == 0
    assert met("JD-4.3") == met("JD-1.1") == 1
    office.order()
    figures.fold()
    assert met("JD-4.3") == 2
    assert recount().differences == []


def test_folding_nothing_is_one_statement(office: Office) -> None:
    office.order()
    figures.fold()
    with CaptureQueriesContext(connection) as spent:
        figures.fold()
    assert len(spent) == 1, "not even a transaction"


def test_a_line_of_a_transaction_that_ends_late_is_not_missed(office: Office) -> None:
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_current_xact_id()")  # older than what follows, and still at work
            office.order()
            figures.fold()
            assert met("JD-4.3") == 0, "nothing younger than an open transaction is folded yet"
            cursor.execute("COMMIT")
        figures.fold()
        assert met("JD-4.3") == 1
    finally:
        other.close()


def test_refused_attempts_were_stopped_and_nothing_is_broken_by_them(office: Office) -> None:
    case = office.order()
    with pytest.raises(Refused) as refused:
        office.do(case, "finish")
    assert refused.value.code == "not_done"
    office.do(case, "work")
    office.do(case, "finish")
    figures.fold()
    whole = figures.figures("HA-3.5.1", None, None, SYSTEM).whole
    assert (whole.met, whole.broken, whole.stopped, whole.percent) == (1, 0, 1, "100.0%")
    assert list(figures.cases("HA-3.5.1", "broken", SYSTEM)) == []
    assert [row.case for row in figures.stopped("HA-3.5.1", SYSTEM)] == [case] and Refusal.objects.count() == 1
    assert recount().differences == []


def test_a_clock_counts_as_running_then_met_or_broken(office: Office) -> None:
    quick, slow = office.order(), office.order()
    assert figures.running(SYSTEM)["HA-3.2.1"] == 2
    office.do(quick, "answer", text="马上来")
    with simulated(now() + timedelta(hours=2)):
        scheduler.round()
    figures.fold()
    found = figures.totals(SYSTEM)["HA-3.2.1"]
    assert (found.met, found.broken, found.running) == (1, 1, 0)
    assert list(figures.cases("HA-3.2.1", "broken", SYSTEM)) == [slow]
    assert list(figures.cases("HA-3.2.1", "met", SYSTEM)) == [quick]
    assert set(figures.cases("CS4-1.4", "running", SYSTEM)) == set()
    with simulated(now() + timedelta(hours=3)):
        office.do(slow, "answer", text="来晚了")
    assert recount().differences == []
    assert figures.totals(SYSTEM)["HA-3.2.1"].met == 1, "late is not met as well"


def test_a_breach_that_nobody_fired_is_counted_once_and_found_by_the_recount(office: Office) -> None:
    case = office.order()
    with simulated(now() + timedelta(hours=5)):
        office.do(case, "answer", text="调度停了")
    figures.fold()
    assert figures.totals(SYSTEM)["HA-3.2.1"].broken == 1
    assert recount().differences == []


def test_the_recount_sees_a_figure_that_is_wrong(office: Office) -> None:
    office.order()
    figures.fold()
    ClauseFigure.objects.filter(clause="JD-4.3").update(count=7)
    (wrong,) = recount().differences
    assert (wrong.clause, wrong.folded, wrong.counted) == ("JD-4.3", 7, 1)


def test_the_recount_reads_one_moment_though_others_fold_meanwhile(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.order()
    walk = _Count.walk

    def long(self: _Count) -> Any:
        found = walk(self)
        with ThreadPoolExecutor(1) as other:  # a line and a fold by another connection, after the lines were read
            other.submit(meanwhile).result()
        return found

    def meanwhile() -> None:
        office.order()
        figures.fold()
        connections.close_all()

    monkeypatch.setattr(_Count, "walk", long)
    assert recount().differences == [] and met("JD-4.3") == 2


def test_the_recount_sees_a_line_whose_rules_say_what_the_declaration_does_not(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case = office.order()
    monkeypatch.setattr("xiuhao.kernel.gate.credit", lambda step: step.rule("CS2-2"))
    office.do(case, "answer", text="好")
    found = {(d.clause, d.folded, d.counted) for d in recount().differences}
    assert ("CS2-2", 1, 0) in found and ("JD-1.9", 0, 1) in found


def test_all_the_ways_of_a_case_are_recounted_alike(office: Office) -> None:
    case = office.order(size=12, promised_at=(now() + timedelta(hours=1)).isoformat())
    office.do(case, "answer", text="收到")
    office.do(case, "wait")
    with simulated(now() + timedelta(hours=6)):
        office.do(case, "go_on")
        office.do(case, "pass_on", reason="换人")
        office.do(case, "spend", cost="300")
        office.do(case, "allow", role="lead")
        office.do(case, "work")
        office.do(case, "finish")
        office.do(case, "resume")
        office.do(case, "finish")
    report = recount()
    assert report.differences == []
    assert {"CS1-8.3", "CS5-11", "CS5-9.8", "CS1-8.2", "HA-3.5.1", "CS4-1.4"} <= report.clauses


def test_a_figure_belongs_to_the_unit_where_the_case_lay_then(office: Office) -> None:
    case = office.order()
    branch = a_unit("分部", office.unit)
    Case.objects.unscoped("moved behind the journal's back").filter(pk=case.pk).update(unit=branch, unit_path=branch.path)
    figures.fold()
    assert {f.unit_id for f in ClauseFigure.objects.all()} == {office.unit.pk}
    assert recount().differences == []


def test_everybody_sees_the_figures_and_cases_of_their_own_branch_only(office: Office) -> None:
    case = office.order()
    figures.fold()
    head = a_unit("别的公司")
    province = a_unit("外省", head)
    stranger = Actor("staff", 10**6, "外", (("agent", province.path),), unit=province.pk, unit_path=province.path)
    assert "JD-4.3" not in figures.totals(stranger)
    assert figures.running(stranger) == {}
    assert list(figures.cases("JD-4.3", "met", stranger)) == []
    assert list(figures.cases("JD-4.3", "met", office.actor())) == [case]
    assert figures.figures("JD-4.3", None, None, office.actor()).units[0][0] == Unit.objects.get(pk=office.unit.pk)
    with pytest.raises(Refused, match="unknown_outcome"):
        figures.cases("JD-4.3", "guessed", stranger)


def test_a_clause_that_is_switched_off_is_not_counted_from_then_on(office: Office) -> None:
    office.order()
    figures.fold()
    a_row("rulebook.override", "off", {"off": True}, match={"clause": "JD-4.3"}, since=now())
    office.order()
    figures.fold()
    assert (met("JD-4.3"), met("JD-1.1")) == (1, 2)
    assert recount().differences == []


def test_by_whom_names_the_owners_of_broken_cases(office: Office) -> None:
    case = office.order()
    with simulated(now() + timedelta(hours=2)):
        office.do(case, "answer", text="来晚了")
    assert figures.by_whom("HA-3.2.1", SYSTEM) == [("agent", 1)]
    assert figures.by_whom("HA-3.5.1", SYSTEM, since=now() + timedelta(days=1)) == []


def test_a_step_that_is_rolled_back_leaves_no_figure(office: Office) -> None:
    with pytest.raises(Refused):
        engine.perform("errand", "order", actor=office.actor(), given={})
    figures.fold()
    assert Journal.objects.count() == 0
    found = figures.totals(SYSTEM)["JD-1.1"]
    assert (found.total, found.stopped) == (0, 1)
    assert Watermark.objects.get(name=figures.NAME).txid > 0
    assert recount().differences == []
