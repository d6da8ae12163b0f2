"""A job that is done and not paid has an end: customer and engineer are reminded, then it is finance's, who gets it or gives it up."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import openpyxl
import pytest
from django.test import Client

from tests import cast
from tests.cast import actor
from tests.pictures import photo
from tests.works import DIAGNOSIS, TOLD, arrived, do, plan, shoot, tick, who
from tests.works import station_at_work as station_at_work
from xiuhao.accounts.models import Entry, Voucher
from xiuhao.billing import actions as billing
from xiuhao.billing import queries as bills
from xiuhao.billing.models import Bill
from xiuhao.fieldwork import finishing, queries
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import dispatcher
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseClock, Journal, Message
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


def books(case: Case) -> list[tuple[str, Decimal, Decimal]]:
    """What the case's vouchers say: account, debit, credit."""
    rows = Entry.objects.unscoped("test").filter(voucher__case=case.pk).order_by("voucher_id", "pk")
    return list(rows.values_list("account_id", "debit", "credit"))


def test_what_is_written_off_is_a_loss_in_the_books_and_what_comes_after_all_takes_it_back() -> None:
    case, nil = owed(), Decimal(0)
    pay(case, Decimal(20))
    left = bill(case).due
    do(case, "write_off", actor("finance"), reason="客户失联")
    lost = [("6701", left, nil), ("1122", nil, left)]
    assert books(case) == lost and Voucher.objects.unscoped("test").get().unit_id == case.unit_id
    line = Journal.objects.filter(case_id=case.pk, verb="write_off").get()
    assert line.data["voucher"] == Voucher.objects.unscoped("test").get().number
    paid = billing.pay(bill(case), Decimal(50), "cash", "", uuid4(), SYSTEM)
    lost += [("1122", Decimal(50), nil), ("6701", nil, Decimal(50))]
    assert books(case) == lost and billing.pay(bill(case), Decimal(50), "cash", "", paid.key, SYSTEM) == paid and books(case) == lost
    billing.refund(paid, Decimal(50), "记错单", uuid4(), actor("finance"))
    assert books(case) == [*lost, ("6701", Decimal(50), nil), ("1122", nil, Decimal(50))] and bill(case).written == left


def test_money_that_comes_after_all_is_taken_and_the_rest_stays_given_up() -> None:
    case = owed()
    do(case, "write_off", actor("finance"), reason="客户失联")
    with pytest.raises(Refused) as caught:
        pay(case, bill(case).rest + 1)
    assert caught.value.code == "pays_too_much"
    pay(case, Decimal(50))
    found = bill(case)
    assert (found.due, found.written, found.standing[0]) == (0, found.total - 50, "已核销"), "the job is over: nobody can give it up anew"
    pay(case, found.rest)
    assert bill(case).standing[1] == "green" and bill(case) not in bills.bills(SYSTEM, standing="written")


def test_the_list_that_finance_takes_away_says_what_was_written_off_and_adds_up() -> None:
    case = owed()
    pay(case, Decimal(20))
    left = bill(case).due
    do(case, "write_off", actor("finance"), reason="客户失联")
    client = Client()
    client.force_login(cast.account("finance"), backend="xiuhao.kernel.login.Backend")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(client.get("/money/bills.xlsx?standing=written").streaming_content))).active  # type: ignore[attr-defined]
    heads, row = list(sheet.iter_rows(values_only=True))[:2]  # type: ignore[union-attr]
    told = dict(zip(heads, row, strict=True))
    assert told["已核销"] == float(left) and told["核销时间"] is not None and told["待收"] == 0
    assert told["应付合计"] == pytest.approx(told["已收"] - told["已退"] + told["已减免"] + told["待收"] + told["已核销"])
    page = client.get(f"/money/bills/{bill(case).pk}").content.decode()
    assert page.count("已核销") == 2 and "扫码收款" not in page


def test_of_two_who_pay_and_write_off_nothing_paid_is_written_off() -> None:
    case = owed()
    pay(case)
    assert billing.write_off(case) == 0 and bill(case).written_at is None and bill(case).standing[1] == "green" and books(case) == []
