"""The outbox page: what went out about the cases that one sees, masked, with its text where no provider carries it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests import cast
from tests.portal.visitor import Visitor
from tests.tickets import receive
from tests.ui.desk import sit, text
from xiuhao.kernel import dispatcher, engine
from xiuhao.kernel.models import Message, Outbox
from xiuhao.kernel.time import now
from xiuhao.simulate.models import Demo

pytestmark = pytest.mark.django_db


def answered() -> str:
    """The number of a ticket whose customer was sent an answer."""
    case = receive("agent").case
    engine.perform("ticket", "reply", actor=cast.actor("agent"), number=case.number, given={"text": "请先断电"})
    dispatcher.drain()
    assert Message.objects.filter(case=case, channel="sms").exists()
    return case.number


def rows(client: Client, query: str = "") -> str:
    """The list of the page."""
    page = client.get(f"/outbox/{query}")
    assert page.status_code == 200
    return text(page).split('id="list"')[1]


def test_who_sees_the_case_reads_its_messages_and_nobody_else() -> None:
    number = answered()
    seen = rows(sit("agent"))
    assert number in seen and "短信" in seen and "已发出" in seen and "****" in seen and "请先断电" in seen
    assert number not in rows(sit("outsider")) and "请先断电" not in rows(sit("outsider"))
    assert '<a href="/outbox/"' in text(sit("agent").get("/"))


def test_what_a_provider_carries_is_listed_without_its_text(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    number = answered()
    settings.XIUHAO_CHANNELS = settings.XIUHAO_CHANNELS | {"sms": "xiuhao.kernel.channels.Mail"}
    seen = rows(sit("agent"))
    assert number in seen and "请先断电" not in seen


def test_each_state_is_told_apart_and_asked_for() -> None:
    number = answered()
    message = Message.objects.filter(case__number=number, channel="sms").latest("pk")
    others = Message.objects.exclude(pk=message.pk)
    others.update(sent_at=now(), error="", maybe_twice=False)
    for state, fields, word in (
        ("sent", {"sent_at": now()}, "已发出"),
        ("waiting", {"sent_at": None}, "待发"),
        ("failed", {"sent_at": None, "error": "Declined: 空号"}, "空号"),
        ("twice", {"sent_at": now(), "error": "", "maybe_twice": True}, "可能发了两次"),
    ):
        Message.objects.filter(pk=message.pk).update(**fields)
        found = rows(sit("agent"), f"?state={state}&channel=sms&q={number}")
        assert word in found and number in found
        for other in {"sent", "waiting", "failed", "twice"} - {state, "sent"}:
            assert number not in rows(sit("agent"), f"?state={other}")
    assert sit("agent").get("/outbox/?state=gone").status_code == 400


def test_what_will_be_tried_again_is_told_from_what_was_given_up() -> None:
    number = answered()
    message = Message.objects.filter(case__number=number, channel="sms").latest("pk")
    Message.objects.filter(pk=message.pk).update(sent_at=None, error="Unreachable: 忙")
    row = Outbox.objects.get(effect_key=message.effect_key.rsplit(":", 2)[0])
    Outbox.objects.filter(pk=row.pk).update(done_at=None, not_before=now() + timedelta(seconds=80))
    assert number in rows(sit("agent"), "?state=again") and "下次：" in rows(sit("agent"), "?state=again")
    assert number not in rows(sit("agent"), "?state=failed")
    Outbox.objects.filter(pk=row.pk).update(dead=True)
    assert number in rows(sit("agent"), "?state=failed") and number not in rows(sit("agent"), "?state=again")


def test_a_code_is_read_in_the_demo_and_nowhere_else() -> None:
    visitor = Visitor()
    visitor.reported()
    url = visitor.client.post("/portal/find", {"phone": "13800138000"})["Location"]
    assert visitor.client.post(url, {"send": "1"}).status_code == 303
    dispatcher.drain()
    code = re.compile(r"验证码是 (\d{6})")
    assert not code.search(rows(sit("lead"), "?channel=sms")) and "/outbox/" not in text(visitor.client.get(url))
    Demo(pk=1, made_until=now(), seed=1, token="t").save(force_insert=True)
    assert "/outbox/" in text(visitor.client.get(url))
    found = code.search(rows(sit("lead"), "?channel=sms"))
    assert found
    assert visitor.client.post(url, {"code": found[1]}, follow=True).redirect_chain[-1][0].startswith("/portal/mine")
