"""What else was born of a request stands on its customer's page too, as far as it is public; nobody else reads it there."""

from __future__ import annotations

import pytest

from tests.cast import actor
from tests.complaints import GIVEN, later, model
from tests.portal.visitor import Visitor, link
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db
LETTER = "已为您申请延长保修一年"


def page_of(visitor: Visitor, made: Ticket) -> str:
    return visitor.client.get(link(made), follow=True).content.decode()


def complained(made: Ticket) -> Case:
    given = {**GIVEN, "model": model(), "promised_at": later()}
    given = {key: value for key, value in given.items() if key not in ("channel", "contact_name", "contact_phone")}
    return engine.perform("complaint", "raise", actor=actor("agent"), given=given, parent=made.case.number).case


def test_public_steps_of_a_complaint_are_told_to_the_proven_customer_alone() -> None:
    visitor = Visitor()
    made = visitor.reported()
    case = complained(made)
    engine.perform("complaint", "relay", actor=actor("agent"), number=case.number, given={"way": "phone", "text": LETTER})
    engine.perform("complaint", "note", actor=actor("agent"), number=case.number, given={"text": "内部：怀疑批次"})
    assert LETTER not in page_of(visitor, made)
    visitor.prove(made)
    page = page_of(visitor, made)
    assert "就您的投诉给您来信或来电" in page and LETTER in page
    assert "内部" not in page and GIVEN["restated"] not in page
    Case.objects.unscoped("test").filter(pk=case.pk).update(customer_id=made.customer_id + 1 if made.customer_id else 1)
    assert LETTER not in page_of(visitor, made), "what is about another customer"
