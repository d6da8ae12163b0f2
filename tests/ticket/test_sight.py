"""Who sees a ticket that has gone elsewhere: where it was born, and who answers for it. Seeing is not acting."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import QueryDict

from tests import ground
from tests.cast import account, actor, unit
from tests.ticket.acts import act, why
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel import engine, registry
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, Grant
from xiuhao.party import actions as party
from xiuhao.ui import listing

pytestmark = pytest.mark.django_db


def seen(who: str, case: Case) -> bool:
    return Case.objects.visible_to(actor(who)).filter(pk=case.pk).exists()


def gone(who: str = "agent") -> Case:
    """A ticket taken in team one, now in the hands of the centre's expert."""
    case = receive(who).case
    engine.perform("ticket", "assign", actor=actor("manager"), number=case.number, given={"to": account("expert").pk})
    case.refresh_from_db()
    assert case.unit == unit("客服中心")
    return case


def in_view(who: str, key: str) -> set[str]:
    process = registry.process("ticket")
    query = listing.read(process, QueryDict(f"view={key}"), actor(who))
    return set(listing.rows(process, query, actor(who)).values_list("number", flat=True))


def test_the_team_that_took_the_call_can_say_where_the_ticket_is_but_not_work_on_it() -> None:
    case = gone()
    assert all(seen(who, case) for who in ("agent", "colleague", "lead", "expert", "manager"))
    assert not any(seen(who, case) for who in ("outsider", "engineer", "dealer", "admin"))
    page = sit("colleague").get(f"/c/ticket/{case.number}/").content.decode()
    assert "专家童" in page and "首问责任人" in page and "客服安" in page
    assert act("colleague", case, "reply", text="我来答复").status_code == 403
    assert act("outsider", case, "reply", text="我来答复").status_code == 404
    assert act("agent", case, "reply", text="首问负责到底").status_code in (200, 303)


def test_the_first_contact_sees_it_from_wherever_they_work_now() -> None:
    case = gone()
    Grant.objects.filter(account=account("agent")).delete()
    assert seen("agent", case)
    party.grant(SYSTEM, account("agent"), r.AGENT, unit("四川公司"))
    assert seen("agent", case) and not seen("outsider", case)
    assert case.number in in_view("agent", "first")


def test_who_takes_over_keeps_it_in_sight_when_it_goes_on() -> None:
    case = receive("colleague", kind="complaint", category=None).case
    engine.perform("ticket", "assign", actor=actor("manager"), number=case.number, given={"to": account("agent").pk})
    engine.perform("ticket", "transfer", actor=actor("agent"), number=case.number, given={"to": account("expert").pk, "reason": "休假"})
    engine.perform("ticket", "accept", actor=actor("expert"), number=case.number)
    case.refresh_from_db()
    assert (case.keeper, case.origin_path) == (account("expert"), unit("一组").path)
    assert "已由 专家童" in why(act("agent", case, "accept")), "a truthful answer, not “not found”"


def test_lists_of_work_hold_what_is_at_hand_and_what_went_elsewhere_has_its_own() -> None:
    case, here = gone(), receive(contact_phone="13911110000").case
    Case.objects.unscoped("test").update(owner=None)
    assert in_view("lead", "away") == {case.number} and in_view("lead", "unowned") == {here.number}
    assert in_view("expert", "unowned") == {case.number, here.number} and not in_view("expert", "away")
    assert {case.number, here.number} <= in_view("lead", "all")
    assert here.number in in_view("manager", "open") and not in_view("manager", "away"), (
        "to who reads the whole company nothing is elsewhere"
    )


def test_a_ticket_from_the_web_was_born_in_no_unit() -> None:
    assert Case(origin_path="").origin_path == ""
    case = gone()
    Case.objects.unscoped("test").filter(pk=case.pk).update(origin_path="", keeper=None)
    assert not seen("colleague", case) and seen("manager", case)


@pytest.mark.django_db(transaction=True)
def test_the_list_of_a_scoped_agent_still_walks_its_order_among_many() -> None:
    case = receive().case
    sql = """insert into kernel_case (id, process, number, state, is_open, title, version, round, unit_id, unit_path, origin_path, due_at,
        opened_at, changed_at, chain_head, chain_length, owner_id) select id + g, process, 'X' || g, state, g % 20 = 0, title, 1, 1,
        unit_id, unit_path, origin_path, now() + g * interval '1 s', opened_at, changed_at, chain_head, 1, owner_id
        from kernel_case, generate_series(1, 20000) g where id = %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("g % 20", "g %% 20"), [case.pk])
    with ground.administrator(connection.settings_dict["NAME"]) as admin:  # daily work may not: it would be skipped without a word
        admin.execute("analyze kernel_case")
    process = registry.process("ticket")
    for view, index in (("open", "case_rank"), ("all", "case_newest")):
        query = listing.read(process, QueryDict(f"view={view}"), actor("colleague"))
        plan = listing.ordered(query, listing.rows(process, query, actor("colleague")))[:20].explain()
        assert f"using {index} on" in plan and "Seq Scan on kernel_case " not in plan, plan
