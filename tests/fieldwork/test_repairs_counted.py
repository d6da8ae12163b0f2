"""A job that was signed is a repair of its device: 三包 counts it; the same fault within its guarantee is mended without charge."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import works
from tests.fieldwork.handset import Phone
from tests.fieldwork.test_replaced_parts import device, on
from tests.pictures import photo
from tests.works import arrived, do, plan, who
from tests.works import station_at_work as station_at_work
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account, Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now, simulated
from xiuhao.parts.models import Part
from xiuhao.product import actions as products_actions
from xiuhao.product import queries as products
from xiuhao.product.models import Device, Repair

pytestmark = pytest.mark.django_db


def mended(which: Device, verdict: str = "in", use: str = "", service: str = "repair", **diagnosis: object) -> Case:
    """A whole visit to a device, signed."""
    case = arrived(plan())
    WorkOrder.objects.filter(pk=case.pk).update(device=which, verdict=verdict, free=verdict == "out")
    do(case, "diagnose", **{**works.DIAGNOSIS, **diagnosis})
    return over(case, use, service)


def over(case: Case, use: str = "", service: str = "repair") -> Case:
    """From the diagnosis to the signature."""
    do(case, "repair", measure=works.MEASURES.get(WorkOrder.objects.get(pk=case.pk).cause, "mend"))
    if use:
        do(case, "use_parts", parts=use)
    works.shoot(case, "before", "after")
    works.tick(case, "running")
    do(case, "finish", solution="补漏并充注制冷剂")
    do(case, "check", passed="yes")
    do(case, "explain", **works.TOLD)
    WorkOrder.objects.filter(pk=case.pk).update(service=service)
    return do(case, "sign", signed_how="screen", signature=[photo(who("engineer"))])


def test_a_signed_repair_enters_the_history_of_its_device_with_its_main_parts() -> None:
    fridge = device("SN-R1")
    works.stocked("engineer", "PUMP-01", 3)
    Part.objects.filter(code="PUMP-01").update(main="compressor")
    case = mended(fridge, use="PUMP-01 1")
    [row] = Repair.objects.unscoped("test").filter(device=fridge)
    order = WorkOrder.objects.get(pk=case.pk)
    assert (row.fault, row.order_no, row.work) == (works.DIAGNOSIS["symptom"], case.number, "补漏并充注制冷剂")
    assert row.came_at == order.arrived_at and row.left_at == order.signed_at and row.assemblies == ["compressor"] and not row.parts
    assert row.recorded_name == Account.objects.get(login="engineer").name


@pytest.mark.parametrize("told", [{"root": "user_operation"}, {"service": "cleaning"}])
def test_what_the_law_does_not_call_a_repair_is_not_counted(told: dict[str, str]) -> None:
    fridge = device("SN-R2")
    mended(fridge, **told)  # type: ignore[arg-type]
    assert not Repair.objects.unscoped("test").filter(device=fridge).exists()


def test_what_was_installed_has_its_day_unless_one_is_known_or_it_was_bought_later() -> None:
    machines = [device(f"SN-I{number}") for number in range(3)]
    rows = Device.objects.unscoped("test")
    rows.filter(pk=machines[1].pk).update(installed_on=date(2020, 6, 1))
    rows.filter(pk=machines[2].pk).update(purchased_on=local(now()).date() + timedelta(days=1))
    mended(machines[0], service="installation", cause="new_work", root="user_operation")
    products_actions.installed([each.pk for each in machines[1:]], local(now()).date())
    days = [rows.get(pk=each.pk).installed_on for each in machines]
    assert days == [local(now()).date(), date(2020, 6, 1), None]


def test_two_repairs_of_one_fault_open_what_the_law_gives_after_two() -> None:
    fridge = device("SN-R3")
    Device.objects.unscoped("test").filter(pk=fridge.pk).update(purchased_on=local(now()).date() - timedelta(days=60), region="浙江")
    first = mended(fridge)
    with simulated(now() + timedelta(days=5)):
        again = Repair.objects.unscoped("test").get(order_no=first.number)
        mended(fridge, same_as=again.pk)
        fresh = products.by_serial(SYSTEM, "SN-R3")
        assert fresh is not None and [past.fault for past in fresh.past] == [works.DIAGNOSIS["symptom"]] * 2
        found = products.assess(fresh, local(now()).date(), products.Fault(same=works.DIAGNOSIS["symptom"]))
        assert found.gives("exchange")


def test_the_same_fault_within_the_repairs_guarantee_is_not_charged_and_after_it_is() -> None:
    fridge = device("SN-R4")
    first = mended(fridge, "out")
    repair = Repair.objects.unscoped("test").get(order_no=first.number)
    with simulated(now() + timedelta(days=10)):
        case = on(arrived(plan()), fridge)
        do(case, "diagnose", **works.DIAGNOSIS, same_as=repair.pk)
        assert WorkOrder.objects.get(pk=case.pk).free
        with pytest.raises(Refused) as caught:
            do(case, "quote", reason="已过保修期", minutes=60, parts_cost="100")
        assert caught.value.code == "nothing_to_pay"
        other = on(arrived(plan()), fridge)
        do(other, "diagnose", **works.DIAGNOSIS)
        assert not WorkOrder.objects.get(pk=other.pk).free, "another fault is charged"
    with simulated(now() + timedelta(days=40)):
        late = on(arrived(plan()), fridge)
        do(late, "diagnose", **works.DIAGNOSIS, same_as=repair.pk)
        assert not WorkOrder.objects.get(pk=late.pk).free, "the guarantee is over"


def test_a_repair_of_another_device_is_not_the_same_fault() -> None:
    repair = Repair.objects.unscoped("test").get(order_no=mended(device("SN-R5")).number)
    case = on(arrived(plan()), device("SN-R6"))
    with pytest.raises(Refused) as caught:
        do(case, "diagnose", **works.DIAGNOSIS, same_as=repair.pk)
    assert caught.value.code == "not_reference"


def test_what_recurs_in_the_watch_is_the_same_fault_and_counts_as_a_second_repair() -> None:
    fridge = device("SN-R7")
    case = mended(fridge)
    do(case, "recur", "planner", reason="又不制冷了")
    order = WorkOrder.objects.get(pk=case.pk)
    assert order.same_as is not None and order.same_as.order_no == case.number
    assert order.case.round == 2


def test_the_time_without_parts_is_told_of_the_repair() -> None:
    fridge = device("SN-R8")
    case = arrived(plan())
    WorkOrder.objects.filter(pk=case.pk).update(device=fridge, verdict="in")
    do(case, "diagnose", **works.DIAGNOSIS)
    do(case, "await_parts", note="缺压缩机")
    begun = now()
    with simulated(begun + timedelta(days=3)):
        do(case, "resume", note="到货")
        do(case, "depart", loaded=True)
        do(case, "arrive", position="30.2741,120.1551")
        do(case, "diagnose", **works.DIAGNOSIS)
        over(case)
    [row] = Repair.objects.unscoped("test").filter(device=fridge)
    assert row.came_at < row.waited_at < begun < row.supplied_at <= row.left_at and row.supplied_at - row.waited_at > timedelta(days=2)


def test_a_telephone_takes_the_earlier_repairs_along_and_knows_which_are_guaranteed() -> None:
    fridge = device("SN-R9")
    repair = Repair.objects.unscoped("test").get(order_no=mended(fridge, "out").number)
    cases = [on(arrived(plan()), each) for each in (fridge, device("SN-R0"))]
    told = {each["number"]: each for each in Phone().client.get("/app/api/work").json()["jobs"]}
    same, other = (told[case.number] for case in cases)
    assert [key for key, _label in same["asks"]["diagnose"]["same_as"]["options"]] == [str(repair.pk)]
    assert same["lasting"] == {"repairs": [repair.pk], "without": ["quote", "agree", "decline"]}
    assert other["asks"]["diagnose"]["same_as"]["options"] == [] == other["lasting"]["repairs"]
