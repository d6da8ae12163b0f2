"""Another system gets an account of its own; its token reports calls, a person's does not become one."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from xiuhao.kernel.models import Account

pytestmark = pytest.mark.django_db
RING = {"provider": "pbx", "call": "1", "event": "ring", "caller": "13800138000", "agent": "agent"}


def token(*words: str) -> str:
    out = StringIO()
    call_command("machine", *words, stdout=out)
    return out.getvalue().strip()


def rings(raw: str) -> int:
    program = Client(headers={"authorization": f"Bearer {raw}"})
    return program.post("/telephony/events", json.dumps(RING), "application/json").status_code


def test_a_telephone_system_is_let_in_with_its_own_verbs_and_a_second_token_without_a_gap() -> None:
    first = token("pbx", "--name", "电话系统", "--verbs", "call.ring", "call.answer", "call.end")
    second = token("pbx")
    account = Account.objects.get(login="pbx")
    assert account.kind == "api" and not account.has_usable_password()
    assert rings(first) == rings(second) == 200
    narrow = Client(headers={"authorization": f"Bearer {first}"})
    assert narrow.post("/api/v1/ticket", "{}", "application/json").status_code in (403, 422)


def test_a_persons_log_in_an_unknown_unit_and_an_unknown_verb_are_refused() -> None:
    for words, why in ((("agent",), "person"), (("pbx", "--unit", "月球站"), "No unit"), (("pbx", "--verbs", "call.sing"), "No such verb")):
        with pytest.raises(CommandError, match=why):
            token(*words)
    assert not Account.objects.filter(login="pbx").exists() and Account.objects.get(login="agent").kind == "staff"
