"""The board: whose it is, what stands on it, what a move does, and what stops one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.dispatch import day
from tests.dispatch.day import morning
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import engine
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Account, Case, Journal
from xiuhao.kernel.time import simulated
from xiuhao.party import actions as party
from xiuhao.roster import actions as roster

__all__ = ["morning"]
pytestmark = pytest.mark.django_db


def desk(actor: Actor) -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(Account.objects.get(pk=actor.account), backend="xiuhao.kernel.login.Backend")
    return client


def moved(client: Client, case: Case, engineer: int | str, start: datetime | str | None, **more: Any) -> Any:
    """The answer to a drag."""
    case.refresh_from_db()
    sent: dict[str, Any] = {
        "number": case.number, "_version": case.version, "engineer": engineer,
        "start": start.isoformat() if isinstance(start, datetime) else start or "",
        "unit": cast.unit("杭州站").pk, "day": "2026-11-23", "_key": str(uuid4()), **more,
    }  # fmt: skip
    return client.post("/dispatch/move", sent)


def toast(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer["HX-Trigger"])["xiuhao:done"]
    return found


def test_the_board_shows_who_works_and_what_waits_to_those_alone_who_plan() -> None:
    kang, qian = day.engineers("工程师甲", "工程师乙")
    case = day.order()
    client = desk(day.planner())
    page = client.get("/dispatch/").content.decode()
    assert "工程师甲" in page and f'data-job="{case.number}"' in page and f'id="line-{kang}"' in page
    assert "工程师甲" in client.get("/dispatch/?view=week").content.decode()
    assert "<svg" in client.get("/dispatch/map").content.decode()
    roster.take_leave(day.planner(), qian, "sick", day.at(0), day.at(24))
    assert f'id="line-{qian}"' not in client.get("/dispatch/").content.decode()
    for login in ("agent", "engineer"):
        refused = desk(cast.actor(login))
        assert refused.get("/dispatch/").status_code == 403
        assert moved(refused, case, kang, day.at(10)).status_code == 403
    assert client.get(f"/dispatch/?unit={cast.unit('四川公司').pk}").status_code == 404


def test_whoever_plans_for_several_stations_begins_where_the_most_is_open() -> None:
    day.engineers("工程师甲")
    other = party.create_unit(SYSTEM, name="安吉站", kind="station", parent=cast.unit("浙江公司"), region="浙江")
    party.hire(SYSTEM, login="anji", name="工程师丙", unit=other, posts=((r.ENGINEER, other),), skills={}, email="anji@example.com")
    client = desk(cast.actor("manager"))
    one, two = sorted((cast.unit("杭州站"), other), key=lambda unit: unit.path)  # by ids as they read: 10 before 6
    assert f"派工台 · {one.name}" in client.get("/dispatch/").content.decode(), "of equals the first in the tree"
    day.order(station=two.pk)
    assert f"派工台 · {two.name}" in client.get("/dispatch/").content.decode()
    assert f"派工台 · {one.name}" in client.get(f"/dispatch/?unit={one.pk}").content.decode()


def test_a_drag_assigns_tells_what_it_means_and_is_taken_back() -> None:
    kang, qian = day.engineers("工程师甲", "工程师乙")
    case, client = day.order(lat=day.HOME[0] + 0.05), desk(day.planner())
    key = str(uuid4())
    answer = moved(client, case, kang, day.at(10), _key=key)
    record = WorkOrder.objects.get(pk=case.pk)
    assert answer.status_code == 200 and (record.engineer_id, record.planned_at) == (kang, day.at(10))
    assert f'id="line-{kang}"' in answer.content.decode() and 'hx-swap-oob="true"' in answer.content.decode()
    said = toast(answer)
    assert "工程师甲" in said["text"] and "10:00" in said["text"] and "路程多" in said["text"]
    sent = {
        "number": case.number,
        "_version": case.version,
        "engineer": kang,
        "start": day.at(10).isoformat(),
        "day": "2026-11-23",
        "_key": key,
    }
    assert client.post("/dispatch/move", {**sent, "unit": cast.unit("杭州站").pk}).status_code == 200, "the same once more"
    assert Journal.objects.filter(case=case, verb="assign").count() == 1
    assert moved(client, case, kang, day.at(11)).status_code == 200
    assert Journal.objects.filter(case=case, verb="arrange").count() == 1, "another time, the same engineer"
    assert moved(client, case, qian, day.at(11)).status_code == 200
    undo = {**toast(moved(client, case, kang, day.at(14)))["undo"], "_key": str(uuid4())}
    assert client.post(undo.pop("url"), undo).status_code == 200
    record.refresh_from_db()
    assert (record.engineer_id, record.planned_at) == (qian, day.at(11))
    back = moved(client, case, "", None)
    assert back.status_code == 200, back.content.decode()
    case.refresh_from_db()
    assert case.state == "planned"


def test_what_stops_a_move_is_named_and_nothing_moves() -> None:
    kang, able = day.engineers("没证甲", skills={"laundry": 1}) + day.engineers("工程师乙")
    case, client = day.order(), desk(day.planner())
    refused = moved(client, case, kang, day.at(10))
    assert refused.status_code == 409 and "没有这项技能" in refused.content.decode()
    roster.take_leave(day.planner(), able, "sick", day.at(0), day.at(24))
    assert "不在岗" in moved(client, case, able, day.at(10)).content.decode()
    assert moved(client, case, able, "25:99").status_code == 422
    case.refresh_from_db()
    assert case.state == "planned" and WorkOrder.objects.get(pk=case.pk).engineer_id is None


def test_what_was_agreed_with_the_customer_is_not_dragged_elsewhere() -> None:
    [kang] = day.engineers("工程师甲")
    case, client = day.order(), desk(day.planner())
    assert moved(client, case, kang, day.at(10)).status_code == 200
    who = day.actor(kang)
    engine.perform("work", "accept", actor=who, number=case.number)
    agreed = {"window_from": day.at(10).isoformat(), "window_to": day.at(12).isoformat()}
    engine.perform("work", "book", actor=who, number=case.number, given=agreed)
    assert "改约" in moved(client, case, kang, day.at(15)).content.decode()
    assert moved(client, case, kang, day.at(11)).status_code == 200


def test_overlapping_work_is_red_and_says_why() -> None:
    [kang] = day.engineers("工程师甲")
    one, other, client = day.order(), day.order(lon=day.HOME[1] + 0.1), desk(day.planner())
    moved(client, one, kang, day.at(10))
    said = toast(moved(client, other, kang, day.at(10.25)))["text"]
    assert "重叠" in said
    assert "重叠" in client.get("/dispatch/").content.decode()


def test_a_time_that_has_passed_is_red_until_the_job_has_begun() -> None:
    [kang] = day.engineers("工程师甲")
    case, client = day.order(), desk(day.planner())
    moved(client, case, kang, day.at(10))
    assert "已过" not in client.get("/dispatch/").content.decode()
    with simulated(day.at(10.5)):
        assert "计划时间已过 30 分钟" in client.get("/dispatch/").content.decode()
        assert "已过" in toast(moved(client, case, kang, day.at(9)))["text"]
        Case.objects.unscoped("test").filter(pk=case.pk).update(state="travelling")
        assert "计划时间已过" not in client.get("/dispatch/").content.decode()


def test_the_three_best_are_named_with_reasons_and_everybody_else_with_the_rule() -> None:
    near, far = day.engineers("工程师甲", "工程师乙")
    [other] = day.engineers("洗衣丙", skills={"laundry": 3})
    case, client = day.order(), desk(day.planner())
    page = client.get(f"/dispatch/job/{case.number}?day=2026-11-23").content.decode()
    assert page.index("工程师甲") < page.index("工程师乙") and "公里" in page and "没有这项技能" in page
    given = moved(client, case, near, None, offer="fit")
    assert given.status_code == 200 and WorkOrder.objects.get(pk=case.pk).engineer_id == near
    assert moved(client, case, other, None, offer="fit").status_code == 409
    assert far != near


def test_who_gives_or_pins_a_job_on_a_page_of_its_own_goes_on_to_the_board() -> None:
    [near] = day.engineers("工程师甲")
    case, client = day.order(), desk(day.planner())
    own = {"HTTP_HX_CURRENT_URL": f"http://testserver/dispatch/job/{case.number}?day=2026-11-23"}
    sent = {"number": case.number, "_version": case.version, "engineer": near, "offer": "fit", "day": "2026-11-23", "_key": str(uuid4())}
    given = client.post("/dispatch/move", sent, **own)
    assert json.loads(given["HX-Location"])["path"].startswith("/dispatch/?unit=") and toast(given)["undo"]["number"] == case.number
    pinned = client.post(f"/dispatch/job/{case.number}/pin", {"day": "2026-11-23", "on": "1", "_key": str(uuid4())}, **own)
    assert "day=2026-11-23" in json.loads(pinned["HX-Location"])["path"]


def test_a_pinned_job_says_so_and_is_unpinned() -> None:
    [kang] = day.engineers("工程师甲")
    case, client = day.order(), desk(day.planner())
    moved(client, case, kang, day.at(10))
    where = {"unit": cast.unit("杭州站").pk, "day": "2026-11-23"}
    answer = client.post(f"/dispatch/job/{case.number}/pin", {**where, "on": "1", "_key": str(uuid4())})
    assert answer.status_code == 200 and WorkOrder.objects.get(pk=case.pk).pinned and "fixed" in answer.content.decode()
    client.post(f"/dispatch/job/{case.number}/pin", {**where, "on": "0", "_key": str(uuid4())})
    assert not WorkOrder.objects.get(pk=case.pk).pinned


def test_the_boards_statements_do_not_grow_with_its_jobs_and_no_drag_reads_it_twice() -> None:
    people = day.engineers("工程师甲", "工程师乙")
    cases, client = [day.order(lon=day.HOME[1] + n / 50) for n in range(2)], desk(day.planner())

    def taken(ask: Callable[[], Any]) -> int:
        ask()
        with CaptureQueriesContext(connection) as seen:
            assert ask().status_code == 200
        return len(seen)

    pages = ("/dispatch/", "/dispatch/map", f"/dispatch/job/{cases[0].number}?bump=1")
    few = {page: taken(lambda page=page: client.get(page)) for page in pages}  # type: ignore[misc]
    for n, one in enumerate(day.order(lat=day.HOME[0] + n / 50) for n in range(4)):
        assert moved(client, one, people[n % 2], day.at(9 + n)).status_code == 200
    assert {page: taken(lambda page=page: client.get(page)) for page in pages} == few  # type: ignore[misc]
    assert few["/dispatch/"] <= 16
    hours = iter((10, 15))
    assert taken(lambda: moved(client, cases[1], people[0], day.at(next(hours)))) <= 34


def test_what_customers_wrote_is_escaped_on_bars_map_and_list() -> None:
    [kang] = day.engineers("工程师甲")
    case, other, client = day.order(), day.order(lon=day.HOME[1] + 0.1), desk(day.planner())
    assert moved(client, case, kang, day.at(10)).status_code == 200
    Case.objects.unscoped("test").filter(pk__in=[case.pk, other.pk]).update(title="<script>alert(1)</script>\"'")
    for page in ("/dispatch/", "/dispatch/map"):
        html = client.get(page).content.decode()
        assert "<script>alert" not in html and html.count("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;") >= 2
