from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.cast import account
from tests.portal.visitor import GIVEN, Visitor, number_in, picture
from xiuhao.kernel.models import Attachment, Journal
from xiuhao.portal.models import Quarantined, QuarantinedPhoto
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def desk(who: str = "agent") -> Client:
    client = Client()
    client.force_login(account(who))
    return client


def set_aside(visitor: Visitor | None = None, **values: object) -> Quarantined:
    (visitor or Visitor()).report(website="x", **values)
    return Quarantined.objects.unscoped("test").latest("pk")


def test_P8_a_released_report_becomes_its_senders_ticket_through_the_engine() -> None:
    visitor = Visitor()
    form = visitor.open()
    visitor.report(form=form, website="x", files=[picture()])
    row = Quarantined.objects.unscoped("test").get()
    page = desk().get(f"/quarantine/{row.pk}").content.decode()
    assert GIVEN["description"] in page and "138****8000" in page and GIVEN["contact_phone"] not in page
    answer = desk().post(f"/quarantine/{row.pk}", {"do": "release", "kind": "usage_question", "description": "冰箱怎么除霜"})
    assert answer.status_code == 303
    made = Ticket.objects.get()
    assert (made.channel, made.kind, made.description, made.contact_phone) == ("web", "usage_question", "冰箱怎么除霜", "+8613800138000")
    assert made.case.customer_id is None and Journal.objects.get(case=made.case, verb="receive").actor_kind == "customer"
    assert Attachment.objects.unscoped("test").filter(case=made.case).count() == 1
    row.refresh_from_db()
    assert (row.decision, row.case_id, row.decided_by_id) == ("released", made.pk, account("agent").pk)
    assert number_in(visitor.report(form=form)) == made.case.number, "its sender's receipt now leads to it"
    assert desk().post(f"/quarantine/{row.pk}", {"do": "release"}).status_code == 409 and Ticket.objects.count() == 1


def test_P8_a_dismissal_needs_a_reason_and_is_kept() -> None:
    row = set_aside()
    assert desk("lead").post(f"/quarantine/{row.pk}", {"do": "dismiss", "reason": " "}).status_code == 422
    assert desk("lead").post(f"/quarantine/{row.pk}", {"do": "dismiss", "reason": "广告"}).status_code == 303
    row.refresh_from_db()
    assert (row.decision, row.reason) == ("dismissed", "广告") and not Ticket.objects.exists()
    listed = desk().get("/quarantine/?decided").content.decode()
    assert "广告" in listed and GIVEN["description"] in listed


def test_P8_what_cannot_be_taken_in_stays_until_it_is_corrected() -> None:
    row = set_aside(contact_phone="12345")
    page = desk().post(f"/quarantine/{row.pk}", {"do": "release"})
    assert page.status_code == 422 and "电话号码不对" in page.content.decode()
    row.refresh_from_db()
    assert row.decision == ""
    assert desk().post(f"/quarantine/{row.pk}", {"do": "release", "contact_phone": "13800138000"}).status_code == 303


def test_P8_the_same_form_twice_is_set_aside_once() -> None:
    visitor = Visitor()
    form = visitor.open()
    answers = [visitor.report(form=form, website="x") for _ in range(2)]
    assert Quarantined.objects.unscoped("test").count() == 1
    references = {re.findall(r'class="big">([0-9A-F]{8})<', page.content.decode())[0] for page in answers}
    assert len(references) == 1


@pytest.mark.parametrize("who", ["dispatcher", "engineer", "auditor", "admin"])
def test_whoever_takes_no_requests_in_sees_none(who: str) -> None:
    row = set_aside()
    assert desk(who).get("/quarantine/").status_code == 403
    assert desk(who).get(f"/quarantine/{row.pk}").status_code == 403
    assert desk(who).post(f"/quarantine/{row.pk}", {"do": "dismiss", "reason": "广告"}).status_code == 403
    assert Client().get("/quarantine/").status_code == 302
    assert desk("agent").get("/quarantine/").status_code == 200


def test_its_pictures_are_sealed_and_shown_to_reviewers_only() -> None:
    set_aside(files=[picture()])
    photo = QuarantinedPhoto.objects.get()
    assert b"PNG" not in bytes(photo.sealed)
    url = f"/quarantine/{photo.report_id}/photo/{photo.pk}"
    shown = desk().get(url)
    assert shown["Content-Type"] == "image/png" and shown["X-Content-Type-Options"] == "nosniff"
    assert desk("engineer").get(url).status_code == 403 and desk().get(url + "9").status_code == 404


def test_the_number_on_the_bench_is_the_length_of_the_list() -> None:
    set_aside()
    set_aside()
    page = desk().get("/quarantine/").content.decode()
    assert page.count("/quarantine/") >= 2 and len(set(re.findall(r'href="/quarantine/(\d+)"', page))) == 2
