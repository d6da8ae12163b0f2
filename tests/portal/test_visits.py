"""What a visit's headline says to its customer is so: nothing is done that is not, nobody comes at a time that has passed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import works
from tests.works import station_at_work as station_at_work
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import dispatcher
from xiuhao.kernel.models import Case, Message
from xiuhao.kernel.time import local, now, simulated
from xiuhao.portal import visits

pytestmark = pytest.mark.django_db


def said(case: Case) -> str:
    order = WorkOrder.objects.select_related("case__unit", "engineer", "category").get(pk=case.pk)
    return visits._headline(order)


def test_a_visit_in_conflict_is_not_told_as_done() -> None:
    case = works.booked(works.plan())
    works.do(case, "transfer", "planner", to=works.who("engineer2").id, reason="片区调整")
    works.do(case, "conflict", text="离线时已到场")
    assert "完成" not in said(case) and "核对" in said(case)


def test_who_sets_out_without_a_time_is_said_to_come_at_none() -> None:
    case = works.assigned(works.plan())
    works.do(case, "accept")
    WorkOrder.objects.filter(pk=case.pk).update(window_from=None, window_to=None, planned_at=None, eta=None)
    works.do(case, "depart", loaded=True)
    assert said(case).endswith("已出发") and "预计" not in said(case)


def test_a_window_that_has_passed_is_said_to_be_missed() -> None:
    case = works.booked(works.plan())
    assert "上门" in said(case)
    with simulated(now() + timedelta(days=4)):
        assert "没能在约好的" in said(case) and "上门" not in said(case)


def test_a_visit_that_is_over_says_of_which_day_it_is() -> None:
    case = works.signed(works.plan())
    order = WorkOrder.objects.get(pk=case.pk)
    assert order.finished_at is not None and said(case) == f"{local(order.finished_at):%m-%d} 上门服务已完成"


def test_whoever_has_the_job_hears_of_a_time_that_others_agreed_and_not_of_their_own() -> None:
    own = works.booked(works.plan())
    dispatcher.drain()
    times = Message.objects.filter(template__contains="work_time")
    assert not times.exists()
    works.do(own, "reschedule", "planner", **works.window(30), reason="客户临时有事", consent=True)
    dispatcher.drain()
    assert [one.to_account_id for one in times] == [works.who("engineer").id]
