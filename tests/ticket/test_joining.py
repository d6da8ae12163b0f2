"""Tickets that belong together: merged and led on, split, parent and child; and two who do it at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from tests.cast import actor
from tests.tickets import receive
from xiuhao.kernel import dispatcher, engine, joined, recount, scheduler
from xiuhao.kernel.models import Case, CaseClock, Journal, Link
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated
from xiuhao.ticket import joining, queries, tracking
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def do(case: Case, verb: str, who: str = "agent", **given: object) -> engine.Outcome:
    return engine.perform("ticket", verb, actor=actor(who), number=case.number, given=given)


def refused(case: Case, verb: str, who: str = "agent", **given: object) -> str:
    with pytest.raises(Refused) as caught:
        do(case, verb, who, **given)
    return caught.value.code


def settle() -> None:
    while dispatcher.round():
        continue


def state(case: Case) -> str:
    return str(Case.objects.unscoped("read").get(pk=case.pk).state)


def test_what_is_written_to_a_merged_ticket_lands_where_it_leads_and_its_clocks_count_neither_way() -> None:
    first, second, third = receive().case, receive(description="还是冰箱").case, receive(description="又是冰箱").case
    do(first, "merge", other=second.number)
    do(second, "merge", other=third.number.lower())
    assert {row.status for row in CaseClock.objects.filter(case_id=first.pk)} == {"void"}
    assert "clocks" not in Journal.objects.get(case_id=first.pk, verb="merge").data
    done = do(first, "reply", text="您好，三单合并处理")
    assert done.case.pk == third.pk and done.line.data["by_way_of"] == first.number
    again = receive(description="第四次来电").case
    assert refused(again, "merge", other=first.number) == "other_closed", "a merged one is no goal"
    assert refused(first, "solve", solution="好了") == "wrong_state", "only what is said follows"
    raw = tracking.token(first)
    holder = queries.customer_of(raw)
    assert holder is not None and holder.cases == {third.pk}
    assert queries.by_contact(first.number, Ticket.objects.get(pk=first.pk).contact_phone) == third
    settle()
    assert Journal.objects.get(case_id=second.pk, verb="relate").data["given"] == {"other": first.number, "how": "merged_in"}
    assert not recount.recount().differences


def test_only_the_same_proven_customers_open_tickets_are_merged() -> None:
    mine, theirs = receive().case, receive(contact_phone="13911112222").case
    assert refused(mine, "merge", other=theirs.number) == "other_customer"
    assert refused(mine, "merge", other=mine.number) == "other_itself"
    assert refused(mine, "merge", other="GD0000000000") == "other_unknown"
    hidden = receive("outsider").case
    assert not Case.objects.visible_to(actor("colleague")).filter(pk=hidden.pk).exists()
    assert refused(mine, "merge", "colleague", other=hidden.number) == "other_unknown"
    other = receive().case
    do(other, "cancel", reason="重复")
    assert refused(mine, "merge", other=other.number) == "other_closed"
    assert do(mine, "merge", other=receive().case.number).case.state == "merged"


def test_a_merge_is_undone_while_nothing_followed_and_the_clocks_go_on() -> None:
    first, second = receive(channel="web").case, receive().case
    before = dict(CaseClock.objects.filter(case_id=first.pk, stopped_at=None).values_list("key", "limit"))
    was = state(first)
    do(first, "merge", other=second.number)
    assert do(first, "unmerge").case.state == was and not Link.objects.exists()
    after = CaseClock.objects.filter(case_id=first.pk, stopped_at=None)
    assert dict(after.values_list("key", "limit")) == before and all(row.next_at for row in after)
    settle()
    assert [line.data["given"]["how"] for line in Journal.objects.filter(case_id=second.pk, verb="relate")] == ["merged_out"]
    do(first, "merge", other=second.number)
    do(second, "note", text="已联系客户")
    assert refused(first, "unmerge") == "followed_since"
    assert not recount.recount().differences


def test_a_clock_that_was_late_before_the_merge_stays_broken() -> None:
    first, second = receive(channel="web").case, receive().case
    late = CaseClock.objects.get(case_id=first.pk, key="first_response").due_at
    assert late
    with simulated(late + timedelta(seconds=5)):
        scheduler.round()
        do(first, "merge", other=second.number)
    assert CaseClock.objects.get(case_id=first.pk, key="first_response").status == "broken"
    assert CaseClock.objects.get(case_id=first.pk, key="promise").status == "void"


def test_a_part_is_split_off_and_the_whole_ends_only_after_it() -> None:
    whole = receive().case
    do(whole, "judge", verdict="in", reason="发票")
    given = {"kind": "usage_question", "description": "顺便问洗衣机怎么除垢"}
    part = engine.perform("ticket", "split", actor=actor("agent"), given=given, parent=whole.number).case
    record = Ticket.objects.get(pk=part.pk)
    assert (record.contact_phone, part.customer_id) == ("+8613800138000", whole.customer_id) and record.promised_at and part.owner_id
    assert CaseClock.objects.filter(case_id=part.pk, key="resolution").exists() and queries.customer_of(tracking.token(part))
    with pytest.raises(Refused) as caught:
        do(whole, "solve", solution="已更换温控器")
    assert caught.value.code == "open_children" and part.number in str(caught.value.sentence)
    do(part, "cancel", reason="客户自己弄好了")
    assert do(whole, "solve", solution="已更换温控器").case.state == "solved"
    settle()
    assert Journal.objects.get(case_id=whole.pk, verb="relate").data["given"]["how"] == "child"


def test_families_have_one_parent_and_no_circle_and_a_merged_parents_children_count_for_the_other() -> None:
    top, middle, low = receive().case, receive().case, receive().case
    do(middle, "attach", other=top.number)
    do(low, "attach", other=middle.number)
    assert refused(top, "attach", other=low.number) == "family_circle"
    assert refused(low, "attach", other=top.number) == "has_parent"
    goal = receive().case
    do(middle, "merge", other=goal.number)
    do(goal, "judge", verdict="in", reason="发票")
    assert refused(goal, "solve", solution="好了") == "open_children"
    do(low, "detach")
    assert do(goal, "solve", solution="好了").case.state == "solved"


def race(monkeypatch: pytest.MonkeyPatch, read: Callable[..., list[Case]]) -> list[str]:
    """Two merges crossing: both have locked their own before either looks at the other. What each came to."""
    first, second = receive().case, receive().case
    meet, came = threading.Barrier(2, timeout=60), threading.local()

    def at_once(*args: Any) -> list[Case]:
        first_try, came.yet = not getattr(came, "yet", False), True
        if first_try:
            meet.wait()
        return read(*args)

    monkeypatch.setattr(joining, "locked", at_once)
    who, found = actor("agent"), []

    def merge(one: Case, other: Case) -> None:
        try:
            engine.perform("ticket", "merge", actor=who, number=one.number, given={"other": other.number})
            found.append("merged")
        except Refused as error:
            found.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=merge, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_merges_that_cross_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert race(monkeypatch, joining.locked) == ["merged", "other_closed"]
    [link] = Link.objects.all()
    assert joined.ends([link.child_id], "merged") == {link.child_id: link.parent_id}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_race_finds_merges_without_their_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    held = joining.OTHER_OPEN.holds
    object.__setattr__(joining.OTHER_OPEN, "holds", lambda step: True)
    try:
        assert race(monkeypatch, joining.locked) == ["merged", "merged"]
    finally:
        object.__setattr__(joining.OTHER_OPEN, "holds", held)
    pair = list(Link.objects.values_list("child_id", flat=True))
    assert set(joined.ends(pair, "merged").values()) == set(pair), "even a circle ends somewhere"
