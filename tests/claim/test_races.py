"""Two who decide at once make one decision; the ledger numbers of a month have neither gap nor repeat, whatever is killed."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import Error, connection
from django.db.models import QuerySet

from tests import cast
from tests.cast import actor
from tests.claims import FORM, at, do, settled
from tests.complaints import complain
from tests.kernel.owner import administrator
from tests.kernel.test_races import together
from xiuhao.claim import filing
from xiuhao.claim.models import Claim
from xiuhao.kernel import engine, numbering
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Case, CaseAsk, Journal, SeriesMonth
from xiuhao.kernel.process import Series
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.kernel.verification import verify
from xiuhao.party import actions as party

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 200
WRITERS, EACH = 8, 8
AGAIN = {"opinion": "再议", "outcome": "allowance", "amount": "600"}


@pytest.fixture
def second_director() -> None:
    """Another who holds the highest post."""
    party.hire(SYSTEM, login="second", name="总经理二", unit=cast.unit("总部"), posts=((r.DIRECTOR, cast.unit("总部")),))


def _decide(case: Case, who: str, verb: str) -> Callable[[], engine.Outcome]:
    person = actor(who)
    return lambda: engine.perform("claim", verb, actor=person, number=case.number, given={"why": "看过了"})


def _round(case: Case, turn: int) -> list[Any]:
    """Both answer the same question; then the case is brought back to where it is asked."""
    results = together(_decide(case, "director", "approve"), _decide(case, "second", "approve" if turn % 2 else "refuse"))
    state = Case.objects.unscoped("reading what a race left").get(pk=case.pk).state
    if state == "decided":
        do(case, "object", "production", objection="再议")
    elif state == "negotiated":
        do(case, "opine", "office", **AGAIN)
    return results


def test_S1_two_approvers_at_once_make_one_decision_in_two_hundred_rounds(second_director: None) -> None:
    case = at("approve")
    for turn in range(ROUNDS):
        results = _round(case, turn)
        won = [one for one in results if isinstance(one, engine.Outcome)]
        lost = [one for one in results if isinstance(one, Refused)]
        assert len(won) == len(lost) == 1, results
        assert lost[0].code == "answered" and lost[0].params["who"] == won[0].line.actor_name
    assert CaseAsk.objects.filter(case=case, key="decision").exclude(outcome="").count() == ROUNDS
    assert Journal.objects.filter(case=case, verb__in=("approve", "refuse")).count() == ROUNDS
    assert verify(case).intact
    do(case, "approve", "director", why="同意")
    settled()
    settled()
    complaint = Claim.objects.get(pk=case.pk).complaint_id
    assert Journal.objects.filter(case_id=complaint, verb="authorise").count() == 1, "the effect of the decision that stands, once"


def test_S1_control_without_the_lock_of_the_case_two_decide(second_director: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain of the journal is a second net: it lets only one line of a number in, so the control shows up as its error."""
    case = at("approve")
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)
    monkeypatch.setattr(engine, "RETRIES", 0)
    for turn in range(ROUNDS):
        if any(isinstance(one, Exception) and not isinstance(one, Refused) for one in _round(case, turn)):
            return
    pytest.fail("the control never went wrong: the race is not one")


def _filed(count: int) -> list[str]:
    parent = complain().number
    done = engine.perform_many("claim", [engine.Request("submit", FORM, parent=parent) for _ in range(count)], actor=actor("sales"))
    return [one.case.number for one in done if isinstance(one, engine.Outcome)]


def _register(office: Actor, numbers: Sequence[str], refusals: list[str]) -> None:
    """One writer: each of these is registered; whose connection is killed tries again."""
    left = list(numbers)
    while left:
        try:
            engine.perform("claim", "register", actor=office, number=left[-1])
        except Error:
            connection.close()
            continue
        except Refused as no:
            if no.code != "wrong_state":  # the commit whose answer was lost
                refusals.append(no.code)
        left.pop()
    connection.close()


def _kill(done: threading.Event, seed: int, killed: list[int]) -> None:
    chance = random.Random(seed)
    here = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
    with administrator() as admin:
        while not done.wait(chance.uniform(0.005, 0.02)):
            if pids := [row[0] for row in admin.execute(here.encode()).fetchall()]:
                admin.execute("SELECT pg_terminate_backend(%s)", (chance.choice(pids),))
                killed.append(1)
            if len(killed) >= 40:
                return


def _month(seed: int) -> tuple[list[int], int, list[str]]:
    """Eight writers number the claims of a month while their connections are killed: the serials, the kills, the refusals."""
    numbers = _filed(WRITERS * EACH)
    killed: list[int] = []
    refusals: list[str] = []
    done = threading.Event()
    killer = threading.Thread(target=_kill, args=(done, seed, killed))
    writers = [threading.Thread(target=_register, args=(actor("office"), numbers[n::WRITERS], refusals)) for n in range(WRITERS)]
    connection.close()
    for thread in (killer, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    killer.join()
    serials = sorted(int(no[7:]) for no in Claim.objects.exclude(ledger_no=None).values_list("ledger_no", flat=True) if no)
    return serials, len(killed), refusals


def test_the_ledger_numbers_of_a_month_have_neither_gap_nor_repeat_with_eight_writers_and_random_kills() -> None:
    serials, killed, refusals = _month(seed=7)
    assert serials == list(range(1, WRITERS * EACH + 1)) and not refusals
    assert killed >= 5, "the test kills nobody"


def _unguarded(series: Series, count: int, at: Any) -> list[str]:
    """The control: read, then write, without the lock of the month."""
    row, _made = SeriesMonth.objects.get_or_create(prefix=series.prefix, month=local(at).strftime("%y%m"))
    connection.cursor().execute("SELECT pg_sleep(0.005)")
    SeriesMonth.objects.filter(pk=row.pk).update(last=row.last + 1)
    return numbering.numbers(series, [row.last + 1], at)


def test_the_control_without_the_lock_of_the_month_gives_a_number_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger lets no number in twice: it shows up as a refusal."""
    SeriesMonth.objects.create(prefix="20", month=local(now()).strftime("%y%m"), last=0)
    monkeypatch.setattr(filing.numbering, "take", _unguarded)
    serials, _killed, refusals = _month(seed=7)
    assert refusals or serials != list(range(1, WRITERS * EACH + 1))


def test_S2_nobody_approves_their_own_request_and_a_right_taken_away_counts_at_once() -> None:
    from xiuhao.kernel.models import Grant

    Grant.objects.create(account=cast.account("office"), role=r.DIRECTOR, unit=cast.unit("总部"))
    case = at("approve")
    with pytest.raises(Refused) as own:
        do(case, "approve", "office", why="同意")
    assert own.value.code == "own_request" and own.value.status == 403
    Grant.objects.filter(account=cast.account("director"), role=r.DIRECTOR).delete()
    with pytest.raises(Refused) as gone:
        do(case, "approve", "director", why="同意")
    assert gone.value.status in (403, 404) and not Journal.objects.filter(case=case, verb="approve").exists()


def test_S2_whoever_has_changed_the_amount_does_not_decide_about_it() -> None:
    from xiuhao.kernel.models import Grant

    Grant.objects.create(account=cast.account("director"), role=r.OFFICE, unit=cast.unit("总部"))
    case = at("approve")
    do(case, "amend", "director", amount="90000", why="重算")
    with pytest.raises(Refused) as own:
        do(case, "approve", "director", why="同意")
    assert (own.value.code, own.value.status) == ("own_request", 403)
    assert not Journal.objects.filter(case=case, verb="approve").exists()


def test_S3_an_amount_edited_after_the_approval_voids_it() -> None:
    case = at("execute")
    Claim.objects.filter(pk=case.pk).update(amount="9999")  # past the engine
    with pytest.raises(Refused) as caught:
        do(case, "execute", "sales", execution="已付", executed_on="2026-11-01")
    assert caught.value.code == "not_agreed"
    Claim.objects.filter(pk=case.pk).update(amount="600")
    do(case, "amend", "office", amount="700", why="补差")
    assert list(CaseAsk.objects.filter(case=case, key="decision").order_by("pk").values_list("outcome", flat=True)) == ["void", ""]
    assert do(case, "approve", "director", why="同意").state == "decided"
