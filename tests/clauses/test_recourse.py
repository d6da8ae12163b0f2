"""What is claimed of an outside party is followed to its end, by a deadline of its own (CS5-9.17)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import account, actor
from tests.claims import LATER, along, at, do, record, refused, settled
from tests.kernel.test_scheduler import MONDAY, fire
from tests.ui.desk import sit
from xiuhao.claim.models import Recourse
from xiuhao.complaint.models import Complaint
from xiuhao.kernel import engine, policy
from xiuhao.kernel.models import Case, CaseClock, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated

pytestmark = pytest.mark.django_db
PARTY = {"external_party": "华南板材", "origin": "supplier", "joint_handling": "会同到厂确认"}
END = {"recovered": "150", "recovered_on": "2026-10-01", "recovery": "对方承担一半，已冲货款"}
DAY = timedelta(days=1)


def claimed(*amounts: str) -> Case:
    """A claim on whose outside party these amounts were claimed, one after the other."""
    case = at("opine", investigate={"origin": "supplier", "liable": "板材供应商"})
    for amount in amounts:
        do(case, "involve", "office", **PARTY, **({"recourse": amount} if amount else {}))
        settled()
    return case


def of(case: Case) -> list[Recourse]:
    return list(Recourse.objects.filter(claim=case.pk).select_related("case").order_by("pk"))


def recover(one: Recourse, who: str = "office", **given: Any) -> str:
    """The state after it, or why it is refused."""
    try:
        return engine.perform("recourse", "recover", actor=actor(who), number=one.case.number, given={**END, **given}).case.state
    except Refused as no:
        return no.code


def test_CS5_9_17_what_is_claimed_of_an_outsider_waits_on_the_office_until_its_end_is_registered_though_the_claim_is_closed() -> None:
    assert of(claimed("")) == [], "nothing is claimed of them"
    case = claimed("300")
    case = along(case, "")
    (one,) = of(case)
    assert case.state == "closed" and one.case.is_open, "closing the claim does not end it"
    waiting = sit("office").get("/c/recourse/").content.decode()
    assert one.case.number in waiting and "华南板材" in waiting
    assert one.case.number in sit("office").get(f"/c/claim/{case.number}/").content.decode(), "it stands on the claim"
    assert recover(one, "sales") == "not_allowed"
    assert recover(one, recovery="") == "incomplete", "nobody just says that it is over"
    assert recover(one) == "recovered" and of(case)[0].recovered == 150
    assert recover(one) == "wrong_state", "once"
    assert one.case.number not in sit("office").get("/c/recourse/").content.decode()


def test_CS5_9_17_a_recourse_has_a_deadline_of_its_own_with_warning_and_breach_by_a_row_of_policy() -> None:
    (row,) = policy.rows("clock.recourse.recovery")
    assert row.value["limit"] == "60d"
    with simulated(MONDAY):
        case = along(claimed("300"), "", review={"improve_by": LATER})
        (one,) = of(case)
    clock = CaseClock.objects.get(case=one.case)
    assert (clock.key, clock.due_at) == ("recovery", MONDAY + 60 * DAY)
    fire(MONDAY + 45 * DAY + timedelta(minutes=1))
    assert Journal.objects.filter(case=one.case, verb="clock_warn").exists()
    fire(MONDAY + 60 * DAY + timedelta(minutes=1))
    breach = Journal.objects.get(case=one.case, verb="clock_breach")
    assert (breach.rules["CS5-9.17"], breach.data["to"]) == ("broken", "office")
    fire(MONDAY + 90 * DAY + timedelta(minutes=1))
    assert Journal.objects.get(case=one.case, verb="clock_escalate").data["to"] == "director"
    with simulated(MONDAY):
        other = of(claimed("80"))[0]
        recover(other)
    assert CaseClock.objects.get(case=other.case).status == "met"


def test_CS5_9_17_another_claim_on_an_outsider_is_seen_to_its_end_anew() -> None:
    case = claimed("300", "300", "320")
    (one,) = of(case)
    assert one.amount == 320, "an open one is claimed at another amount"
    assert recover(one, recovered="0", recovery="对方不认") == "recovered"
    do(case, "involve", "office", **PARTY, recourse="320")
    settled()
    assert len(of(case)) == 1, "the same claim stays settled"
    do(case, "involve", "office", **PARTY, recourse="500")
    settled()
    assert [(one.amount, one.case.state) for one in of(case)] == [(320, "recovered"), (500, "pursued")]


def test_a_withdrawn_claim_claims_nothing_of_anybody() -> None:
    case = claimed("300")
    do(case, "withdraw", "office", why="客户撤诉")
    settled()
    (one,) = of(case)
    assert one.case.state == "dropped" and CaseClock.objects.get(case=one.case).status == "void"


def test_whoever_it_is_about_has_no_part_in_the_recourse_and_the_post_above_acts() -> None:
    case = claimed("300")
    Complaint.objects.filter(pk=record(case).complaint_id).update(about=account("office"))
    (one,) = of(case)
    assert recover(one) == "about_you"
    assert recover(one, "deputy") == "recovered"
    assert refused(case, "recover", "office").code == "unknown_verb"
