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


def test_you_polite_or_not_simplified_or_traditional_the_commonest_idioms_are_found_where_they_stand() -> None:
    for text, words, offence in (
        ("这是您自己的问题", "您自己的问题", "blame"), ("都怪您没看说明书", "都怪您", "blame"), ("可能是您不会用吧", "您不会用", "blame"),
        ("您没看说明书吧", "您没看说明书", "blame"), ("那就随便您", "随便您", "harsh"), ("妳自己看著辦", "妳自己看著辦", "harsh"),
        ("您好，不关我们的事", "不关我们的事", "shirk"), ("這個跟我們沒關係", "跟我們沒關係", "shirk"),
        ("与我们没有关系", "与我们没有关系", "shirk"),
        ("我们保证修好", "保证修好", "exaggerate"), ("包 您 满意！", "包 您 满意", "exaggerate"),
        ("打１２３１５没用", "打１２３１５没用", "pressure"),
    ):  # fmt: skip
        assert said(text) == [(words, offence)], text
    mark = queries.found("好的，\u200b都怪您")[0]
    assert (mark.start, mark.end, mark.blocks) == (4, 7, True)


def test_what_a_phrase_is_to_be_replaced_by_is_itself_without_fault() -> None:
    for row in policy.rows(queries.TABLE):
        assert said(str(row.value["instead"])) == [], row.line


def test_twenty_replies_of_a_good_day_raise_no_alarm() -> None:
    for text in (
        "您好，您的冰箱已安排明天上午十点上门检测，请您留意来电。", "很抱歉让您久等了，配件预计周三到货，到货后我第一时间联系您。",
        "这不是您的错，电路板老化是常见现象。", "请放心，这不是您自己弄坏的，保修期内免费更换。",
        "如果您不会用遥控器上的定时，我可以一步一步教您。",
        "没关系，您跟我们说一声就可以改约时间。", "您跟我说没关系的，我来为您记录。", "是不是我们的责任，要等检测结果出来才能确定。",
        "您不用自己想办法，也不用去找厂家，由我帮您去找厂家核实。", "我们不能保证修好，但检测后会把方案和费用告诉您。",
        "修好后三个月内同一故障免费返修。", "保证按时上门，修好再请您付款。", "请问是谁让您联系我们的？",
        "我们不会起诉您，费用可以再核对一次。",
        "说明书第 12 页有清洗滤网的方法，我也发给您一份。", "您对处理结果不满意，可以投诉，我来为您登记。",
        "请您按说明书使用，不会用到的功能可以先关闭。",
        "这件事由物流部门负责，我帮您联系，今天六点前给您答复。", "不怪您，这个接口确实容易插错。", "您需要的发票已经开好，请查收邮件。",
        "感謝您的來電，工程師會在約定的時間上門。", "与您确认一下：购机日期是去年三月，型号是 BCD-200，对吗？",
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
