"""The chain of a claim through the departments, and what it leaves elsewhere."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.cast import account, actor
from tests.claims import CHAIN, FORM, UNCERTIFIED, along, at, do, record, refused, settled, submitted
from tests.complaints import complain, later
from tests.ui.desk import sit
from xiuhao.accounts.models import Hold
from xiuhao.claim.models import Improvement
from xiuhao.complaint.models import Complaint
from xiuhao.kernel import engine, recount, rulebook
from xiuhao.kernel.models import Case, CaseAsk, Journal, Link
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.kernel.verification import verify

pytestmark = pytest.mark.django_db


def test_a_claim_runs_through_every_department_to_its_five_copies_and_the_figures_agree() -> None:
    complaint = complain()
    case = submitted(complaint=complaint)
    assert Link.objects.filter(parent=complaint, child=case, kind="claim").exists()
    case = along(case, "")
    assert case.state == "closed" and not case.is_open
    settled()
    assert Complaint.objects.get(pk=complaint.pk).authorised == 600
    improvement = Improvement.objects.select_related("case").get(claim_id=case.pk)
    assert (improvement.measure, improvement.unit, improvement.case.state) == ("换线首件必检", "production", "to_do")
    assert CaseAsk.objects.filter(case=case, key="copies", outcome="").count() == 5
    verbs = list(Journal.objects.filter(case=case).exclude(verb__startswith="clock_").order_by("seq").values_list("verb", flat=True))
    assert verbs == ["submit", *(verb for _state, verb, _who, _given in CHAIN), "distribute"]
    assert verify(case).intact
    assert not recount.recount().differences


def test_no_department_does_the_step_of_another() -> None:
    case = submitted()
    for _state, verb, who, given in CHAIN[:-2]:
        others = {"sales", "sales_head", "quality", "production", "research", "office", "manager", "finance", "agent"} - {who}
        if verb == "negotiate":
            others -= {"sales_head"}  # the head of the department may do it for them
        for other in sorted(others):
            assert refused(case, verb, other, **given).status in (403, 404), (verb, other)
        case = do(case, verb, who, **given)


def test_only_an_anomaly_that_asks_for_it_goes_to_research() -> None:
    assert at("study").state == "endorsed"
    assert at("study", endorse={"to_research": "no", "note": "不需要"}).state == "reviewing"


def test_whoever_the_complaint_is_about_takes_no_part_in_its_claim() -> None:
    complaint = complain()
    Complaint.objects.filter(pk=complaint.pk).update(about=account("sales"))
    assert _born("sales", complaint) == "about_you"
    case = submitted("sales_head", complaint)
    do(case, "register", "office")
    assert refused(case, "move_sample", "sales", sample_place="仓库", sample_with="sales").code == "about_you"
    assert do(case, "move_sample", "quality", sample_place="仓库", sample_with="quality").state == "registered"


def _born(who: str, complaint: Case) -> str:
    try:
        submitted(who, complaint)
    except Refused as no:
        return no.code
    return ""


def test_several_departments_are_asked_at_once_and_the_review_waits_for_them() -> None:
    case = at("review")
    asked = {"ask_quality": True, "ask_finance": True, "question": "折让是否合理", "due_at": later(48)}
    assert refused(case, "consult", "office", question="？", due_at=asked["due_at"]).code == "nobody_consulted"
    do(case, "consult", "office", **asked)
    assert refused(case, "consult", "office", **asked).code == "already_consulted"
    review = next(given for _state, verb, _who, given in CHAIN if verb == "review")
    assert refused(case, "review", "office", **review).code == "opinions_missing"
    do(case, "advise", "quality", text="合理")
    assert record(case).consult_due is not None
    assert refused(case, "review", "office", **review).code == "opinions_missing"
    assert refused(case, "advise", "production", text="未征询").code in ("not_asked", "not_allowed")
    do(case, "advise", "finance", text="同意")
    assert record(case).consult_due is None
    assert do(case, "review", "office", **review).state == "negotiating"


def test_limits_given_by_hand_lie_ahead_and_nothing_typed_is_lost() -> None:
    case, past = at("review"), later(-1)
    no = refused(case, "consult", "office", ask_quality=True, question="合理？", due_at=past)
    assert no.fields["due_at"].code == "moment_past" and set(no.fields) == {"due_at"}
    assert (
        refused(case, "consult", "office", ask_quality=True, question="合理？", due_at=later(24 * 91)).fields["due_at"].code == "moment_far"
    )
    review = next(given for _state, verb, _who, given in CHAIN if verb == "review")
    assert refused(case, "review", "office", **{**review, "improve_by": past}).fields["improve_by"].code == "moment_past"
    with pytest.raises(Refused) as caught:
        given = {"measure": "换线首检", "unit": "production", "due_at": past}
        engine.perform("improvement", "open", actor=actor("office"), parent=case.number, given=given)
    assert caught.value.fields["due_at"].code == "moment_past"
    page = sit("office").post(f"/c/claim/{case.number}/do/consult", {"ask_quality": "on", "question": "请核价", "due_at": past})
    assert "请核价" in page.content.decode()


def test_what_is_decided_anew_may_not_be_promised_meanwhile() -> None:
    case = at("execute")
    settled()
    assert record(case).complaint.authorised == 600
    do(case, "object", "production", objection="责任比例有误")
    settled()
    assert record(case).complaint.authorised == 0
    do(case, "approve", "director", why="维持原议")
    settled()
    assert record(case).complaint.authorised == 600


def test_what_is_decided_anew_is_executed_anew_and_is_no_more_withdrawn() -> None:
    case = at("close")
    do(case, "amend", "office", amount="9000", why="数量有误")
    assert record(case).executed_on is None and not record(case).execution
    case = do(case, "refuse", "director", why="先查明")
    assert refused(case, "withdraw", "sales", why="算了").code == "executed_already"
    case = along(case, "execute")
    assert refused(case, "close", "office").code == "not_executed"
    assert along(case, "").state == "closed"


def test_a_decision_that_is_refused_after_an_objection_or_withdrawn_leaves_no_amount_to_promise() -> None:
    case = at("execute")
    settled()
    gone = (
        ("object", "production", {"objection": "再议"}),
        ("refuse", "director", {"why": "再议"}),
        ("withdraw", "sales", {"why": "撤回"}),
    )
    for verb, who, given in gone[:2]:
        do(case, verb, who, **given)
    settled()
    assert record(case).complaint.authorised == 0
    other, fresh = at("execute"), at("opine")
    settled()
    for verb, who, given in gone:
        do(other, verb, who, **given)
    settled()
    assert record(other).complaint.authorised == 0
    do(fresh, "withdraw", "sales", why="客户撤回")
    settled()
    assert not record(fresh).complaint.authorised


def test_nothing_returned_goods_not_yet_shipped_and_more_than_claimed_are_refused() -> None:
    for name, value, code in (("quantity", "0", "out_of_range"), ("ship_date", "2099-01-01", "day_ahead")):
        with pytest.raises(Refused) as caught:
            submitted(**{name: value})
        assert caught.value.fields[name].code == code
    case = at("opine")
    told = {"opinion": "退货", "outcome": "return", "amount": "600", "approved_quantity": "120.001"}
    assert refused(case, "opine", "office", **told).code == "beyond_claimed"
    assert do(case, "opine", "office", **{**told, "approved_quantity": "120"}).state == "deciding"
    assert refused(case, "amend", "office", approved_quantity="121", why="有误").code == "beyond_claimed"


def test_an_improvement_that_did_not_help_is_done_again() -> None:
    case = at("negotiate")
    settled()
    improvement = Improvement.objects.select_related("case").get(claim_id=case.pk).case

    def act(verb: str, who: str, **given: object) -> str:
        return engine.perform("improvement", verb, actor=actor(who), number=improvement.number, given=given).case.state

    elsewhere = {"unit": "quality", "due_at": later(900), "why": "该由质管先定标准"}
    assert act("reassign", "office", **elsewhere) == "to_do"
    for who, verb, given in (("production", "improve", {"result": "x"}), ("sales", "reassign", elsewhere), ("office", "reassign", {})):
        with pytest.raises(Refused):
            act(verb, who, **given)
    assert act("reassign", "office", **{**elsewhere, "unit": "production"}) == "to_do"
    assert act("improve", "production", result="已加首件检验") == "done"
    again = {"effective": "no", "effect": "仍有两批偏移", "unit": "research", "due_at": later(1000)}
    assert act("verify_effect", "quality", **again) == "to_do"
    with pytest.raises(Refused):
        act("improve", "production", result="与我无关")
    assert act("improve", "research", result="程序带版本号下发") == "done"
    assert act("verify_effect", "office", effective="yes", effect="三个月未再发生") == "effective"


def test_a_claim_is_withdrawn_until_it_is_decided_and_its_ledger_number_stays() -> None:
    case = at("investigate")
    do(case, "withdraw", "sales", why="客户撤回")
    assert record(case).ledger_no and not do_again()
    assert refused(at("execute"), "withdraw", "sales", why="太迟").code == "wrong_state"


def test_nobody_is_asked_any_more_about_a_claim_that_is_over() -> None:
    asked = {"ask_quality": True, "question": "？", "due_at": later(48)}
    gone = at("read")
    do(gone, "consult", "office", **asked)
    do(gone, "withdraw", "sales", why="客户撤回")
    closed = at("close")
    do(closed, "consult", "office", **asked)
    do(closed, "close", "office", note=UNCERTIFIED)
    assert not CaseAsk.objects.filter(case__in=[gone, closed], outcome="").exists()


def test_the_head_of_sales_may_have_it_negotiated_again() -> None:
    case = at("read")
    assert do(case, "renegotiate", "sales_head", why="客户未书面确认").state == "negotiating"
    do(case, "negotiate", "sales", negotiation="客户已书面确认折让 600 元")
    assert do(case, "read", "sales_head").state == "negotiated"


def do_again() -> bool:
    """The next of the month is another number."""
    first, second = at("investigate"), at("investigate")
    return record(first).ledger_no == record(second).ledger_no


def test_a_form_is_not_filed_on_a_complaint_that_is_over() -> None:
    complaint = complain()
    Case.objects.unscoped("arranging a test").filter(pk=complaint.pk).update(is_open=False)
    with pytest.raises(Refused) as caught:
        engine.perform("claim", "submit", actor=actor("sales"), given=FORM, parent=complaint.number)
    assert caught.value.code == "complaint_over"


def test_the_receivable_is_held_up_from_the_registration_to_the_end() -> None:
    def held(case: Case) -> list[Decimal]:
        rows = Hold.objects.unscoped("test").filter(case=case, released_at=None)
        return list(rows.values_list("amount", flat=True))

    case = submitted(quantity=None, in_process=True)
    assert held(case) == []
    do(case, "register", "office")
    assert held(case) == [Decimal("437.50")], "what is known to be bad, as long as the quantity is open"
    case = do(case, "fill_quantity", "sales", quantity="100")
    assert held(case) == [Decimal("1250.00")]
    case = along(case, "execute", opine={"outcome": "rejected", "amount": "0"})
    assert held(case) == [], "not upheld: due like any other"
    do(case, "object", "production", objection="再议")
    assert held(case) == [Decimal("1250.00")]
    do(case, "approve", "director", why="维持")
    assert refused(case, "collect", "sales", collected="1249.99", executed_on="2026-11-01").code == "collected_partly"
    do(case, "collect", "sales", collected="1250", executed_on="2026-11-01")
    assert do(case, "close", "office").state == "closed" and held(case) == []


def test_every_clause_of_the_claim_is_carried_out() -> None:
    mine = [id_ for id_, found in rulebook.clauses().items() if found.parts == ("claim",)]
    assert len(mine) == 20
    assert {id_: rulebook.status(id_) for id_ in mine if rulebook.status(id_)[0] != "enforced"} == {}


def test_the_time_of_those_still_asked_counts() -> None:
    case = at("review")
    do(case, "consult", "office", ask_quality=True, question="合理？", due_at=later(48))
    do(case, "consult", "office", ask_finance=True, question="怎么入账？", due_at=later(240))
    due = record(case).consult_due
    assert due is not None and due < now() + timedelta(hours=49)
    do(case, "advise", "quality", text="合理")
    due = record(case).consult_due
    assert due is not None and due > now() + timedelta(hours=239)


def test_whoever_it_is_about_judges_no_improvement() -> None:
    from tests.cast import account
    from xiuhao.claim.models import Improvement
    from xiuhao.complaint.models import Complaint

    case = along(submitted(), "negotiate")
    settled()
    found = Improvement.objects.select_related("case").get(claim_id=case.pk).case
    engine.perform("improvement", "improve", actor=actor("production"), number=found.number, given={"result": "已做"})
    Complaint.objects.filter(pk=record(case).complaint_id).update(about=account("quality"))
    given = {"effective": "yes", "effect": "好"}
    with pytest.raises(Refused, match="about_you"):
        engine.perform("improvement", "verify_effect", actor=actor("quality"), number=found.number, given=given)
    assert engine.perform("improvement", "verify_effect", actor=actor("office"), number=found.number, given=given).case.state == "effective"
