from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from tests.cast import actor
from tests.portal.visitor import OTHER, PHONE, Visitor, code_sent, link, picture, staff, texts_sent, ticket
from xiuhao.kernel import engine
from xiuhao.kernel.models import Attachment, Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated
from xiuhao.portal import progress
from xiuhao.ticket import queries as tickets
from xiuhao.ticket.models import Ticket
from xiuhao.ticket.process import TICKET

pytestmark = pytest.mark.django_db


def owned() -> Ticket:
    """A web report that somebody works on."""
    made = Visitor().reported(kind="usage_question", contact_name="王小明")
    if made.case.owner_id is None:
        engine.perform("ticket", "take", actor=actor("lead"), number=made.case.number)
    return ticket(made.case.number)


def without_switch(page: HttpResponse) -> str:
    """The page without what belongs to its own address."""
    return re.sub(r'href="\?lang=[^"]*"', "", page.content.decode())


def flipped(token: str) -> str:
    return token[:5] + ("A" if token[5] != "A" else "B") + token[6:]


def test_the_link_shows_steps_promise_and_who_works_on_it_masked() -> None:
    made = owned()
    staff("reply", made, text="您好，请先断电五分钟再开机。")
    page = Visitor("198.51.100.9").client.get(link(made))
    text = page.content.decode()
    assert page.status_code == 200
    assert "我们收到了您的请求" in text and "客服回复了您" in text and "我们承诺最晚处理时间" in text and "138****8000" in text
    assert made.case.owner.name not in text and "断电" not in text and made.description not in text and "王小明" not in text


def test_T1_the_next_numbers_are_the_same_page_until_it_is_enough() -> None:
    made = owned()
    stranger = Visitor("198.51.100.9")
    serial = int(made.case.number[2:])
    with simulated(now()):  # within a minute, however slow the machine is
        pages = [stranger.client.get(f"/portal/track/GD{serial + step:010d}") for step in range(24)]
    assert [page.status_code for page in pages] == [404] * 20 + [429] * 4
    assert len({without_switch(page) for page in pages[:20]}) == 1, "nothing tells them apart"
    assert int(pages[-1]["Retry-After"]) in range(1, 61)
    assert Visitor("198.51.100.10").client.get(link(made)).status_code == 200


def test_T2_unknown_cut_flipped_expired_and_revoked_links_cost_and_say_the_same() -> None:
    made, expired, revoked = owned(), Visitor().reported(), Visitor().reported()
    Ticket.objects.filter(pk=expired.pk).update(track_until=now() - timedelta(seconds=1))
    Ticket.objects.filter(pk=revoked.pk).update(track_until=None)
    good = tickets.token(made.case)
    wrong = [good[:-1], flipped(good), tickets.token(expired.case), tickets.token(revoked.case), "x", good + "A", "../" * 9, "长链接"]
    stranger = Visitor("198.51.100.9")
    seen = set()
    for token in wrong:
        with CaptureQueriesContext(connection) as done:
            page = stranger.client.get(f"/portal/track/{token}")
        asked = [query["sql"] for query in done if "clock_timestamp" not in query["sql"]]
        shapes = tuple(re.sub(r"'[^']*'|\\x[0-9a-f]+|\d+", "?", sql)[:60] for sql in asked)
        seen.add((page.status_code, without_switch(page), shapes))
    assert len(seen) == 1 and next(iter(seen))[0] == 404, "nothing tells them apart"
    assert "短信验证码" in next(iter(seen))[1] and "/portal/find" in next(iter(seen))[1]
    assert stranger.client.get(link(made)).status_code == 200, "the negative control"


def test_T3_who_only_has_the_link_sees_and_does_nothing_by_page_or_engine() -> None:
    made = owned()
    staff("solve", made, solution="换了温控器")
    stranger = Visitor("198.51.100.9")
    assert "换了温控器" not in stranger.client.get(link(made)).content.decode()
    holder = tickets.customer_of(tickets.token(made.case))
    assert holder is not None and holder.verbs == frozenset()
    before = Case.objects.unscoped("test").get(pk=made.pk).version
    for transition in TICKET.transitions:
        with pytest.raises(Refused) as refused:
            engine.perform("ticket", transition.key, actor=holder, number="" if transition.births else made.case.number, given={})
        assert refused.value.status in (403, 404, 409), transition.key
    for verb in (*progress.OFFERED, "claim", "disown"):
        assert stranger.act(made, verb, text="改一下", reason="不要了").status_code == 403
    assert Case.objects.unscoped("test").get(pk=made.pk).version == before


def test_T3_after_the_code_the_customer_reads_and_acts() -> None:
    made = owned()
    staff("reply", made, text="您好，请先断电五分钟再开机。")
    visitor = Visitor()
    page = visitor.prove(made)
    assert page.status_code == 200 and "断电五分钟" in page.content.decode() and made.description in page.content.decode()
    assert visitor.act(made, "urge").status_code == 200
    assert visitor.act(made, "urge").status_code == 409, "once in two hours"
    assert visitor.act(made, "add", text="型号是 BCD-215").status_code == 200
    staff("solve", made, solution="换了温控器")
    assert visitor.act(made, "confirm").status_code == 200
    done = ticket(made.case.number)
    assert (done.case.state, done.satisfied, done.confirmed_by) == ("archived", True, "link")
    assert visitor.act(made, "reopen", reason="又不制冷了").status_code == 200
    assert ticket(made.case.number).case.round == 2
    assert visitor.act(made, "cancel", reason="").status_code == 422
    assert visitor.act(made, "cancel", reason="不修了").status_code == 200


def test_T3_what_the_customer_writes_is_kept_when_it_is_refused() -> None:
    made = owned()
    visitor = Visitor()
    visitor.prove(made)
    page = visitor.act(made, "answer", text="我的答复很长")
    assert page.status_code == 409 and "我的答复很长" in page.content.decode()
    twice = str(uuid4())
    for _again in range(2):
        assert visitor.act(made, "add", text="补充一次", key=twice).status_code == 200
    text = visitor.client.get(f"/portal/mine/{made.case.number}").content.decode()
    assert text.count("补充一次") == 1


def test_T3_a_proof_is_for_that_number_only_and_ends_after_half_an_hour() -> None:
    made, foreign = owned(), Visitor().reported(contact_phone="13900139000")
    visitor = Visitor()
    visitor.prove(made)
    assert visitor.client.get(f"/portal/mine/{foreign.case.number}").status_code == 404
    assert visitor.act(foreign, "cancel", reason="不要了").status_code == 404
    assert visitor.client.get(link(foreign)).status_code == 200, "the link alone shows its steps"
    with simulated(now() + timedelta(minutes=31)):
        assert visitor.client.get(f"/portal/mine/{made.case.number}").status_code == 403
        assert visitor.act(made, "urge").status_code == 403


def test_T5_the_pages_of_a_link_send_no_referrer_and_name_no_other_host() -> None:
    made = owned()
    visitor = Visitor()
    pages = [visitor.client.get(link(made)), visitor.client.get("/portal/track/wrong"), visitor.report()]
    for page in pages:
        assert page["Referrer-Policy"] == "no-referrer"
        assert "no-store" in page["Cache-Control"]
        loaded = re.findall(r'(?:src|href|action)="(https?:)?//([^/"]+)', page.content.decode())
        assert {host for _scheme, host in loaded} <= {"testserver"}
        assert "<form" not in page.content.decode(), "without a referrer a browser's form would be refused as forged"


def test_the_number_that_a_request_had_in_another_system_leads_to_it_with_its_own_phone_only() -> None:
    visitor = Visitor()
    made, others = visitor.reported(), Visitor("198.51.100.8").reported(contact_phone=OTHER)
    Ticket.objects.filter(pk__in=(made.pk, others.pk)).update(external="OLD-77b", external_source="旧系统")
    for phone, ticket_of in ((PHONE, made), (OTHER, others)):
        found = visitor.client.post("/portal/find", {"phone": phone, "number": "OLD-77b"}, follow=True)
        assert found.status_code == 200 and ticket_of.case.number in found.content.decode()
    assert visitor.client.post("/portal/find", {"phone": "13700137009", "number": "OLD-77b"}).status_code == 404
    assert visitor.client.post("/portal/find", {"phone": PHONE, "number": "OLD-78"}).status_code == 404


def test_the_number_and_the_phone_lead_to_the_steps_and_a_guess_to_nothing() -> None:
    made = owned()
    visitor = Visitor("198.51.100.9")
    found = visitor.client.post("/portal/find", {"phone": "13800138000", "number": made.case.number.lower()}, follow=True)
    assert found.status_code == 200 and made.case.number in found.content.decode()
    wrong = [("13900139000", made.case.number), ("13800138000", "GD2611999999"), ("13700137000", "GD0"), ("13800138000", "\0GD")]
    pages = [visitor.client.post("/portal/find", {"phone": phone, "number": number}) for phone, number in wrong]
    assert [page.status_code for page in pages] == [404, 404, 404, 422]
    tries = [visitor.client.post("/portal/find", {"phone": "13800138000", "number": f"GD{i}"}).status_code for i in range(12)]
    assert set(tries) == {404, 429}, "ten tries an hour with one phone"


def test_P6_a_strangers_report_with_my_number_is_not_mine_until_I_say_so() -> None:
    victim = Visitor()
    own = victim.reported(contact_phone=OTHER, description="我自己的冰箱")
    victim.prove(own)
    victim.client.post("/portal/leave")
    forged = Visitor("198.51.100.66").reported(contact_phone=OTHER, description="骗子写的内容", contact_name="骗子")
    assert Case.objects.unscoped("test").get(pk=forged.pk).customer_id is None
    assert all("骗子" not in text for text in texts_sent()) and len(texts_sent()) == 1
    page = victim.prove(OTHER)
    own_part, foreign_part = page.content.decode().split("有人用您的号码提交了这些")[1].split("</section>", 1)[::-1]
    assert "我自己的冰箱" in own_part and "骗子写的内容" in foreign_part and "骗子写的内容" not in own_part
    assert victim.act(forged, "disown").status_code == 200
    assert ticket(forged.case.number).case.state == "cancelled"
    assert "骗子写的内容" not in victim.client.get("/portal/mine").content.decode()


def test_P6_what_I_reported_myself_becomes_mine_when_I_prove_the_number() -> None:
    visitor = Visitor()
    made = visitor.reported()
    assert made.case.customer_id is None
    visitor.prove(made)
    mine = ticket(made.case.number)
    assert mine.case.customer_id == mine.customer_id
    staff("reply", mine, who="lead", text="我们明天上门")
    assert "我们明天上门" in texts_sent()[-1], "from now on its customer is told"


def test_P6_at_most_one_message_a_day_to_a_number_that_was_never_proven() -> None:
    stranger = Visitor("198.51.100.66")
    made = stranger.reported(contact_phone=PHONE, description="http://spam.example 快点我")
    for _again in range(5):
        url = stranger.client.post("/portal/find", {"phone": PHONE})["Location"]
        page = stranger.client.post(url, {"send": "1"}, follow=True)
        assert "验证码已经发出" in page.content.decode(), "the page does not say which numbers we know"
    assert len(texts_sent()) == 1
    assert "spam" not in texts_sent()[0] and made.case.number not in texts_sent()[0] and code_sent() in texts_sent()[0]
    with simulated(now() + timedelta(hours=24, minutes=1)):
        url = stranger.client.post("/portal/find", {"phone": PHONE})["Location"]
        stranger.client.post(url, {"send": "1"})
        assert len(texts_sent()) == 2


def test_the_customers_pages_hold_no_personal_datum_in_full() -> None:
    visitor = Visitor()
    made = visitor.reported(contact_name="欧阳小明", contact_address="浙江省杭州市西湖区文三路1号")
    pages = [visitor.client.get(link(made)), visitor.prove(made), visitor.client.get("/portal/mine"), visitor.client.get("/portal/report")]
    for page in pages:
        text = page.content.decode()
        assert "13800138000" not in text and "8613800138000" not in text and "欧阳小明" not in text and "文三路" not in text


def test_U6_a_foreign_attachment_in_an_own_reply_is_not_there_and_is_not_copied() -> None:
    other = Visitor("198.51.100.66")
    foreign = other.client.post("/portal/photos", {"file": picture()}).json()["id"]
    taken = other.reported(contact_phone="13900139000", photos=[foreign])
    loose = other.client.post("/portal/photos", {"file": picture("blue")}).json()["id"]
    made = owned()
    visitor = Visitor()
    visitor.prove(made)
    before = Attachment.objects.unscoped("test").count()
    for stolen in (foreign, loose):
        page = visitor.act(made, "add", text="看这张", photos=[stolen])
        assert page.status_code == 422 and "找不到的附件" in page.content.decode()
        assert visitor.client.get(f"/portal/photos/{stolen}").status_code == 404
    rows = Attachment.objects.unscoped("test")
    assert rows.count() == before and rows.get(public_id=foreign).case_id == taken.pk and rows.get(public_id=loose).case_id is None
    own = visitor.client.post("/portal/photos", {"file": picture("green")}).json()["id"]
    assert visitor.act(made, "add", text="看这张", photos=[own]).status_code == 200
    assert visitor.client.get(f"/portal/photos/{own}?full")["Content-Type"] == "image/png"
