"""What is promised in any words, told too early, forgotten or evaded: each is refused, and its honest way is open."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.cast import account, actor
from tests.complaints import ANSWER, PLAN, answered, complain, do, later, planned
from tests.pictures import photo
from tests.ui.desk import sit
from xiuhao.complaint.models import Complaint
from xiuhao.kernel import engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case, Journal
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db


def refused(case: Case, verb: str, who: str = "agent", **given: object) -> str:
    with pytest.raises(Refused) as caught:
        do(case, verb, who, **given)
    return caught.value.code


def authorise(case: Case, amount: str) -> None:
    engine.perform("complaint", "authorise", actor=SYSTEM, number=case.number, given={"amount": amount, "note": "核决"})


def execute(case: Case) -> None:
    do(case, "offer", way="phone", text="按方案办理")
    do(case, "confirm", way="phone", note="同意")
    do(case, "execute", outcome="已办理", basis="三包规定", proof=[photo("agent")])


def test_the_whole_price_is_promised_with_its_amount_or_once_something_is_authorised() -> None:
    case = answered()
    assert refused(case, "inform", text="我们给您全额退款", promised_at=later()) == "promise_unnamed"
    do(case, "inform", text="目前不能全额退款", promised_at=later())
    authorise(case, "3000")
    do(case, "inform", text="我们给您全额退款", promised_at=later())


def test_what_an_option_and_the_result_say_is_within_the_limit_too() -> None:
    case = answered()
    do(case, "plan", option_1="赔偿 9000 元现金", option_2="换机", option_3="退货")
    assert refused(case, "offer", way="phone", text="按方案一办理，您看可以吗") == "beyond_authorised"
    do(case, "plan", option_1="换机", option_2="维修", option_3="退货")
    do(case, "offer", way="phone", text="换机，您看可以吗")
    do(case, "confirm", way="phone", note="同意")
    done = {"basis": "三包规定", "proof": [photo("agent")]}
    assert refused(case, "execute", outcome="已赔偿 9000 元", **done) == "beyond_authorised"
    do(case, "execute", outcome="已换机", **done)


def test_no_fault_is_admitted_before_it_is_found() -> None:
    case = complain()
    do(case, "assign")
    for text in ("全部是我们的责任", "承认系我司产品缺陷", "责任在我方"):
        assert refused(case, "inform", text=text, promised_at=later()) == "fault_not_found"
        given = {**ANSWER, "text": text, "fault": "unclear", "promised_at": later()}
        assert refused(case, "answer", "quality", **given) == "fault_not_found"
    do(case, "inform", text="是不是我们的责任，要等检测结果", promised_at=later())
    do(case, "answer", "quality", promised_at=later(), **{**ANSWER, "text": "查明是我们的责任，非常抱歉"})
    do(case, "inform", text="是我们的责任，非常抱歉", promised_at=later())


def test_the_latest_decision_is_told_before_it_is_closed() -> None:
    case = planned()
    do(case, "relay", way="phone", text="我们正在处理")
    authorise(case, "150")
    execute(case)
    do(case, "survey", satisfied="yes", opinion="好")
    end = {"summary": "批次不良", "improvement": "加严检验"}
    assert refused(case, "close", **end) == "not_relayed", "told before it was decided"
    do(case, "relay", way="phone", text="补偿 150 元")
    authorise(case, "0")
    assert refused(case, "close", **end) == "not_relayed", "decided anew"
    do(case, "relay", way="phone", text="经核决，不予补偿")
    assert do(case, "close", **end).case.state == "closed"


def test_who_was_not_content_is_asked_again_after_the_new_plan() -> None:
    case = planned()
    execute(case)
    do(case, "survey", satisfied="no", opinion="没修好", promised_at=later())
    do(case, "plan", **PLAN)
    execute(case)
    end = {"summary": "批次不良", "improvement": "加严检验"}
    assert refused(case, "close", **end) == "not_surveyed"
    do(case, "survey", satisfied="yes", opinion="好")
    assert do(case, "close", **end).case.state == "closed"


def test_what_was_critical_is_reviewed_though_it_was_graded_down_and_not_withdrawn_by_the_desk() -> None:
    case = planned(safety=True)
    do(case, "grade", "lead", severity="normal", reason="查无人身风险")
    assert refused(case, "withdraw", reason="算了") == "critical_withdrawal"
    execute(case)
    do(case, "survey", satisfied="yes", opinion="好")
    assert refused(case, "close", summary="批次不良", improvement="加严检验") == "not_reviewed"
    assert do(case, "withdraw", "lead", reason="客户撤回").case.state == "withdrawn"
    plain = complain(contact_phone="13800138009", serial="XH24B00399")
    assert do(plain, "withdraw", reason="客户撤回").case.state == "withdrawn"


def test_what_the_rules_grade_critical_is_reviewed_though_it_was_taken_in_as_less() -> None:
    case = complain(safety=True, severity="normal", why="客户说没有受伤")
    assert refused(case, "withdraw", reason="算了") == "critical_withdrawal"
    do(case, "assign", department="quality", reason="质量先看")
    do(case, "answer", "quality", promised_at=later(), **ANSWER)
    do(case, "plan", **PLAN)
    execute(case)
    do(case, "survey", satisfied="yes", opinion="好")
    assert refused(case, "close", summary="批次不良", improvement="加严检验") == "not_reviewed"


def test_a_plan_beyond_authority_is_drafted_and_says_so_until_it_is_decided() -> None:
    case, warning = answered(), "须先核决</span>"
    do(case, "plan", **PLAN)
    assert Journal.objects.get(case_id=case.pk, verb="plan").data["beyond"] == [3], "the third costs 3000"
    page = sit("agent").get(f"/c/complaint/{case.number}/").content.decode()
    assert page.count(warning) == 1
    authorise(case, "3000")
    assert warning not in sit("agent").get(f"/c/complaint/{case.number}/").content.decode()
    do(case, "plan", **PLAN)
    assert "beyond" not in Journal.objects.filter(case_id=case.pk, verb="plan").latest("seq").data
    assert refused(case, "plan", **{**PLAN, "option_3": "更换 整机！"}) == "options_alike"


def test_a_dealer_who_took_it_in_decides_nothing() -> None:
    case = complain("dealer")
    for verb, given in (
        ("settle", {"text": "已答复", "fault": "unclear", "basis": "规定"}),
        ("withdraw", {"reason": "算了"}),
        ("name", {"about": account("lead").pk, "reason": "态度差"}),
    ):
        assert refused(case, verb, "dealer", **given) == "not_allowed"
    assert Case.objects.visible_to(actor("dealer")).filter(pk=case.pk).exists(), "it is theirs to see"


@pytest.mark.parametrize(("anonymous", "named"), [(True, False), (False, True)])
def test_who_filed_an_anonymous_report_is_named_to_nobody(anonymous: bool, named: bool) -> None:
    told = {
        "person": "某人",
        "concerns": "outside",
        "matter": "私卖备件",
        "anonymous": anonymous,
        **({} if anonymous else {"source": "线人"}),
    }
    case = engine.perform("tipoff", "file", actor=actor("agent"), given=told).case
    line = Journal.objects.get(case_id=case.pk)
    assert line.actor_id == account("agent").pk and (line.actor_name == account("agent").name) is named
    pages = [sit("director").get(f"/c/tipoff/{case.number}/{part}").content.decode() for part in ("", "timeline")]
    assert any(account("agent").name in page for page in pages) is named


def test_an_amount_decided_is_the_limit() -> None:
    case = answered()
    authorise(case, "3000")
    assert refused(case, "inform", text="赔您三千五", promised_at=later()) == "beyond_authorised"
    do(case, "inform", text="赔您三千元", promised_at=later())
    assert Complaint.objects.get(pk=case.pk).authorised == Decimal(3000)
