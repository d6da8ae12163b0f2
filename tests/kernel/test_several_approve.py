"""A row of authority that names several posts: together or one after the other, by different people, for the same content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from tests.cast import account, actor, unit
from tests.kernel.test_races import together
from tests.sample.fixtures import a_row
from tests.sample.process import COST, OPEN, STAFF
from tests.ui.desk import do as post
from tests.ui.desk import sit, text
from xiuhao.kernel import asks, engine, policy, registry
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.evidence import LongText, Text
from xiuhao.kernel.models import Absence, Account, Case, CaseAsk, Journal, Outbox
from xiuhao.kernel.policy import Change
from xiuhao.kernel.process import Guard, Notice, Process, State, Transition
from xiuhao.kernel.recount import recount
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.sentences import say
from xiuhao.kernel.time import now
from xiuhao.kernel.verification import verify
from xiuhao.party import actions as party
from xiuhao.ui.api.shapes import line
from xiuhao.ui.timeline import timeline

pytestmark = pytest.mark.django_db
AT_ONCE = pytest.mark.django_db(transaction=True)
WHY = LongText(key="note", label="意见")
PAID = State("paid", "已核决", "green", end=True)
IN_ORDER, JOINTLY = {"role": "sales_head", "then": ["deputy"]}, {"role": "quality", "with": ["finance"]}
AGREED = Guard("not_agreed", "还没有核决。", asks.agreed("cost"))
ROUNDS = 20


def mean(step: Any) -> None:
    step.record.done_by_somebody = True


@pytest.fixture
def spending(errand: Process, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    """The tiny process, whose approval has a reason, an effect and a refusal, and can be spent only when all have agreed."""
    by = {t.key: t for t in errand.transitions}
    by["spend"] = replace(by["spend"], notify=(Notice("errand_answer", {r.ASKED}),))
    what = Text(key="what", label="改为", required=False, clauses=("JD-1.1",))  # a field of the record: the last one's counts
    by["allow"] = replace(by["allow"], needs=(WHY, what), target=PAID, do=mean, clauses=("CS1-8.3",))
    by["deny"] = Transition("deny", "不同意费用", (OPEN,), None, may={r.ASKED}, answers=COST, outcome="refused", needs=(WHY,))
    by["change"] = replace(by["spend"], key="change", label="改金额", opens=(), notify=())
    by["pay"] = Transition("pay", "付款", (OPEN, PAID), None, may=STAFF, guards=(AGREED,))
    made = replace(errand, transitions=tuple(by.values()), readers=frozenset({r.SALES_HEAD, r.DEPUTY, r.DIRECTOR}))
    monkeypatch.setitem(registry._processes, "errand", made)
    yield made


def row(**value: Any) -> Any:
    return a_row("authority.errand.cost", "several", value, match={"amount": {"min": 2000}}, clauses=["CS5-11"])


def spent(cost: str = "5000") -> Case:
    case = engine.perform("errand", "order", actor=actor("agent"), given={"what": "送修"}).case
    return engine.perform("errand", "spend", actor=actor("agent"), number=case.number, given={"cost": cost}).case


def do(case: Case, verb: str, who: str, **given: Any) -> Case:
    given = {"note": "看过"} if verb in ("allow", "deny") and not given else given
    return engine.perform("errand", verb, actor=actor(who), number=case.number, given=given).case


def refused(case: Case, who: str, verb: str = "allow") -> str:
    with pytest.raises(Refused) as caught:
        do(case, verb, who)
    assert "（" not in say(caught.value), "a sentence of its own"
    return caught.value.code


def standing(case: Case) -> list[tuple[str, str]]:
    return list(CaseAsk.objects.filter(case=case).order_by("pk").values_list("to_role", "outcome"))


def away(who: str, deputy: str) -> None:
    Absence.objects.create(account=account(who), deputy=account(deputy), since=now() - timedelta(hours=1), until=now() + timedelta(days=1))


def also(who: str, role: str) -> None:
    party.grant(SYSTEM, account(who), role, unit("总部"))


def mine(who: str, case: Case) -> bool:
    return CaseAsk.open_to(actor(who)).filter(case=case).exists()


def test_one_after_the_other_the_second_is_asked_when_the_first_has_agreed(spending: Process) -> None:
    row(**IN_ORDER)
    case = spent()
    assert standing(case) == [("sales_head", "")] and mine("sales_head", case) and not mine("deputy", case)
    assert refused(case, "quality") == "not_allowed" and refused(case, "agent", "pay") == "not_agreed"
    after = do(case, "allow", "sales_head", note="同意一", what="换成压缩机")
    assert (after.state, after.title) == ("open", "送修"), "nothing of what it means happens"
    assert standing(case) == [("sales_head", "partly"), ("deputy", "")]
    assert refused(case, "agent", "pay") == "not_agreed" and mine("deputy", case) and not mine("sales_head", case)
    after = do(case, "allow", "deputy", note="同意二", what="修电机")
    assert after.state == "paid" and standing(case) == [("sales_head", "agreed"), ("deputy", "agreed")]
    assert (after.title, do(case, "pay", "agent").state) == ("修电机", "paid")
    first, second = Journal.objects.filter(case=case, verb__in=("agree_partly", "allow")).order_by("seq")
    assert (first.data["turn"], first.data["answers"], second.data["turn"]) == ([1, 2], "allow", [2, 2])
    assert "CS1-8.3" not in first.rules and second.rules["CS1-8.3"] == "met", "what the verb means happens once"
    assert verify(Case.objects.unscoped("read").get(pk=case.pk)).intact and recount().differences == []


def test_control_a_row_of_one_post_is_as_ever(spending: Process) -> None:
    row(role="sales_head")
    case = spent()
    assert do(case, "allow", "sales_head").state == "paid" and standing(case) == [("sales_head", "agreed")]
    written = Journal.objects.get(case=case, verb="allow")
    assert "turn" not in written.data and (written.before, written.after) == ("open", "paid")


@pytest.mark.parametrize("order", [("quality", "finance"), ("finance", "quality")])
def test_together_in_any_order_and_only_both_decide(spending: Process, order: tuple[str, str]) -> None:
    row(**JOINTLY)
    case = spent()
    assert standing(case) == [("quality", ""), ("finance", "")] and mine("quality", case) and mine("finance", case)
    assert do(case, "allow", order[0]).state == "open"
    assert not mine(order[0], case) and mine(order[1], case)
    assert do(case, "allow", order[1]).state == "paid"
    assert standing(case) == [("quality", "agreed"), ("finance", "agreed")] and recount().differences == []


def test_first_together_then_one_after_the_other(spending: Process) -> None:
    row(**JOINTLY, then=["deputy", "director"])
    case = spent()
    for who, state in (("finance", "open"), ("quality", "open"), ("deputy", "open"), ("director", "paid")):
        assert do(case, "allow", who).state == state, who
    assert [one.data["turn"] for one in Journal.objects.filter(case=case, data__has_key="turn").order_by("seq")] == [
        [n, 4] for n in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize("value, first, second", [(IN_ORDER, "sales_head", "deputy"), (JOINTLY, "finance", "quality")])
def test_one_who_refuses_in_the_middle_ends_it_for_all(spending: Process, value: dict[str, Any], first: str, second: str) -> None:
    row(**value)
    case = spent()
    do(case, "allow", first)
    assert do(case, "deny", second).state == "open"
    assert sorted(outcome for _role, outcome in standing(case)) == ["refused", "void"]
    assert refused(case, "agent", "pay") == "not_agreed" and refused(case, second) == "answered"
    do(case, "spend", "agent", cost="5000")  # asked anew: from the beginning, also for who had agreed
    assert mine(first, case) and refused(case, "agent", "pay") == "not_agreed"
    do(case, "allow", first)
    assert do(case, "allow", second).state == "paid"


@pytest.mark.parametrize("value, first, second", [(IN_ORDER, "sales_head", "deputy"), (JOINTLY, "finance", "quality")])
def test_S3_what_changes_in_the_middle_is_agreed_to_by_all_anew(spending: Process, value: dict[str, Any], first: str, second: str) -> None:
    row(**value)
    case = spent()
    do(case, "allow", first)
    do(case, "change", "colleague", cost="6000")
    assert [outcome for _role, outcome in standing(case)][:2] == ["void", "void"] and mine(first, case)
    assert mine(second, case) is (value is JOINTLY), "in order it begins with the first again"
    do(case, "allow", first)
    assert do(case, "allow", second).state == "paid"


def test_nobody_agrees_as_two_posts_whatever_they_hold(spending: Process) -> None:
    row(**IN_ORDER)
    also("sales_head", r.DEPUTY)
    case = spent()
    do(case, "allow", "sales_head")
    assert not mine("sales_head", case) and refused(case, "sales_head") == "agreed_before"
    assert do(case, "allow", "deputy").state == "paid"


def test_who_stands_above_both_agrees_as_one_and_as_their_own_post_first(spending: Process) -> None:
    row(role="sales_head", **{"with": ["deputy"]})
    case = spent()
    do(case, "allow", "deputy")
    assert standing(case) == [("sales_head", ""), ("deputy", "partly")], "their own post, not that below it"
    assert refused(case, "deputy") == "agreed_before"
    assert do(case, "allow", "director").state == "paid"


def test_where_nobody_else_holds_the_post_the_next_higher_one_is_asked(spending: Process) -> None:
    row(**IN_ORDER)
    also("sales_head", r.DEPUTY)
    Account.objects.filter(pk=account("deputy").pk).update(is_active=False)
    case = spent()
    assert not mine("director", case)
    do(case, "allow", "sales_head")
    assert mine("director", case) and do(case, "allow", "director").state == "paid"


@pytest.mark.parametrize("row_, first", [(IN_ORDER, "sales_head"), ({"role": "sales_head", "with": ["deputy"]}, "sales_head")])
def test_a_deputy_of_two_who_are_away_agrees_once(spending: Process, row_: dict[str, Any], first: str) -> None:
    row(**row_)
    away("sales_head", "personnel")
    away("deputy", "personnel")
    case = spent()
    do(case, "allow", "personnel")
    written = Journal.objects.get(case=case, verb="agree_partly")
    assert written.data["deputy_of"] in (account("sales_head").pk, account("deputy").pk)
    assert not mine("personnel", case) and refused(case, "personnel") in ("agreed_before", "not_found")
    assert do(case, "allow", "director").state == "paid"


def test_nobody_agrees_once_themselves_and_once_by_a_deputy(spending: Process) -> None:
    row(**IN_ORDER)
    also("sales_head", r.DEPUTY)
    case, other = spent(), spent()
    do(case, "allow", "sales_head")
    away("sales_head", "colleague")
    assert not mine("colleague", case) and refused(case, "colleague") == "not_allowed"
    do(other, "allow", "colleague")  # the deputy first, and who was away is back
    Absence.objects.all().delete()
    assert not mine("sales_head", other) and refused(other, "sales_head") == "agreed_before"


def test_who_asked_agrees_as_no_post(spending: Process) -> None:
    row(**IN_ORDER)
    also("agent", r.DEPUTY)
    case = spent()
    do(case, "allow", "sales_head")
    assert refused(case, "agent") == "own_request"


def change(was: Any, **value: Any) -> None:
    wanted = Change("version", was.table, was.line, row=was.pk, edition=was.edition, position=was.position, match=was.match, value=value)
    policy.apply(wanted, actor("manager"), "改核决权限")


def test_a_row_that_changes_meanwhile_leaves_what_was_asked_by_it(spending: Process) -> None:
    was = row(**IN_ORDER)
    case, fresh = spent(), spent()
    do(case, "allow", "sales_head")
    change(was, role="director")
    assert do(case, "allow", "deputy").state == "paid", "by the row by which it was asked"
    assert do(fresh, "allow", "sales_head").state == "open", "this one too"
    assert standing(spent()) == [("director", "")]


def test_control_where_another_row_decides_by_now_the_last_to_agree_is_who_it_names(spending: Process) -> None:
    row(**IN_ORDER)
    case = spent()
    a_row("authority.errand.cost", "huge", {"role": "director"}, match={"amount": {"min": 4000}}, position=5)
    do(case, "allow", "sales_head")
    assert refused(case, "deputy") == "beyond_authority"
    assert do(case, "allow", "director").state == "paid"


def test_a_single_approval_under_way_stays_single_when_its_row_asks_for_more(spending: Process) -> None:
    was = row(role="sales_head")
    case = spent()
    change(was, **IN_ORDER)
    assert do(case, "allow", "sales_head").state == "paid"
    assert CaseAsk.objects.get(case=spent()).posts == [["sales_head"], ["deputy"]]


def test_who_comes_next_is_told_and_only_they(spending: Process) -> None:
    row(**JOINTLY, then=["deputy"])
    case = spent()
    sent = Outbox.objects.filter(case=case, kind="notice")
    before = sent.count()
    do(case, "allow", "quality")
    assert sent.count() == before, "finance has been told with the first"
    do(case, "allow", "finance")
    assert sent.count() == before + 1 and sent.latest("pk").body["to"] == ["asked"]
    from xiuhao.kernel.outbox import recipients

    assert [told.account for told in recipients("asked", [case])[case.pk]] == [account("deputy").pk]


def test_pages_inbox_and_program_say_which_step_it_is(spending: Process) -> None:
    row(**IN_ORDER)
    case = spent()
    assert "第 1 步，共 2 步" in text(sit("sales_head").get("/asked"))
    client = sit("sales_head")
    post(client, case, "allow", note="可以")
    assert "（第 1 步，共 2 步），还要别人同意" in text(client.get("/"))
    for url in ("/asked", f"/c/errand/{case.number}/", f"/c/errand/{case.number}/do/allow"):
        page = text(sit("deputy").get(url))
        assert "第 2 步，共 2 步" in page and "已同意：业务经理柏（业务经理）" in page, url
    do(case, "allow", "deputy")
    said = [line(entry)["sentence"] for entry in timeline(spending, case, actor("deputy")).entries]
    assert said[:2] == ["副总傅 同意费用 → 已核决（第 2 步，共 2 步）", "业务经理柏 同意费用（第 1 步，共 2 步）"]


@pytest.mark.parametrize("value", [IN_ORDER, JOINTLY])
def test_S2_who_may_not_is_told_why(spending: Process, value: dict[str, Any]) -> None:
    row(**value)
    case = spent()
    assert refused(case, "colleague") == "not_allowed" and refused(case, "agent") == "own_request"


@pytest.mark.parametrize(
    "value, code",
    [
        ({"role": "deputy", "then": ["deputy"]}, "role_twice"),
        ({"role": "deputy", "with": ["finance", "finance"]}, "role_twice"),
        ({"role": "deputy", "with": ["finance"], "then": ["finance"]}, "role_twice"),
        ({"role": "deputy", "then": ["emperor"]}, "not_offered"),
        ({"role": "deputy", "with": ["owner"]}, "not_offered"),
        ({"role": "customer"}, "not_offered"),
        ({"then": ["deputy"]}, "missing"),
    ],
)
def test_a_row_that_cannot_be_agreed_to_is_refused_with_a_sentence(spending: Process, value: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        policy.table_of("authority.errand.cost").clean_value(value)
    assert caught.value.code == code and "（" not in say(caught.value)
    clean = policy.table_of("authority.errand.cost").clean_value({"role": "deputy", "with": [], "then": []})
    assert clean == {"role": "deputy"}, "an old row stays as it was"


def test_a_row_says_in_words_who_agrees(spending: Process) -> None:
    value = {"role": "quality", "with": ["finance", "sales"], "then": ["deputy", "director"]}
    assert policy.table_of("authority.errand.cost").results(value) == [
        ("核决岗位", "质量专员"),
        ("会同岗位", "财务、业务员"),
        ("再经岗位", "副总经理 → 总经理"),
    ]


def _both(number: str, people: tuple[str, str]) -> list[Callable[[], engine.Outcome]]:
    def act(who: str) -> Callable[[], engine.Outcome]:
        person = actor(who)
        return lambda: engine.perform("errand", "allow", actor=person, number=number, given={"note": "同意"})

    return [act(who) for who in people]


@AT_ONCE
def test_S1_two_who_agree_together_at_once_make_one_decision(spending: Process) -> None:
    row(**JOINTLY)
    for _round in range(ROUNDS):
        case = spent()
        results = together(*_both(case.number, ("quality", "finance")))
        assert sorted(r.case.state for r in results) == ["open", "paid"], results
        assert standing(case) == [("quality", "agreed"), ("finance", "agreed")]
        assert Journal.objects.filter(case=case, verb="allow").count() == 1


@AT_ONCE
def test_S1_two_who_hold_the_same_post_take_one_step(spending: Process) -> None:
    row(**IN_ORDER)
    also("office", r.SALES_HEAD)
    for _round in range(ROUNDS):
        case = spent()
        results = together(*_both(case.number, ("sales_head", "office")))
        assert [r.code for r in results if isinstance(r, Refused)] == ["answered"], results
        assert standing(case) == [("sales_head", "partly"), ("deputy", "")]


@AT_ONCE
def test_S1_control_without_the_lock_of_the_case_both_or_none_decide(spending: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)
    monkeypatch.setattr(engine, "RETRIES", 0)
    row(**JOINTLY)
    for _round in range(ROUNDS * 5):
        results = together(*_both(spent().number, ("quality", "finance")))
        if any(isinstance(r, Exception) and not isinstance(r, Refused) for r in results):
            return
    pytest.fail("the control never went wrong: the race is not one")
