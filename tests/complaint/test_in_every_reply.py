"""Whatever staff write to a customer promises and admits no more than they may, in sum, wherever it is written (CS5-9.14)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import actor
from tests.complaints import GIVEN, PLAN, answered, later, model
from tests.complaints import do as act
from tests.pictures import photo
from tests.returns import ways
from tests.returns.ways import crew as crew
from tests.tickets import receive
from tests.ui.desk import sit
from xiuhao.kernel import dispatcher, engine
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Case, Journal, Refusal
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db
PROMISED = "beyond_authorised"


def do(case: Case, verb: str, who: str = "agent", **given: object) -> engine.Outcome:
    return engine.perform(case.process, verb, actor=actor(who), number=case.number, given=given)


def refused(case: Case, verb: str, who: str = "agent", **given: object) -> str:
    with pytest.raises(Refused) as caught:
        do(case, verb, who, **given)
    assert caught.value.clauses == ("CS5-9.14",), caught.value.code
    return caught.value.code


def authorise(case: Case, amount: str) -> None:
    engine.perform("complaint", "authorise", actor=SYSTEM, number=case.number, given={"amount": amount, "note": "核决"})


def complained(ticket: Case) -> Case:
    told = {key: GIVEN[key] for key in ("content", "demand", "restated", "agreed", "loss", "purchased_on")}
    given = {**told, "model": model(), "promised_at": later()}
    return engine.perform("complaint", "raise", actor=actor("agent"), parent=ticket.number, given=given).case


def test_a_reply_on_a_ticket_promises_no_more_than_ones_post_may() -> None:
    case = receive().case
    for text in ("我们赔偿您 5,000 元", "给您转三千五百元", "We will refund ¥800"):
        assert refused(case, "reply", text=text) == PROMISED
    assert refused(case, "reply", text="我们给您全额退款") == "promise_unnamed"
    assert refused(case, "reply", text="是我们的责任，非常抱歉") == "fault_not_found"
    assert Refusal.objects.filter(case_id=case.pk, clauses=["CS5-9.14"]).count() == 5
    line = do(case, "reply", text="补偿您 150 元运费").line
    assert line.rules["CS5-9.14"] == "met"
    do(case, "reply", "manager", text="补偿您 900 元")
    assert refused(case, "reply", "manager", text="补偿您 1,200 元") == PROMISED
    do(case, "note", text="客户要求赔 5000 元，建议赔偿 3000 元")


@pytest.mark.parametrize(
    "text",
    [
        "更换压缩机 800 元，请您支付后我们安排上门。",
        "您好，上门检测费 50 元，更换门封 280 元，请问是否同意维修？",
        "按规定不能赔偿 5000 元，只能免费维修。",
        "您要求赔偿 5000 元，我们已上报，核决后答复您。",
        "目前不能全额退款，检测后再答复您。",
        "您申请的全额退款需要检测，请先寄回机器。",
        "为您服务是我们的责任，有问题随时联系我们。",
        "请您补差价 500 元，我们安排换新。",
    ],
)
def test_a_price_a_refusal_a_demand_repeated_and_a_duty_go_out(text: str) -> None:
    do(receive().case, "reply", text=text)


def test_every_other_text_to_the_customer_is_judged_in_the_same_way() -> None:
    case = receive("lead").case
    text = "赔偿您 5000 元"
    assert refused(case, "wait_customer", "lead", text=text) == PROMISED
    assert refused(case, "cancel", "lead", reason=text) == PROMISED
    assert refused(case, "promise", "lead", promised_at=later(), promise_way="phone", reason=text) == PROMISED
    do(case, "judge", "lead", verdict="in", reason="保修卡")
    assert refused(case, "solve", "lead", solution=text) == PROMISED
    with pytest.raises(Refused, match=PROMISED):
        receive(at_once=True, solution=text, contact_phone="13911112222")
    page = sit("agent").post(f"/customers/{case.customer_id}/write", {"purpose": "service", "text": text})
    assert page.status_code == 409 and "5,000.00" in page.content.decode()


def test_an_answer_to_all_is_judged_where_it_is_written_and_passed_on_within_what_was_decided_for_each() -> None:
    plain, decided = receive().case, receive(contact_phone="13911112222").case
    authorise(complained(decided), "100")
    given = {"subject": "温控器批量失效", "numbers": f"{plain.number} {decided.number}"}
    problem = engine.perform("problem", "open", actor=actor("lead"), given=given).case
    assert refused(problem, "answer", "lead", text="每位客户补偿 5000 元") == PROMISED
    assert refused(problem, "solve", "lead", solution="已更换，是我们的责任") == "fault_not_found"
    do(problem, "answer", "lead", text="每位客户补偿 400 元")
    while dispatcher.round():
        continue
    assert Journal.objects.filter(case_id=plain.pk, verb="reply").exists()
    assert not Journal.objects.filter(case_id=decided.pk, verb="reply").exists(), "its complaint was granted 100"
    assert Journal.objects.get(case_id=problem.pk, verb="report").data["given"]["refused"] == 1


def test_on_the_ticket_of_a_complaint_what_authority_decided_is_the_limit_and_promises_of_both_are_one_sum() -> None:
    ticket = receive().case
    case = complained(ticket)
    assert refused(ticket, "reply", text="补偿您 600 元") == PROMISED
    authorise(case, "1000")
    do(ticket, "reply", text="补偿您 600 元，全额退款会在三天内到账，是我们的责任")
    assert refused(case, "inform", text="再补偿您 600 元", promised_at=later()) == PROMISED
    do(case, "inform", text="补偿您 600 元，另外再补偿 300 元", promised_at=later())
    assert refused(ticket, "reply", text="另外给您 200 元") == PROMISED
    do(ticket, "reply", text="另外给您 100 元，合计补偿 1000 元")


def test_the_same_said_again_is_one_promise_and_what_comes_on_top_adds_up() -> None:
    case = answered()
    authorise(case, "1000")
    for _time in range(3):
        do(case, "inform", text="补偿您 600 元", promised_at=later())
    assert refused(case, "inform", text="再补偿您 600 元", promised_at=later()) == PROMISED
    assert refused(case, "inform", text="another refund: 600 yuan more", promised_at=later()) == PROMISED
    do(case, "inform", text="请放心", amount="600", promised_at=later())
    do(case, "inform", text="再补偿您 400 元", amount="1000", promised_at=later())
    assert refused(case, "inform", text="额外再给您 1 元", promised_at=later()) == PROMISED
    assert Journal.objects.filter(case_id=case.pk, data__promised_in_sum="1000.00").exists()


def test_an_offer_that_was_refused_is_promised_no_longer() -> None:
    case = answered()
    authorise(case, "1000")
    act(case, "plan", **{**PLAN, "amount_1": "900"})
    act(case, "offer", way="phone", text="补偿您 900 元")
    assert refused(case, "inform", text="另外补偿您 200 元", promised_at=later()) == PROMISED
    act(case, "object", reason="要换机")
    do(case, "inform", text="另外补偿您 200 元", promised_at=later())


def carry_out(case: Case, amount: str) -> None:
    act(case, "plan", **{**PLAN, "option_1": "现金补偿", "amount_1": amount})
    act(case, "offer", way="phone", text="按方案一办理，您看可以吗")
    act(case, "confirm", way="phone", note="同意")
    act(case, "execute", outcome="已办理", basis="核决", proof=[photo("agent")])


def again(case: Case) -> None:
    act(case, "survey", satisfied="no", opinion="不够", promised_at=later())


def test_what_is_carried_out_twice_stays_within_what_is_authorised_in_sum() -> None:
    case = answered()
    authorise(case, "1000")
    carry_out(case, "900")
    do(case, "inform", text="补偿您 900 元已到账", promised_at=later())
    again(case)
    assert refused(case, "inform", text="补偿您 600 元", promised_at=later()) == PROMISED
    act(case, "plan", **{**PLAN, "option_1": "现金补偿", "amount_1": "600"})
    assert refused(case, "offer", way="phone", text="按方案一办理") == PROMISED
    act(case, "plan", **{**PLAN, "option_1": "现金补偿", "amount_1": None})
    act(case, "offer", way="phone", text="按方案一办理")
    act(case, "confirm", way="phone", note="同意")
    done = {"basis": "核决", "proof": [photo("agent")]}
    assert refused(case, "execute", outcome="已补偿 600 元", **done) == PROMISED
    act(case, "execute", outcome="已补偿 100 元", **done)


def test_a_further_decision_grants_on_top_of_what_was_given_and_one_taken_anew_does_not() -> None:
    case = answered()
    authorise(case, "900")
    carry_out(case, "900")
    again(case)
    authorise(case, "0")
    authorise(case, "900")
    act(case, "plan", **{**PLAN, "amount_1": "600"})
    assert refused(case, "offer", way="phone", text="按方案一办理") == PROMISED, "the same decision, taken anew"
    authorise(case, "600")
    act(case, "offer", way="phone", text="按方案一办理，补偿您 600 元")
    assert refused(case, "inform", text="再补偿您 600 元", promised_at=later()) == PROMISED


def test_what_promises_nothing_costs_no_statement() -> None:
    case = receive().case

    def spent(text: str) -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            do(case, "reply", text=text)
        return [query["sql"] for query in seen if "complaint" in query["sql"] or '"kernel_link"' in query["sql"]]

    assert spent("更换门封 280 元，工程师明天上午上门") == []
    assert spent("补偿您 100 元"), "the check itself sees them"


def test_a_customers_own_words_promise_nothing_of_ours() -> None:
    case = receive().case
    owner = Actor(kind="customer", customer=case.customer_id, proven=True, cases=frozenset({case.pk}))
    engine.perform("ticket", "cancel", actor=owner, number=case.number, given={"reason": "你们说赔偿我 5000 元，是我们的责任吗"})


def test_a_return_that_was_approved_may_be_answered_on_its_ticket(crew: None) -> None:
    swapped = ways.ticket(serial="XH26A0000002")
    ways.approved(on=swapped)
    assert refused(swapped, "reply", text="您的退款 3899 元将在三天内到账") == PROMISED, "an exchange gives no money"
    ticket = ways.ticket()
    assert refused(ticket, "reply", text="您的退款 3899 元将在三天内到账") == PROMISED
    case = ways.appraised(on=ticket, kind="return")
    ways.do("review", "province", case.number, value="3899.00", **ways.NOTE)
    assert refused(ticket, "reply", text="您的退款 3899 元将在三天内到账") == PROMISED, "only asked for"
    ways.do("approve", "manager", case.number, **ways.NOTE)
    do(ticket, "reply", text="您的退款 3899 元将在三天内到账，按购机价全额退款")
    assert refused(ticket, "reply", text="另外再补偿您 100 元") == PROMISED


def test_what_one_ticket_was_promised_does_not_count_for_an_answer_to_all() -> None:
    first, second = receive().case, receive(contact_phone="13911112222").case
    do(first, "reply", text="补偿您 150 元")
    given = {"subject": "温控器批量失效", "numbers": f"{first.number} {second.number}"}
    problem = engine.perform("problem", "open", actor=actor("lead"), given=given).case
    do(problem, "answer", "lead", text="另外补偿每位客户 400 元")
    assert refused(problem, "answer", "lead", text="另外补偿每位客户 400 元") == PROMISED
