"""A job that is done and not paid has an end: customer and engineer are reminded, then it is finance's, who gets it or gives it up."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tests.cast import actor
from tests.pictures import photo
from tests.works import DIAGNOSIS, TOLD, arrived, do, plan, shoot, tick, who
from tests.works import station_at_work as station_at_work
from xiuhao.billing import actions as billing
from xiuhao.billing import queries as bills
from xiuhao.billing.models import Bill
from xiuhao.fieldwork import finishing, queries
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import dispatcher
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseClock, Message
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated

pytestmark = pytest.mark.django_db


def signed(watch: bool = True) -> Case:
    """A charged visit, signed and not paid."""
    case = arrived(plan())
    WorkOrder.objects.filter(pk=case.pk).update(verdict="out", **({} if watch else {"service": "cleaning"}))
    do(case, "diagnose", **DIAGNOSIS)
    do(case, "quote", reason="已过保修期", minutes=60, parts_cost="120")
    do(case, "agree", how="phone")
    do(case, "repair", measure="mend")
    shoot(case, "before", "after")
    tick(case, "running", "tidy")
    do(case, "finish", solution="补漏")
    do(case, "check", passed="yes")
    do(case, "explain", **TOLD)
    do(case, "settle", as_quoted=True)
    do(case, "sign", signed_how="screen", signature=[photo(who("engineer"))])
    dispatcher.drain()
    return case


def state(case: Case) -> str:
    return Case.objects.unscoped("test").get(pk=case.pk).state


def bill(case: Case) -> Bill:
    found = bills.bill_of(case.pk)
    assert found is not None
    return found


def told(case: Case) -> set[str]:
    return set(Message.objects.filter(case_id=case.pk).values_list("template", flat=True))


def owed(watch: bool = True) -> Case:
    """Waiting for its money, four days on."""
    case = signed(watch)
    with simulated(now() + timedelta(days=4)):
        finishing.file_away()
        dispatcher.drain()
    return case


def later() -> None:
    """The chore, four days on."""
    with simulated(now() + timedelta(days=4)):
        finishing.file_away()


def pay(case: Case, amount: Decimal | None = None) -> None:
    found = bill(case)
    billing.pay(found, amount or found.due, "transfer", "银行流水 1", uuid4(), SYSTEM, shown=True)


@pytest.mark.parametrize("watch", [True, False])
def test_what_is_done_and_not_paid_waits_for_the_money_with_a_deadline_that_ends_at_finance(watch: bool) -> None:
    case = signed(watch)
    assert state(case) == ("watching" if watch else "signed")
    finishing.file_away()
    assert state(case) == ("watching" if watch else "signed"), "who pays on the spot or within the watch is not reminded"
    with simulated(now() + timedelta(days=4)):
        finishing.file_away()
        dispatcher.drain()
    assert state(case) == "owed" and {"work_unpaid", "work_owed"} <= told(case)
    clock = CaseClock.objects.get(case_id=case.pk, key="payment")
    assert clock.due_at and clock.stopped_at is None and [level["to"] for level in clock.levels][:2] == ["owner", "finance"]
    WorkOrder.objects.filter(pk=case.pk).update(planned_at=None, window_from=None)
    days = (queries.mine(who("engineer"), now().date()), queries.of_station(who("planner"), now().date()))
    assert not any(rows.exists() for rows in days), "there is nothing to drive to"
    with simulated(now() + timedelta(days=4)), pytest.raises(Refused) as caught:
        do(case, "archive", "planner")
    assert caught.value.code == "bill_open"


def test_once_it_is_paid_it_is_over() -> None:
    case = owed()
    pay(case, Decimal(50))
    later()
    assert state(case) == "owed"
    pay(case)
    later()
    assert state(case) == "done" and CaseClock.objects.get(case_id=case.pk, key="payment").stopped_at
    with pytest.raises(Refused):
        do(case, "write_off", actor("finance"), reason="已付清")


def test_finance_gives_it_up_with_a_reason_and_nobody_else_does() -> None:
    case = owed()
    for login in ("engineer", "planner", "agent"):
        with pytest.raises(Refused) as caught:
            do(case, "write_off", login, reason="客户失联")
        assert caught.value.status == 403
    with pytest.raises(Refused) as missing:
        do(case, "write_off", actor("finance"))
    assert "reason" in missing.value.fields and bill(case).due > 0
    left = bill(case).due
    do(case, "write_off", actor("finance"), reason="客户失联")
    found = bill(case)
    assert state(case) == "done" and (found.due, found.rest, found.standing[0]) == (0, left, "已核销")
    assert found not in bills.bills(SYSTEM, standing="due") and found in bills.bills(SYSTEM, standing="written")


def test_money_that_comes_after_all_is_taken() -> None:
    case = owed()
    do(case, "write_off", actor("finance"), reason="客户失联")
    with pytest.raises(Refused) as caught:
        pay(case, bill(case).rest + 1)
    assert caught.value.code == "pays_too_much"
    pay(case, Decimal(50))
    assert bill(case).due == bill(case).total - 50 and bill(case) in bills.bills(SYSTEM, standing="due")
    pay(case)
    assert bill(case).standing[1] == "green"


def test_of_two_who_pay_and_write_off_nothing_paid_is_written_off() -> None:
    case = owed()
    pay(case)
    assert billing.write_off(case) == 0 and bill(case).written_at is None and bill(case).standing[1] == "green"
