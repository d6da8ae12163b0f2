"""The roster's pages over HTTP: the week, a day that differs, leave, certificates, homes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.cast import account, actor
from xiuhao.kernel.time import local, now
from xiuhao.roster.models import Certificate, Engineer, Leave, Shift

pytestmark = pytest.mark.django_db


def browser(login: str) -> Client:
    client = Client()
    client.force_login(account(login))
    return client


def test_a_week_is_planned_on_its_page_and_an_engineer_sees_the_own_line() -> None:
    pk, today = account("engineer").pk, local(now()).date()
    manager = browser("manager")
    page = manager.get("/roster/").content.decode()
    assert "工程师康" in page and "08:30–18:00" in page
    url = f"/roster/{pk}/{today}"
    wrong = manager.post(url, {"kind": "hours", "start": "quarter past", "end": "12:00"})
    assert wrong.status_code == 422 and "quarter past" in wrong.content.decode()
    assert manager.post(url, {"kind": "hours", "start": "10:00", "end": "12:00"}).status_code == 303
    assert "10:00–12:00" in manager.get("/roster/").content.decode()
    assert manager.post(url, {"kind": "off"}).status_code == 303
    assert Shift.objects.visible_to(actor("manager")).get().start is None
    assert manager.post(url, {"kind": "pattern"}).status_code == 303
    own = browser("engineer").get("/roster/").content.decode()
    assert "工程师康" in own and f"/roster/{pk}/" not in own
    assert browser("engineer").post(url, {"kind": "off"}).status_code == 403
    assert browser("finance").get("/roster/").status_code in (200, 403)
    assert browser("agent").post(url, {"kind": "off"}).status_code == 404
    assert manager.get("/roster/?week=never").status_code == 400


def test_leave_is_entered_seen_and_withdrawn() -> None:
    pk = account("engineer").pk
    since = local(now()) + timedelta(days=2)
    given = {
        "account": pk,
        "kind": "sick",
        "since": since.strftime("%Y-%m-%dT%H:%M"),
        "until": (since + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M"),
    }
    engineer = browser("engineer")
    assert engineer.post("/roster/leave/new", given).status_code == 303
    row = Leave.objects.visible_to(actor("manager")).get()
    assert "病假" in browser("manager").get("/roster/leave").content.decode()
    assert "病假" not in browser("outsider").get("/roster/leave").content.decode()
    assert browser("outsider").post(f"/roster/leave/{row.pk}/withdraw").status_code == 404
    assert engineer.post(f"/roster/leave/{row.pk}/withdraw").status_code == 303
    assert engineer.post(f"/roster/leave/{row.pk}/withdraw").status_code == 409


def test_certificates_and_homes_are_kept_by_who_plans() -> None:
    pk, today = account("engineer").pk, local(now()).date()
    given = {"account": pk, "skill": "refrigeration", "level": "3", "name": "制冷与空调作业证", "number": "JZ-2026-118",
             "valid_from": str(today), "valid_until": str(today + timedelta(days=20))}  # fmt: skip
    assert browser("engineer").post("/roster/certificates/new", given).status_code == 403
    manager = browser("manager")
    assert manager.post("/roster/certificates/new", {**given, "valid_until": str(today - timedelta(days=1))}).status_code == 422
    assert manager.post("/roster/certificates/new", given).status_code == 303
    assert "20 天后到期" in manager.get("/roster/certificates?state=ending").content.decode()
    row = Certificate.objects.visible_to(actor("manager")).get()
    assert manager.post(f"/roster/certificates/{row.pk}/withdraw").status_code == 303
    assert "JZ-2026-118" not in manager.get("/roster/certificates").content.decode()
    assert manager.post(f"/roster/{pk}/home", {"lat": "30.2", "lon": "120.1", "speed": "1.1"}).status_code == 303
    assert Engineer.objects.visible_to(actor("manager")).get().home_lat == 30.2
    assert manager.post(f"/roster/{pk}/home", {"lat": "north", "lon": "120.1", "speed": "1.1"}).status_code == 422
