"""Departments: a process that only its readers see, one question to several of them at once, a number with a dash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client, override_settings
from django.urls import path

from tests.cast import account, actor
from tests.sample.models import Errand
from tests.ui.desk import numbers, sit, text
from xiuhao.kernel import accounts, engine, registry
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import Actor
from xiuhao.kernel.evidence import Ref, Text
from xiuhao.kernel.models import Account, Case, CaseAsk
from xiuhao.kernel.process import Ask, Guard, Process, Series, State, Transition
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.ui.api import build

pytestmark = pytest.mark.django_db
OPEN, DONE = State("open", "进行中"), State("done", "办结", "green", end=True)
OPINION = Ask("opinion", "意见", to=r.PRODUCTION, each=(r.PRODUCTION, r.RESEARCH, r.QUALITY))
WORD = Ask("word", "说明", to=r.MANAGER, to_person="whom")
ALL_IN = Guard("not_all", "还有部门没有答复。", lambda step: not step.asked("opinion", ""))
NOTE = Text(key="note", label="意见")
LISTED = "/c/report/"


def known(who: Actor, pk: int) -> Account | None:
    return Account.objects.filter(pk=pk).first()


def begin(step: Step) -> None:
    step.record.size = step.given["about"]  # whom the report concerns
    step.own(Account.objects.get(pk=step.actor.id))


def concerned(who: Actor) -> Q:
    return Q(pk__in=Errand.objects.filter(size=who.id).values("pk"))


REPORT = Process(
    "report", "报告", record="sample.Errand", series=Series("BG", gapless=True, digits=3, dash="-"), title=lambda record: record.what,
    closed=True, readers=(r.OFFICE, r.DIRECTOR), kept_from=concerned,
    transitions=(
        Transition(
            "file", "上报", (), OPEN, may={r.SALES, r.OFFICE}, do=begin,
            needs=(Text(key="what", label="何事"), Ref(key="about", label="当事人", required=False, find=known)),
        ),
        Transition("consult", "征询", (OPEN,), None, may={r.OWNER, r.OFFICE}, opens=(OPINION,)),
        Transition("opine", "答复", (OPEN,), None, may={r.ASKED}, answers=OPINION, outcome="agreed", needs=(NOTE,)),
        Transition("ask", "请说明", (OPEN,), None, may={r.OFFICE}, opens=(WORD,), needs=(Ref(key="whom", label="请谁", find=known),)),
        Transition("say", "说明", (OPEN,), None, may={r.ASKED}, answers=WORD, outcome="agreed", needs=(NOTE,)),
        Transition("finish", "办结", (OPEN,), DONE, may={r.OWNER, r.OFFICE}, guards=(ALL_IN,)),
    ),
)  # fmt: skip
urlpatterns: list[Any] = []


@pytest.fixture
def shared(report: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same process, closed to nobody."""
    monkeypatch.setitem(registry._processes, "report", replace(REPORT, closed=False, readers=r.GRANTED.keys(), kept_from=None))


@pytest.fixture
def report(errand: Process, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    """The closed process, declared for the length of a test, with its routes beside those of the house."""
    from xiuhao.config.urls import urlpatterns as house

    monkeypatch.setitem(registry._processes, "report", REPORT)
    monkeypatch.setattr(f"{__name__}.urlpatterns", [path("reports/", build([REPORT], namespace="reports").urls), *house])
    with override_settings(ROOT_URLCONF=__name__):
        yield REPORT


def file_one(who: str = "sales", about: str = "", what: str = "涉密报告") -> Case:
    given = {"what": what, "about": account(about).pk} if about else {"what": what}
    return engine.perform("report", "file", actor=actor(who), given=given).case


def do(case: Case, verb: str, who: str, **given: Any) -> Case:
    return engine.perform("report", verb, actor=actor(who), number=case.number, given=given).case


def sees(who: str, case: Case) -> bool:
    """Whether this person has the case by any way that there is: row, page, list, search, program. All say the same."""
    client = sit(who)
    _token, raw = accounts.issue_token(account(who), "test")
    program = Client(headers={"authorization": f"Bearer {raw}"})
    one, listed = program.get(f"/reports/report/{case.number}").status_code, program.get("/reports/report").json()["items"]
    answers = {
        "row": Case.objects.visible_to(actor(who)).filter(pk=case.pk).exists(),
        "page": client.get(f"{LISTED}{case.number}/").status_code == 200,
        "list": case.number in numbers(client.get(LISTED)),
        "search": case.title in text(client.get("/find", {"q": case.number})),
        "api": one == 200,
        "api list": case.number in [item["number"] for item in listed],
    }
    assert len(set(answers.values())) == 1 and one in (200, 404), answers
    return answers["row"]


def test_V1_a_closed_case_is_seen_by_its_readers_its_owner_and_whom_it_asks_alone(report: Process) -> None:
    case = file_one()
    assert [who for who in ("director", "office", "sales") if not sees(who, case)] == []
    assert [who for who in ("manager", "auditor", "quality", "agent", "production", "region") if sees(who, case)] == []
    with pytest.raises(Refused) as caught:
        do(case, "finish", "manager")
    assert caught.value.status == 404
    do(case, "ask", "office", whom=account("agent").pk)
    assert sees("agent", case) and not sees("colleague", case)
    do(case, "say", "agent", note="如实说明")
    assert not sees("agent", case), "who has answered has no more to do with it"


def test_V1_a_process_that_is_not_closed_only_adds_its_readers(report: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._processes, "report", replace(REPORT, closed=False))
    case = file_one()
    assert [who for who in ("manager", "auditor", "director", "office", "sales") if not sees(who, case)] == []
    assert [who for who in ("agent", "production", "outsider") if sees(who, case)] == []


def test_V1_a_reader_whom_the_case_concerns_does_not_see_it(report: Process) -> None:
    case, other = file_one(about="office"), file_one(about="director")
    assert (sees("office", case), sees("director", case)) == (False, True)
    assert (sees("office", other), sees("director", other)) == (True, False)


def test_each_department_owes_its_own_answer_and_gives_it_once(shared: None) -> None:
    case = file_one()
    do(case, "consult", "sales")
    assert sorted(CaseAsk.objects.filter(case=case).values_list("to_role", flat=True)) == ["production", "quality", "research"]
    do(case, "opine", "production", note="制程无异常")
    for again in ("production", "personnel"):  # who has answered, and who was not asked
        with pytest.raises(Refused) as caught:
            do(case, "opine", again, note="再说一次")
        assert (caught.value.code, caught.value.status) == ("not_allowed", 403)
    do(case, "opine", "quality", note="来料不良")
    with pytest.raises(Refused, match="not_all"):
        do(case, "finish", "sales")
    do(case, "opine", "deputy", note="代研发答复")  # the next higher post, for the one department that still owes
    assert {(a.to_role, a.outcome) for a in CaseAsk.objects.filter(case=case)} == {(role, "agreed") for role in OPINION.each}
    assert do(case, "finish", "sales").state == "done"


def test_one_who_stands_above_two_departments_answers_for_one_at_a_time(shared: None) -> None:
    case = file_one()
    do(case, "consult", "office")
    do(case, "opine", "deputy", note="一")
    assert CaseAsk.objects.filter(case=case, outcome="agreed").count() == 1
    assert CaseAsk.objects.filter(case=case, outcome="").count() == 2


def test_a_series_may_have_a_dash_before_the_serial(report: Process) -> None:
    one, two = file_one(), file_one()
    month = one.number.removeprefix("BG").partition("-")[0]
    assert (one.number, two.number) == (f"BG{month}-001", f"BG{month}-002") and len(month) == 4
    assert sit("office").get(f"{LISTED}{two.number}/").status_code == 200
