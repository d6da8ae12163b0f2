"""Whatever staff write that a customer is sent or shown is judged, whichever verb or page sends it; customers' own words are theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import actor
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel import engine, registry
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Evidence, Text
from xiuhao.kernel.models import Journal
from xiuhao.kernel.process import Process, Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.wording import queries as wording

ROOT = Path(__file__).resolve().parents[2] / "xiuhao"
SHOWN = ("text", "solution", "reason", "description", "answer")  # texts of public lines that the customers' site shows
JUDGED = {"words_unkind", "words_untrue", "beyond_authorised", "promise_unnamed", "fault_not_found"}
HEARD = {  # the customer's words, written down by whoever heard them
    ("ticket", "receive", "description"), ("ticket", "split", "description"), ("ticket", "dispute", "reason"),
    ("ticket", "reopen", "reason"), ("ticket", "add", "text"), ("ticket", "answer", "text"), ("privacy", "ask", "text"),
    ("work", "recur", "reason"),
}  # fmt: skip


def rendered(process: Process, verb: Transition) -> Iterator[Evidence]:
    """The texts of a verb that staff may write and that its notices to customers or its public line show them."""
    named = set(SHOWN) if verb.public else set()
    for notice in verb.notify:
        if r.CUSTOMER in notice.to:
            [file] = ROOT.glob(f"*/templates/*/notice/{notice.template}.txt")
            named |= set(re.findall(r"texts\.(\w+)", file.read_text(encoding="utf-8")))
    if set(verb.may) - {r.CUSTOMER}:
        yield from (need for need in verb.needs if isinstance(need, Text) and need.key in named and not need.ours)


def test_every_text_that_a_declared_verb_sends_to_a_customer_is_judged() -> None:
    found = {(p.key, t.key, need.key): (t, need) for p in registry.processes() for t in p.transitions for need in rendered(p, t)}
    assert len(found) > 10, "the walk finds what is sent"
    unjudged = [
        name
        for name, (verb, need) in found.items()
        if name not in HEARD and not {g.code for g in verb.guards if g.of == need.key} >= JUDGED
    ]
    assert unjudged == [], "declare them as wording.Said"
    assert not any(isinstance(need, wording.Said) for name, (_verb, need) in found.items() if name in HEARD)


@pytest.mark.django_db
def test_what_solves_at_once_cancels_or_merges_is_judged_too_and_counted_only_where_something_was_said() -> None:
    def refused(verb: str, number: str = "", **given: object) -> tuple[str, ...]:
        with pytest.raises(Refused) as caught:
            engine.perform("ticket", verb, actor=actor("lead"), number=number or None, given=given)
        return caught.value.clauses

    plain, case = receive(), receive("lead").case
    assert not {"CS1-1.6", "CS6-3"} & set(Journal.objects.get(case_id=plain.case.pk, verb="receive").rules), "nothing was said"
    with pytest.raises(Refused) as caught:
        receive(at_once=True, solution="爱修不修")
    assert caught.value.clauses == ("CS1-1.6",)
    done = receive(at_once=True, solution="已指导清洗滤网").case
    assert Journal.objects.get(case_id=done.pk, verb="receive").rules["CS6-3"] == "met"
    assert refused("cancel", case.number, reason="这事不归我们管") == ("CS1-1.6",)
    assert refused("merge", case.number, other=plain.case.number, reason="保证100%修好") == ("CS6-3",)


@pytest.mark.django_db
def test_a_customers_own_reason_is_taken_as_it_is_and_nothing_is_counted() -> None:
    case = receive().case
    owner = Actor(kind="customer", customer=case.customer_id, proven=True, cases=frozenset({case.pk}))
    given = {"reason": "这事不归我们管？也没办法"}
    line = engine.perform("ticket", "cancel", actor=owner, number=case.number, given=given).line
    assert not {"CS1-1.6", "CS6-3"} & set(line.rules)


@pytest.mark.django_db
def test_a_message_from_the_customers_page_is_judged_and_warned_of_in_the_same_way() -> None:
    customer = receive().case.customer_id
    desk, address = sit("agent"), f"/customers/{customer}/write"
    page = desk.post(address, {"purpose": "service", "text": "这事不归我们管"})
    assert page.status_code == 409 and "没有发送" in page.content.decode()
    assert desk.post(address, {"purpose": "service", "text": "这是操作不当造成的"}).status_code == 422
    assert desk.post(address, {"purpose": "service", "text": "这是操作不当造成的", "worded": "1"}).status_code == 303
