"""Whatever happens to tickets, the figures of the clauses are those that an independent recount finds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import actor
from tests.clauses.test_handling import SATISFIED, SOLUTION, do, judged, solved
from tests.kernel.test_scheduler import MONDAY, fire, web
from tests.tickets import receive, receive_as
from tests.ui.desk import sit, text
from xiuhao.contract import actions
from xiuhao.kernel import figures
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.recount import recount
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated

pytestmark = pytest.mark.django_db(transaction=True)
PRESENT = MONDAY + timedelta(days=7)  # before the last look of the schedulers below: what was born then is overdue at it
# What the desk was founded on: each of these has figures.
FOUNDING = {
    "HA-3.1.1", "HA-3.1.2", "HA-3.2.1", "HA-3.2.3", "HA-3.5.1", "HA-3.5.2", "HA-4.1", "CS1-8.1", "CS1-8.2", "CS1-8.3", "CS2-2",
    "CS3-2.1", "CS3-2.4", "CS6-2", "JD-1.1", "JD-1.2", "JD-1.3", "JD-1.9", "JD-4.1", "JD-4.2", "JD-4.3", "JD-4.4", "SL-1.1", "SL-1.6",
    "SL-1.8", "SL-2.1", "SL-2.2", "SL-3.1", "SL-3.2",
}  # fmt: skip


def live_a_little() -> None:
    """Cases by every channel: answered, late, refused, transferred, escalated, disputed, reopened, archived, cancelled."""
    done = solved()
    do(done, "confirm", **SATISFIED)
    do(done, "reopen", reason="又坏了")
    receive(at_once=True, solution="电话里教会了")
    vip = actions.sell(SYSTEM, done.customer_id or 0, "vip", industry="appliance")
    receive(tier_told=True)
    actions.end(SYSTEM, vip.pk, "客户退订")
    other = receive(contact_phone="13911115555").case
    actions.sell(SYSTEM, other.customer_id or 0, "intermediate", industry="appliance")
    do(receive(contact_phone="13911115555").case, "reply", text="您好，已为您安排")
    do(receive(category="phone", kind="usage_question", contact_phone="13911114444").case, "reveal", reason="核对号码")
    receive(urgency="danger")
    late, quick = web(MONDAY), web(MONDAY, "13911113333")
    with simulated(MONDAY + timedelta(minutes=20)):
        do(quick, "reply", text="您好，已收到")
    fire(MONDAY + timedelta(minutes=61))
    with simulated(MONDAY + timedelta(hours=3)):
        do(late, "reply", text="抱歉久等")
        do(quick, "wait_customer", text="请发照片")
    fire(MONDAY + timedelta(days=9))
    open_ = judged()
    do(open_, "transfer", to=actor("colleague").id, reason="请接手")
    do(open_, "accept", "colleague")
    do(open_, "escalate", "colleague", summary="查不出原因，已换过温控器")
    again = solved()
    do(again, "dispute", reason="没修好")
    do(again, "cancel", "lead", reason="客户退货")
    for verb, given in (("solve", SOLUTION), ("reply", {}), ("confirm", SATISFIED)):
        with pytest.raises(Refused):
            do(receive().case, verb, **given)


def test_figures_of_tickets_equal_an_independent_recount_of_the_journal() -> None:
    with simulated(PRESENT):
        live_a_little()
        figures.fold()
        report = recount()
    assert [str(difference) for difference in report.differences] == []
    assert len(FOUNDING) == 29 and FOUNDING - report.clauses == set() and report.cases >= 9
    found = figures.totals(SYSTEM)
    assert found["HA-3.2.1"].met and found["HA-3.2.1"].broken and found["HA-3.2.3"].stopped


def test_whoever_sends_an_incomplete_report_spoils_no_figure_and_stands_in_the_list_of_what_was_stopped() -> None:
    receive()
    for who in (Actor("customer"), actor("agent")):
        with pytest.raises(Refused):
            receive_as(who, kind=None, contact_phone=None)
    figures.fold()
    found = figures.totals(SYSTEM)
    for clause in ("HA-3.1.1", "HA-3.1.2"):
        assert (found[clause].met, found[clause].broken, found[clause].stopped, found[clause].percent) == (1, 0, 2, "100.0%")
        assert not figures.cases(clause, "broken", SYSTEM) and figures.stopped(clause, SYSTEM).count() == 2
    assert recount().differences == []
    page = text(sit("manager").get("/rules/HA-3.1.1/cases?outcome=stopped"))  # type: ignore[arg-type]
    assert (page.count("客户网站"), page.count("客服安"), page.count("工作台") > 0) == (1, 1, True)
    assert "客服安" not in text(sit("outsider").get("/rules/HA-3.1.1/cases?outcome=stopped"))  # type: ignore[arg-type]
