"""Work is handed over only to who accepts it; until then it stays where it is."""

from __future__ import annotations

import pytest

from tests.cast import account
from tests.ticket.acts import act, done, why
from tests.tickets import receive
from tests.ui.desk import sit

pytestmark = pytest.mark.django_db


def test_accepted_it_moves_with_the_answer_for_it_and_declined_it_stays() -> None:
    case = receive().case
    assert done(act("agent", case, "transfer", to=account("colleague").pk, reason="休假"))
    assert case.owner_id == account("agent").pk, "offered is not given"
    page = sit("colleague").get(f"/c/ticket/{case.number}/").content.decode()
    assert "等待答复：转交" in page and "休假" in page and "接受转交" in page
    assert "接受转交" not in sit("lead").get(f"/c/ticket/{case.number}/").content.decode()
    assert done(act("colleague", case, "decline", reason="手头已满")) and case.owner_id == account("agent").pk
    assert done(act("agent", case, "transfer", to=account("colleague").pk, reason="休假"))
    assert done(act("colleague", case, "accept")) and case.owner_id == account("colleague").pk
    assert "已由 客服白" in why(act("colleague", case, "accept"))


def test_nobody_hands_over_what_is_not_theirs_nor_to_who_has_it() -> None:
    case = receive().case
    assert act("colleague", case, "transfer", to=account("lead").pk, reason="x").status_code == 403
    assert "已是责任人" in why(act("agent", case, "transfer", to=account("agent").pk, reason="x"))
    assert "请重新选择" in why(act("agent", case, "transfer", to=account("finance").pk, reason="x"))
