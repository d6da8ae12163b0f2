"""What may not be said to a customer does not go out."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.cast import actor
from tests.tickets import receive
from xiuhao.kernel import engine
from xiuhao.kernel.models import Journal, Refusal
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db


def say(number: str, text: str) -> engine.Outcome:
    return engine.perform("ticket", "reply", actor=actor("agent"), number=number, given={"text": text}, key=uuid4())


def stopped(clause: str, texts: tuple[str, ...]) -> None:
    """Each text is refused with the phrase, its clause and better words, and counted; a better one goes out and is counted too."""
    number = receive().case.number
    for text in texts:
        with pytest.raises(Refused) as caught:
            say(number, text)
        said = caught.value.sentence
        assert caught.value.clauses == (clause,) and clause in said and caught.value.params["instead"] in said
    line = say(number, "您好，工程师明天上午十点上门，请您留意来电。").line
    assert Refusal.objects.filter(clauses=[clause]).count() == len(texts)
    assert Journal.objects.get(pk=line.pk).rules.get(clause) == "met"


def test_CS1_1_6_harsh_shirking_and_blaming_words_do_not_go_out() -> None:
    stopped("CS1-1.6", ("爱修不修", "这事不 归 我们管", "都怪你没看说明书", "这是您自己的问题", "跟我们没关系"))


def test_CS6_3_nobody_promises_too_much_or_presses_in_the_name_of_authorities() -> None:
    stopped("CS6-3", ("保证１００％修好", "国家机关已经认定是您的责任", "打12315也没用", "包您满意"))
