"""A plan is worked out in the background, says what it moves and what it leaves out and why, and moves nothing before it is published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.dispatch import day
from tests.dispatch.day import morning
from tests.dispatch.test_board import desk
from xiuhao.dispatch import planning, situation
from xiuhao.dispatch.models import PlanRun
from xiuhao.dispatch.reasons import why_left
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.refusal import Refused

__all__ = ["morning"]
pytestmark = pytest.mark.django_db


def planned(kind: str = "rest", **scenario: Any) -> PlanRun:
    """A plan of that Monday, worked out."""
    unit = situation.station(day.planner(), None)
    run = planning.start(day.planner(), unit, day.MONDAY.date(), kind, seconds=2, backend="greedy", scenario=scenario)
    planning.carry_out(run)
    run.refresh_from_db()
    return run


def published(run: PlanRun) -> PlanRun:
    planning.publish(run, day.planner())
    while planning.publish_on(run):
        continue
    run.refresh_from_db()
    return run


def orders(count: int) -> list[Case]:
    return [day.order(lat=day.HOME[0] + 0.01 * n) for n in range(count)]


def test_nothing_moves_before_a_plan_is_published_and_then_everything_by_verbs() -> None:
    day.engineers("工程师甲", "工程师乙")
    cases = orders(4)
    run = planned()
    assert (run.state, run.progress["served"], len(run.changes)) == ("ready", 4, 4)
    assert not WorkOrder.objects.filter(engineer__isnull=False).exists()
    page = desk(day.planner()).get(f"/dispatch/runs/{run.pk}").content.decode()
    assert cases[0].number in page and "发布 4 处改动" in page
    assert published(run).state == "published"
    assert WorkOrder.objects.filter(engineer__isnull=False, planned_at__isnull=False).count() == 4
    assert Journal.objects.filter(verb="assign", case__in=cases).count() == 4
    again = planned()
    assert not [change for change in again.changes if change[2] is None], "what is planned is not planned anew"
    with pytest.raises(Refused):
        planning.publish(run, day.planner())


def test_every_job_left_out_has_its_reason() -> None:
    day.engineers("洗衣甲", skills={"laundry": 3})
    case = day.order()
    run = planned()
    reasons = dict(run.left_out)
    assert "没有这项技能" in why_left(reasons[case.number])
    board = desk(day.planner()).get("/dispatch/").content.decode()
    assert "没有这项技能" in board


def test_what_was_touched_meanwhile_stays_and_is_named() -> None:
    day.engineers("工程师甲")
    one, other = orders(2)
    run = planned()
    engine.perform("work", "pin", actor=day.planner(), number=one.number)
    done = published(run)
    assert [number for number, _why in done.refused] == [one.number]
    assert WorkOrder.objects.get(pk=one.pk).engineer_id is None and WorkOrder.objects.get(pk=other.pk).engineer_id is not None


def test_a_worker_that_dies_while_publishing_moves_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "PIECE", 1)
    day.engineers("工程师甲")
    cases = orders(2)
    run = planned()
    planning.publish(run, day.planner())
    planning.publish_on(run)
    lost = PlanRun.objects.unscoped("test").get(pk=run.pk)
    PlanRun.objects.unscoped("test").filter(pk=run.pk).update(done=0)  # it died before it noted how far it was
    lost.refresh_from_db()
    while planning.publish_on(lost):
        continue
    assert Journal.objects.filter(verb__in=("assign", "arrange"), case__in=cases).count() == 2 and lost.refused == []


def test_the_pinned_and_the_begun_stay_and_the_ill_ones_work_goes_to_others() -> None:
    first, second = day.engineers("工程师甲", "工程师乙")
    pinned, free = orders(2)
    for case, hour in ((pinned, 10), (free, 13.5)):
        at = {"to": first, "planned_at": day.at(hour).isoformat()}
        engine.perform("work", "assign", actor=day.planner(), number=case.number, given=at)
    engine.perform("work", "pin", actor=day.planner(), number=pinned.number)
    assert pinned.number not in [change[0] for change in planned().changes]
    run = planned("suppose", ill=str(first))
    assert [change[4] for change in run.changes if change[0] == free.number] == [second]
    assert pinned.number in dict(run.left_out)
    assert "病假" in desk(day.planner()).get(f"/dispatch/runs/{run.pk}").content.decode()


def test_one_plan_at_a_time_and_a_dropped_one_moves_nothing() -> None:
    day.engineers("工程师甲")
    orders(1)
    unit = situation.station(day.planner(), None)
    asked = {"seconds": 2, "backend": "greedy", "scenario": {}}
    run = planning.start(day.planner(), unit, day.MONDAY.date(), "rest", **asked)
    with pytest.raises(Refused):
        planning.start(day.planner(), unit, day.MONDAY.date(), "rest", **asked)
    planning.drop(run, day.planner())
    planning.carry_out(run)
    run.refresh_from_db()
    assert run.state == "dropped" and run.changes == []
    with pytest.raises(Refused):
        planning.publish(run, day.planner())


def test_tomorrow_is_planned_whole() -> None:
    day.engineers("工程师甲")
    case = orders(1)[0]
    unit = situation.station(day.planner(), None)
    tomorrow = day.MONDAY.date() + timedelta(days=1)
    run = planning.start(day.planner(), unit, tomorrow, "day", seconds=2, backend="greedy", scenario={})
    planning.carry_out(run)
    run.refresh_from_db()
    assert [change[0] for change in run.changes] == [case.number] and run.changes[0][5].startswith("2026-11-24")
