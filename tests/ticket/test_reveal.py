"""Contact data is masked on every page; shown once for a reason, and who looked is written down."""

from __future__ import annotations

import pytest

from tests.cast import account
from tests.ticket.acts import act, why
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel.models import Content, Journal, Reveal
from xiuhao.ticket import actions

pytestmark = pytest.mark.django_db
PLAIN = ("王小明", "13800138000", "文三路")


def test_shown_once_for_a_reason_to_the_desk_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    case = receive().case
    for path in ("", "panel/customer", "lines", "do/reveal"):
        page = sit().get(f"/c/ticket/{case.number}/{path}").content.decode()
        assert not any(part in page for part in PLAIN[:2]), path
    assert "请填写“查看原因”" in why(act("agent", case, "reveal", reason=" ")) and not Reveal.objects.exists()
    shown = act("agent", case, "reveal", reason="客户要求回电")
    assert shown.status_code == 200 and all(part in shown.content.decode() for part in PLAIN) and shown["Cache-Control"] == "no-store"
    look = Reveal.objects.get()
    assert (look.actor_id, look.reason, look.subject) == (account("agent").pk, "客户要求回电", f"ticket.contact:{case.pk}")
    line = Journal.objects.filter(case=case).latest("seq")
    assert line.verb == "reveal" and Content.objects.filter(line=line).count() == 1, "the reason, not what was seen"
    assert act("dispatcher", case, "reveal", reason="派工").status_code == 200
    assert act("auditor", case, "reveal", reason="看看").status_code == 403
    assert act("outsider", case, "reveal", reason="看看").status_code == 404
    monkeypatch.setattr(actions, "REVEALS_AN_HOUR", 1)
    assert "已达上限" in why(act("agent", case, "reveal", reason="再看"))
