"""A regulation is drafted with all its parts, seen by the departments, issued from a day; the edition before it gives way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from tests.cast import account, actor
from xiuhao.kernel import dispatcher, engine
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now
from xiuhao.procedure import queries

pytestmark = pytest.mark.django_db
PARTS = {"purpose": "让用户满意", "principles": "首问负责", "scope": "全国各网点", "duties": "客服受理，技术判断"}
SEEN_BY = {"opine_service": "lead", "opine_technical": "expert", "opine_quality": "quality"}


def drafted(**parts: str) -> Case:
    given = {"regulation": "HA", "name": "售后服务管理规程", **PARTS, **parts}
    return engine.perform("procedure", "draft", actor=actor("manager"), given=given).case


def act(case: Case, verb: str, who: str, **given: object) -> Case:
    return engine.perform("procedure", verb, actor=actor(who), number=case.number, given=given).case


def circulated(case: Case) -> Case:
    by = {"service_by": "lead", "technical_by": "expert", "quality_by": "quality"}
    return act(case, "circulate", "manager", **{key: account(who).pk for key, who in by.items()})


def seen(case: Case) -> Case:
    circulated(case)
    for verb, who in SEEN_BY.items():
        act(case, verb, who, opinion="同意")
    return case


def test_it_is_issued_once_every_department_was_heard_and_the_older_edition_gives_way() -> None:
    today = local(now()).date()
    first = drafted()
    circulated(first)
    act(first, "opine_service", "lead", opinion="同意")
    with pytest.raises(Refused, match="procedure_not_heard"):
        act(first, "issue", "manager", effective_on=str(today))
    for verb, who in list(SEEN_BY.items())[1:]:
        act(first, verb, who, opinion="同意")
    act(first, "issue", "manager", effective_on=str(today))
    held = queries.in_force("HA")
    assert held and (held.pk, held.edition) == (first.pk, 1)
    second = seen(drafted(scope="全国各网点与经销商"))
    act(second, "issue", "manager", effective_on=str(today + timedelta(days=10)))
    dispatcher.drain()
    assert Case.objects.unscoped("test").get(pk=first.pk).state == "replaced"
    held, then = queries.in_force("HA"), queries.in_force("HA", today + timedelta(days=10))
    assert held and held.pk == first.pk, "until the new one's day has come the old one holds"
    assert then and (then.pk, then.edition) == (second.pk, 2)
    assert queries.in_force("SL") is None


def test_an_opinion_is_on_the_text_as_it_is_and_a_recalled_draft_asks_anew() -> None:
    case = seen(drafted())
    act(case, "recall", "manager", reason="补充职责")
    act(case, "amend", "manager", regulation="HA", name="售后服务管理规程", **{**PARTS, "duties": "网点上门"})
    circulated(case)
    with pytest.raises(Refused, match="procedure_not_heard"):
        act(case, "issue", "manager", effective_on=str(date(2026, 1, 1)))
    for verb, who in SEEN_BY.items():
        act(case, verb, who, opinion="同意")
    assert act(case, "issue", "manager", effective_on=str(date(2026, 1, 1))).state == "issued"


def test_a_clauses_page_names_the_edition_that_holds() -> None:
    reader = Client()
    reader.force_login(account("agent"))
    page = reader.get("/rules/HA-3.2.1/").content.decode()
    assert "售后服务管理规程" not in page
    case = seen(drafted())
    act(case, "issue", "manager", effective_on=str(local(now()).date()))
    reader = Client()
    reader.force_login(account("agent"))
    page = reader.get("/rules/HA-3.2.1/").content.decode()
    assert "售后服务管理规程" in page and PARTS["scope"] in page
