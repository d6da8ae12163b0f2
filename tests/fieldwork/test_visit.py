"""A visit from the ticket to the archive: who sees what, what is forgotten, what is settled by a person, and that the figures are true."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from tests import cast, works
from tests.pictures import photo
from tests.tickets import receive
from tests.ui.desk import sit, text
from tests.works import arrived, assigned, booked, do, plan, shoot, signed, stocked, tick, who, window
from tests.works import station_at_work as station_at_work
from xiuhao.fieldwork import finishing, places, queries
from xiuhao.fieldwork.models import Whereabouts, WorkOrder
from xiuhao.kernel import engine, figures
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account, Case, Content, Link
from xiuhao.kernel.recount import recount
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now, simulated
from xiuhao.party import actions as party
from xiuhao.portal import progress
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def test_a_ticket_is_not_solved_while_somebody_is_still_at_it_and_comes_back_with_what_recurs() -> None:
    ticket = receive().case
    engine.perform("ticket", "judge", actor=who("lead"), number=ticket.number, given={"verdict": "in", "reason": "有发票"})
    case = plan(ticket)
    solve = {"solution": "工程师上门补漏"}
    with pytest.raises(Refused) as held:
        engine.perform("ticket", "solve", actor=SYSTEM, number=ticket.number, given=solve)
    assert held.value.code == "open_children" and case.number in held.value.params["children"]
    signed(case)
    assert engine.perform("ticket", "solve", actor=SYSTEM, number=ticket.number, given=solve).case.state == "solved"
    do(case, "recur", "planner", reason="又不制冷")
    finishing.recurred(Case.objects.unscoped("test").get(pk=case.pk))
    assert Case.objects.unscoped("test").get(pk=ticket.pk).state == "in_progress"


def test_of_the_pool_the_first_gets_the_job_and_a_refused_one_is_to_be_planned_again() -> None:
    case = plan()
    do(case, "offer", "planner")
    assert do(case, "claim", "engineer").owner_id == who("engineer").id
    with pytest.raises(Refused) as late:
        do(case, "claim", "engineer2")
    assert late.value.code == "wrong_state"
    assert do(case, "refuse", "engineer", reason="车坏了").owner_id is None


def test_what_is_signed_owes_nothing_and_is_not_watched_is_over_at_once_and_its_ticket_can_be_solved() -> None:
    case = works.repairing(plan(receive(kind="other").case, service="cleaning"), cause="dirt")
    shoot(case, "after")
    tick(case, "running", "tidy")
    do(case, "finish", solution="清洗完毕")
    do(case, "check", passed="yes")
    do(case, "explain", **works.TOLD)
    done = do(case, "sign", signed_how="paper", signature=[photo(who("engineer"))])
    assert done.state == "signed"
    finishing.signed_off(done)
    finishing.signed_off(Case.objects.unscoped("test").get(pk=case.pk))
    assert Case.objects.unscoped("test").get(pk=case.pk).state == "done"


def test_where_somebody_is_is_known_only_while_on_the_job_and_sealed_places_are_emptied() -> None:
    case = arrived(plan())
    assert list(queries.whereabouts(who("planner"))) == [who("engineer").id] and not queries.whereabouts(who("engineer2"))
    do(case, "abort", reason="停电")
    assert not Whereabouts.objects.unscoped("test").exists()
    kept = Content.objects.get(key="position", case_id=case.pk)
    with simulated(now() + timedelta(hours=25)):
        assert places.sweep() == 1
    kept.refresh_from_db()
    assert kept.erased_at is not None and not bytes(kept.sealed)


def test_what_one_did_while_another_had_it_is_kept_and_a_dispatcher_decides() -> None:
    case = booked(plan())
    assigned(case, "engineer2")
    with pytest.raises(Refused):
        do(case, "conflict", "senior", text="不是我的单")
    do(case, "conflict", "engineer", text="离线时已修好", photos=[photo(who("engineer"))])
    done = do(case, "decide", "planner", outcome="counts", reason="照片齐全")
    assert (done.state, done.owner_id) == ("repaired", who("engineer").id)


def test_the_customer_reads_a_few_words_and_nothing_of_the_house() -> None:
    ticket = receive().case
    case = plan(ticket)
    booked(case)
    do(case, "depart", loaded=True, position="30.2741,120.1551")
    from xiuhao.kernel.access import Actor

    holder = Actor(kind="customer", cases=frozenset({ticket.pk}), verbs=frozenset())
    shown = progress.of(holder, ticket, Ticket.objects.get(pk=ticket.pk))
    assert shown.visits[0].headline.startswith("工程师工师傅已出发，预计")
    assert [step.sentence for step in shown.steps][:3] == ["工程师已出发", "上门时间已约好", "已为您安排上门服务"]
    with pytest.raises(Refused):
        engine.perform("work", "cancel", actor=holder, number=case.number, given={"reason": "算了"})


def test_the_figures_of_a_visit_equal_an_independent_recount(transactional_db: None) -> None:
    stocked("engineer", "PUMP-01", 3)
    case = plan(parts="PUMP-01 1")
    works.repairing(case)
    do(case, "use_parts", parts="PUMP-01 1")
    with pytest.raises(Refused):
        do(case, "finish", solution="好了")
    shoot(case, "before", "after")
    tick(case, "running")
    do(case, "finish", solution="换泵")
    do(case, "check", passed="yes")
    do(case, "explain", **works.TOLD)
    do(case, "sign", signed_how="screen", signature=[photo(who("engineer"))])
    charged = arrived(plan())
    WorkOrder.objects.filter(pk=charged.pk).update(verdict="out")
    do(charged, "diagnose", **works.DIAGNOSIS)
    do(charged, "quote", reason="已过保修期", minutes=60, parts_cost="120")
    do(charged, "agree", how="phone")
    do(charged, "repair", measure="mend")
    do(charged, "await_parts", note="等配件")
    figures.fold()
    assert [str(one) for one in recount().differences] == []
    found = figures.totals(SYSTEM)
    assert found["HA-3.2.4"].met and found["YD-1.9"].met and found["HA-3.2.5"].met and found["JD-2.6"].met


def seen(client: Client, path: str) -> str:
    return text(client.get(path))


def test_the_desk_sees_ticket_and_order_and_plans_with_one_click() -> None:
    ticket, client = receive().case, sit("agent")
    page = seen(client, f"/c/ticket/{ticket.number}/panel/work")
    assert "一键派工" in page and "还没有派工单" in page
    page = seen(client, f"/c/ticket/{ticket.number}/").partition('class="meta row"')[0]
    assert 'data-verb="plan"' in page, "it stands among the buttons of the ticket"
    key = page.partition("verb=plan")[2].split('name="_key" value="')[1][:36]
    made = client.post(f"/c/work/new?verb=plan&parent={ticket.number}", {"_key": key})
    assert made.status_code in (204, 302, 303)
    case = Case.objects.unscoped("test").get(process="work")
    assert Link.objects.filter(parent=ticket, child=case, kind="work").exists()
    page = seen(client, f"/c/ticket/{ticket.number}/")
    assert 'data-verb="plan"' not in page.partition('class="meta row"')[0], "not a second one at a slip while that is open"
    assigned(case)
    client = Client()
    client.force_login(Account.objects.get(login="engineer"))
    page = seen(client, f"/c/work/{case.number}/")
    assert "冰箱不制冷" in page and "13800138000" not in page and "维修前" in page
    assert "138****8000" in seen(client, f"/c/work/{case.number}/panel/place")
    listed = seen(client, "/c/work/?view=mine")
    assert case.number in listed
    assert client.get(f"/c/ticket/{ticket.number}/").status_code == 404, "the ticket itself is the desk's"
    day = local(now()).date()
    assert [one.case_id for one in queries.mine(who("engineer"), day)] == [case.pk]
    assert case.unit is not None
    assert [one.case_id for one in queries.open_jobs(who("planner"), case.unit, day)] == [case.pk]


def test_a_customer_may_pick_another_time_and_a_window_of_the_past_is_none() -> None:
    case = booked(plan())
    with pytest.raises(Refused) as past:
        do(case, "reschedule", "planner", **window(-5), reason="客户临时有事", consent=True)
    assert past.value.code == "window_wrong"
    from xiuhao.kernel.access import Actor

    customer = Actor(kind="customer", customer=case.customer_id, proven=True)
    moved = do(case, "reschedule", customer, **window(30), reason="我临时有事", consent=True)
    assert moved.state == "booked"


def test_who_sits_at_another_station_is_offered_with_its_name() -> None:
    other = party.create_unit(SYSTEM, name="绍兴站", kind="station", parent=cast.unit("浙江公司"), region="浙江")
    party.hire(
        SYSTEM, login="far", name="工程师远", unit=other, posts=((r.ENGINEER, other),), skills=dict.fromkeys(works.SKILLS, 3),
        email="far@example.com",
    )  # fmt: skip
    case = works.plan()
    told = dict(queries.engineers(SimpleNamespace(record=WorkOrder.objects.get(pk=case.pk), case=case)))  # type: ignore[arg-type]
    names = {name.partition("（")[0]: name for name in told.values()}
    assert names["工程师远"].endswith("· 绍兴站") and "站" not in names["工程师钱"]
