"""A call that nobody is on any more does not stand open for ever, and what was typed of it is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.calls.line import event, switchboard
from tests.calls.talking import begun, walk
from tests.cast import account, actor
from xiuhao.calls import leftover
from xiuhao.calls.models import Call, CallStep
from xiuhao.kernel.models import Draft
from xiuhao.kernel.time import now, simulated
from xiuhao.ticket import call as screen
from xiuhao.ui import drafts

pytestmark = pytest.mark.django_db


def test_a_phone_screen_that_was_left_ends_by_nobody_at_its_last_step_and_a_lost_line_after_its_shift() -> None:
    start = now()
    with simulated(start):
        left = begun()
        event(switchboard(), "lost", "ring", caller="13900139000", agent="agent")
    with simulated(start + timedelta(minutes=20)):
        walk(left, "greet", value="王")
    with simulated(start + timedelta(minutes=45)):
        alive = begun("agent", "13700137000")
        assert leftover.sweep() == 0
    with simulated(start + timedelta(minutes=51)):
        assert (leftover.sweep(), leftover.sweep()) == (1, 0)
    found = Call.objects.select_related("case").get(pk=left.pk)
    assert (found.case.state, found.ended_by, found.seconds) == ("ended", "system", 1200)
    assert CallStep.objects.filter(call=left, done=False).exists(), "what the script owed is counted"
    with simulated(start + timedelta(hours=13)):
        assert leftover.sweep() == 2
    assert set(Call.objects.values_list("case__state", flat=True)) == {"ended", "missed"} and alive.pk


def test_a_call_that_was_begun_can_be_dropped_and_is_forgotten_after_a_shift(client: Client) -> None:
    key, start = "ticket:call:6f1f8a1e-2f0e-4c3d-9b57-2a8f3a4c1d10", now()
    client.force_login(account("agent"))
    with simulated(start):
        drafts.keep(actor("agent"), key, {"contact_phone": "13800138000"})
        page = client.get("/ticket/call", follow=True).content.decode()
        assert f'data-forget="{key}"' in page and "继续" in page
        client.delete(f"/drafts/{key}")
        assert key not in client.get("/ticket/call", follow=True).content.decode()
        drafts.keep(actor("agent"), key, {"contact_phone": "13800138000"})
        drafts.keep(actor("agent"), "ticket:GD1:reply", {"text": "您好"})
    with simulated(start + timedelta(hours=13)):
        assert key not in client.get("/ticket/call", follow=True).content.decode()
        assert screen.sweep() == 1
    assert list(Draft.objects.values_list("key", flat=True)) == ["ticket:GD1:reply"]
