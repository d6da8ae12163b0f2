"""What must be forgotten is erased from the command line: listed first, with a reason, one text or all, and the chain stays whole."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.kernel.lines import a_case, write
from xiuhao.kernel import chain, letters
from xiuhao.kernel.crypto import seal
from xiuhao.kernel.models import Case, Journal, Message
from xiuhao.kernel.time import now
from xiuhao.kernel.verification import verify

pytestmark = pytest.mark.django_db
WHY = {"by": "数据保护 贾", "reason": "客户要求删除"}


def erase(case: Case, **given: object) -> str:
    printed = StringIO()
    call_command("erase", case.number, stdout=printed, **given)
    return printed.getvalue()


def a_told_case() -> tuple[Case, Journal, Message]:
    """A case with two texts, and a message sent about it."""
    case = a_case()
    line = write(case, texts={"phone": "13800000000", "note": "张先生家里没人"})
    fields = {"template": "x", "channel": "sms", "to_masked": "138****0000", "effect_key": f"t:{case.pk}"}
    message = Message.objects.create(case=case, sealed=seal("张先生您好", where=letters.TEXT), sent_at=now(), **fields)
    return case, line, message


def test_without_a_reason_it_only_lists_and_tells_no_text() -> None:
    case, line, _message = a_told_case()
    listed = erase(case)
    assert "phone" in listed and "note" in listed and "13800000000" not in listed and "张先生" not in listed
    assert chain.read_contents([line])[line.pk] == {"phone": "13800000000", "note": "张先生家里没人"}


def test_one_text_goes_and_the_rest_stays() -> None:
    case, line, message = a_told_case()
    erase(case, line=line.seq, key="phone", **WHY)
    assert chain.read_contents([line])[line.pk] == {"phone": None, "note": "张先生家里没人"}
    message.refresh_from_db()
    assert letters.text_of(message) == "张先生您好"


def test_all_goes_with_the_messages_and_verification_says_erased() -> None:
    case, line, message = a_told_case()
    other, kept, _message = a_told_case()
    assert "2 contents and 1 messages" in erase(case, **WHY)
    assert set(chain.read_contents([line])[line.pk].values()) == {None}
    message.refresh_from_db()
    assert (letters.text_of(message), message.to_masked) == ("", "") and message.sent_at
    last = Journal.objects.filter(case=case).latest("seq")
    assert (last.verb, last.actor_name, last.data["reason"]) == ("content_erased", "数据保护 贾", "客户要求删除")
    report = verify(case)
    assert report.intact and report.erased == 2
    assert None not in chain.read_contents([kept])[kept.pk].values() and verify(other).erased == 0


def test_it_is_refused_without_who_for_an_unknown_case_and_a_second_time() -> None:
    case, line, _message = a_told_case()
    with pytest.raises(CommandError, match="who is responsible"):
        erase(case, reason="x")
    with pytest.raises(CommandError, match="no case"):
        call_command("erase", "GD0000000000", **WHY)
    assert None not in chain.read_contents([line])[line.pk].values()
    erase(case, **WHY)
    with pytest.raises(CommandError, match="nothing there"):
        erase(case, **WHY)
