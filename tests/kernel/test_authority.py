"""Authority as it is used: by amount, in absence, never for oneself, and by rights as they are when the lock is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.cast import account, actor, unit
from tests.sample.fixtures import a_row
from tests.ui.desk import sit, text
from xiuhao.kernel import asks, engine
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Absence, Case, CaseAsk, Grant, Journal
from xiuhao.kernel.process import Process
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.party import actions as party

pytestmark = pytest.mark.django_db


def spent(cost: str = "5000", who: str = "agent") -> Case:
    case = engine.perform("errand", "order", actor=actor(who), given={"what": "送修"}).case
    return engine.perform("errand", "spend", actor=actor(who), number=case.number, given={"cost": cost}).case


def allow(case: Case, who: str) -> Case:
    return engine.perform("errand", "allow", actor=actor(who), number=case.number).case


def away(who: str, deputy: str) -> None:
    Absence.objects.create(account=account(who), deputy=account(deputy), since=now() - timedelta(hours=1), until=now() + timedelta(days=1))


def test_the_deputy_of_who_is_away_answers_what_is_put_to_their_post(errand: Process) -> None:
    case = spent()
    assert not CaseAsk.open_to(actor("personnel")).exists()
    with pytest.raises(Refused):
        allow(case, "personnel")
    away("manager", "personnel")
    assert CaseAsk.open_to(actor("personnel")).filter(case=case).exists()
    assert Case.objects.visible_to(actor("personnel")).filter(pk=case.pk).exists()
    assert case.number in text(sit("personnel").get("/asked"))
    allow(case, "personnel")
    assert Journal.objects.get(case=case, verb="allow").data["deputy_of"] == account("manager").pk


def test_a_deputy_decides_neither_their_own_request_nor_that_of_whom_they_stand_in_for(errand: Process) -> None:
    own, theirs = spent(who="agent"), spent(who="manager")
    away("manager", "agent")
    for case, status in ((own, 403), (theirs, 404)):  # theirs is nothing that the deputy would see otherwise
        with pytest.raises(Refused) as caught:
            allow(case, "agent")
        assert caught.value.status == status
    assert not CaseAsk.open_to(actor("agent")).exists()


def test_S2_a_right_that_is_taken_away_after_the_page_was_opened_is_gone_when_the_lock_is_held(errand: Process) -> None:
    case, before = spent(), actor("manager")
    Grant.objects.filter(account=account("manager"), role=r.MANAGER).delete()
    with pytest.raises(Refused) as caught:
        engine.perform("errand", "allow", actor=before, number=case.number)
    assert (caught.value.code, caught.value.status) == ("not_asked", 403)
    assert CaseAsk.objects.get(case=case).outcome == ""
    party.grant(SYSTEM, account("manager"), r.MANAGER, unit("总部"))
    assert allow(case, "manager").state == "open"


def test_a_band_may_be_of_amount_and_kind_and_a_higher_post_may_always(errand: Process) -> None:
    a_row("authority.errand.cost", "large", {"role": "expert"}, match={"amount": {"max": 3000}, "size": {"min": 5}}, position=20)
    case = spent("2000")  # without a size the band does not fit: the highest decides
    assert CaseAsk.objects.get(case=case).to_role == "manager"
    sized = engine.perform("errand", "order", actor=actor("agent"), given={"what": "送修", "size": 6}).case
    sized = engine.perform("errand", "spend", actor=actor("agent"), number=sized.number, given={"cost": "2000"}).case
    assert CaseAsk.objects.get(case=sized).to_role == "expert"
    with pytest.raises(Refused):
        allow(sized, "lead")
    assert allow(sized, "manager").pk == sized.pk


def test_who_stands_in_is_looked_up_once_and_only_where_somebody_is_away(errand: Process, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    ask = CaseAsk.objects.get(case=spent())
    plain = actor("personnel")
    with django_assert_num_queries(0):
        assert not asks.addressed(ask, plain)
    away("manager", "personnel")
    deputy = replace(actor("personnel"), extra={})
    with django_assert_num_queries(1):
        assert asks.addressed(ask, deputy) and asks.addressed(ask, deputy)
