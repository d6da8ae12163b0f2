"""Many tickets of one fault: suggested, joined, answered at once, solved together, and jumped to the front."""

from __future__ import annotations

import pytest

from tests.cast import actor
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel import dispatcher, engine, recount
from xiuhao.kernel.models import Case, Journal, Link
from xiuhao.kernel.refusal import Refused
from xiuhao.problem import queries
from xiuhao.product.models import Category, Model
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db


def settle() -> None:
    while dispatcher.round():
        continue


def batch(count: int) -> tuple[Model, list[Case]]:
    """So many faults of one model."""
    model = Model.objects.create(code="BCD-200", name="冰箱 BCD-200", category=Category.objects.get(key="fridge"))
    cases = [receive(contact_phone=f"1380013800{i}").case for i in range(count)]
    Ticket.objects.filter(pk__in=[c.pk for c in cases]).update(model=model)
    return model, cases


def do(case: Case, verb: str, who: str = "lead", **given: object) -> engine.Outcome:
    return engine.perform(case.process, verb, actor=actor(who), number=case.number, given=given)


def test_five_alike_in_a_week_are_suggested_joined_answered_and_solved_as_one() -> None:
    model, cases = batch(4)
    assert queries.clusters(actor("lead")) == []
    extra = receive(contact_phone="13800138009").case
    Ticket.objects.filter(pk=extra.pk).update(model=model)
    [cluster] = queries.clusters(actor("lead"))
    assert (cluster.model, cluster.cases) == (model, 5) and queries.clusters(actor("outsider")) == []
    page = sit("lead").get(f"/c/problem/new?verb=open&model={model.pk}&alike=on").content.decode()
    assert model.name in page
    given = {"subject": "BCD-200 温控器批量失效", "model": model.pk, "alike": True}
    problem = engine.perform("problem", "open", actor=actor("lead"), given=given).case
    assert Link.objects.filter(parent_id=problem.pk, kind="problem").count() == 5 and queries.clusters(actor("lead")) == []
    settle()
    assert Journal.objects.filter(case_id=cases[0].pk, verb="relate").latest("seq").data["given"] == {
        "other": problem.number,
        "how": "problem",
    }
    assert do(cases[0], "jump", ground="batch", reason="同批次失效").case.priority == 1, "what is joined may jump (JD-1.4)"
    do(problem, "answer", text="已查明原因，三天内上门更换温控器")
    settle()
    replies = Journal.objects.filter(verb="reply", case_id__in=[c.pk for c in (*cases, extra)])
    assert replies.count() == 5 and {line.actor_kind for line in replies} == {"system"}
    for case in cases:
        do(case, "judge", verdict="in", reason="批次问题")
    do(problem, "solve", solution="已更换温控器")
    settle()
    settle()
    assert set(Ticket.objects.filter(pk__in=[c.pk for c in cases]).values_list("case__state", flat=True)) == {"solved"}
    report = Journal.objects.filter(case_id=problem.pk, verb="report").latest("seq").data["given"]
    assert (report["done"], report["refused"]) == (4, 1), "who was not judged is named, not skipped"
    assert problem.number in sit("lead").get(f"/c/ticket/{cases[0].number}/").content.decode()
    assert not recount.recount().differences


def test_other_faults_of_the_same_model_are_neither_suggested_nor_joined() -> None:
    model, cases = batch(5)
    told = ("冰箱不制冷，冷藏室结冰", "冰箱底下漏水，地板都湿了", "压缩机夜里噪音很大", "冰箱门封条开裂关不严", "显示屏不亮了，按键没反应")
    for case, text in zip(cases, told, strict=True):
        Ticket.objects.filter(pk=case.pk).update(description=text)
    assert queries.clusters(actor("lead")) == []
    for n in range(4):
        more = receive(contact_phone=f"1380013801{n}", description="厨房冰箱不制冷，冷藏室结冰了").case
        Ticket.objects.filter(pk=more.pk).update(model=model)
    [cluster] = queries.clusters(actor("lead"))
    assert cluster.cases == 5 and cases[0].pk in {t.pk for t in cluster.tickets} and cases[1].pk not in {t.pk for t in cluster.tickets}
    card = sit("lead").get(f"/c/problem/new?verb=open&model={model.pk}&numbers={cases[0].number}+{more.number}").content.decode()
    assert cases[0].number in card and more.number in card, "which ones are joined is seen, and may be changed, before"
    given = {"subject": "不制冷", "model": model.pk, "numbers": cases[0].number, "alike": True}
    problem = engine.perform("problem", "open", actor=actor("lead"), given=given).case
    assert set(queries.tickets(problem.pk).values_list("pk", flat=True)) == {t.pk for t in cluster.tickets}
    late = receive(contact_phone="13800138020", description="冰箱不制冷，冷藏室结冰").case
    Ticket.objects.filter(pk=late.pk).update(model=model)
    assert do(problem, "join", alike=True).line.data["joined"] == 1, "only what is like those that hang on it"


def test_a_problem_needs_tickets_that_one_sees_and_takes_more_later() -> None:
    first, second = receive().case, receive("outsider", contact_phone="13911112222").case
    given = {"subject": "批量", "numbers": f"{first.number}, {second.number}"}
    with pytest.raises(Refused) as caught:
        engine.perform("problem", "open", actor=actor("colleague"), given=given)
    assert caught.value.code == "tickets_unknown" and second.number in str(caught.value.sentence)
    with pytest.raises(Refused) as caught:
        engine.perform("problem", "open", actor=actor("colleague"), given={"subject": "批量"})
    assert caught.value.code == "tickets_none"
    problem = engine.perform("problem", "open", actor=actor("colleague"), given={"subject": "批量", "numbers": first.number}).case
    more = receive(contact_phone="13911113333").case
    assert do(problem, "join", "colleague", numbers=f"{first.number}\n{more.number}").line.data["joined"] == 1
    assert list(queries.tickets(problem.pk)) == [first, more]
