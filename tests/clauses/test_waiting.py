"""The clauses of what a customer waits for: delays foretold, news while escalated, the queue jumped, colleagues' help."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import account, actor
from tests.kernel.test_scheduler import MONDAY, fire, web
from tests.tickets import receive
from xiuhao.contract.models import Entitlement
from xiuhao.kernel import dispatcher, engine, recount
from xiuhao.kernel.models import Case, CaseAsk, CaseClock, Journal, Message
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db
WARNING = {"cause": "parts", "remedy": "temporary_replacement", "promise_way": "phone", "text": "压缩机缺货，先送备用机给您"}


def do(case: Case, verb: str, who: str = "agent", **given: object) -> engine.Outcome:
    return engine.perform("ticket", verb, actor=actor(who), number=case.number, given=given)


def rules(case: Case, verb: str) -> dict[str, str]:
    return dict(Journal.objects.filter(case_id=case.pk, verb=verb).latest("seq").rules)


def refused(case: Case, verb: str, who: str = "agent", **given: object) -> Refused:
    with pytest.raises(Refused) as caught:
        do(case, verb, who, **given)
    return caught.value


def clock(case: Case, key: str) -> CaseClock:
    return CaseClock.objects.filter(case_id=case.pk, key=key).latest("pk")


def told(case: Case, template: str) -> bool:
    while dispatcher.round():
        continue
    return Message.objects.filter(case_id=case.pk, template=template).exists()


def test_JD_1_14_a_delay_is_told_with_cause_and_remedy_before_the_promise_lapses() -> None:
    case = receive().case
    promised = Ticket.objects.get(pk=case.pk).promised_at
    assert promised
    do(case, "wait_parts", note="订了压缩机")
    row = clock(case, "delay_warning")
    assert row.due_at and row.due_at < promised and row.levels[0]["to"] == "owner"
    assert refused(case, "warn_delay", promised_at=promised, **WARNING).code == "promise_not_renewed"
    assert "cause" in refused(case, "warn_delay", promised_at=promised + timedelta(days=2), remedy="compensation").fields
    do(case, "warn_delay", promised_at=promised + timedelta(days=2), **WARNING)
    assert rules(case, "warn_delay")["JD-1.14"] == "met" and told(case, "ticket_delay")
    again = clock(case, "delay_warning")
    assert again.pk == row.pk and again.due_at > promised - timedelta(hours=12), "while it waits the next warning is due too"
    late = receive(description="洗衣机也坏了").case
    do(late, "wait_parts", note="订了")
    fire(promised + timedelta(minutes=1))
    assert "broken" in {line.rules.get("JD-1.14") for line in Journal.objects.filter(case_id=late.pk, verb="clock_breach")}
    with simulated(promised + timedelta(hours=1)):
        do(late, "warn_delay", promised_at=promised + timedelta(days=2), **WARNING)
    assert rules(late, "warn_delay")["JD-1.14"] == "broken"
    sure = receive(description="冰箱门封").case
    do(sure, "wait_parts", note="明天到", parts_due=promised - timedelta(hours=1))
    assert not CaseClock.objects.filter(case_id=sure.pk, key="delay_warning").exists(), "parts that come in time delay nothing"
    do(sure, "resume", note="到了")
    assert Ticket.objects.get(pk=sure.pk).warn_by is None
    assert not recount.recount().differences


def test_JD_1_14_what_the_experts_must_look_at_is_foretold_as_what_waits_for_parts_is() -> None:
    case = receive().case
    promised = Ticket.objects.get(pk=case.pk).promised_at
    assert promised and not CaseClock.objects.filter(case_id=case.pk, key="delay_warning").exists(), "no delay is foreseen yet"
    do(case, "wait_parts", note="订了压缩机")
    do(case, "resume", note="到了")
    assert clock(case, "delay_warning").status == "met", "the part has come"
    do(case, "escalate", summary="换了压缩机仍不制冷，查不出原因")
    row = clock(case, "delay_warning")
    assert row.status == "running" and row.due_at and row.due_at < promised
    do(case, "warn_delay", **{**WARNING, "cause": "technical"}, promised_at=promised + timedelta(days=2))
    assert clock(case, "delay_warning").due_at > row.due_at, "the next warning is due before the new promise"
    fire(promised + timedelta(days=2, minutes=1))
    assert "broken" in {line.rules.get("JD-1.14") for line in Journal.objects.filter(case_id=case.pk, verb="clock_breach")}
    assert not recount.recount().differences


def test_JD_4_6_while_it_is_escalated_the_customer_hears_how_it_goes() -> None:
    case = web(MONDAY)
    with simulated(MONDAY + timedelta(minutes=5)):
        do(case, "assign", "lead", to=account("agent").pk)
        assert refused(case, "inform", remedy="compensation", text="专家在看").code == "not_escalated"
        do(case, "escalate", summary="查不出原因")
    first = clock(case, "progress")
    assert first.due_at and first.due_at > MONDAY
    with simulated(MONDAY + timedelta(hours=2)):
        assert "remedy" in refused(case, "inform", text="专家在看").fields, "compensation or a substitute is stated"
        do(case, "inform", remedy="compensation", text="专家在看，先给您补偿")
    assert clock(case, "progress").due_at > first.due_at and rules(case, "inform")["JD-4.6"] == "met" and told(case, "ticket_progress")
    renewed = clock(case, "progress").due_at
    with simulated(MONDAY + timedelta(hours=4)):
        do(case, "reply", text="已约上门")
    last = clock(case, "progress").due_at
    assert last > renewed, "each reply renews it"
    fire(last + timedelta(minutes=1))
    assert "JD-4.6" in {c for line in Journal.objects.filter(case_id=case.pk, verb="clock_breach") for c in line.rules}
    assert not recount.recount().differences


def test_JD_1_4_vip_and_batch_jump_the_queue_with_a_reason_and_the_customer_sees_it() -> None:
    case = receive().case
    assert refused(case, "jump", ground="vip", reason="老客户").clauses == ("JD-1.4",)
    assert refused(case, "jump", ground="batch", reason="同批次").clauses == ("JD-1.4",)
    Entitlement.objects.unscoped("make a VIP").create(
        customer_id=case.customer_id, tier="vip", since=now().date() - timedelta(days=1), source="sold", created_at=now()
    )
    vip = receive(description="VIP 的冰箱").case
    assert "reason" in refused(vip, "jump", ground="vip").fields
    before = clock(vip, "resolution").due_at
    assert do(vip, "jump", ground="vip", reason="婴儿奶粉需冷藏").case.priority == 1
    line = Journal.objects.get(case_id=vip.pk, verb="jump")
    assert line.public and line.rules["JD-1.4"] == "met" and line.data["was"] and clock(vip, "resolution").due_at < before
    assert "婴儿奶粉" in Ticket.objects.get(pk=vip.pk).priority_reason and told(vip, "ticket_jumped")
    assert refused(vip, "jump", ground="vip", reason="再插").code == "at_front"
    other = receive(description="VIP 的热水器漏电", urgency="danger").case
    assert other.priority == 1 and do(other, "jump", ground="vip", reason="家有老人").case.priority == 1, "before its equals"
    assert not recount.recount().differences


def test_JD_1_7_nothing_goes_to_the_experts_before_the_basics_are_known() -> None:
    case = receive(channel="web", contact_address=None, category=None).case
    for verb, given in (("escalate", {"summary": "查不出"}), ("assign", {"to": account("expert").pk})):
        why = refused(case, verb, "lead", **given)
        assert why.clauses == ("JD-1.7",) and "地址、品类" in str(why.sentence)
    do(case, "assign", "lead", to=account("agent").pk)
    assert refused(case, "transfer", to=account("expert").pk, reason="请专家看").code == "basics_missing"
    do(case, "edit", category="fridge")
    assert "品类" not in str(refused(case, "escalate", summary="查不出").sentence)
    do(case, "edit", contact_address="浙江省杭州市西湖区文三路1号")
    do(case, "escalate", summary="查不出")
    assert rules(case, "escalate")["JD-1.7"] == "met"


def test_JD_3_1_who_fits_best_is_suggested_with_reasons_and_what_becomes_of_it_is_counted() -> None:
    case = receive().case
    from xiuhao.kernel.step import Step
    from xiuhao.ticket import suggesting
    from xiuhao.ticket.process import TICKET

    record = Ticket.objects.select_related("category").get(pk=case.pk)
    step = Step(TICKET, TICKET.verb("assign"), actor("lead"), now(), {}, case=case, record=record, before=case.state)
    offered = suggesting.offers(step)
    first, said = next(iter(offered), ("", ""))
    assert said.startswith("推荐") and "技能相符" in said and "在手" in said
    assert "技能不符" in dict(offered)[str(account("colleague").pk)]
    do(case, "assign", "lead", to=int(first))
    assert rules(case, "assign")["JD-3.1"] == "met"
    assert Journal.objects.filter(case_id=case.pk, verb="assign").latest("seq").data["followed"]
    do(case, "assign", "lead", to=account("colleague").pk, note="客户点名")
    assert rules(case, "assign")["JD-3.1"] == "broken", "overruled, with its reason beside it"
    assert not recount.recount().differences


def test_JD_3_9_another_department_helps_by_a_limit_and_the_owner_stays() -> None:
    case = receive().case
    owner = case.owner_id
    request = {"department": "quality", "request": "这批压缩机有没有质量问题？"}
    assert "due_at" in refused(case, "ask_help", **request).fields
    do(case, "ask_help", due_at=now() + timedelta(hours=4), **request)
    assert refused(case, "ask_help", due_at=now() + timedelta(hours=9), **request).code == "help_waiting"
    do(case, "ask_help", due_at=now() + timedelta(hours=8), **{**request, "department": "finance"})
    row = clock(case, "help")
    assert CaseAsk.open_to(actor("quality")).filter(case_id=case.pk).exists() and told(case, "help_asked")
    assert refused(case, "help", "finance", answer="") and refused(case, "help", "lead", answer="无").status == 403
    done = do(case, "help", "quality", answer="该批次已知问题，建议整机更换")
    assert done.case.owner_id == owner and clock(case, "help").due_at > row.due_at, "the other department's limit goes on"
    do(case, "cannot_help", "finance", reason="不归我们")
    assert clock(case, "help").status == "met" and rules(case, "cannot_help")["JD-3.9"] == "met" and told(case, "help_answered")
    assert not recount.recount().differences
