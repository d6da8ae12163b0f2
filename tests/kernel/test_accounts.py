"""Who acts: everything about an actor in one statement, nothing kept between requests."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import RequestFactory

from tests.kernel.lines import AT, a_unit, an_account
from xiuhao.kernel import accounts, time
from xiuhao.kernel.accounts import ANONYMOUS, actor_for_token, actor_of, issue_token, known, revoke_token
from xiuhao.kernel.models import Absence, Account, Grant, Token, Unit
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import simulated

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return a_unit()


@pytest.fixture
def lead(unit: Unit) -> Account:
    account = an_account(unit, language="en")
    Grant.objects.create(account=account, role="lead", unit=unit)
    return account


def refused(raw: str) -> bool:
    with pytest.raises(Refused) as caught:
        actor_for_token(raw)
    return (caught.value.code, caught.value.status) == ("token_invalid", 401)


def test_an_actor_is_one_statement_and_brings_the_clock_along(lead: Account, unit: Unit, django_assert_num_queries):
    time._reading.set(None)
    with django_assert_num_queries(1):
        actor = actor_of(lead)
        time.now()
    assert (actor.kind, actor.id, actor.name, actor.language) == ("staff", lead.pk, lead.name, "en")
    assert (actor.grants, actor.unit, actor.unit_path) == ((("lead", unit.path),), unit.pk, unit.path)
    row = known("a.id = %(value)s", lead.pk)
    with django_assert_num_queries(0):
        assert actor_of(row) == actor


def test_grants_and_deputies_count_from_their_beginning_to_their_end(lead: Account, unit: Unit):
    away = an_account(unit)
    Grant.objects.create(account=lead, role="expert", unit=unit, since=AT, until=AT + timedelta(days=1))
    Absence.objects.create(account=away, deputy=lead, since=AT, until=AT + timedelta(days=1))
    for moment, roles, stands in (
        (AT - timedelta(seconds=1), {"lead"}, set()),
        (AT, {"lead", "expert"}, {away.pk}),
        (AT + timedelta(days=1), {"lead"}, set()),
    ):
        with simulated(moment):
            actor = actor_of(lead.pk)
        assert {role for role, _path in actor.grants} == roles
        assert actor.stands_for == stands


def test_a_disabled_account_is_nobody(lead: Account):
    lead.is_active = False
    lead.save()
    assert actor_of(lead) == ANONYMOUS == actor_of(10**9)


def test_A5_a_token_is_one_statement_and_dies_at_once(lead: Account, django_assert_num_queries):
    token, raw = issue_token(lead, "接口", verbs=["ticket.receive"])
    assert raw.encode() not in bytes(Token.objects.get(pk=token.pk).digest)
    with django_assert_num_queries(1):
        actor = actor_for_token(raw)
    assert actor.id == lead.pk
    assert actor.verbs == {"ticket.receive"}
    assert actor_for_token(issue_token(lead, "全部")[1]).verbs is None
    revoke_token(token)
    assert refused(raw)
    _short, raw = issue_token(lead, "短", expires_at=AT)
    with simulated(AT - timedelta(seconds=1)):
        assert actor_for_token(raw).id == lead.pk
    with simulated(AT):
        assert refused(raw)
    _live, raw = issue_token(lead, "在用")
    Account.objects.filter(pk=lead.pk).update(is_active=False)
    assert refused(raw)


def test_A5_a_token_is_read_from_its_header_only(lead: Account):
    _token, raw = issue_token(lead, "接口")
    requests = RequestFactory()
    assert accounts.actor_of_bearer(requests.get("/", HTTP_AUTHORIZATION=f"Bearer {raw}")).id == lead.pk
    for path, header in (
        (f"/?token={raw}&access_token={raw}", ""),
        ("/", raw),
        ("/", f"Basic {raw}"),
        ("/", "Bearer "),
        ("/", "Bearer \udcff"),
    ):
        with pytest.raises(Refused):
            accounts.actor_of_bearer(requests.get(path, HTTP_AUTHORIZATION=header))
