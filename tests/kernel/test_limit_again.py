"""A limit is granted once a round; what is sent back and comes a second time has its limit a second time where the declaration says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from tests.sample.fixtures import Office
from tests.sample.process import DONE, ERRAND, OPEN, STAFF, WAITING
from xiuhao.kernel import clocks, figures, registry, scheduler
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, CaseClock, Journal
from xiuhao.kernel.process import Clock, State, Transition
from xiuhao.kernel.recount import recount
from xiuhao.kernel.time import now, simulated

CHECKED = State("checked", "待验收")
MORE = (
    Transition("hand_in", "交验", (OPEN,), CHECKED, may=STAFF),
    Transition("send_back", "退回重做", (CHECKED,), OPEN, may=STAFF),
    Transition("take_back", "撤回", (CHECKED,), OPEN, may=STAFF),
    Transition("take", "验收", (CHECKED,), DONE, may=STAFF),
)
ONCE = Clock("response", "答复时限", runs_in=(OPEN, WAITING), stops=("answer",), clauses=("HA-3.2.1",))
pytestmark = pytest.mark.django_db(transaction=True)


def declared(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    process = replace(ERRAND, transitions=(*ERRAND.transitions, *MORE), clocks=(clock, *ERRAND.clocks[1:]))
    monkeypatch.setitem(registry._processes, "errand", process)


@pytest.fixture
def again(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    declared(monkeypatch, replace(ONCE, again=("send_back",)))
    yield office


def limits(case: Case) -> list[str]:
    return [row.status for row in CaseClock.objects.filter(case=case, key="response").order_by("started_at")]


def test_what_is_sent_back_has_its_limit_again_and_each_turn_its_own_outcome(again: Office) -> None:
    case, begun = again.order(), now()
    again.do(case, "hand_in")
    with simulated(begun + timedelta(hours=5)):
        again.do(case, "send_back")
        assert limits(case) == ["met", "running"]
    with simulated(begun + timedelta(hours=7)):
        scheduler.round()
        assert limits(case) == ["met", "broken"], "an hour after it came back, not after it was ordered"
        again.do(case, "hand_in")
        second = CaseClock.objects.filter(case=case, key="response").latest("started_at")
        assert clocks.trace(second, now()).spent == second.spent == 2 * 3600, "nothing of the first turn"
    figures.fold()
    found = figures.totals(SYSTEM)["HA-3.2.1"]
    assert (found.met, found.broken) == (1, 1) and recount().differences == []


def test_neither_another_verb_nor_another_clock_grants_it_again(again: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case = again.order()
    again.do(case, "hand_in"), again.do(case, "take_back")
    assert limits(case) == ["met"]
    again.do(case, "hand_in"), again.do(case, "send_back"), again.do(case, "answer", text="好")
    again.do(case, "work")
    assert limits(case) == ["met", "met"], "met in the middle of its stage it does not begin anew"
    declared(monkeypatch, ONCE)
    again.do(case, "hand_in"), again.do(case, "send_back")
    assert limits(case) == ["met", "met"], "nor without being declared so"


def test_a_verb_that_nobody_has_is_found_at_the_start() -> None:
    with pytest.raises(ValueError, match="unknown verb"):
        replace(ERRAND, clocks=(replace(ONCE, again=("nothing",)),))


@pytest.mark.parametrize("seed", range(8))
def test_however_often_it_comes_back_the_recount_agrees(again: Office, seed: int) -> None:
    random, at = Random(seed), now()
    case, state = again.order(), "open"
    for _turn in range(14):
        at += timedelta(minutes=random.randrange(1, 90))
        with simulated(at):
            if random.random() < 0.5:
                scheduler.round()
            verb = random.choice({"open": ("hand_in", "wait", "work"), "waiting": ("go_on",), "checked": ("send_back", "take_back")}[state])
            state = again.do(case, verb).state
    rows = CaseClock.objects.filter(case=case, key="response").order_by("started_at")
    assert len(rows) == 1 + sum(line == "send_back" for line in _verbs(case))
    for row in rows:
        assert row.stopped_at is None or clocks.trace(row, at).spent == row.spent
    assert recount().differences == []


def _verbs(case: Case) -> list[str]:
    return list(Journal.objects.filter(case=case).values_list("verb", flat=True))
