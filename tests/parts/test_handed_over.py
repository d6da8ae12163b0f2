"""A job that goes to another engineer takes its parts along: what a van held is free, what the store has not sent goes to the new van."""

from __future__ import annotations

from functools import partial

import pytest

from tests import works
from tests.parts.test_last_part import at_once
from tests.shelves import at, part
from tests.works import station_at_work as station_at_work
from xiuhao.kernel import dispatcher, engine
from xiuhao.kernel.models import Account, Case, Message
from xiuhao.parts import actions
from xiuhao.parts.models import Place, Supply

pytestmark = pytest.mark.django_db


def van(login: str) -> Place:
    return actions.open_van(Account.objects.get(login=login))


def over(job: Case, to: str = "engineer2") -> Case:
    """Given to another."""
    return works.do(job, "transfer", "planner", to=Account.objects.get(login=to).pk, reason="临时有事")


def paper(case: Case, verb: str, who: str) -> Case:
    """A verb on a request."""
    return engine.perform("supply", verb, actor=works.who(who), number=case.number).case


def asked(pumps: int = 2) -> tuple[Case, Supply]:
    """A job of `engineer` for pumps of the store, and its request."""
    job = works.assigned(works.plan(parts=f"PUMP-01 {pumps}"))
    dispatcher.drain()
    return job, Supply.objects.select_related("case").latest("case_id")


def test_what_the_first_van_held_is_free_and_the_second_holds_its_own() -> None:
    first, second = works.stocked("engineer", "PUMP-01", 2), works.stocked("engineer2", "PUMP-01", 2)
    job = works.assigned(works.plan(parts="PUMP-01 2"))
    assert (at(first, part()), at(second, part())) == ((2, 2), (2, 0))
    over(job)
    assert (at(first, part()), at(second, part())) == ((2, 0), (2, 2))
    works.do(job, "refuse", "engineer2", reason="车坏了")
    assert at(second, part()) == (2, 0), "nobody has it: no van holds anything"


def test_a_request_that_is_not_sent_yet_goes_to_the_new_van_and_the_keeper_is_told() -> None:
    store, _first, second = works.stocked(works.STATION, "PUMP-01", 5), van("engineer"), van("engineer2")
    job, request = asked()
    paper(request.case, "pick", "warehouse")
    over(job)
    dispatcher.drain()
    request.refresh_from_db()
    assert (request.destination, request.case.state) == (second, "picked") and Supply.objects.count() == 1
    told = Message.objects.filter(case=request.case, template__contains="supply_redirected").values_list("to_account__login", flat=True)
    assert {"warehouse", "engineer2"} <= set(told)
    paper(request.case, "issue", "warehouse")
    paper(request.case, "accept", "engineer2")
    assert (at(store, part()), at(second, part())) == ((3, 0), (2, 2))


def test_a_job_that_is_called_off_takes_its_request_back_and_the_keeper_is_told() -> None:
    store, _van = works.stocked(works.STATION, "PUMP-01", 5), van("engineer")
    job, request = asked()
    paper(request.case, "pick", "warehouse")
    assert at(store, part()) == (5, 2)
    works.do(job, "cancel", "planner", reason="客户不修了")
    dispatcher.drain()
    request.refresh_from_db()
    assert (request.case.state, at(store, part())) == ("dropped", (5, 0))
    told = Message.objects.filter(case=request.case, template__contains="supply_dropped").values_list("to_account__login", flat=True)
    assert "warehouse" in told


def test_what_is_on_its_way_arrives_where_it_goes_free_for_others_and_is_asked_for_again() -> None:
    store, first, second = works.stocked(works.STATION, "PUMP-01", 5), van("engineer"), van("engineer2")
    job, request = asked()
    paper(request.case, "pick", "warehouse")
    paper(request.case, "issue", "warehouse")
    over(job)
    dispatcher.drain()
    paper(request.case, "accept", "engineer")
    dispatcher.drain()
    assert at(first, part()) == (2, 0)
    again = Supply.objects.latest("case_id")
    assert again != request and (again.destination, again.source) == (second, store) and at(store, part()) == (3, 2)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_transfer_in_the_moment_in_which_parts_are_sent_or_accepted_leaves_nothing_held_in_the_first_van() -> None:
    store, first, second = works.stocked(works.STATION, "PUMP-01", 60), van("engineer"), van("engineer2")
    rounds = (("issue", "warehouse"), ("accept", "engineer")) * 2
    for (verb, who), pumps in zip(rounds, (2, 3, 6, 12), strict=True):  # more than a van has left of the rounds before
        job, request = asked(pumps)
        for before in ("pick", "issue")[: 1 if verb == "issue" else 2]:
            paper(request.case, before, "warehouse")
        came = at_once([partial(over, job), partial(paper, request.case, verb, who)])
        assert came == ["won", "won"]
        dispatcher.drain()
        request = Supply.objects.select_related("case", "destination__account").get(pk=request.pk)
        if request.case.state == "issued":
            paper(request.case, "accept", request.destination.account.login)  # type: ignore[union-attr]
            dispatcher.drain()
        assert at(first, part())[1] == 0, verb
        held = at(second, part())[1] + at(store, part())[1]
        assert held == pumps, f"{verb}: its pumps are held for the job, in the store or in the van of who has it"
        works.do(job, "cancel", "planner", reason="不修了")
        for open_ in Supply.objects.filter(work=job, case__is_open=True).select_related("case"):
            engine.perform("supply", "cancel", actor=works.who("warehouse"), number=open_.case.number, given={"why": "不修了"})
