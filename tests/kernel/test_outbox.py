"""What a step leaves in the outbox, and to whom its notices go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.kernel.lines import AT, a_unit, an_account
from tests.sample.fixtures import Office
from xiuhao.kernel import engine, outbox
from xiuhao.kernel.models import Absence, Grant, Message, Outbox
from xiuhao.kernel.outbox import Recipient
from xiuhao.kernel.time import simulated

pytestmark = pytest.mark.django_db


def test_a_step_leaves_its_notices_and_no_message_before_its_commit(office: Office):
    case = office.order()
    assert not Outbox.objects.exists()
    office.do(case, "answer", "lead", text="已安排")
    [row] = Outbox.objects.all()
    assert (row.kind, row.case_id, row.body["template"]) == ("notice", case.pk, "errand_answer")
    assert not Message.objects.exists()


def test_notices_of_an_undoable_verb_wait_ten_seconds_and_an_import_sends_none(office: Office, monkeypatch):
    case = office.order()
    answer = next(t for t in engine.registry.process("errand").transitions if t.key == "answer")
    monkeypatch.setitem(answer.__dict__, "inverse", "wait")
    with simulated(AT):
        office.do(case, "answer", "lead", text="一")
    assert Outbox.objects.get(kind="notice").not_before == AT + timedelta(seconds=outbox.UNDO)
    request = engine.Request("answer", {"text": "二"}, case.number)
    engine.perform_many("errand", [request], actor=office.actor("lead"), waive=True)
    assert Outbox.objects.filter(kind="notice").count() == 1


def test_a_granted_role_is_its_nearest_holders_up_the_organisation():
    head = a_unit("总部")
    province = a_unit("省", head)
    team = a_unit("组", province)
    other = a_unit("别组", province)
    chief, local, stranger, gone = (an_account(unit) for unit in (head, province, other, team))
    for account, unit in ((chief, head), (local, province), (stranger, other), (gone, team)):
        Grant.objects.create(account=account, role="lead", unit=unit)
    gone.is_active = False
    gone.save()
    assert outbox.nearest("lead", team.path) == [local.pk]
    Grant.objects.filter(account=local).update(until=AT)
    assert outbox.nearest("lead", team.path) == [chief.pk]
    assert outbox.nearest("manager", team.path) == []


def test_who_is_away_is_told_together_with_the_deputy():
    unit = a_unit()
    boss, deputy = an_account(unit, email="boss@example.com", preferences={"mail": True}), an_account(unit)
    Absence.objects.create(account=boss, deputy=deputy, since=AT, until=AT + timedelta(days=2))
    with simulated(AT + timedelta(days=1)):
        told = outbox.accounts([boss.pk])
    assert [(r.account, r.channel) for r in told] == [(boss.pk, "inbox"), (boss.pk, "email"), (deputy.pk, "inbox")]
    assert told[1].masked == "b***@example.com"
    with simulated(AT + timedelta(days=3)):
        assert {r.account for r in outbox.accounts([boss.pk])} == {boss.pk}


def test_a_module_says_who_a_role_of_its_own_is(office: Office, monkeypatch):
    case = office.order()
    monkeypatch.setattr(outbox, "_resolvers", {})
    assert not outbox.recipients("customer", [case])[case.pk]
    sms = Recipient(channel="sms", address="+8613800138000", masked="138****8000")
    outbox.reach("customer", lambda cases: {case.pk: [sms] for case in cases})
    (customer,) = outbox.recipients("customer", [case])[case.pk]
    assert customer.address not in customer.key
    assert customer.key != replace(customer, address="+8613900138000").key
    assert [r.account for r in outbox.recipients("owner", [case])[case.pk]] == [case.owner_id]
