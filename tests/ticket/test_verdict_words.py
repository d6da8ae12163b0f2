"""Why a ticket is in or out of warranty is told in the language of who reads it; what a person wrote stays as they wrote it."""

from __future__ import annotations

import pytest

from tests.cast import account
from tests.ticket.acts import act
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel.models import Account, Case
from xiuhao.kernel.time import local, now

pytestmark = pytest.mark.django_db


def page(case: Case, language: str) -> str:
    Account.objects.filter(pk=account("agent").pk).update(language=language)
    return str(sit("agent").get(f"/c/ticket/{case.number}/?panel=device").content.decode())


def test_the_reason_follows_the_reader_and_a_judgement_stays_in_its_words() -> None:
    case = receive(purchased_on=local(now()).date().isoformat()).case
    zh, en = page(case, "zh-hans"), page(case, "en")
    assert "起整机保修" in zh and "起整机保修" not in en and "months" in en
    assert act("lead", case, "judge", verdict="out", reason="人为进水").status_code == 303
    assert "人为进水" in page(case, "en") and "起整机保修" not in page(case, "zh-hans")
