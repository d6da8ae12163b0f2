"""Solved is not closed: the customer has the last word, and who is not satisfied begins a new round."""

from __future__ import annotations

import pytest

from tests.cast import actor
from tests.ticket.acts import act, done, why
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel import engine
from xiuhao.kernel.models import CaseClock, Journal
from xiuhao.kernel.refusal import Refused
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def test_solved_confirmed_archived_and_opened_again_as_a_new_round() -> None:
    case = receive().case
    assert "尚未判定是否在保修范围" in why(act("agent", case, "solve", solution="换温控器"))
    assert done(act("agent", case, "judge", verdict="in", reason="发票照片"))
    assert Ticket.objects.get(pk=case.pk).verdict_row_id is None, "a person judged, no rule"
    assert done(act("agent", case, "solve", solution="换温控器")) and case.state == "solved"
    assert "客户尚未确认满意" in why(act("agent", case, "confirm", satisfied="no", confirmed_by="phone"))
    assert done(act("agent", case, "dispute", reason="还是不冷")) and (case.state, case.round) == ("in_progress", 2)
    assert done(act("agent", case, "record_call", direction="out", summary="约好上门"))
    assert done(act("agent", case, "solve", solution="换压缩机"))
    assert "解决之后还没有通话记录" in why(act("agent", case, "confirm", satisfied="yes", confirmed_by="phone")), (
        "the visit was only arranged"
    )
    assert done(act("agent", case, "record_call", direction="out", summary="客户说制冷正常了"))
    assert done(act("agent", case, "confirm", satisfied="yes", confirmed_by="phone")) and case.state == "archived"
    ticket = Ticket.objects.get(pk=case.pk)
    assert ticket.satisfied and ticket.keep_until is not None
    assert act("agent", case, "solve", solution="再来").status_code == 409
    assert done(act("agent", case, "reopen", reason="又坏了")) and (case.state, case.round, case.is_open) == ("in_progress", 3, True)
    assert CaseClock.objects.filter(case=case, key="resolution").count() == 3, "each round has clocks of its own"
    assert case.number in sit().get("/c/ticket/?view=back").content.decode()
    assert [line.after for line in Journal.objects.filter(case=case).order_by("seq")][-1] == "in_progress"


def test_staff_confirm_by_phone_only_with_a_call_since_it_was_solved_and_never_by_the_customers_link() -> None:
    case = receive().case
    assert done(act("agent", case, "judge", verdict="in", reason="发票照片"))
    assert done(act("agent", case, "solve", solution="换温控器")) and done(act("agent", case, "reply", text="已修好"))
    page = sit().get(f"/c/ticket/{case.number}/do/confirm").content.decode()
    assert "签字" in page and "客户链接" not in page
    assert "没有这个选项" in why(act("agent", case, "confirm", satisfied="yes", confirmed_by="link"))
    assert "解决之后还没有通话记录" in why(act("agent", case, "confirm", satisfied="yes", confirmed_by="phone"))
    assert done(act("agent", case, "record_call", direction="in", summary="客户说好了"))
    assert done(act("agent", case, "confirm", satisfied="yes", confirmed_by="phone"))


def test_no_typed_word_stands_for_an_answer_and_a_call() -> None:
    case = receive(channel="web").case
    assert done(act("lead", case, "assign", to=actor("agent").id)) and done(act("agent", case, "judge", verdict="in", reason="发票照片"))
    assert done(act("agent", case, "solve", solution="换温控器"))
    by_phone = {"satisfied": "yes", "confirmed_by": "phone"}
    with pytest.raises(Refused, match="incomplete") as caught:
        engine.perform("ticket", "confirm", actor=actor("agent"), number=case.number, given={**by_phone, "said": "好"})
    assert caught.value.fields["said"].code == "unknown_field"
    assert "还没有回复过客户" in why(act("agent", case, "confirm", **by_phone))
    assert done(act("agent", case, "record_call", direction="in", summary="好"))
    assert "还没有回复过客户" in why(act("agent", case, "confirm", **by_phone)), "the customer said something; we have not answered"
    assert done(act("agent", case, "record_call", direction="out", summary="已说明换了温控器，客户说好"))
    assert done(act("agent", case, "confirm", **by_phone)) and case.state == "archived"


def test_what_was_solved_while_the_customer_was_on_the_phone_is_confirmed_in_the_same_call() -> None:
    case = receive(at_once=True, solution="教会了设置温度").case
    assert done(act("agent", case, "confirm", satisfied="yes", confirmed_by="phone")) and case.state == "archived"
