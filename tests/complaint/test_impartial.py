"""Who is complained of takes no part, and is not asked."""

from __future__ import annotations

import pytest

from tests.cast import account, actor
from tests.complaints import ANSWER, complain, do, later
from xiuhao.complaint.models import Complaint
from xiuhao.kernel import engine
from xiuhao.kernel.models import CaseAsk
from xiuhao.kernel.refusal import Refused

pytestmark = pytest.mark.django_db


def test_the_person_complained_about_does_no_verb_and_another_post_is_asked() -> None:
    case = complain(about=account("quality").pk)
    do(case, "assign")
    assert CaseAsk.objects.get(case=case).to_role == "manager" and Complaint.objects.get(pk=case.pk).department == "manager"
    assert not CaseAsk.put_to(actor("quality")).filter(case=case).exists()
    for verb in ("note", "grade"):
        with pytest.raises(Refused) as caught:
            do(case, verb, "quality", **({"text": "不是我"} if verb == "note" else {"severity": "normal", "reason": "小事"}))
        assert caught.value.code == "about_you"
    do(case, "answer", "manager", promised_at=later(), **ANSWER)
    with pytest.raises(Refused, match="about_you"):
        complain(about=account("agent").pk)


def test_who_works_on_it_and_is_then_named_owns_it_no_more() -> None:
    case = complain()
    do(case, "name", "lead", about=account("agent").pk, reason="客户说客服态度差")
    now = Complaint.objects.select_related("case").get(pk=case.pk)
    assert now.case.owner_id is None
    with pytest.raises(Refused):
        do(case, "note", text="我来处理")
    with pytest.raises(Refused, match="about_them"):
        do(case, "hand", "lead", colleague=account("agent").pk, reason="还给他")
    assert not [t for t in engine.open_verbs(actor("agent"), now.case) if t.key == "close"]
    do(case, "take", "colleague")


def test_an_open_child_keeps_it_open_and_a_ticket_waits_for_its_complaint() -> None:
    from tests.tickets import receive

    ticket = receive(kind="complaint", serial="XH24A0001234", purchased_on="2026-03-01").case
    given = {"content": "service", "demand": "apology", "restated": "师傅态度差", "agreed": "yes", "promised_at": later()}
    case = engine.perform("complaint", "raise", actor=actor("agent"), given=given, parent=ticket.number).case
    record = Complaint.objects.get(pk=case.pk)
    assert record.contact_phone == "+8613800138000" and record.serial == "XH24A0001234" and record.channel == "phone"
    assert record.symptom == "冰箱不制冷，冷藏室结冰"
    from xiuhao.kernel.step import Step
    from xiuhao.kernel.time import now
    from xiuhao.ticket.family import open_children
    from xiuhao.ticket.process import TICKET

    assert open_children(Step(TICKET, TICKET.verb("solve"), actor("agent"), now(), {}, case=ticket)) == [case.number]
