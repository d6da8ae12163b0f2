"""What is complex is looked at by a person before anybody works on it."""

from __future__ import annotations

import pytest

from tests.cast import account
from tests.ticket.acts import act, done
from tests.tickets import receive
from tests.ui.desk import sit

pytestmark = pytest.mark.django_db


def test_released_to_an_expert_or_found_to_be_simple() -> None:
    case = receive(urgency="danger", description="冒烟").case
    assert case.state == "in_review"
    assert act("agent", case, "release", to=account("expert").pk, note="x").status_code == 403, "never one's own"
    assert case.number in sit("lead").get("/c/ticket/?view=asked").content.decode()
    assert case.number not in sit("lead").get("/c/ticket/?view=unowned").content.decode(), "nobody may be given it yet"
    assert done(act("lead", case, "release", to=account("expert").pk, note="有安全风险"))
    assert (case.state, case.owner_id) == ("in_progress", account("expert").pk)
    simple = receive(urgency="danger", contact_phone="13911110000").case
    assert done(act("lead", simple, "simplify", note="只是担心"))
    assert simple.state == "in_progress" and simple.owner_id is not None
