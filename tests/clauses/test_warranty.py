"""Under warranty or not, before anything is done."""

from __future__ import annotations

from datetime import date

import pytest

from tests.cast import actor
from tests.tickets import receive
from xiuhao.kernel import engine, policy
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.product.queries import Facts, verdict

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


def test_HA_3_2_3_the_verdict_follows_the_period_of_the_product_to_the_day() -> None:
    policy.current()
    last = verdict(Facts("appliance", "tv", purchased_on=date(2025, 11, 21)), TODAY)
    assert (last.outcome, last.until) == ("in", TODAY)
    over = verdict(Facts("electronics", "phone", purchased_on=date(2025, 11, 20)), TODAY)
    assert (over.outcome, over.until) == ("out", date(2026, 11, 20))
    assert over.row is not None and over.row.clauses == ["HA-3.2.3"]
    assert "2025-11-20" in over.reason and "12" in over.reason
    assert verdict(Facts("appliance", "tv"), TODAY).outcome == "uncertain"


def test_HA_3_2_3_nothing_is_solved_while_it_is_uncertain_who_pays() -> None:
    case = receive().case
    for _again in range(2):
        with pytest.raises(Refused, match="not_judged") as caught:
            engine.perform("ticket", "solve", actor=actor("agent"), number=case.number, given={"solution": "更换温控器"})
        assert caught.value.clauses == ("HA-3.2.3",) and Case.objects.unscoped("read").get(pk=case.pk).state == "in_progress"
        with pytest.raises(Refused, match="incomplete"):  # "still uncertain" is no verdict
            engine.perform(
                "ticket", "judge", actor=actor("agent"), number=case.number, given={"verdict": "uncertain", "reason": "发票丢了"}
            )
    engine.perform("ticket", "judge", actor=actor("agent"), number=case.number, given={"verdict": "in", "reason": "保修卡照片"})
    done = engine.perform("ticket", "solve", actor=actor("agent"), number=case.number, given={"solution": "更换温控器"})
    assert done.case.state == "solved" and Journal.objects.get(case=done.case, verb="judge").rules["HA-3.2.3"] == "met"
