"""Calls as any telephone system reports them: once whatever is repeated, right whatever the order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from tests.calls.line import event, switchboard
from tests.cast import account, actor
from tests.kernel.test_scheduler import MONDAY
from tests.tickets import receive
from xiuhao.calls.models import Call, Extension
from xiuhao.calls.process import CALL
from xiuhao.kernel import engine
from xiuhao.kernel import roles as r
from xiuhao.kernel.models import Case, Journal, Link
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.sentences import say
from xiuhao.kernel.time import simulated

pytestmark = pytest.mark.django_db
RING = {"caller": "13800138000", "agent": "agent"}


def call() -> Call:
    return Call.objects.select_related("case").get()


def report(token: str, order: str) -> None:
    """The events of one answered call, in this order: r(ing), a(nswer), e(nd)."""
    told = {
        "r": ("ring", MONDAY, RING),
        "a": ("answer", MONDAY + timedelta(seconds=8), {"agent": "agent"}),
        "e": ("end", MONDAY + timedelta(seconds=68), {"ended_by": "customer"}),
    }
    with simulated(MONDAY + timedelta(minutes=5)):
        for letter in order:
            kind, at, more = told[letter]
            assert event(token, "c-1", kind, at, **more).status_code == 200


@pytest.mark.parametrize("order", ["rae", "rrraaee", "are", "ear", "era", "rea", "raea", "aer"])
def test_in_whatever_order_and_however_often_the_call_comes_out_the_same(order: str) -> None:
    receive()
    report(switchboard(), order)
    found = call()
    assert (found.case.state, found.seconds, found.ended_by, found.case.owner_id) == ("ended", 60, "customer", account("agent").pk)
    assert (found.rang_at, found.answered_at) == (MONDAY, MONDAY + timedelta(seconds=8)) and found.caller == "+8613800138000"
    assert found.case.title == "138****8000" and found.case.customer_id, "known by the number"
    assert "13800138000" not in str(list(Journal.objects.filter(case_id=found.pk).values_list("data", flat=True)))


def test_unanswered_it_is_missed_and_an_extension_names_the_agent() -> None:
    Extension.objects.create(account=account("colleague"), number="8001")
    token = switchboard()
    assert event(token, "c-2", "ring", caller="13911112222", agent="8001").json()["state"] == "ringing"
    assert event(token, "c-2", "end", ended_by="customer").json()["state"] == "missed"
    assert call().case.owner_id == account("colleague").pk


def test_what_is_wrong_is_said_and_nobody_but_the_telephone_system_reports() -> None:
    token = switchboard()
    assert event("nonsense", "c", "ring").status_code == 401
    assert event(token, "c", "dance").json()["code"] == "event_unknown"
    assert event(token, "c", "ring", agent="8999").json()["code"] == "extension_unknown"
    assert event(token, "c", "ring", mood="bad").json()["code"] == "unknown_field"
    assert not Call.objects.exists()
    event(token, "c", "ring", **RING)
    for verb, given in (("answer", {}), ("end", {"ended_by": "customer"})):
        with pytest.raises(Refused, match="not_telephony"):
            engine.perform("call", verb, actor=actor("agent"), number=call().case.number, given=given)


def test_a_telephone_system_of_one_province_knows_nothing_of_anothers_calls() -> None:
    head = switchboard()
    event(head, "c-3", "ring", **RING)
    Call.objects.get()
    from tests import cast
    from xiuhao.kernel import accounts
    from xiuhao.kernel.access import SYSTEM
    from xiuhao.party import actions as party

    unit = cast.unit("四川公司")
    other = party.hire(SYSTEM, login="other", name="四川电话", unit=unit, posts=((r.AGENT, unit),)).account
    other.kind = "api"
    other.save(update_fields=["kind"])
    foreign = accounts.issue_token(other, "x")[1]
    assert event(foreign, "c-3", "end", ended_by="agent").status_code == 404
    assert call().case.state == "ringing"


def test_the_ticket_born_on_the_calls_screen_is_tied_to_it() -> None:
    token = switchboard()
    event(token, "c-4", "ring", **RING)
    event(token, "c-4", "answer", agent="agent")
    ticket = receive(key=call().screen).case
    event(token, "c-4", "end", ended_by="agent")
    assert Link.objects.get(kind="call").parent_id == ticket.pk
    assert Case.objects.unscoped("test").get(pk=call().pk).state == "ended"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_P4_one_screen_is_one_call_though_two_begin_it_at_once() -> None:
    given = {"screen": str(uuid4())}

    def begin(_: int) -> str:
        try:
            return engine.perform("call", "start", actor=actor("agent"), given=given).case.state
        except Refused as refused:
            return f"{refused.code} {refused.status}"
        finally:
            connection.close()

    actor("agent")
    with ThreadPoolExecutor(4) as pool:
        ends = sorted(pool.map(begin, range(4)))
    assert ends == ["talking", *["there_already 409"] * 3]
    assert Call.objects.count() == 1
    assert str(CALL.label) in say(Refused("there_already", {"label": CALL.label}))
