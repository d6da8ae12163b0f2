"""A refusal in words: filled in, bare where something is missing, in the language asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy as _

from xiuhao.kernel import sentences
from xiuhao.kernel.refusal import Refused


@pytest.fixture(autouse=True)
def own_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "_sentences", dict(sentences._sentences))
    sentences.register({"sample": "{who} 于 {at} 改为 {amount}：{items}。", "sample.bare": "改过了。"})


def test_parameters_are_said_as_people_write_them():
    params = {"who": "张三", "at": datetime(2026, 3, 1, 2, 2, tzinfo=UTC), "amount": Decimal("1200.50"), "items": ["甲", _("乙"), 3]}
    assert sentences.say(Refused("sample", params)) == "张三 于 2026-03-01 10:02 改为 1200.5：甲、乙、3。"


def test_the_bare_sentence_stands_in_where_a_parameter_is_missing_or_empty():
    assert sentences.say(Refused("sample", {"who": "张三"})) == "改过了。"
    assert sentences.say(Refused("not_allowed", {"verb": ""})) == sentences.say(Refused("not_allowed"))
    assert "—" in sentences.say(Refused("answered", {"who": "张三"})), "without a bare one a dash says that something is unknown"


def test_braces_of_a_user_are_text_not_a_format():
    params = {"who": "{at.__class__}{0}", "at": "{x}", "amount": "{", "items": "}"}
    assert sentences.say(Refused("sample", params)) == "{at.__class__}{0} 于 {x} 改为 {：}。"


def test_a_guards_own_sentence_goes_first_and_an_unknown_code_is_named():
    assert sentences.say(Refused("sample", sentence="还有子单未完成。")) == "还有子单未完成。"
    assert "never_heard" in sentences.say(Refused("never_heard"))


def test_two_sentences_for_one_code_stop_the_start():
    sentences.register({"sample.bare": "改过了。"})
    with pytest.raises(ValueError, match="sample"):
        sentences.register({"sample": "别的。"})
