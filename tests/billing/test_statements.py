"""What a station earns by each job follows the rule table; at the turn of the month it is put together, looked at and paid."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from tests import cast
from tests.billing.till import D
from tests.cast import actor
from tests.tickets import receive
from xiuhao.billing import actions, exporting, queries
from xiuhao.billing.duties import STATEMENT
from xiuhao.billing.models import Earning, Statement
from xiuhao.kernel import duties, engine
from xiuhao.kernel.models import Case, CaseClock
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated
from xiuhao.ui.pages import case_page

pytestmark = pytest.mark.django_db
HERE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 10, 20, 12, tzinfo=HERE)


def earned(at: datetime = NOON, *, grade: str = "onsite", distance: str | None = None) -> Earning:
    """What a repair earned that was begun, and finished an hour later."""
    case = receive().case
    with simulated(at + timedelta(hours=1)):
        return actions.earn(case, cast.unit("杭州站"), "repair", at, grade=grade, distance=D(distance) if distance else None)


@pytest.mark.parametrize(
    ("hour", "grade", "distance", "fee"),
    [
        (12, "onsite", None, "80.00"),
        (12, "onsite", "20.0", "80.00"),
        (12, "onsite", "20.1", "110.00"),
        (12, "senior", "50.1", "180.00"),
        (20, "onsite", None, "130.00"),
        (7, "onsite", None, "130.00"),
        (8, "remote", None, "20.00"),
    ],
)
def test_service_distance_and_night_each_bring_their_fee(hour: int, grade: str, distance: str | None, fee: str) -> None:
    made = earned(NOON.replace(hour=hour), grade=grade, distance=distance)
    assert made.amount == D(fee) == sum(Decimal(each) for _row, _name, each in made.fees) and "¥" in queries.fee_words(made)
    assert actions.earn(made.case, made.unit, "repair", NOON).pk == made.pk, "a job earns once"


def test_what_a_job_earned_is_told_in_words_on_the_page_and_in_the_file() -> None:
    made = earned(NOON.replace(hour=20), distance="30")
    assert queries.fee_words(made) in [cell.of(made) for cell in exporting.EARNINGS] and queries.fee_words(made).count("，") == 2
    with override("en"):
        assert "，" not in queries.fee_words(made)


def test_the_month_is_put_together_once_disputed_adjusted_confirmed_and_paid() -> None:
    earned()
    earned(NOON + timedelta(days=3), distance="30")
    earned(NOON.replace(month=11, day=1))
    with simulated(datetime(2026, 11, 1, 9, tzinfo=HERE)):
        assert duties.open_due(STATEMENT) == 1 and duties.open_due(STATEMENT) == 0
    record = Statement.objects.select_related("case").get()
    case = record.case
    assert (record.month, record.jobs, record.fees, case.state) == ("2026-10", 2, D("190.00"), "open")

    def do(verb: str, who: str, **given: object) -> str:
        return engine.perform("statement", verb, actor=actor(who), number=case.number, given=given).case.state

    def bar() -> list[str]:
        found = Statement.objects.select_related("case").get()
        return [state.key for state in case_page(STATEMENT).bar(found)]  # type: ignore[misc]

    with pytest.raises(Refused):
        do("confirm", "outsider")
    assert do("dispute", "manager", objection="少算一单远程补贴") == "disputed"
    with pytest.raises(Refused, match="statement_below_nothing"):
        do("adjust", "finance", amount="-190.01", why="扣回")
    with pytest.raises(Refused, match="statement_unchanged"):
        do("adjust", "finance", amount="0", why="不变")
    assert bar() == ["open", "disputed", "confirmed", "paid"]
    assert do("adjust", "finance", amount="30", why="补远程补贴") == "open" and bar() == ["open", "confirmed", "paid"]
    clocks = CaseClock.objects.filter(case=case, key="confirm")
    assert [clock.status for clock in clocks.order_by("pk")][-1] == "running", "what is adjusted has its time anew"
    assert do("confirm", "manager") == "confirmed"
    with pytest.raises(Refused):
        do("pay", "manager", reference="x")
    assert do("pay", "finance", reference="银行 20261108") == "paid"
    record.refresh_from_db()
    assert record.amount == D("220.00") and record.reference == "银行 20261108"
    with simulated(datetime(2026, 12, 1, 9, tzinfo=HERE)):
        duties.open_due(STATEMENT)
    assert Statement.objects.get(month="2026-11").jobs == 1


def test_a_month_without_jobs_owes_nothing_and_asks_nobody() -> None:
    with simulated(datetime(2026, 11, 1, 9, tzinfo=HERE)):
        duties.open_due(STATEMENT)
    case = Case.objects.visible_to(actor("finance")).get(process="statement")
    assert (case.state, case.is_open) == ("nothing", False) and not Case.objects.visible_to(actor("outsider")).filter(pk=case.pk).exists()
