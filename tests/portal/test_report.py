from __future__ import annotations

import io
import re
import time as clock
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.portal.visitor import GIVEN, PHONE, Visitor, link, number_in, picture, staff, texts_sent, ticket
from xiuhao.kernel.models import Attachment, Journal
from xiuhao.kernel.time import now, simulated
from xiuhao.portal.models import Oddity, Quarantined
from xiuhao.product.actions import Purchase, register_many
from xiuhao.product.models import Category
from xiuhao.ticket.models import Ticket
from xiuhao.ui.words import moment

pytestmark = pytest.mark.django_db


def test_a_report_gets_a_number_a_promise_a_next_step_and_a_link() -> None:
    page = Visitor().report()
    made = ticket(number_in(page))
    text = page.content.decode()
    assert (made.channel, made.kind, made.contact_phone, made.urgency) == ("web", "fault", PHONE, "normal")
    first = made.case.opened_at + timedelta(hours=1)
    assert made.promised_at is not None and "下一步" in text and link(made) in text
    for shown in (text, Visitor().client.get(link(made)).content.decode()):
        told = re.findall(r"<dt>我们承诺最晚(..)时间</dt><dd><time[^>]*>([^<]*)", shown)
        assert told == [("答复", moment(first)), ("处理", moment(made.promised_at))], "the answer within the hour is owed first"
    staff("reply", made, who="lead" if not made.case.owner_id else "", text="您好，请先断电五分钟。")
    assert "我们承诺最晚答复时间" not in Visitor().client.get(link(made)).content.decode(), "it was given"


def test_only_what_is_missing_is_asked_for_and_what_was_typed_stays() -> None:
    page = Visitor().report(contact_phone="", description="漏水了，一地都是")
    text = page.content.decode()
    assert page.status_code == 422 and "请留下手机号" in text and "漏水了，一地都是" in text
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("length", [10 * 2**20, 70_000, 16_001])
def test_P1_a_text_of_10_MB_is_refused_fast_with_the_limit_named(length: int) -> None:
    visitor = Visitor()
    form = visitor.open()
    body = urlencode({**GIVEN, **form, "description": "x" * length}).encode()
    before = clock.process_time()
    page = visitor.client.generic("POST", "/portal/report", body, "application/x-www-form-urlencoded")
    assert clock.process_time() - before < 0.5, "seconds of processor"
    assert page.status_code == (422 if length == 16_001 else 413) and "16000" in page.content.decode()
    assert not Ticket.objects.exists()
    assert visitor.report(form=form, description="长" * 16_000).status_code == 200


@pytest.mark.parametrize(
    ("text", "status", "kept"),
    [
        ("坏\0了", 422, None),
        ("\u3000\u3000\u200b", 422, None),
        ("正常\u202e反转", 200, "正常反转"),
        ("坏了😀👨‍👩‍👧", 200, "坏了😀👨‍👩‍👧"),
        ("a\u200bb", 200, "a\u200bb"),
    ],
)
def test_P2_strange_characters_are_refused_or_kept_and_never_break_anything(text: str, status: int, kept: str | None) -> None:
    page = Visitor().report(description=text)
    assert page.status_code == status
    if kept is None:
        assert ("怎么回事。" in page.content.decode() or "问题描述" in page.content.decode()) and not Ticket.objects.exists()
    else:
        assert ticket(number_in(page)).description == kept


def test_P2_half_a_surrogate_pair_in_the_bytes_of_a_form_breaks_nothing() -> None:
    visitor = Visitor()
    body = "&".join(f"{k}={v}" for k, v in {**GIVEN, **visitor.open(), "description": "bad%ED%A0%80end"}.items())
    page = visitor.client.generic("POST", "/portal/report", body, "application/x-www-form-urlencoded")
    assert page.status_code in (303, 422)


def test_P3_a_phone_is_one_identity_however_it_is_typed() -> None:
    first = Visitor().reported(contact_phone="１３８００１３８０００")
    second = Visitor().reported(contact_phone="+86 138-0013-8000")
    assert first.contact_phone == second.contact_phone == PHONE and first.customer_id == second.customer_id
    page = Visitor().report(contact_phone="138001380001")
    assert page.status_code == 422 and "138 0013 8000" in page.content.decode() and "138001380001" in page.content.decode()


def test_P4_double_click_and_retry_after_502_make_one_ticket() -> None:
    visitor = Visitor()
    form = visitor.open()
    numbers = {number_in(visitor.report(form=form)) for _ in range(3)}
    assert len(numbers) == 1 and Ticket.objects.count() == 1
    assert number_in(visitor.report()) not in numbers, "a new form is a new request"


@pytest.mark.parametrize("later", [{"description": "门关不上，昨天开始还冒烟"}, {"urgency": "danger"}])
def test_P4_what_is_changed_after_it_was_sent_is_not_swallowed(later: dict[str, str]) -> None:
    visitor = Visitor()
    form = visitor.open()
    first = number_in(visitor.report(form=form))
    page = visitor.report(form=form, **later)
    shown = page.content.decode()
    assert page.status_code == 422 and first in shown and later.get("description", GIVEN["description"]) in shown
    again = dict(re.findall(r'name="(key|opened)" value="([^"]*)"', shown))
    assert again["key"] != form["key"]
    assert number_in(visitor.report(form={**form, **again}, **later)) != first and Ticket.objects.count() == 2


def test_P4_a_retry_that_sends_its_photos_again_finds_the_same_ticket() -> None:
    visitor = Visitor()
    form = visitor.open()
    numbers = {number_in(visitor.report(form=form, files=[picture()])) for _ in range(2)}
    assert len(numbers) == 1 and Attachment.objects.unscoped("count").exclude(case=None).count() == 1


def test_P5_the_eleventh_post_of_a_minute_waits_and_keeps_its_form() -> None:
    visitor = Visitor()
    form = visitor.open()
    with simulated(now()):  # a minute in which a slow machine comes to its fourteenth
        pages = [visitor.report(form=form | {"key": str(uuid4())}, contact_phone=f"138{i:08d}", description=f"第{i}个") for i in range(14)]
    assert [page.status_code for page in pages] == [200] * 10 + [429] * 4
    late = pages[-1]
    assert int(late["Retry-After"]) in range(1, 61) and "第13个" in late.content.decode() and "13800000013" in late.content.decode()
    assert Ticket.objects.count() == 10 and texts_sent() == [], "nobody is written to who has not asked for it"
    assert Visitor("198.51.100.9").report().status_code == 200, "another address is not stopped"


@pytest.mark.parametrize("forwarded", ["1.2.3.4", "1.2.3.4, 5.6.7.8"])
def test_P5_a_forged_forwarding_header_does_not_help(forwarded: str) -> None:
    visitor = Visitor()
    form = visitor.open()
    with simulated(now()):
        for number in range(11):
            sent = {**GIVEN, **form, "key": str(uuid4())}
            page = visitor.client.post("/portal/report", sent, headers={"x-forwarded-for": f"{forwarded}.{number}"})
    assert page.status_code == 429


def test_P7_edited_hidden_fields_have_no_effect_and_leave_a_note() -> None:
    extra = {"priority": "1", "customer_id": "2", "status": "closed", "sla_id": "9", "channel": "phone", "at_once": "1", "is_staff": "1"}
    made = Visitor().reported(**extra)
    plain = Visitor().reported()
    assert (made.case.priority, made.case.state, made.channel, made.at_once) == (plain.case.priority, plain.case.state, "web", False)
    note = Oddity.objects.unscoped("test").get()
    assert note.case_id == made.pk and set(note.names) == set(extra)


@pytest.mark.parametrize(("how", "reason"), [({"website": "http://spam.example"}, "trap"), ({"seconds": 0.3}, "hasty")])
def test_P8_what_a_machine_sends_looks_taken_and_waits_for_a_person(how: dict[str, object], reason: str) -> None:
    page = Visitor().report(**how)
    assert page.status_code == 200 and "收到了，我们来处理" in page.content.decode()
    assert not Ticket.objects.exists()
    row = Quarantined.objects.unscoped("test").get()
    assert row.reasons == [reason] and GIVEN["description"] in row.form
    assert Visitor().report(seconds=2.1).status_code == 200 and Ticket.objects.count() == 1


def test_P9_the_serial_of_another_is_to_be_verified_and_shows_nothing_of_the_other() -> None:
    owner = Visitor().reported(contact_phone="13900139000", contact_name="欧阳主人")
    fridge = Category.objects.get(key="fridge")
    register_many([Purchase(serial="XH24A0001234", category=fridge, customer=owner.customer_id)])
    visitor = Visitor()
    page = visitor.report(serial=" xh24a-0001234 ".replace("-", ""))
    made = ticket(number_in(page))
    shown = page.content.decode() + visitor.client.get(link(made)).content.decode()
    assert made.serial == "XH24A0001234" and made.serial_claimed and made.device_id is None
    assert "欧阳" not in shown and "保" not in shown.replace("保护", "") and not re.search(r"139[^<]{4,6}9000", shown)
    unknown = Visitor().reported(serial="XH24A9999999")
    assert (unknown.serial_claimed, unknown.verdict, unknown.promised_at is not None) == (True, made.verdict, True)


def test_P9_naming_the_owners_own_number_does_not_help_a_stranger() -> None:
    owner = Visitor().reported(contact_phone="13900139000")
    register_many([Purchase(serial="XH24A0001234", category=Category.objects.get(key="fridge"), customer=owner.customer_id)])
    made = Visitor().reported(contact_phone="13900139000", serial="XH24A0001234")
    assert made.serial_claimed and made.device_id is None and made.tier == "basic"


def test_photos_come_with_the_form_and_belong_to_the_case() -> None:
    made = Visitor().reported(files=[picture("red"), picture("blue")])
    rows = Attachment.objects.unscoped("test").filter(case=made.case)
    assert rows.count() == 2 and all(row.public for row in rows)
    page = Visitor().report(files=[io.BytesIO(b"MZ not a picture")])
    assert page.status_code == 422 and "只收图片" in page.content.decode() and GIVEN["description"] in page.content.decode()


def test_photos_sent_by_the_script_are_the_visits_own() -> None:
    visitor, thief = Visitor(), Visitor("198.51.100.9")
    sent = visitor.client.post("/portal/photos", {"file": picture()}).json()
    assert visitor.client.get(f"/portal/photos/{sent['id']}").status_code == 200
    assert thief.client.get(f"/portal/photos/{sent['id']}").status_code == 404
    assert thief.report(photos=[sent["id"]]).status_code == 422
    made = visitor.reported(photos=[sent["id"]])
    assert Attachment.objects.unscoped("test").get(public_id=sent["id"]).case_id == made.pk
    refused = visitor.client.post("/portal/photos", {"file": io.BytesIO(b"%PDF-1.4")})
    assert refused.status_code == 422 and "图片" in refused.json()["sentence"]


def test_what_today_is_required_by_the_rules_is_asked_beside_its_field() -> None:
    page = Visitor().report(serial="?!")
    assert page.status_code == 422 and "序列号不对" in page.content.decode() and "冷藏室结冰" in page.content.decode()


def test_danger_is_told_what_to_do_first() -> None:
    page = Visitor().report(urgency="danger", description="插座冒烟")
    made = ticket(number_in(page))
    assert "119" in page.content.decode() and made.case.priority == 1


def test_the_site_speaks_english_to_whoever_wants_it() -> None:
    visitor = Visitor()
    turned = visitor.client.get("/portal/report?kind=fault&lang=en")
    assert turned["Location"] == "/portal/report?kind=fault"
    assert 'lang="en"' in visitor.client.get("/portal/report").content.decode()


def test_a_web_ticket_reaches_the_desk_with_its_clocks() -> None:
    made = Visitor().reported(kind="usage_question")
    line = Journal.objects.get(case=made.case, verb="receive")
    assert line.public and made.case.is_open and made.case.due_at is not None
    staff("reply", made, who="lead" if not made.case.owner_id else "", text="您好，请先断电五分钟。")
    assert ticket(made.case.number).replied_at is not None
