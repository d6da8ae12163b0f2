"""What was built into a device is guaranteed itself: a later job on the device says so, and does not charge for it again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests import cast, works
from tests.fieldwork.handset import Phone
from tests.works import arrived, do, plan, repairing, settled
from tests.works import station_at_work as station_at_work
from xiuhao.billing import queries as bills
from xiuhao.fieldwork import stock
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import policy
from xiuhao.kernel.models import Case
from xiuhao.kernel.time import local, now, simulated
from xiuhao.parts.models import Part
from xiuhao.product import actions as products
from xiuhao.product.actions import Purchase
from xiuhao.product.models import Category, Device, Model

pytestmark = pytest.mark.django_db
QUOTE = {"reason": "已过保修期", "minutes": 60, "parts": "PUMP-01 2"}


def device(serial: str) -> Device:
    """A fridge of a customer."""
    policy.current()
    kind = Category.objects.get(key="fridge")
    model = Model.objects.filter(code="BR-520").first() or products.save_model(
        cast.actor("manager"), Model(), category=kind, code="BR-520", name="对开门冰箱", price=Decimal(5999)
    )
    sold = Purchase(serial, model, customer=7, unit=cast.unit("一组").pk, purchased_on=date(2020, 5, 1))
    return products.register_device(cast.actor("agent"), sold)


def on(case: Case, which: Device) -> Case:
    """An order out of warranty for a device."""
    WorkOrder.objects.filter(pk=case.pk).update(device=which, verdict="out", free=False)
    return case


def charged(which: Device) -> list[tuple[str, Decimal, Decimal]]:
    """What two pumps are quoted at on a new job for a device."""
    case = on(arrived(plan()), which)
    do(case, "diagnose", **works.DIAGNOSIS)
    do(case, "quote", **QUOTE)
    return lines(bills.quote_of(case.pk))


def lines(paper: object) -> list[tuple[str, Decimal, Decimal]]:
    """Its parts: name, how many, the price of one."""
    return [(row.name, row.quantity, row.price) for row in paper.lines.filter(kind="part").order_by("pk")]  # type: ignore[attr-defined]


def mended(price: str = "80") -> Device:
    """A fridge into which a pump was built just now."""
    works.stocked("engineer", "PUMP-01", 40, price)
    which = device("XH20A0001")
    case = on(plan(), which)
    WorkOrder.objects.filter(pk=case.pk).update(verdict="in")
    repairing(case)
    do(case, "use_parts", parts="PUMP-01 1")
    return which


@pytest.fixture
def pumped() -> Device:
    """The same."""
    return mended()


def test_a_part_that_is_guaranteed_is_quoted_and_listed_at_nothing_and_another_one_at_its_price(pumped: Device) -> None:
    until = stock.guaranteed(WorkOrder(pk=0, device=pumped), now() + timedelta(seconds=1))[Part.objects.get(code="PUMP-01")][1]
    quoted = charged(pumped)
    assert quoted == [(f"水泵 PUMP-01（更换件，保修至 {until}）", 1, 0), ("水泵 PUMP-01", 1, 80)]
    case = WorkOrder.objects.latest("pk").case
    settled(case, "PUMP-01 2")
    assert lines(bills.bill_of(case.pk)) == quoted, "what it built in itself is no earlier job's"


def test_after_its_guarantee_and_on_another_device_it_costs_what_it_costs(pumped: Device) -> None:
    whole = [("水泵 PUMP-01", 2, 80)]
    assert charged(device("XH20A0002")) == whole
    part = Part.objects.get(code="PUMP-01")
    seen, later = WorkOrder(pk=0, device=pumped), now() + timedelta(seconds=1)
    (much, until) = stock.guaranteed(seen, later)[part]
    assert much == 1 and local(now()).date() + timedelta(days=80) < until < local(now()).date() + timedelta(days=100)
    last = local(later).replace(year=until.year, month=until.month, day=until.day, hour=12)
    assert part in stock.guaranteed(seen, last) and stock.guaranteed(seen, last + timedelta(days=1)) == {}
    with simulated(now() + timedelta(days=120)):
        assert charged(pumped) == whole


def test_the_page_and_the_app_tell_which_parts_are_guaranteed(pumped: Device) -> None:
    case = on(arrived(plan()), pumped)
    [kept] = stock.beside(WorkOrder.objects.get(pk=case.pk), case.opened_at)["kept"]
    assert (kept[0].code, kept[1]) == ("PUMP-01", 1)
    jobs = {each["number"]: each for each in Phone().client.get("/app/api/work").json()["jobs"]}
    assert {code: Decimal(much) for code, much in jobs[case.number]["prices"]["kept"].items()} == {"PUMP-01": 1}
