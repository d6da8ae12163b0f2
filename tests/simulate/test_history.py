"""The past behind the demo: lived through day by day, the same however often it was stopped, and everything in it adds up; then the demo
in real time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from tests import cast, ground
from xiuhao.billing import queries as bills
from xiuhao.fieldwork.models import WorkOrder, WorkPhoto
from xiuhao.kernel import clocks, engine, figures, scheduler
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseClock, Journal, Message, Outbox
from xiuhao.kernel.recount import recount
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now, simulated, zone
from xiuhao.kernel.verification import verify
from xiuhao.roster import queries as rosters
from xiuhao.simulate import actions, history, queries, rest, waves, whatif
from xiuhao.simulate.live import Live
from xiuhao.simulate.models import MEASURES, History
from xiuhao.simulate.rota import DOUBLE, Rota

AT = datetime(2026, 11, 17, 15, 10)  # a Tuesday
BEGIN = datetime(2026, 11, 18, 10, 0, tzinfo=zone())  # of what comes after it
DAYS, REQUESTS = 5, 40
BESIDE = ("call", "call_back", "visit", "registration", "dealer_day", "privacy")
DEMO, PAST = "xiuhao_demo_", "xiuhao_past_"

pytestmark = pytest.mark.xdist_group("history")  # one process opens the demo for all of it


@pytest.fixture(scope="module")
def opened(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database with a demo that has just opened and customers of its past, to be cloned."""
    with django_db_blocker.unblock():
        name = str(connections["default"].settings_dict["NAME"])
        cast.leave()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(actions.scenes, "all_of", lambda world: iter(()))
            history.plan(actions.make_demo(lambda line: None, arrivals=3, until=AT.replace(tzinfo=zone())), DAYS, REQUESTS)
        while rest.live_part(arrivals=3).rest:
            continue
        history.settle(60, 80)
        connections.close_all()
        ground.clone(name, kept := f"{DEMO}{name}")
        yield kept
        connections.close_all()
        ground.clone(ground.template(), name)
        with ground.administrator() as admin:
            ground.drop(admin, kept)


@pytest.fixture
def anew(opened: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    """Makes the database that of the opened demo again."""

    def make() -> None:
        connections.close_all()
        ground.clone(opened, str(connections["default"].settings_dict["NAME"]))

    with django_db_blocker.unblock():
        make()
        yield make


def told(*processes: str) -> list[tuple[Any, ...]]:
    """The past as it can be read, but for what a sequence of the database gives (ids, numbers) and what is sealed."""
    upto = history.plan(demo()).begin + timedelta(days=DAYS)
    lines = Journal.objects.filter(
        case__process__in=processes or ["ticket"], case__opened_at__lt=upto, occurred_at__lt=AT.replace(tzinfo=zone())
    ).order_by("case_id", "seq")
    rows = lines.values_list("case_id", "seq", "verb", "before", "after", "occurred_at", "recorded_at", "actor_name", "rules")
    places = {pk: place for place, pk in enumerate(dict.fromkeys(row[0] for row in rows))}
    return [(places[row[0]], *row[1:-1], str(sorted(row[-1].items()))) for row in rows]


def demo() -> Any:
    found = queries.demo()
    assert found is not None
    return found


def quiet(line: str) -> None:
    """Nobody listens."""


def test_the_past_adds_up_and_whoever_is_killed_in_the_middle_comes_to_the_same_end(anew: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert history.fill(quiet) and not history._mark().stumbled
    _everything_adds_up()
    _engineers_were_sent()
    undisturbed, beside, on_site = told(), told(*BESIDE), told("work")
    assert len({row[0] for row in undisturbed}) == REQUESTS
    anew()
    assert not history.fill(quiet, most=2)
    with monkeypatch.context() as killed:
        killed.setattr(waves.Waves, "_pass_to", _dies_late(waves.Waves._pass_to))
        with pytest.raises(KeyboardInterrupt):
            history.fill(quiet)
    assert history._mark().done == 2 and Case.objects.unscoped("a count").filter(process="ticket").count() > 3
    assert history.fill(quiet)
    assert told() == undisturbed and told(*BESIDE) == beside and told("work") == on_site and len({row[0] for row in beside}) > REQUESTS
    with pytest.raises(AssertionError):  # another seed, another past
        anew()
        History.objects.visible_to(SYSTEM).update(seed=7)
        history.fill(quiet)
        assert told() == undisturbed


def test_the_tickets_of_a_problem_of_the_past_are_never_further_than_it_is(anew: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PROBLEMS", (0,))
    history.fill(quiet, most=1)
    upto = history._mark().begin + timedelta(days=DAYS)
    related = Journal.objects.filter(case__process="ticket", case__opened_at__lt=upto, verb="relate").values("case_id")
    lines: dict[int, list[datetime]] = {}
    for case, at in Journal.objects.filter(case__in=related).order_by("case_id", "seq").values_list("case_id", "occurred_at"):
        lines.setdefault(case, []).append(at.replace(microsecond=0))
    assert len(lines) >= 5 and not history._mark().stumbled
    assert {case: moments for case, moments in lines.items() if moments != sorted(moments)} == {}
    assert {case.state for case in Case.objects.unscoped("a look").filter(pk__in=lines)} == {"archived"}
    assert recount().differences == []


def _dies_late(whole: Any) -> Any:
    calls = iter(range(100))

    def dying(self: Any, moments: Any) -> None:
        if next(calls) == 4:
            raise KeyboardInterrupt
        whole(self, moments)

    return dying


def _everything_adds_up() -> None:
    figures.fold()
    report = recount()
    assert report.differences == [] and len(report.clauses) > 15 and verify().intact
    cases = list(Case.objects.visible_to(SYSTEM).filter(process="ticket", opened_at__lt=history._mark().begin + timedelta(days=DAYS)))
    assert len(cases) == REQUESTS and {case.state for case in cases} >= {"archived"}
    rows = CaseClock.objects.filter(case__in=cases).select_related("case")
    assert {"first_response", "resolution", "promise"} <= {row.key for row in rows} and any(row.breached_at for row in rows)
    for row in rows:
        trace = clocks.trace(row, AT.replace(tzinfo=zone()))
        assert sum(line.seconds for line in trace.lines) == trace.counted, (row.case.number, row.key)
    assert not Outbox.objects.filter(done_at=None).exists() and not Outbox.objects.filter(dead=True).exists()
    assert not Message.objects.filter(case__in=cases).exists() and Outbox.objects.filter(error="simulated").exists()
    assert not CaseClock.objects.filter(case__in=cases, next_at__lt=AT.replace(tzinfo=zone())).exists() and scheduler.round() >= 0


def _engineers_were_sent() -> None:
    """Behind the tickets of the town stand visits, by the station's roster, each to its end, nobody in two places at once."""
    upto = history._mark().begin + timedelta(days=DAYS)
    orders = list(
        WorkOrder.objects.filter(ticket__opened_at__lt=upto, case__opened_at__lt=upto + timedelta(days=3)).select_related("case", "ticket")
    )
    assert len(orders) >= 2 and {order.case.state for order in orders} <= {"done", "aborted", "cancelled"}
    assert all(not order.ticket.is_open for order in orders if order.ticket)
    done = [order for order in orders if order.signed_at]
    assert done and WorkPhoto.objects.visible_to(SYSTEM).filter(case__in=[order.pk for order in done]).exists()
    assert all(bills.due(order.pk) <= 0 for order in done)
    spans: dict[int | None, list[tuple[datetime, datetime]]] = {}
    for order in done:
        assert order.departed_at and order.finished_at and order.arrived_at and order.contacted_at
        day = {one.account: one for one in rosters.engineers([order.case.unit_id], local(order.departed_at).date())}
        assert day[order.engineer_id].start <= order.departed_at < order.finished_at <= day[order.engineer_id].end  # type: ignore[index]
        spans.setdefault(order.engineer_id, []).append((order.departed_at, order.signed_at))  # type: ignore[arg-type]
    for days in spans.values():
        ordered = sorted(days)
        assert all(one[1] <= other[0] for one, other in pairwise(ordered))


def test_what_if_differs_by_the_policy_alone_fewer_people_are_later_and_a_shorter_limit_is_broken_more_often(anew: Any) -> None:
    before, asked, spans = whatif.live(quiet), _demand(), _spans()
    found = {}
    for text in ("agents=-9", "resolution=1h"):
        anew()
        whatif.change(question := whatif.read(text, DAYS))
        after = whatif.live(quiet)
        found[text] = after, _spans()
        assert _demand() == asked and set(before) == set(after) == set(MEASURES)
        assert all(0 <= figures[key] <= 100 for figures in (before, after) for key in (*whatif.CLOCKS, *whatif.CLAUSES))
    (fewer, later), (strict, held) = found.values()
    assert sum(later) > sum(spans) and fewer["first_response"] <= before["first_response"], "more people are not later"
    assert strict["resolution"] < before["resolution"] and strict["HA-4.1"] < before["HA-4.1"]
    untouched = sum(a == b for a, b in zip(spans, held, strict=True))
    assert untouched > REQUESTS / 4, "whom the policy does not touch has the same fate to the second"
    _more()
    shown = whatif.keep(question, before, after)
    assert len(shown.rows) == len(MEASURES) and queries.comparison(SYSTEM) == shown and shown.question["change"] == "resolution=1h"
    for wrong in ("agents=0", "agents=+99", "agents=-30", "engineers=+2", "agents=two", "resolution=soon", "promise=2h"):
        with pytest.raises(Refused, match="unknown_question"):
            whatif.read(wrong, DAYS)


def _more() -> None:
    """Who is hired works as somebody does who is there: the same hours, the same pace."""
    whatif.change(whatif.read("agents=+2", DAYS))
    doubles = [login for login in history.staff() if DOUBLE in login]
    hours = Rota(history.staff())
    assert len(doubles) == 2
    for login in doubles:
        like = login.partition(DOUBLE)[0]
        assert (hours.place[login], hours.speed[login]) == (hours.place[like], hours.speed[like])


def _spans() -> list[float]:
    """Seconds from birth to archive, in the order of the births; what is still open counts up to the end."""
    upto = history.plan(demo()).begin + timedelta(days=DAYS)
    cases = Case.objects.visible_to(SYSTEM).filter(process="ticket", opened_at__lt=upto).order_by("opened_at", "pk")
    return [((case.closed_at or AT.replace(tzinfo=zone())) - case.opened_at).total_seconds() for case in cases]


def _demand() -> list[Any]:
    return list(Case.objects.visible_to(SYSTEM).filter(process="ticket").order_by("pk").values_list("opened_at", "title"))


def test_the_command_says_how_far_it_is_and_the_line_of_the_work_bench_goes_when_it_is_whole(anew: Any) -> None:
    said = StringIO()
    call_command("simulate", "--days", "1", stdout=said)
    assert "第 1 天，共 5 天" in said.getvalue() and "4 days are left" in said.getvalue()
    mark = queries.unfinished()
    assert mark is not None and (mark.done, mark.days) == (1, DAYS)
    call_command("simulate", stdout=said)
    assert "The past is whole." in said.getvalue() and queries.unfinished() is None


def test_people_turn_up_are_answered_and_told_and_a_story_ends_where_somebody_takes_over(anew: Any) -> None:
    demo = queries.demo()
    assert demo is not None
    before = Case.objects.visible_to(SYSTEM).filter(process="ticket").count()
    with simulated(BEGIN):
        live = Live(demo, seed=3)
    for minutes in range(0, 240, 10):
        with simulated(BEGIN + timedelta(minutes=minutes)):
            live.beat()
    assert live.born == Case.objects.visible_to(SYSTEM).filter(process="ticket").count() - before > 5 and live.done > live.born
    assert Outbox.objects.filter(kind="notice", done_at=None).exists()  # these are of now: people are told
    mine = next(one for one in live.running if one.life.process == "ticket" and one.life.number and one.life.case.state == "in_progress")
    with simulated(BEGIN + timedelta(hours=5)):
        engine.perform(
            "ticket", "cancel", actor=live._actor(mine.life.act("cancel"), mine), number=mine.life.number, given={"reason": "已自行解决"}
        )
    for hours in range(5, 60, 5):
        with simulated(BEGIN + timedelta(hours=hours)):
            live._next = now() + timedelta(days=9)
            live.beat()
    assert mine not in live.running and Case.objects.visible_to(SYSTEM).filter(number=mine.life.number, state="cancelled").exists()
