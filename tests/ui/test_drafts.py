"""What somebody has typed is kept on the server, sealed, and outlives what happens around it."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import uuid4

import pytest
from django.test import Client

from tests import cast
from tests.tickets import receive
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case, Draft
from xiuhao.kernel.time import local
from xiuhao.ui import drafts

pytestmark = pytest.mark.django_db
TYPED = "王先生您好，我们已联系仓库，压缩机明天到"


def desk(login: str = "agent") -> Client:
    """Somebody at their browser."""
    client = Client()
    client.force_login(cast.account(login))
    return client


def save(client: Client, case: Case, text: str = TYPED, verb: str = "reply") -> int:
    return client.put(f"/drafts/ticket:{case.number}:{verb}", json.dumps({"text": text}), "application/json").status_code


def kept(client: Client, case: Case, verb: str = "reply") -> str:
    found = client.get(f"/drafts/ticket:{case.number}:{verb}")
    return found.json()["fields"]["text"] if found.status_code == 200 else ""


def test_K6_a_draft_outlives_another_owner_a_conflict_and_a_log_out():
    agent, case = desk(), receive("agent").case
    assert save(agent, case) == 200
    engine.perform("ticket", "assign", actor=cast.actor("lead"), number=case.number, given={"to": cast.account("colleague").pk})
    assert kept(agent, case) == TYPED, "the owner changed"
    engine.perform("ticket", "reply", actor=cast.actor("colleague"), number=case.number, given={"text": "已答复"})
    form = {"text": TYPED, "_key": str(uuid4()), "_version": str(case.version)}
    collided = agent.post(f"/c/ticket/{case.number}/do/reply", form)
    assert collided.status_code == 409
    assert TYPED in collided.content.decode(), "and the text is still in the form"
    assert kept(agent, case) == TYPED
    agent.post("/accounts/logout/")
    assert kept(agent, case) == ""
    assert kept(desk(), case) == TYPED, "there again after the next log-in"


def test_a_sent_reply_needs_its_draft_no_more():
    agent, case = desk(), receive("agent").case
    save(agent, case)
    sent = agent.post(f"/c/ticket/{case.number}/do/reply", {"text": TYPED, "_key": str(uuid4()), "_version": str(case.version)})
    assert sent.status_code in (200, 204, 303)
    assert kept(agent, case) == ""


def test_a_draft_is_sealed_its_authors_own_and_of_limited_size():
    agent, case = desk(), receive("agent").case
    saved = agent.put(f"/drafts/ticket:{case.number}:reply", json.dumps({"text": TYPED}), "application/json").json()
    assert saved["shown"] == f"{local(datetime.fromisoformat(saved['saved_at'])):%H:%M}", "by the company's wall clock, not the browser's"
    assert TYPED.encode() not in bytes(Draft.objects.get().sealed)
    assert kept(desk("lead"), case) == ""
    assert save(agent, case, "字" * drafts.MOST_BYTES) == 413
    assert kept(agent, case) == TYPED, "what was kept stays"
    assert agent.put("/drafts/" + "x" * 121, "{}", "application/json").status_code == 422
    assert agent.put("/drafts/a", "[1", "application/json").status_code == 400
    assert agent.delete(f"/drafts/ticket:{case.number}:reply").status_code == 204
    assert not Draft.objects.exists()


def test_the_oldest_of_very_many_drafts_goes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 3)
    actor = cast.actor("agent")
    for number in range(5):
        drafts.keep(actor, f"k{number}", {"text": str(number)})
    assert set(drafts.of(actor, [f"k{n}" for n in range(5)])) == {"k2", "k3", "k4"}
