"""In English no Chinese is left but what people wrote: reasons of the rules, notices, names of rows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests import cast
from tests.tickets import receive
from tests.ui.desk import sit, text
from xiuhao.kernel import dispatcher, engine
from xiuhao.kernel.models import CaseClock, Message
from xiuhao.kernel.time import now, simulated

pytestmark = pytest.mark.django_db
HAN = re.compile(r"[\u3400-\u9fff]+")


def english(login: str) -> Client:
    client = sit(login)
    client.cookies["django_language"] = "en"
    return client


def chinese(page: str, *written: str) -> set[str]:
    """Chinese in the text that a page shows, without what people wrote or are called."""
    shown = re.sub(r"<template.*?</template>|<[^>]+>", " ", page.split("<main", 1)[1], flags=re.DOTALL)
    for each in written:
        shown = shown.replace(each, "")
    return set(HAN.findall(shown))


def test_the_reasons_of_rules_are_said_in_the_readers_language() -> None:
    case = receive("agent", purchased_on="2026-01-05").case
    zh, en = text(sit("agent").get(f"/c/ticket/{case.number}/")), text(english("agent").get(f"/c/ticket/{case.number}/"))
    assert "P3 · 质量问题" in zh and "P3 · Quality problem" in en
    assert "同上目录" not in zh and "未核" not in zh and "规则 fridge" not in zh
    facts = en.split('class="facts"', 1)[1].split("</dl>", 1)[0]
    assert chinese("<main" + facts, "冰箱不制冷，冷藏室结冰", "客服安", "客服白", "专家童", "组长林", "经理华") == set()


def test_notices_are_titled_in_the_readers_language_whatever_they_were_sent_in() -> None:
    case = receive("agent").case
    engine.perform("ticket", "assign", actor=cast.actor("lead"), number=case.number, given={"to": cast.account("colleague").pk})
    with simulated(now() + timedelta(seconds=11)):  # while it can be undone nobody is told
        dispatcher.drain()
    kept = Message.objects.get(to_account=cast.account("colleague"), template__contains="ticket_assigned", channel="inbox")
    assert kept.subject == f"{case.number} 派给您处理"
    for url in ("/inbox", "/"):
        assert f"{case.number} 派给您处理" in text(sit("colleague").get(url))
        page = text(english("colleague").get(url))
        assert f"{case.number} assigned to you" in page and "派给您处理" not in page


def test_a_deadline_names_its_rule_in_words_and_says_that_it_has_always_held() -> None:
    case = receive("agent", channel="web").case
    for clock in CaseClock.objects.filter(case=case, policy__isnull=False):
        url = f"/c/ticket/{case.number}/clock/{clock.pk}"
        zh, en = text(sit("agent").get(url)), text(english("agent").get(url))
        assert "自始" in zh and "2000-01-01" not in zh and "everybody" not in zh and "规则 " not in zh
        assert chinese(en) == set(), clock.key
