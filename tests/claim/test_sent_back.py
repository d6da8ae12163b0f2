"""What a department found is not the last word: the manager and the office send it back, and it is done anew with its own limits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.claims import CHAIN, LATER, along, at, clock, do, record, refused, settled, told
from xiuhao.kernel import figures, recount, scheduler
from xiuhao.kernel.models import CaseAsk, CaseClock, Journal
from xiuhao.kernel.time import now, simulated

pytestmark = pytest.mark.django_db


def running(case: object) -> set[str]:
    return set(CaseClock.objects.filter(case=case, stopped_at=None, void=False).values_list("key", flat=True))


def test_a_wrong_origin_is_found_anew_so_that_our_own_fault_needs_no_outsider() -> None:
    case = at("opine", investigate={"cause": "human", "finding": "误判", "origin": "supplier", "liable": "板材供应商"})
    opinion = next(given for _state, verb, _who, given in CHAIN if verb == "opine")
    assert refused(case, "opine", "office", **opinion).code == "party_outside", "registering somebody would be the only way on"
    number = record(case).ledger_no
    case = do(case, "send_back", "office", back_to="quality", again_by=LATER, why="复测后是我方钻孔")
    assert case.state == "registered" and running(case) == {"quality_again", "total"}
    assert "quality" in told(case, "claim_turn") and not CaseAsk.objects.filter(case=case, key="instruction", outcome="").exists()
    case = along(case, "analyse")
    assert not running(case) & {"quality_again", "production_again"}, "nobody else is hurried by it"
    case = along(case, "")
    assert case.state == "closed" and record(case).origin == "own" and record(case).ledger_no == number


def test_production_thinks_again_and_the_report_of_quality_stays() -> None:
    case = do(at("endorse"), "send_back", "manager", back_to="production", again_by=LATER, why="对策没有说到根因")
    assert case.state == "reported" and running(case) == {"production_again", "total"}
    assert CaseAsk.objects.filter(case=case, key="instruction", outcome="").count() == 1
    case = along(case, "endorse", analyse={"countermeasure": "程序版本锁定"})
    assert record(case).countermeasure == "程序版本锁定" and record(case).report


def test_only_who_has_it_sends_it_back_and_says_why() -> None:
    case = at("review")
    assert refused(case, "send_back", "manager", back_to="quality", again_by=LATER, why="x").code == "not_with_you"
    assert refused(case, "send_back", "sales", back_to="quality", again_by=LATER, why="x").status == 403
    assert refused(case, "send_back", "office", back_to="quality").code == "incomplete"
    assert refused(at("approve"), "send_back", "office", back_to="quality", again_by=LATER, why="x").code == "wrong_state"


def test_the_second_turn_of_a_stage_has_its_limit_again_and_the_office_hears_again() -> None:
    case = at("approve")
    first = clock(case, "decision")
    assert running(case) == {"decision", "total"}
    case = do(case, "refuse", "director", why="金额依据不足")
    assert running(case) == {"opinion", "total"}, "the opinion is written anew within its limit"
    case = along(case, "approve")
    second = CaseClock.objects.filter(case=case, key="decision").latest("started_at")
    assert running(case) == {"decision", "total"} and second.pk != first.pk and second.spent == 0
    with simulated(now() + timedelta(days=2)):
        scheduler.round(), settled()
        case = do(case, "refuse", "director", why="还是不足")
    with simulated(now() + timedelta(days=5)):
        case = along(case, "approve")
        scheduler.round(), settled()
    with simulated(now() + timedelta(days=8)):
        scheduler.round(), settled()
    late = Journal.objects.filter(case=case, verb="chase", data__given__clock="decision").count()
    assert late == CaseClock.objects.filter(case=case, key="decision", breached_at__isnull=False).count() == 2, "chased once each time"
    figures.fold()
    assert recount.recount().differences == []


def test_who_comes_after_production_has_their_limit_again_though_production_has_a_day() -> None:
    case = do(at("review"), "send_back", "office", back_to="production", again_by=LATER, why="对策没有说到根因")
    assert running(case) == {"production_again", "total"}
    case = along(case, "endorse")
    assert running(case) == {"endorsement", "total"}


def test_after_quality_found_anew_production_has_its_own_limit_again() -> None:
    case = do(at("review"), "send_back", "office", back_to="quality", again_by=LATER, why="复测后是我方钻孔")
    assert running(along(case, "analyse")) == {"production", "total"}
