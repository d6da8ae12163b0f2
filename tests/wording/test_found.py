"""Which words are found in a text, whatever their spacing and width, and which are not."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import account, actor
from tests.tickets import receive
from xiuhao.kernel import engine, policy
from xiuhao.kernel.refusal import Refused
from xiuhao.wording import queries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules() -> None:
    policy.current()


def said(text: str) -> list[tuple[str, str]]:
    return [(mark.words, mark.offence) for mark in queries.found(text)]


def test_spacing_width_and_filler_between_the_characters_do_not_hide_a_word() -> None:
    for text in ("这事不归我们管。", "这事不 归\u200b我们 管。", "这事不*归-我们·管。", "这事不归\n我们管"):
        assert [offence for _words, offence in said(text)] == ["shirk"], text
    assert said("保证１００％修好") == [("１００％修好", "exaggerate")]
    assert said("我们保证您的冰箱不会再坏") == [("保证您的冰箱不会再坏", "exaggerate")], "the gap reaches over a few words"


def test_ordinary_sentences_raise_no_alarm() -> None:
    for text in (
        "您好，我们不能保证不会再坏，但三个月内同一故障免费返修。", "您可能不知道，滤网要每月清洗一次。",
        "检测后不属于人为损坏，免费维修。",
        "保证按时上门。零件可能不会再坏", "请您提供购机发票的照片，谢谢！", "",
    ):  # fmt: skip
        assert said(text) == [], text


def test_a_text_of_sixteen_thousand_signs_is_judged_in_one_pass() -> None:
    long = "您好，工程师明天上午上门检测冰箱。" * 900 + "爱修不修"
    [mark] = queries.found(long)
    assert (mark.start, mark.end) == (len(long) - 4, len(long))
    assert "".join(piece.text for piece in queries.pieces(long, [mark])) == long


def test_a_warned_text_goes_out_once_it_is_confirmed_and_a_forbidden_one_never() -> None:
    number = receive().case.number
    for given, code in (({"text": "这是操作不当造成的"}, "incomplete"), ({"text": "都怪你", "worded": True}, "words_unkind")):
        with pytest.raises(Refused, match=code):
            engine.perform("ticket", "reply", actor=actor("agent"), number=number, given=given)
    assert engine.perform("ticket", "reply", actor=actor("agent"), number=number, given={"text": "这是操作不当造成的", "worded": True})


def test_what_is_typed_is_marked_with_clause_and_better_words_and_only_staff_may_ask(client: Client) -> None:
    address = "/wording/check?of=text"
    assert client.post(address, {"text": "爱修不修"}).status_code == 302
    client.force_login(account("agent"))
    page = client.post(address, {"text": "<b>爱修不修</b>，没办法"}).content.decode()
    assert "<mark" in page and "CS1-1.6" in page and "&lt;b&gt;" in page and 'name="worded"' in page
    assert client.post(address, {"text": "请您稍等"}).content.decode().strip() == ""
