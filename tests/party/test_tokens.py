"""API tokens on the page of a member of staff: issued by who may invite, shown once, limited, revoked at once, written down."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests import cast
from tests.tickets import receive
from tests.ui.desk import sit, text
from xiuhao.kernel.models import Token
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.party import actions, queries

pytestmark = pytest.mark.django_db


def here(path: str = "") -> str:
    return f"/staff/{cast.account('agent').pk}/{path}"


def issued(admin: Client, **given: object) -> str:
    """The token as it is shown after the form was sent."""
    page = admin.post(here("tokens/issue"), {"label": "商城自动建单", **given}, follow=True)
    found = re.search(r'id="token" readonly value="([^"]+)"', text(page))
    assert found and page["Cache-Control"] == "no-store"
    return found[1]


def call(raw: str, verb: str = "") -> int:
    """The status of a call of the API with this token; of a verb on a fresh ticket of the agent, if one is named."""
    client, bearer = Client(), {"Authorization": f"Bearer {raw}"}
    if not verb:
        return client.get("/api/v1/ticket", headers=bearer).status_code
    number = receive("agent").case.number
    url = f"/api/v1/ticket/{number}/{verb}"
    return client.post(url, '{"text": "好"}', "application/json", headers=bearer | {"Idempotency-Key": KEY[verb]}).status_code


KEY = {"note": "6a1f1c8e-0000-4000-8000-000000000001", "reply": "6a1f1c8e-0000-4000-8000-000000000002"}


def test_A5_a_token_is_shown_once_works_within_its_verbs_and_ends_with_a_click() -> None:
    admin = sit("admin")
    raw = issued(admin, verbs=["ticket.note"])
    assert raw not in text(admin.get(here("token"))) and raw not in text(admin.get(here()))
    assert "商城自动建单" in text(admin.get(here())) and "工单·内部备注" in text(admin.get(here()))
    assert (call(raw), call(raw, "note"), call(raw, "reply")) == (200, 200, 403)
    token = Token.objects.get()
    assert raw.encode() not in bytes(token.digest)
    assert admin.post(here(f"tokens/{token.pk}/revoke"), follow=True).status_code == 200
    assert call(raw) == 401 and "已撤销" in text(admin.get(here()))
    lines = [verb for _line, verb in queries.told(f"kernel.account:{cast.account('agent').pk}")]
    assert lines[:2] == ["撤销令牌", "签发令牌"]
    admin.post(here(f"tokens/{token.pk}/revoke"))
    assert len(queries.told(f"kernel.account:{cast.account('agent').pk}")) == len(lines), "ended once, written once"


def test_a_token_ends_at_its_moment_and_none_is_issued_for_the_past_or_an_unknown_verb() -> None:
    admin = sit("admin")
    soon = f"{local(now() + timedelta(hours=1)):%Y-%m-%dT%H:%M}"
    assert call(issued(admin, expires_at=soon)) == 200
    assert Token.objects.get().expires_at
    for wrong in ({"expires_at": "2020-01-01T00:00"}, {"verbs": ["ticket.fly"]}, {"label": ""}):
        page = admin.post(here("tokens/issue"), {"label": "x", **wrong})
        assert page.status_code == 422 and Token.objects.count() == 1, wrong


def test_V6_only_who_may_invite_issues_and_revokes_and_nobody_for_themselves() -> None:
    agent = cast.account("agent")
    for login in ("agent", "lead", "auditor", "outsider"):
        with pytest.raises(Refused, match="not_"):
            actions.issue_token(cast.actor(login), agent, label="x")
    with pytest.raises(Refused, match="not_for_oneself"):
        actions.issue_token(cast.actor("manager"), cast.account("manager"), label="x")
    with pytest.raises(Refused, match="not_allowed"):
        actions.issue_token(cast.actor("manager"), cast.account("admin"), label="a manager lends no power of an administrator")
    assert not Token.objects.exists() and "签发令牌" not in text(sit("lead").get(here()))
    raw = actions.issue_token(cast.actor("manager"), agent, label="x")
    with pytest.raises(Refused, match="not_allowed"):
        actions.revoke_token(cast.actor("lead"), Token.objects.get())
    assert call(raw) == 200


def test_who_has_left_gets_no_token() -> None:
    made = actions.hire(cast.actor("admin"), login="gone", name="走者", unit=cast.unit("一组"))
    actions.retire(cast.actor("admin"), made.account)
    with pytest.raises(Refused, match="account_retired"):
        actions.issue_token(cast.actor("admin"), made.account, label="x")
    assert not Token.objects.exists()
