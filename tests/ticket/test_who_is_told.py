"""Whoever gets work, is asked, or answers for what nobody owns, is told of it in the app; nothing counts as told where nobody was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import account, actor, unit
from tests.kernel.test_scheduler import MONDAY, fire, web
from tests.ticket.acts import act, done
from tests.tickets import receive, receive_as
from tests.ui.desk import sit
from xiuhao.kernel import asks, dispatcher, engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, CaseAsk, Grant, Journal, Message
from xiuhao.kernel.time import simulated
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db
GRAVE = {"urgency": "danger", "description": "冒烟"}


def told(case: Case, template: str) -> set[str]:
    """The log-ins whose inbox has that notice of the case by now."""
    dispatcher.drain()
    rows = Message.objects.filter(case_id=case.pk, template=template, channel="inbox")
    return set(rows.values_list("to_account__login", flat=True))


def review_of(case: Case) -> CaseAsk:
    return CaseAsk.objects.get(case_id=case.pk, key="review", outcome="")


def waits_for(login: str, case: Case) -> bool:
    return CaseAsk.open_to(actor(login)).filter(case_id=case.pk).exists()


def says(case: Case, words: str) -> None:
    who = Actor("customer", customer=case.customer_id, proven=True)
    engine.perform("ticket", "add", actor=who, number=case.number, given={"text": words})


def test_who_gets_a_new_ticket_is_told_and_who_takes_it_themselves_is_not() -> None:
    handed = receive(hand_on=True).case
    owner = account("agent").pk
    assert handed.owner_id not in (None, owner)
    assert told(handed, "ticket_assigned") == {Case.objects.unscoped("read").get(pk=handed.pk).owner.login}
    own = receive(contact_phone="13911112222").case
    assert own.owner_id == owner and told(own, "ticket_assigned") == set()


def test_who_is_to_review_is_told_and_after_it_who_gets_the_work() -> None:
    case = receive(**GRAVE).case
    assert told(case, "review_asked") == {"lead"} and told(case, "ticket_assigned") == set()
    done(act("lead", case, "simplify", note="只是担心"))
    owner = Case.objects.unscoped("read").get(pk=case.pk).owner
    assert owner is not None and told(case, "ticket_assigned") == {owner.login}


def test_the_only_lead_who_asks_for_a_review_has_it_from_the_manager() -> None:
    case = receive("lead", **GRAVE).case
    assert told(case, "review_asked") == {"manager"} and waits_for("manager", case) and not waits_for("lead", case)
    assert case.number not in sit("lead").get("/c/ticket/?view=review").content.decode(), "what she cannot answer is not in her list"
    assert act("lead", case, "release", to=account("expert").pk, note="x").status_code == 403
    assert done(act("manager", case, "release", to=account("expert").pk, note="有风险"))


def test_a_manager_may_answer_what_the_list_shows_but_is_not_asked_while_a_lead_is_there() -> None:
    case = receive(**GRAVE).case
    assert waits_for("lead", case) and not waits_for("manager", case)
    assert case.number in sit("manager").get("/c/ticket/?view=review").content.decode()
    assert asks.addressed(review_of(case), actor("manager")) and not asks.addressed(review_of(case), actor("expert"))
    Grant.objects.filter(role="lead").delete()
    assert waits_for("manager", case)
    assert done(act("manager", case, "simplify", note="无需专家"))


def test_a_review_that_waits_too_long_goes_up_and_not_to_who_asked() -> None:
    with simulated(MONDAY):
        case = receive(**GRAVE).case
    for hours in (5, 7, 9):
        fire(MONDAY + timedelta(hours=hours))
        with simulated(MONDAY + timedelta(hours=hours)):
            dispatcher.drain()
    waiting = CaseAsk.objects.filter(case_id=case.pk, outcome="")
    assert set(waiting.values_list("to_role", "asked_by")) == {(role, account("agent").pk) for role in ("lead", "manager")}
    assert waits_for("lead", case) and waits_for("manager", case) and not waits_for("agent", case)
    with simulated(MONDAY + timedelta(hours=10)):
        assert told(case, "review_asked") == {"lead", "manager"}
        assert done(act("manager", case, "release", to=account("expert").pk, note="我来派")) and not waiting.exists()
    assert Journal.objects.filter(case_id=case.pk, verb="raise_review").count() == 1, "and no higher than there is anybody"


def test_what_nobody_owns_is_the_nearest_leads_to_hear_of() -> None:
    case = web(MONDAY)
    Case.objects.unscoped("nobody's").filter(pk=case.pk).update(owner=None, unit=unit("一组"), unit_path=unit("一组").path)
    fire(MONDAY + timedelta(minutes=50))
    with simulated(MONDAY + timedelta(minutes=50)):
        assert told(case, "clock_warn") == {"lead"}
        says(case, "现在更严重了")
        assert told(case, "customer_wrote") == {"lead"}
    Case.objects.unscoped("nobody's").filter(pk=case.pk).update(unit=unit("四川公司"), unit_path=unit("四川公司").path)
    with simulated(MONDAY + timedelta(hours=4)):
        says(case, "有人吗")
        assert told(case, "customer_wrote") == {"lead", "manager"}, "no lead up there: the manager"


def test_JD_1_9_nobody_reached_is_not_kept_and_CS1_8_1_is_not_while_nobody_answers_for_it() -> None:
    stranger = receive_as(Actor("customer"), channel="web").line
    assert "JD-1.9" not in stranger.rules and stranger.data["unsent"] == ["ticket_received"]
    taken = receive(contact_phone="13911112222").line
    assert taken.rules["JD-1.9"] == "met" and taken.rules["CS1-8.1"] == "met" and "unsent" not in taken.data
    unowned = Case.objects.unscoped("read").get(pk=stranger.case_id).keeper_id is None
    assert ("CS1-8.1" in stranger.rules) == (not unowned)


def test_HA_3_1_2_what_was_waived_is_not_mended_by_what_was_given() -> None:
    wanted = {"kind": "fault", "description": "不制冷", "urgency": "normal", "channel": "phone", "contact_phone": "13800138000"}
    (result,) = engine.perform_many("ticket", [engine.Request("receive", wanted)], actor=actor("agent"), waive=True)
    assert isinstance(result, engine.Outcome) and "contact_name" in result.line.data["waived"]
    assert result.line.rules["HA-3.1.2"] == "broken" and Ticket.objects.filter(pk=result.case.pk).exists()
