"""What a repair on site costs by the tier: quoted and listed through the work order, shown before the customer decides."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from tests import works
from tests.cast import actor
from tests.contract import purchases
from tests.tickets import receive
from tests.works import station_at_work as station_at_work
from xiuhao.billing import queries as bills
from xiuhao.billing.models import Quote
from xiuhao.contract import actions as contracts
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel.models import Case, Journal
from xiuhao.ticket import caller

pytestmark = pytest.mark.django_db
PARTS = "200"


def opened(tier: str, verdict: str, category: str = "phone") -> Case:
    """A phone, or something else, of a customer of that tier, opened on site."""
    wang = purchases.wang()
    if tier != "basic":
        contracts.sell(actor("manager"), wang.pk, tier)
    job = works.arrived(works.plan(receive(category=category).case))
    WorkOrder.objects.filter(pk=job.pk).update(verdict=verdict)
    return works.do(job, "diagnose", **works.DIAGNOSIS)


def quoted(tier: str) -> Quote:
    """What the customer of a phone out of warranty is asked."""
    job = opened(tier, "out")
    works.do(job, "quote", reason="已过保修期", minutes=60, parts_cost=PARTS)
    found = bills.quote_of(job.pk)
    assert found is not None and found.state == "open"
    return found


def obeyed(case: Case, verb: str) -> Sequence[str]:
    """The clauses that a step has met."""
    return [clause for clause, how in Journal.objects.filter(case=case, verb=verb).latest("pk").rules.items() if how == "met"]


def settled(category: str) -> tuple[Decimal, Sequence[str]]:
    """What a repair in warranty costs a customer of basic, and the clauses that its list has met."""
    job = opened("basic", "in", category)
    works.do(job, "repair", measure="mend")
    works.shoot(job, "before", "after")
    works.tick(job, "running")
    works.do(job, "finish", solution="更换排线")
    works.do(job, "check", passed="yes")
    works.do(job, "settle")
    bill = bills.bill_of(job.pk)
    assert bill is not None
    return bill.total, obeyed(job, "settle")


def at(quote: Quote, percent: int) -> bool:
    """Asked at that part of the list price, which the quote says."""
    whole = sum((line.listed for line in quote.lines.all()), Decimal(0))
    asked = sum((line.amount for line in quote.lines.all() if not line.fixed), Decimal(0))
    assert quote.listed == whole and f"{percent}%" in quote.basis
    return asked == sum((line.listed for line in quote.lines.all() if not line.fixed), Decimal(0)) * percent / 100


def test_SL_2_3_a_phone_of_basic_is_repaired_free_in_warranty_and_for_80_percent_outside() -> None:
    quote = quoted("basic")
    assert at(quote, 80) and "SL-2.3" in obeyed(quote.case, "quote")
    total, clauses = settled("phone")
    assert total == 0 and "SL-2.3" in clauses


def test_SL_2_1_an_appliance_is_repaired_free_in_warranty() -> None:
    total, clauses = settled("fridge")
    assert total == 0 and "SL-2.1" in clauses


def test_SL_2_4_a_phone_of_intermediate_pays_70_percent_and_its_advice_is_free() -> None:
    quote = quoted("intermediate")
    assert at(quote, 70) and "SL-2.4" in obeyed(quote.case, "quote")
    given = {"kind": "fault", "contact_phone": "13800138000", "category": "phone", "channel": "phone"}
    ahead = caller.ahead(actor("agent"), given)
    assert ahead and "您可以享受技术支持与咨询免费。" in ahead.speech


def test_SL_2_5_a_phone_of_advanced_pays_60_percent() -> None:
    quote = quoted("advanced")
    assert at(quote, 60) and "SL-2.5" in obeyed(quote.case, "quote")
