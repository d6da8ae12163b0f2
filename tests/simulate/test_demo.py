"""The demo company, made in the middle of a holiday night and in the middle of a working day: it lives, and everything adds up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections
from django.http import QueryDict
from pytest_django.plugin import DjangoDbBlocker

from tests import cast, ground
from tests.parts.test_ledger import sums_hold
from xiuhao.accounts import closing
from xiuhao.accounts import queries as queries_of_books
from xiuhao.accounts.models import Hold, Voucher
from xiuhao.calls.models import Call, CallMark, CallStep
from xiuhao.complaint.models import Complaint
from xiuhao.contract.queries import expiring
from xiuhao.dispatch import situation
from xiuhao.fieldwork.models import WorkOrder
from xiuhao.kernel import clocks, figures, gate, registry, scheduler
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.accounts import actor_of
from xiuhao.kernel.models import Account, Case, CaseAsk, CaseClock, Journal, Link, Message, Outbox, Refusal
from xiuhao.kernel.recount import recount
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, month_before, simulated, zone
from xiuhao.kernel.verification import verify
from xiuhao.parts.models import Count, Supply
from xiuhao.party.models import Consent
from xiuhao.problem.queries import clusters
from xiuhao.reception.models import Visit
from xiuhao.registration.models import DealerDay, Registration
from xiuhao.roster.queries import certificates
from xiuhao.simulate import history, queries, rest
from xiuhao.simulate.actions import make_demo
from xiuhao.simulate.company import PASSWORD
from xiuhao.simulate.models import Demo
from xiuhao.simulate.speech import words
from xiuhao.ticket import macros
from xiuhao.ticket.models import Macro, Ticket
from xiuhao.ui import listing
from xiuhao.ui.models import SavedView
from xiuhao.ui.views import home

MOMENTS = (datetime(2026, 10, 4, 6, 40), datetime(2026, 11, 17, 15, 10))  # a Sunday within the National Day holidays; a Tuesday
ARRIVALS = 25
NEAR = timedelta(hours=2)


AT_FIRST: dict[str, dict[str, int]] = {}  # log-in → what waits on its bench as the demo opens, and how often


@pytest.fixture(
    scope="module", params=[pytest.param(at, id=f"{at:%m-%d %H:%M}", marks=pytest.mark.xdist_group(f"demo {at}")) for at in MOMENTS]
)
def demo(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Demo]:
    """A small demo of that moment, committed like the real one (figures are folded behind a commit), as it opens and then with the rest of
    its days; the database is made anew after."""
    with django_db_blocker.unblock():
        cast.leave()
        told: list[str] = []
        made = make_demo(told.append, arrivals=ARRIVALS, until=request.param.replace(tzinfo=zone()))
        assert not [line for line in told if "early" in line], told
        _looked_at(made)
        mark = history.plan(made)
        while mark.rest:
            mark = rest.live_part(arrivals=ARRIVALS)
        assert not mark.stumbled and not mark.done and rest.live_part() == mark, "a part is lived through once"
        figures.fold()
        yield made
        connections.close_all()
        ground.clone(ground.template(), connections["default"].settings_dict["NAME"])


def _looked_at(demo: Demo) -> None:
    AT_FIRST.clear()
    with simulated(demo.made_until):
        for one in queries.logins():
            numbers = home.numbers(actor_of(Account.objects.get(login=one.login))) if one.login != "api" else []
            AT_FIRST[one.login] = {number.todo.key: number.count for number in numbers if number.count}
        AT_FIRST["cases"] = {process: len(of(process)) for process in ("ticket", "work", "call", "complaint", "claim", "visit")}


def test_each_role_finds_work_on_its_bench_before_the_rest_has_come(demo: Demo) -> None:
    behind = {"api", *(station["dispatcher"] for station in words("field")["stations"][1:])}  # a small demo's further stations come later
    assert not [login for login, found in AT_FIRST.items() if not found and login not in behind]
    assert all(count for count in AT_FIRST["cases"].values())
    assert len(of("work")) > 2 * AT_FIRST["cases"]["work"] and len(of("call")) > 2 * AT_FIRST["cases"]["call"], "most of it comes behind"
    for process in ("ticket", "complaint", "claim"):
        assert len(of(process)) > AT_FIRST["cases"][process], process


def tickets() -> list[Case]:
    return list(Case.objects.visible_to(SYSTEM).filter(process="ticket"))


def test_every_state_occurs_and_most_are_archived_or_at_work(demo: Demo) -> None:
    states = [case.state for case in tickets()]
    assert {state.key for state in registry.process("ticket").states} == set(states)
    assert states.count("archived") >= 12 and states.count("in_progress") >= 12
    assert {0, 1} <= {case.is_open for case in tickets()}


def test_some_are_near_their_deadline_some_late_some_escalated_to_each_level(demo: Demo) -> None:
    left = [case for case in tickets() if case.is_open]
    promised = {row.pk for row in Ticket.objects.filter(case__in=left) if row.promised_at}
    assert not [case.number for case in left if not case.due_at and case.pk not in promised], "what is open has a time (CS1-8.2)"
    due = [case.due_at for case in left if case.due_at]
    assert len([at for at in due if demo.made_until <= at < demo.made_until + NEAR]) >= 5
    assert len([at for at in due if at < demo.made_until]) >= 5
    assert set(Ticket.objects.filter(case__is_open=True).values_list("level", flat=True)) == {1, 2, 3}
    assert {"review", "transfer", "help"} == set(CaseAsk.objects.filter(outcome="", case__process="ticket").values_list("key", flat=True))
    assert Case.objects.visible_to(SYSTEM).filter(process="overdue_review", state="owed").exists()


def test_engineers_are_with_customers_by_day_only_and_today_shows_what_can_be_at_this_hour(demo: Demo) -> None:
    there = Journal.objects.filter(process="work", verb__in=("depart", "arrive", "diagnose", "repair", "finish", "sign"))
    hours = {local(at).hour for at in there.values_list("occurred_at", flat=True)}
    assert hours and min(hours) >= 8 and max(hours) < 20
    states = Case.objects.visible_to(SYSTEM).filter(process="work").values_list("state", flat=True)
    night = local(demo.made_until).hour < 8
    assert {"planned", "offered", "booked", "waiting_parts", "conflict", "done"} <= set(states)
    assert ("travelling" in states, "repairing" in states) == (not night, not night)
    with pytest.raises(AssertionError):
        assert not [state for state in states if state == "booked"]


def test_every_station_with_a_dispatcher_has_a_day_to_look_at(demo: Demo) -> None:
    senders = list(Account.objects.filter(grants__role="dispatcher", unit__kind="station").order_by("pk"))
    assert len(senders) == 4
    by_day = local(demo.made_until).hour > 8
    with simulated(demo.made_until):
        for account in senders:
            actor = actor_of(account.pk)
            unit = situation.station(actor, None)
            day = situation.read(actor, unit, situation.today(unit))
            assert unit.pk == account.unit_id and len(day.jobs) >= (4 if by_day else 1) and day.waiting, account.login
            assert WorkOrder.objects.filter(case__unit=unit, signed_at__isnull=False).exists(), account.login
            assert all(certificates(engineer.pk) for engineer in Account.objects.filter(grants__role="engineer", unit=unit)[:1])
            assert not [job for job in day.jobs if job.service == "cleaning" and "清洗" not in job.title], account.login
            if by_day:
                assert sum(len(jobs) for jobs in day.rows.values()) >= 2, account.login


def test_whoever_waits_for_parts_has_asked_the_store_for_them(demo: Demo) -> None:
    waiting = Case.objects.visible_to(SYSTEM).filter(process="work", state="waiting_parts")
    assert len(waiting) >= 3
    asked = Supply.objects.filter(work__in=waiting).select_related("case")
    assert {one.work_id for one in asked} and {one.case.state for one in asked} <= {"reserved", "short"}


def test_the_store_hands_out_and_counts_at_every_stage_between_two_hands(demo: Demo) -> None:
    vans = Supply.objects.filter(purpose="transfer").select_related("case")
    assert {one.case.state for one in vans} >= {"done", "issued", "picked", "reserved"}
    assert {one.case.state for one in Count.objects.select_related("case")} >= {"closed", "counted", "open"}
    for one in vans:
        by = dict(Journal.objects.filter(case=one.pk).values_list("verb", "actor_id"))
        assert one.case.state != "done" or by["issue"] != by["accept"]
    sums_hold()


def test_the_urgent_ones_at_the_head_of_the_queue_are_of_several_customers(demo: Demo) -> None:
    urgent = [case for case in tickets() if case.is_open and case.priority == 1 and case.due_at and case.due_at < demo.made_until]
    assert len(urgent) < 2 or len({case.customer_id for case in urgent}) > 1


def test_every_clock_adds_up_to_its_deadline_to_the_second_and_to_its_end_if_it_has_ended(demo: Demo) -> None:
    rows = list(CaseClock.objects.select_related("case"))
    assert len([row for row in rows if row.stopped_at is None]) > 60 < len([row for row in rows if row.stopped_at])
    for row in rows:
        trace = clocks.trace(row, demo.made_until)
        assert sum(line.seconds for line in trace.lines) == trace.counted
        if row.since or row.breached_at:
            assert (trace.due, trace.counted) == (row.breached_at or row.due_at, row.limit), (row.case.number, row.key)
        elif row.stopped_at:
            assert (trace.due, trace.spent) == (row.due_at, row.spent), (row.case.number, row.key)
            assert trace.due is None or (trace.counted == row.limit and row.stopped_at.replace(microsecond=0) <= trace.due)
        else:
            assert trace.due is None and row.due_at is None


def test_the_journal_is_whole_and_the_figures_are_what_a_recount_finds(demo: Demo) -> None:
    assert verify().intact
    report = recount()
    assert report.differences == [] and len(report.clauses) > 20
    assert Refusal.objects.exists()


def test_nothing_happened_after_the_present_and_nothing_is_left_that_fires_at_once(demo: Demo) -> None:
    assert Journal.objects.latest("occurred_at").occurred_at <= demo.made_until
    assert not CaseClock.objects.filter(next_at__lt=demo.made_until).exists()
    with simulated(demo.made_until):
        assert scheduler.round() == 0


def test_every_message_was_sent_in_its_time(demo: Demo) -> None:
    assert not Outbox.objects.filter(done_at=None).exists() and not Outbox.objects.filter(dead=True).exists()
    messages = list(Message.objects.all())
    assert {message.channel for message in messages} == {"sms", "inbox"}
    assert all(m.sent_at and m.sent_at <= demo.made_until and m.created_at == m.sent_at and not m.error for m in messages)
    assert len({m.sent_at.date() for m in messages if m.sent_at}) > 4


def test_each_role_finds_work_and_each_number_is_the_list_behind_it(demo: Demo) -> None:
    people = [login for login in queries.logins() if login.login != "api"]
    assert len(people) == 26
    with simulated(demo.made_until):
        for one in people:
            actor = actor_of(Account.objects.get(login=one.login))
            numbers = home.numbers(actor)
            assert any(number.count for number in numbers), one.login
            for number in numbers:
                assert number.count == min(len(home.rows_of(number.todo, actor)), listing.TAB_MOST + 1), (one.login, number.todo.key)


def test_each_station_of_the_demo_has_a_dispatcher_who_can_log_in_and_finds_the_stations_own_board(demo: Demo) -> None:
    ready = {one.login: one for one in queries.logins()}
    for station in words("field")["stations"]:
        one = ready[station["dispatcher"]]
        account = Account.objects.select_related("unit").get(login=one.login)
        assert account.unit.name == one.unit == station["unit"] and one.role == "派工员"
        assert [unit.name for unit in situation.stations(actor_of(account))] == [station["unit"]]


def of(process: str) -> list[Case]:
    return list(Case.objects.visible_to(SYSTEM).filter(process=process))


def test_complaints_and_claims_stand_at_many_stages_and_wait_for_each_department(demo: Demo) -> None:
    stages = {case.state for case in of("claim")}
    assert stages >= {"submitted", "reported", "negotiating", "deciding", "decided", "closed"}
    assert {case.state for case in of("complaint")} >= {"received", "assigned", "answered", "planned", "confirmed", "closed"}
    waiting = set(CaseAsk.objects.filter(outcome="").values_list("case__process", "key", "to_role"))
    assert waiting >= {
        ("claim", "decision", "director"), ("claim", "reading", "sales_head"), ("returns", "slip", "deputy"),
        ("liability", "decision", "director"), ("discipline", "publication", "personnel"), ("complaint", "handle", "sales"),
    }  # fmt: skip
    grave = Complaint.objects.get(severity="critical", case__state="assigned")
    assert CaseClock.objects.filter(case=grave.pk, key="answer", breached_at__isnull=False, stopped_at=None).exists()
    assert {case.state for case in of("allowance")} == {"signed", "booked"}
    assert {case.state for case in of("returns")} >= {"applied", "taken", "proposed", "resale"}


def test_what_was_decided_is_in_the_books_and_the_month_before_can_be_closed(demo: Demo) -> None:
    given = {case.pk for process, state in (("allowance", "booked"), ("returns", "resale")) for case in of(process) if case.state == state}
    assert len(given) == 2 and set(Voucher.objects.visible_to(SYSTEM).values_list("case_id", flat=True)) == given
    assert {released is None for released in Hold.objects.visible_to(SYSTEM).values_list("released_at", flat=True)} == {True, False}
    assert {case.state for case in of("liability")} == {"submitted", "decided", "reselling"}
    assert "effective" in {case.state for case in of("improvement")} and {case.state for case in of("meeting")} == {"following"}
    with simulated(demo.made_until):
        month = f"{month_before(f'{local(demo.made_until):%Y-%m}')[0]:%Y-%m}"
        rate = queries_of_books.collection(month).rate
        assert rate and 50 < rate < 100
        assert all(check.fine for check in closing.checks(month) if check.must)


def test_every_dealer_hands_in_and_only_what_is_not_yet_due_or_just_late_is_missing(demo: Demo) -> None:
    days = list(DealerDay.objects.select_related("case"))
    assert len({day.dealer for day in days}) == 3 and Registration.objects.count() > 20
    assert {day.period for day in days if day.case.is_open} <= {local(demo.made_until).date().isoformat()}
    assert all(day.registered is not None and day.registered == day.sold for day in days if not day.case.is_open)
    assert not Registration.objects.filter(purchased_on__gt=local(demo.made_until).date()).exists()


def test_calls_are_tied_to_their_tickets_and_ended_by_somebody_after_they_began(demo: Demo) -> None:
    calls = list(Call.objects.select_related("case"))
    assert {call.case.state for call in calls} <= {"ended", "missed"} and {call.ended_by for call in calls} == {"customer", "agent"}
    born = Case.objects.visible_to(SYSTEM).filter(process="ticket", pk__in=Ticket.objects.filter(channel="phone").values("pk"))
    assert Link.objects.filter(kind="call").count() >= 0.9 * born.count()
    for call in calls:
        assert call.rang_at and call.ended_at and call.rang_at <= (call.answered_at or call.rang_at) <= call.ended_at <= demo.made_until
    assert CallStep.objects.filter(done=True).exists() and CallStep.objects.filter(done=False).exists()
    assert {True, False} == set(CallMark.objects.values_list("kept", flat=True)), "quality has looked at some"


def test_visitors_requests_about_data_regulations_and_a_problem_stand_in_plausible_states(demo: Demo) -> None:
    assert {"received", "verified", "done", "refused"} == {case.state for case in of("privacy")}
    assert {"issued", "replaced", "circulated", "drafted"} == {case.state for case in of("procedure")}
    assert all(8 <= local(visit.arrived_at).hour < 17 for visit in Visit.objects.all())
    (problem,) = of("problem")
    assert Link.objects.filter(parent=problem, kind="problem").count() >= 6
    with simulated(demo.made_until):
        assert clusters(actor_of(Account.objects.get(login="lead")))


def test_macros_views_tiers_and_consents_are_such_as_the_pages_would_have_made(demo: Demo) -> None:
    for macro in (
        each for login in ("agent", "agent2", "expert") for each in Macro.objects.visible_to(actor_of(Account.objects.get(login=login)))
    ):
        for verb, given in macro.steps:
            assert verb in macros.ALLOWED
            found, wrong = gate.clean(registry.process("ticket").verb(verb), given)
            assert not wrong and found and not [place for text in given.values() for place in macros.unknown(text)]
    agent = actor_of(Account.objects.get(login="agent"))
    assert Macro.objects.visible_to(agent).count() >= 9
    for view in SavedView.objects.visible_to(agent):
        listing.read(registry.process(view.process), QueryDict(view.query), agent)
    with simulated(demo.made_until):
        assert 3 <= expiring(actor_of(Account.objects.get(login="manager"))).count() <= 20
    assert {True, False} == set(Consent.objects.visible_to(SYSTEM).values_list("given", flat=True))


def test_the_log_ins_work_are_printed_and_a_second_demo_is_not_made(demo: Demo) -> None:
    assert all(Account.objects.get(login=one.login).check_password(PASSWORD) for one in queries.logins() if one.login != "api")
    printed = StringIO()
    call_command("demo", "--logins", stdout=printed)
    assert printed.getvalue().count("\n") == 27 and printed.getvalue().count(PASSWORD) == 26
    before = Case.objects.visible_to(SYSTEM).count()
    call_command("demo", stdout=printed)
    assert "reset" in printed.getvalue() and Case.objects.visible_to(SYSTEM).count() == before
    with pytest.raises(Refused, match="not_empty"):
        make_demo(printed.write)
