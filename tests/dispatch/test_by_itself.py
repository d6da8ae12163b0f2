"""What the product does by itself: the pool, automatic assignment, durations learned, windows for a caller."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import cast
from tests.dispatch import day
from tests.dispatch.day import morning
from tests.dispatch.test_board import desk
from tests.tickets import receive
from xiuhao.dispatch import automatic, durations, slots
from xiuhao.dispatch.models import Lasting
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import engine, policy
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, PolicyRow
from xiuhao.party import actions as party
from xiuhao.ticket.models import Ticket

__all__ = ["morning"]
pytestmark = pytest.mark.django_db


def mode(wanted: str) -> None:
    PolicyRow.objects.filter(table="dispatch.mode").update(value={"mode": wanted})
    policy.moved("policy")
    policy.current()


def state(case: Case) -> str:
    case.refresh_from_db()
    return case.state


def test_where_the_table_says_so_jobs_go_to_the_pool_or_to_the_best_and_otherwise_nowhere() -> None:
    near, _far = day.engineers("工程师甲", "工程师乙")
    one = day.order()
    assert automatic.give_out() == 0 and state(one) == "planned"
    mode("pool")
    assert automatic.give_out() == 1 and state(one) == "offered"
    mode("automatic")
    other = day.order()
    assert automatic.give_out() == 1 and state(other) == "assigned" and automatic.give_out() == 0
    assert WorkOrder.objects.get(pk=other.pk).engineer_id == near


def test_nobody_is_sent_who_may_not_do_it() -> None:
    day.engineers("洗衣甲", skills={"laundry": 3})
    case = day.order()
    mode("automatic")
    assert automatic.give_out() == 0 and state(case) == "planned"


def test_durations_are_learned_from_enough_finished_jobs_and_drawn_to_the_plan() -> None:
    day.engineers("工程师甲")
    cases = [day.order(lat=day.HOME[0] + 0.001 * n) for n in range(6)]
    end = day.at(0) - timedelta(days=1)
    for n, case in enumerate(cases[:5]):
        WorkOrder.objects.filter(pk=case.pk).update(arrived_at=end - timedelta(minutes=100 + n), finished_at=end, minutes=60)
    assert durations.learn() == 2, "for the service, and for its class of devices"
    record = WorkOrder.objects.select_related("category").get(pk=cases[5].pk)
    known = durations.known()
    learned = durations.minutes(known, record.service, record.category.key, record.minutes)
    assert learned == round((5 * 102 + 5 * 60) / 10)
    assert durations.minutes(known, "never_done", "", 45) == 45
    WorkOrder.objects.filter(pk=cases[0].pk).update(finished_at=None)
    assert durations.learn() == 0 and not Lasting.objects.exists(), "four tell too little"


def test_shrinking_goes_from_the_plan_to_the_median_with_the_number_of_jobs() -> None:
    few, many = durations.shrunk([100.0], 60, 5), durations.shrunk([100.0] * 95, 60, 5)
    assert 60 < few < many <= 100


def test_a_caller_hears_windows_in_which_somebody_can_come() -> None:
    day.engineers("工程师甲")
    case = day.order()
    ticket = WorkOrder.objects.get(pk=case.pk).ticket
    told = slots.of_ticket(ticket, Ticket.objects.get(pk=ticket.pk), cast.actor("agent"))
    assert told["slots"] and all(slot.opens >= day.MONDAY for slot in told["slots"])
    panel = desk(cast.actor("agent")).get(f"/c/ticket/{ticket.number}/panel/slots").content.decode()
    assert "工程师甲" in panel


def test_windows_are_of_the_station_at_which_the_order_will_be_born() -> None:
    day.engineers("工程师甲")
    near = party.create_unit(SYSTEM, name="宁波站", kind="station", parent=cast.unit("浙江公司"), region="浙江")
    ticket = receive("agent", contact_phone="13900001111", contact_address="浙江省宁波市江北区望海路8号").case
    record = Ticket.objects.get(pk=ticket.pk)
    assert slots.of_ticket(ticket, record, cast.actor("manager"))["unit"] == near
    born = engine.perform("work", "plan", actor=cast.actor("manager"), parent=ticket.number, given={}).case
    assert born.unit_id == near.pk
