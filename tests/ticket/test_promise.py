"""Every open ticket has a time at which the customer hears; a new one is told to them, and the clock follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.clauses.test_handling import SOLUTION, do, rules
from tests.kernel.test_scheduler import MONDAY, fire, fired, web
from tests.ticket.acts import act, done, why
from tests.tickets import receive
from xiuhao.kernel import clocks
from xiuhao.kernel.models import Case, CaseClock, Outbox
from xiuhao.kernel.recount import recount
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, simulated
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def test_a_new_promise_moves_the_clock_and_is_told() -> None:
    with simulated(MONDAY):
        case = receive().case
        first = Ticket.objects.get(pk=case.pk).promised_at
        assert first is not None and CaseClock.objects.get(case=case, key="promise").due_at == first
        assert "请填写“承诺时间”" in why(act("agent", case, "promise", promise_way="phone", reason="缺件"))
        later = MONDAY + timedelta(days=1)
        told = local(later).strftime("%Y-%m-%dT%H:%M")
        assert done(act("agent", case, "promise", promised_at=told, promise_way="sms", reason="缺件"))
    assert CaseClock.objects.get(case=case, key="promise").due_at == later
    assert Outbox.objects.filter(case=case, kind="notice", body__template="ticket_promise").exists()
    ticket = Ticket.objects.get(pk=case.pk)
    assert (ticket.promised_at, ticket.promise_way) == (later, "sms")


def traced(case: Case) -> None:
    """Of every clock: what explains it ends where the row, and so queue and API, say that it is due."""
    for row in CaseClock.objects.filter(case=case).select_related("case"):
        found = clocks.trace(row, MONDAY + timedelta(days=30))
        if row.since or row.stopped_at:
            assert found.due == row.due_at and found.counted == row.limit, row.key
        assert row.breached_at in (None, found.due), row.key


def test_what_has_passed_or_lies_too_far_ahead_is_no_promise() -> None:
    with simulated(MONDAY):
        case = receive().case
        for told, sentence in (("2020-01-01T10:00", "已经过去"), ("2126-01-01T10:00", "60 天以内"), ("2026-11-16T09:00", "已经过去")):
            assert sentence in why(act("agent", case, "promise", promised_at=told, promise_way="sms", reason="缺件"))
            with pytest.raises(Refused) as caught:
                receive(promised_at=told)
            assert set(caught.value.fields) == {"promised_at"}
        with pytest.raises(Refused) as caught:
            receive(purchased_on="2026-11-17")
        assert caught.value.fields["purchased_on"].code == "day_ahead"
        assert receive(purchased_on="2026-11-16", promised_at="2026-11-16T09:01").case.is_open


def test_a_promise_given_again_after_a_breach_has_a_clock_of_its_own_and_the_broken_one_stays() -> None:
    case = web(MONDAY)
    first = CaseClock.objects.get(case=case, key="promise")
    at = MONDAY + timedelta(days=4)
    fire(at)
    again = at + timedelta(days=2)
    with simulated(at):
        assert done(act("lead", case, "promise", promised_at=local(again).strftime("%Y-%m-%dT%H:%M"), promise_way="sms", reason="缺件"))
    old, new = CaseClock.objects.filter(case=case, key="promise").order_by("pk")
    assert (old.pk, old.status, old.due_at, old.stopped_at, old.since) == (first.pk, "broken", first.due_at, at, None)
    assert (new.status, new.due_at, new.limit, new.round) == ("running", again, 2 * 86_400, old.round)
    assert case.due_at is not None and fire(again + timedelta(seconds=2)) and fired(case).count(("promise", "breach")) == 2
    traced(case)
    with simulated(again + timedelta(hours=1)):
        do(case, "judge", verdict="in", reason="发票")
        do(case, "promise", promised_at=(again + timedelta(days=1)).isoformat(), promise_way="sms", reason="再等")
    with simulated(again + timedelta(hours=2)):
        do(case, "solve", **SOLUTION)
    assert [row.status for row in CaseClock.objects.filter(case=case, key="promise").order_by("pk")] == ["broken", "broken", "met"]
    traced(case)
    assert recount().differences == []


def test_a_promise_that_nobody_saw_pass_is_broken_when_the_next_one_is_given() -> None:
    case = web(MONDAY)
    late = MONDAY + timedelta(days=4)
    with simulated(late):
        do(case, "promise", promised_at=(late + timedelta(days=1)).isoformat(), promise_way="sms", reason="缺件")
    fire(late + timedelta(days=2))
    old, new = CaseClock.objects.filter(case=case, key="promise").order_by("pk")
    assert old.breached_at == old.due_at and new.breached_at == late + timedelta(days=1)
    assert rules(case, "promise")["CS1-8.2"] == "broken"
    traced(case)
    assert recount().differences == []


def test_every_clock_is_explained_to_its_due_moment_through_renewals_pauses_and_rounds() -> None:
    case = web(MONDAY)
    new = {"promise_way": "sms", "reason": "缺件"}
    for hours, verb, given in (
        (0.75, "prioritise", {"priority": "1", "reason": "老人独居"}), (1, "judge", {"verdict": "in", "reason": "发票"}),
        (2, "promise", {**new, "promised_at": "2026-11-20T10:00"}), (3, "prioritise", {"priority": "2", "reason": "家里还有一台"}),
        (4, "wait_customer", {"text": "请发照片"}), (26, "resume", {"note": "照片已到"}),
        (30, "promise", {**new, "promised_at": "2026-11-25T10:00"}), (31, "solve", SOLUTION), (50, "dispute", {"reason": "没修好"}),
        (120, "promise", {**new, "promised_at": "2026-11-29T10:00"}),
    ):  # fmt: skip
        at = MONDAY + timedelta(hours=hours)
        fire(at)
        with simulated(at):
            do(case, verb, who="lead" if verb in ("promise", "prioritise") else "agent", **given)
        traced(case)
    fire(MONDAY + timedelta(days=20))
    traced(case)
    assert recount().differences == []
