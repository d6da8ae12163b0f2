"""Repairs of a device are entered once, count in its warranty, and are withdrawn with a reason, by those who may."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.ui.desk import sit
from xiuhao.kernel import policy
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now, zone
from xiuhao.product import actions, queries
from xiuhao.product.actions import Purchase, Visit
from xiuhao.product.models import Category, Device, Repair

pytestmark = pytest.mark.django_db


@pytest.fixture
def tv() -> Device:
    policy.current()
    sold = Purchase("TV0001", category=Category.objects.get(key="tv"), customer=7, unit=cast.unit("一组").pk, purchased_on=today(-380))
    return actions.register_device(cast.actor("agent"), sold)


def today(days: int = 0) -> date:
    return local(now()).date() + timedelta(days=days)


def at(days: int) -> datetime:
    day = today(days)
    return datetime(day.year, day.month, day.day, 9, tzinfo=zone())


def code(act: object) -> str:
    with pytest.raises(Refused) as refused:
        act()  # type: ignore[operator]
    return refused.value.code


def test_a_repair_is_entered_once_and_its_time_is_taken_out_of_the_period(tv: Device) -> None:
    assert queries.verdict(tv, today()).outcome == "uncertain"
    key, visit = uuid4(), Visit("无图像", at(-100), at(-70), parts=("panel",), assemblies=("panel",))
    first = actions.record_repair(cast.actor("engineer"), tv, visit, key)
    assert actions.record_repair(cast.actor("engineer"), tv, visit, key).pk == first.pk
    [found] = queries.by_serials({"TV0001"}).values()
    with CaptureQueriesContext(connection) as asked:
        verdict = queries.verdict(found, today())
    assert (verdict.outcome, verdict.excluded, len(asked)) == ("in", 30, 0), "the past comes with the device"
    actions.withdraw_repair(cast.actor("lead"), first.pk, "登错了设备")
    assert queries.verdict(Device.objects.unscoped("test").get(pk=tv.pk), today()).outcome == "uncertain"


def test_who_may_not_and_what_cannot_be_is_refused(tv: Device) -> None:
    lead = cast.actor("lead")
    assert code(lambda: actions.record_repair(cast.actor("agent"), tv, Visit("x", at(-9)), uuid4())) == "not_allowed"
    wrong = {
        "repair_backwards": Visit("x", at(-9), at(-10)), "repair_ahead": Visit("x", at(2)),
        "part_unknown": Visit("x", at(-9), parts=("wing",)),
        "repair_waiting": Visit("x", at(-9), waited_at=at(-12)), "fault_missing": Visit(" ", at(-9)),
    }  # fmt: skip
    assert {name: code(lambda v=visit: actions.record_repair(lead, tv, v, uuid4())) for name, visit in wrong.items()} == {
        n: n for n in wrong
    }
    assert not Repair.objects.unscoped("test").exists()
    going = actions.record_repair(lead, tv, Visit("x", at(-9), waited_at=at(-8)), uuid4())
    done = actions.finish_repair(lead, going.pk, at(-1), parts=("panel",))
    assert (done.left_at, done.supplied_at, done.parts) == (at(-1), at(-1), ["panel"])
    assert code(lambda: actions.finish_repair(lead, going.pk, at(-1))) == "repair_over"
    assert code(lambda: actions.withdraw_repair(cast.actor("outsider"), going.pk, "不对")) == "not_allowed"


def test_the_page_enters_a_repair_shows_verdict_remedies_and_arithmetic_and_tries_a_fault_out(tv: Device) -> None:
    lead, url = sit("lead"), f"/devices/{tv.pk}/repairs/new?key={uuid4()}"
    typed = {"fault": "无图像", "fault_code": "E1", "came_at": f"{at(-20):%Y-%m-%dT%H:%M}", "left_at": f"{at(-15):%Y-%m-%dT%H:%M}"}
    assert [lead.post(url, typed).status_code for _ in range(2)] == [303, 303]
    assert Repair.objects.unscoped("test").count() == 1
    assert sit("agent").post(url, typed).status_code == 403
    page = lead.get(f"/devices/{tv.pk}/").content.decode()
    assert "E1" in page and "客户可以主张" in page and "部分商品修理更换退货责任规定" in page
    tried = lead.get(f"/devices/{tv.pk}/?part=panel&same=E1&on={today(-370)}").content.decode()
    assert "试算" in tried and "within" not in tried and "免费修理" in tried
    assert "不属三包范围" in lead.get(f"/devices/{tv.pk}/?exclusions=misuse").content.decode()
