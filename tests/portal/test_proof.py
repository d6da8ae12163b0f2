"""Whose case a stranger's report is, until a code or a member of staff has said so."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import account, actor
from tests.portal.visitor import OTHER, Visitor, staff, texts_sent, ticket
from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.refusal import Refused
from xiuhao.product.actions import Purchase, register_many
from xiuhao.product.models import Category

pytestmark = pytest.mark.django_db


def test_staff_who_have_rung_back_vouch_for_the_number_and_then_its_customer_is_told() -> None:
    made = Visitor().reported()
    staff("reply", made, "lead", text="第一次回复")
    assert texts_sent() == []
    with pytest.raises(Refused) as refused:
        staff("vouch", made, "lead")
    assert refused.value.code == "incomplete"
    staff("vouch", made, "lead", note="回拨确认")
    assert ticket(made.case.number).case.customer_id == made.customer_id
    staff("reply", made, "lead", text="第二次回复")
    assert len(texts_sent()) == 1 and "第二次回复" in texts_sent()[0]
    with pytest.raises(Refused) as refused:
        staff("vouch", made, "lead", note="再来一次")
    assert refused.value.code == "already_proven"


def test_only_whoever_proved_that_very_number_may_claim() -> None:
    made, other = Visitor().reported(), Visitor().reported(contact_phone=OTHER)
    for thief in (
        Actor(kind="customer", customer=other.customer_id, proven=True, cases=frozenset({made.pk})),
        Actor(kind="customer", customer=made.customer_id, proven=False, cases=frozenset({made.pk})),
    ):
        with pytest.raises(Refused) as refused:
            engine.perform("ticket", "claim", actor=thief, number=made.case.number)
        assert refused.value.code == "other_number"
    owner = Actor(kind="customer", customer=made.customer_id, proven=True, cases=frozenset({made.pk}))
    engine.perform("ticket", "claim", actor=owner, number=made.case.number)
    assert ticket(made.case.number).case.customer_id == made.customer_id


def test_the_own_device_counts_once_the_number_is_proven() -> None:
    visitor = Visitor()
    first = visitor.reported()
    (device,) = register_many([Purchase(serial="XH24A0001234", category=Category.objects.get(key="fridge"), customer=first.customer_id)])
    made = visitor.reported(serial="XH24A0001234", category="")
    assert made.serial_claimed and made.device_id is None
    visitor.prove(made)
    mine = ticket(made.case.number)
    assert mine.device_id == device.pk and not mine.serial_claimed and mine.category is not None and mine.category.key == "fridge"


def test_a_proven_customer_reports_as_themselves_and_cannot_be_told_another_number() -> None:
    visitor = Visitor()
    first = visitor.reported()
    visitor.prove(first)
    made = visitor.reported(contact_phone="13900139000")
    assert made.contact_phone == "+8613800138000" and made.case.customer_id == first.customer_id
    assert visitor.client.get(f"/portal/mine/{made.case.number}").status_code == 200


def test_the_desk_sees_that_a_number_is_not_proven_and_finds_the_report_by_it() -> None:
    made = Visitor().reported()
    desk = Client()
    desk.force_login(account("manager"))
    assert "本人尚未验证" in desk.get(f"/c/ticket/{made.case.number}/").content.decode()
    from xiuhao.ticket.pages import find

    assert [hit.label.split()[0] for hit in find(actor("manager"), "138 0013 8000")] == [made.case.number]


def test_a_form_whose_cookie_is_gone_comes_back_with_all_that_was_typed() -> None:
    visitor = Visitor()
    form = visitor.open()
    visitor.client.handler.enforce_csrf_checks = True
    page = visitor.report(form=form, description="写了很久的内容")
    assert page.status_code == 403 and "写了很久的内容" in page.content.decode() and "再提交一次" in page.content.decode()
    token = visitor.client.cookies["csrftoken"].value
    assert visitor.report(form=form, csrfmiddlewaretoken=token).status_code == 200
