"""Whoever asks about their own data is answered in time, gets what is kept, and is forgotten for good."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.test import Client

from tests import cast
from tests.cast import actor
from tests.pictures import photo
from tests.portal.visitor import PHONE, Visitor
from tests.registrations import register
from tests.tickets import receive
from xiuhao.contract import actions as contracts
from xiuhao.kernel import dispatcher, engine, letters, verification
from xiuhao.kernel.models import Case, CaseClock, Content, Message, Reveal
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated
from xiuhao.party import queries as people
from xiuhao.party.models import Consent, Customer, Phone, PurchaseCard
from xiuhao.privacy import retention
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def customer_with_everything() -> Customer:
    case = register("agent", id_no="330102199001011234", id_need="law", agrees_marketing=True).case
    return Customer.objects.unscoped("test").get(pk=case.customer_id)


def ask(customer: Customer, kind: str, who: str = "agent") -> Case:
    return engine.perform("privacy", "ask", actor=actor(who), given={"kind": kind, "customer": customer.pk}).case


def do(case: Case, verb: str, who: str = "lead", **given: object) -> engine.Outcome:
    return engine.perform("privacy", verb, actor=actor(who), number=case.number, given=given)


def test_a_customer_asks_in_the_portal_takes_consent_back_and_carries_home_what_is_kept() -> None:
    customer_with_everything()
    browser = Visitor()
    assert browser.client.get("/portal/data").status_code == 302
    assert browser.client.post("/portal/data/ask", {"kind": "export"}).status_code == 403
    browser.prove(PHONE)
    page = browser.client.get("/portal/data").content.decode()
    assert "撤回同意" in page and "个人信息告知书" in page
    assert browser.client.post("/portal/data/consent", {"purpose": "marketing", "given": "no"}).status_code == 303
    latest = Consent.objects.unscoped("test").order_by("pk").last()
    assert latest is not None and (latest.given, latest.way, latest.purpose) == (False, "portal", "marketing")
    key = "6f1f8a1e-2f0e-4c3d-9b57-2a8f3a4c1d77"
    for _ in range(2):  # a double click is one request
        assert browser.client.post("/portal/data/ask", {"kind": "export", "key": key}).status_code == 303
    case = Case.objects.unscoped("test").get(process="privacy")
    assert case.state == "verified", "the code has proven who asks"
    assert CaseClock.objects.get(case_id=case.pk).due_at is not None
    assert browser.client.get(f"/portal/data/{case.number}.json").status_code == 404, "not before it is answered"
    do(case, "fulfil", "manager", answer="资料已备好，请下载")
    found = json.loads(browser.client.get(f"/portal/data/{case.number}.json").content)
    assert found["person"][0]["phones"] == [PHONE] and found["person"][0]["name"] == "王小明"
    assert found["purchases"][0]["card_no"] == "GK20260001" and found["devices"][0]["serial"] == "XH24A0001"
    table = browser.client.get(f"/portal/data/{case.number}.csv").content.decode()
    assert f"'{PHONE}" in table, "no cell that a spreadsheet computes"
    other = Visitor("203.0.113.9")
    assert other.client.get(f"/portal/data/{case.number}.json").status_code == 403
    dispatcher.drain()
    assert any("资料已备好" in letters.text_of(m) for m in Message.objects.filter(template__startswith="privacy"))


def test_what_is_carried_home_holds_the_pictures_and_nothing_that_was_written_for_the_house() -> None:
    customer = customer_with_everything()
    contracts.sell(actor("manager"), customer.pk, "vip")
    case = receive(photos=[photo("agent")]).case
    engine.perform("ticket", "jump", actor=actor("lead"), number=case.number, given={"ground": "vip", "reason": "老板的亲戚"})
    asked = ask(customer, "export")
    do(asked, "verify", proof="id_card", note="核对原件")
    lead = Client()
    lead.force_login(cast.account("lead"))
    answer = lead.get(f"/privacy/{asked.number}/held.zip")
    with ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        found = json.loads(archive.read("data.json"))
        [picture] = found["files"]
        assert set(archive.namelist()) == {"data.json", "data.csv", picture["file"]} and picture["case"] == case.number
        assert len(archive.read(picture["file"])) == picture["bytes"] > 0
        jumped = next(line for each in found["cases"] for line in each["lines"] if line["what"] == "插队")
        assert "老板的亲戚" not in str(found) + archive.read("data.csv").decode() and "reason" not in jumped["texts"]
    assert lead.get(f"/privacy/{asked.number}/held.exe").status_code == 404


def test_staff_show_identity_first_answer_or_refuse_with_a_reason_and_every_export_is_written_down() -> None:
    customer = customer_with_everything()
    case = ask(customer, "access")
    client = Client()
    client.force_login(cast.account("lead"))
    assert client.get(f"/privacy/{case.number}/held.json").status_code == 409
    with pytest.raises(Refused) as early:
        do(case, "fulfil", answer="好")
    assert early.value.code == "wrong_state"
    with pytest.raises(Refused):
        do(case, "verify", "agent", proof="code", note="自称")  # a code is entered by the customer alone
    do(case, "verify", "agent", proof="id_card", note="核对原件")
    with pytest.raises(Refused) as caught:
        do(case, "refuse", answer="不能")
    assert "ground" in caught.value.fields
    assert client.get(f"/privacy/{case.number}/held.json").json()["person"][0]["name"] == "王小明"
    assert Reveal.objects.get().subject == f"privacy.held:{customer.pk}"
    agent = Client()
    agent.force_login(cast.account("agent"))
    assert agent.get(f"/privacy/{case.number}/held.json").status_code == 403
    do(case, "refuse", ground="others", answer="会泄露邻居的信息，其余部分已提供")
    assert CaseClock.objects.get(case_id=case.pk).breached_at is None


def test_who_is_forgotten_is_forgotten_everywhere_and_the_journal_says_erased_never_broken() -> None:
    customer = customer_with_everything()
    ticket = receive(contact_phone="13800138000").case
    assert ticket.customer_id == customer.pk
    case = ask(customer, "deletion")
    do(case, "verify", "agent", proof="id_card", note="核对原件")
    with pytest.raises(Refused) as caught:
        do(case, "fulfil", answer="已删除")
    assert caught.value.code == "still_served"
    engine.perform("ticket", "cancel", actor=actor("lead"), number=ticket.number, given={"reason": "客户不修了"})
    dispatcher.drain()
    do(case, "fulfil", answer="已删除")
    customer.refresh_from_db()
    assert (customer.name, customer.aliases) == ("", "") and not Phone.objects.unscoped("test").filter(customer=customer).exists()
    card = PurchaseCard.objects.unscoped("test").get()
    assert (card.card_no, card.id_no, card.card_blind) == ("", "", None)
    record = Ticket.objects.get(pk=ticket.pk)
    assert (record.contact_name, record.contact_phone, record.contact_address, record.description) == ("", "", "", "")
    assert "冰箱不制冷" not in record.plain and "冰箱" not in Case.objects.unscoped("test").get(pk=ticket.pk).title
    assert not Content.objects.filter(case=ticket, erased_at=None).exists()
    assert not Message.objects.filter(case=ticket).exclude(sealed=b"").exists()
    assert people.by_phones({PHONE}) == {}
    for each in (ticket, case):
        report = verification.verify(Case.objects.unscoped("test").get(pk=each.pk))
        assert report.intact and (report.erased > 0 or each == case)
    assert Consent.objects.unscoped("test").filter(customer=customer).exists(), "that somebody agreed, and withdrew, stays"


def test_what_the_law_keeps_of_a_person_who_asked_to_be_forgotten_stays_until_its_day_and_the_answer_says_so() -> None:
    kept = receive(at_once=True, solution="教会了设置温度").case
    given = {"satisfied": "yes", "confirmed_by": "phone"}
    engine.perform("ticket", "confirm", actor=actor("agent"), number=kept.number, given=given)
    free = receive(description="洗衣机不转").case
    engine.perform("ticket", "cancel", actor=actor("lead"), number=free.number, given={"reason": "客户不修了"})
    day = Ticket.objects.get(pk=kept.pk).keep_until
    customer = Customer.objects.unscoped("test").get(pk=kept.customer_id)
    case = ask(customer, "deletion")
    do(case, "verify", "agent", proof="id_card", note="核对原件")
    do(case, "fulfil", answer="已删除您的信息。")
    assert not Content.objects.filter(case=free, erased_at=None).exists() and people.by_phones({PHONE}) == {}
    assert Ticket.objects.get(pk=kept.pk).contact_name == "王小明", "HA-3.5.2: what the law keeps is not emptied before its day"
    dispatcher.drain()
    told = next(letters.text_of(m) for m in Message.objects.filter(template__startswith="privacy/"))
    assert day and kept.number in told and day.isoformat() in told and free.number not in told
    assert retention.sweep() == 0
    soon = now().date() + timedelta(days=1)
    Ticket.objects.filter(case=kept).update(keep_until=soon)  # sooner than the company's own months
    with simulated(now() + timedelta(days=3)):
        client = Client()
        client.force_login(cast.account("manager"))
        assert "已申请删除" in client.get("/privacy/retention").content.decode()
        assert (retention.sweep(), retention.sweep()) == (1, 0)
    record = Ticket.objects.get(pk=kept.pk)
    assert (record.contact_name, record.contact_phone, record.description) == ("", "", "")
    assert not Content.objects.filter(case=kept, erased_at=None).exists()


def test_what_is_past_its_time_is_emptied_by_the_chore_and_only_counted_by_the_page() -> None:
    old = receive(contact_phone="13800138000").case
    engine.perform("ticket", "cancel", actor=actor("lead"), number=old.number, given={"reason": "客户不修了"})
    customer_with_everything()
    open_one = receive(contact_phone="13900139000").case
    client = Client()
    client.force_login(cast.account("manager"))
    with simulated(now() + timedelta(days=35 * 30)):
        assert retention.sweep() == 1, "the ID number alone: tickets are kept for three years"
    assert PurchaseCard.objects.unscoped("test").get().id_no == ""
    with simulated(now() + timedelta(days=37 * 31)):
        counts = {each.row.line: each.rows.count() for each in retention.due() if each.row}
        page = client.get("/privacy/retention").content.decode()
        assert counts["cases"] >= 0 and "待清除" in page and Content.objects.filter(case=old, erased_at=None).exists()
        Ticket.objects.filter(case=old).update(keep_until=now().date() + timedelta(days=1))
        retention.sweep()
        assert Content.objects.filter(case=old, erased_at=None).exists(), "HA-3.5.2: what the law keeps longer stays"
        Ticket.objects.filter(case=old).update(keep_until=now().date() - timedelta(days=1))
        assert retention.sweep() == 1
        assert retention.sweep() == 0
    assert not Content.objects.filter(case=old, erased_at=None).exists()
    assert Content.objects.filter(case=open_one, erased_at=None).exists(), "what is still open is not touched"
