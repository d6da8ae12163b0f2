"""What customers are told, for which purpose, and what never leaves the house."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.cast import actor
from tests.portal.visitor import Visitor, ticket
from tests.registrations import register
from tests.tickets import receive
from xiuhao.kernel import dispatcher, engine, letters, policy
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case, Message, Outbox, Refusal
from xiuhao.kernel.process import Notice
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now, simulated
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.party.models import Consent, Customer
from xiuhao.ticket.process import TICKET

pytestmark = pytest.mark.django_db


def texts(template: str) -> list[str]:
    return [letters.text_of(row) for row in Message.objects.filter(template__contains=template).order_by("pk")]


def test_YD_3_7_revisit_and_marketing_go_only_to_who_agreed_to_that_purpose_and_withdrawal_counts_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(Refused) as untold:
        register(told=None)
    assert untold.value.fields["told"].clauses == ("YD-3.7",)
    case = register(agrees_marketing=True).case
    customer, agent = case.customer_id, actor("manager")
    assert customer is not None
    held = people.consents([customer])[customer]
    assert (held["marketing"].given, held["revisit"].given, held["marketing"].way) == (True, False, "dealer")
    assert held["marketing"].notice == people.notice().pk  # type: ignore[union-attr]
    party.write(agent, customer, "service", "师傅明天上门")
    party.write(agent, customer, "marketing", "以旧换新，满千减百")
    with pytest.raises(Refused) as caught:
        party.write(agent, customer, "revisit", "请给我们打分")
    assert (caught.value.code, caught.value.clauses) == ("no_consent", ("YD-3.7",))
    me = Actor(kind="customer", customer=customer, proven=True)
    party.consent(me, customer, "marketing", given=False, way="portal")
    dispatcher.drain()
    assert texts("party/notice/message") == ["师傅明天上门"], "withdrawn before it was sent: not sent"
    assert "marketing" in Outbox.objects.get(body__parcel__purpose="marketing").error
    assert [row.given for row in Consent.objects.visible_to(me).filter(purpose="marketing").order_by("pk")] == [True, False]
    # The same holds for what a process declares.
    reply = TICKET.verb("reply")
    monkeypatch.setitem(reply.__dict__, "notify", (Notice("ticket_reply", {"customer"}, purpose="marketing"),))
    about = receive(contact_phone="13800138000").case
    dispatcher.drain()
    before = Message.objects.exclude(channel="inbox").count()
    engine.perform("ticket", "reply", actor=actor("agent"), number=about.number, given={"text": "新品上市"})
    _later()
    assert Message.objects.exclude(channel="inbox").count() == before
    party.consent(me, customer, "marketing", given=True, way="portal")
    engine.perform("ticket", "reply", actor=actor("agent"), number=about.number, given={"text": "新品上市，欢迎"})
    _later()
    assert Message.objects.exclude(channel="inbox").count() == before + 1


def _later() -> None:
    with simulated(now() + timedelta(minutes=1)):
        dispatcher.drain()


def test_CS3_5_3_supplier_data_and_trade_secrets_never_reach_a_customers_output() -> None:
    for word, kind in (("华美压缩机厂", "supplier"), ("底价A7", "trade")):
        change = policy.Change("add", "party.secret", kind, value={"word": word, "kind": kind})
        policy.apply(change, actor("manager"), "供货商要求保密")
    visitor = Visitor()
    made = visitor.reported(description="冰箱不制冷，听说是华美压缩机厂的压缩机")
    visitor.prove(made)
    said = "压缩机由 华美 压缩机厂 供货，按底价a7结算，三天后到货"
    number = made.case.number
    engine.perform("ticket", "note", actor=actor("manager"), number=number, given={"text": "内部：供货商欠货"})
    engine.perform("ticket", "reply", actor=actor("manager"), number=number, given={"text": said})
    _later()
    assert list(Refusal.objects.filter(clauses=["CS3-5.3"]).values_list("case__number", "verb")) == [(number, "send")], "it counts"
    page = visitor.client.get(f"/portal/mine/{number}").content.decode()
    told = " ".join(texts("ticket_reply"))
    for output in (page, told):
        assert "三天后到货" in output, "the rest is said"
        assert "华美" not in output and "底价" not in output and "供货商欠货" not in output
    assert ticket(number).case.pk == made.case.pk
    [customer] = Customer.objects.unscoped("test")
    party.amend(actor("manager"), customer.pk, notes="老客户，华美压缩机厂的人介绍来的")
    _of_their_own(visitor)


def _of_their_own(visitor: Visitor) -> None:
    """What they may carry home of their own data keeps the same silence, in either form."""
    visitor.client.post("/portal/data/ask", {"kind": "export", "key": str(uuid4())})
    case = Case.objects.unscoped("test").get(process="privacy")
    engine.perform("privacy", "fulfil", actor=actor("manager"), number=case.number, given={"answer": "请下载"})
    for kind in ("json", "csv"):
        taken = visitor.client.get(f"/portal/data/{case.number}.{kind}").content.decode()
        assert "三天后到货" in taken and "老客户" in taken and "华美" not in taken and "底价" not in taken, kind
