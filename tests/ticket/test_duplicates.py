"""A request that is taken twice is noticed while it is typed: by phone, serial or words, among what one sees."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.cast import actor
from tests.tickets import receive
from tests.ui.desk import sit
from tests.ui.test_api import Program
from xiuhao.kernel import engine
from xiuhao.ticket import duplicates

pytestmark = pytest.mark.django_db
AGAIN = "我家冰箱不制冷了，冷藏室结冰严重"


def why(who: str, **given: str) -> dict[str, list[str]]:
    return {each.ticket.case.number: each.why for each in duplicates.suspects(actor(who), given)}


def test_the_same_phone_serial_or_words_are_noticed_and_what_one_may_not_see_is_not() -> None:
    case = receive(serial="XH24A0007").case
    other = receive(contact_phone="13911112222", description="洗衣机漏水，地上都是", category="washer").case
    assert why("agent", contact_phone="138 0013 8000") == {case.number: ["phone"]}
    assert why("agent", serial="xh24a0007", description=AGAIN) == {case.number: ["serial", "text"]}
    assert why("agent", description="洗衣机漏水地上都是水") == {other.number: ["text"]}
    assert why("agent", contact_phone="1380013", description="冰箱") == {}, "half a number and two words say nothing"
    assert why("outsider", contact_phone="13800138000", description=AGAIN) == {}
    engine.perform("ticket", "cancel", actor=actor("agent"), number=case.number, given={"reason": "重复"})
    assert why("agent", contact_phone="13800138000", description=AGAIN) == {}, "what is closed is no duplicate"


def test_phone_screen_form_and_api_tell_it() -> None:
    case = receive().case
    typed = {"_key": uuid4(), "kind": "fault", "description": AGAIN}
    for url in ("/ticket/call/ahead", "/ticket/duplicates"):
        page = sit("agent").post(url, typed).content.decode()
        assert case.number in page and "描述相近" in page and "关联还是催单" in page, url
        assert case.number not in sit("outsider").post(url, typed).content.decode()
    assert "/ticket/duplicates" in sit("agent").get("/c/ticket/new?verb=receive").content.decode()
    second = receive(description=AGAIN).case
    answer = Program().get(f"ticket/{second.number}/duplicates").json()
    assert [(row["number"], row["why"]) for row in answer["items"]] == [(case.number, ["同一电话", "描述相近"])]
