"""What is claimed of an outside party is followed to its end (CS5-9.17)."""

from __future__ import annotations

import pytest

from tests.cast import actor
from tests.claims import along, at, do, record, refused
from xiuhao.claim.pages import recourse
from xiuhao.kernel.models import Case

pytestmark = pytest.mark.django_db


def test_CS5_9_17_what_is_claimed_of_an_outsider_waits_on_the_office_until_its_end_is_registered_though_the_claim_is_closed() -> None:
    end = {"recovered": "150", "recovered_on": "2026-11-01", "recovery": "对方承担一半，已冲货款"}
    party = {"external_party": "华南板材", "origin": "supplier", "joint_handling": "会同到厂确认"}
    case = at("opine", investigate={"origin": "supplier", "liable": "板材供应商"})
    assert refused(case, "recover", "office", **end).code == "no_recourse"
    do(case, "involve", "office", **party)
    assert refused(case, "recover", "office", **end).code == "no_recourse", "nothing is claimed of them"
    do(case, "involve", "office", **party, recourse="300")

    def waiting() -> list[int]:
        return [row.pk for row in recourse(Case.objects.of("claim", actor("office")), actor("office"))]

    case = along(case, "")
    assert case.state == "closed" and waiting() == [case.pk], "closing the claim does not end it"
    assert refused(case, "recover", "sales", **end).status == 403
    assert refused(case, "recover", "office", **{**end, "recovery": ""}).code == "incomplete", "nobody just says that it is over"
    case = do(case, "recover", "office", **end)
    assert record(case).recovered == 150 and waiting() == [] and case.state == "closed"
    assert refused(case, "recover", "office", **end).code == "no_recourse", "once"


def test_CS5_9_17_another_claim_on_an_outsider_is_seen_to_its_end_anew() -> None:
    case = at("opine", investigate={"origin": "supplier", "liable": "板材供应商"})
    party = {"external_party": "华南板材", "origin": "supplier", "joint_handling": "会同到厂确认"}
    do(case, "involve", "office", **party, recourse="300")
    do(case, "recover", "office", recovered="0", recovered_on="2026-11-01", recovery="对方不认")
    do(case, "involve", "office", **party, recourse="300")
    assert record(case).recovered_on, "the same claim stays settled"
    do(case, "involve", "office", **party, recourse="500")
    assert record(case).recovered_on is None and record(case).recovered is None and record(case).recovery == ""
