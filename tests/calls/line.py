"""A telephone line for tests: events as any telephone system reports them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.test import Client

from tests import cast
from xiuhao.kernel import accounts
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM
from xiuhao.party import actions as party

__all__ = ["event", "switchboard"]


def switchboard(role: str = r.AGENT, at: str = "总部") -> str:
    """The token of an account that stands for the telephone system."""
    unit = cast.unit(at)
    hired = party.hire(SYSTEM, login="switchboard", name="电话系统", unit=unit, posts=((role, unit),))
    hired.account.kind = "api"
    hired.account.save(update_fields=["kind"])
    return accounts.issue_token(hired.account, "电话系统")[1]


def event(token: str, call: str, kind: str, at: datetime | None = None, **more: Any) -> Any:
    """Report one event; the response."""
    body = {"provider": "test", "call": call, "event": kind, **({"at": at.isoformat()} if at else {}), **more}
    return Client().post(
        "/telephony/events", json.dumps(body), content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
