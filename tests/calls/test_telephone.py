"""The telephone for trying things out speaks to a running installation as a real one does."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django.live_server_helper import LiveServer

from tests.calls.line import switchboard
from xiuhao.calls.models import Call

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_rings_answers_and_ends_and_says_why_it_was_refused(live_server: LiveServer) -> None:
    token, out = switchboard(), StringIO()
    for event in ("ring", "answer", "end"):
        call_command("telephone", event, url=live_server.url, token=token, call="t-1", caller="13800138000", agent="agent", stdout=out)
    assert out.getvalue().count('"number"') == 3
    assert Call.objects.select_related("case").get().case.state == "ended"
    with pytest.raises(CommandError, match="401"):
        call_command("telephone", "ring", url=live_server.url, token="wrong", call="t-2")
