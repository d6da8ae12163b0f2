"""What somebody is asked stands before them in people's words: what is personal masked, and no part of it in the ask itself."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.cast import actor
from tests.pictures import photo
from tests.registrations import register
from tests.tickets import receive
from tests.ui.desk import sit, text
from xiuhao.kernel import engine, erasure
from xiuhao.kernel.models import Case, CaseAsk
from xiuhao.product.models import Device

pytestmark = pytest.mark.django_db
NEW = "13900139777"


def a_change_is_asked_for() -> Case:
    case = register("agent").case
    proofs = {key: [photo("agent", colour)] for key, colour in (("id_card", "red"), ("purchase_card", "blue"), ("invoice", "green"))}
    engine.perform(
        "registration", "ask_change", actor=actor("agent"), number=case.number, given={"in_person": True, "new_phone": NEW, **proofs}
    )
    return case


def test_V18_a_number_that_is_to_be_changed_is_shown_masked_to_who_approves_it() -> None:
    case = a_change_is_asked_for()
    page = text(sit("lead").get("/asked"))
    assert case.number in page and NEW not in page and "139****9777" in page


def test_V18_what_an_approval_covers_is_not_copied_into_the_ask() -> None:
    a_change_is_asked_for()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(a)::text FROM kernel_caseask a")
        rows = [row for (row,) in cursor.fetchall()]
    assert rows and not any(NEW in row for row in rows)


def test_a_reviewer_reads_the_product_and_not_its_key() -> None:
    case = receive("agent", urgency="danger", category="fridge").case
    assert case.state == "in_review"
    page = text(sit("lead").get("/asked"))
    assert case.number in page and re.search(r"<dt>品类</dt>\s*<dd>\s*冰箱", page)


def test_of_a_case_that_is_forgotten_not_even_the_hash_of_what_was_approved_stays() -> None:
    case = receive("agent", urgency="danger").case
    engine.perform("ticket", "cancel", actor=cast.actor("lead"), number=case.number, given={"reason": "客户撤回"})
    assert CaseAsk.objects.get(case=case).digest
    erasure.forget(Case.objects.unscoped("test").get(pk=case.pk), actor("manager"), "客户要求删除")
    assert CaseAsk.objects.get(case=case).digest is None


def test_more_questions_cost_no_statement_and_those_of_another_process_one() -> None:
    for serial in "ABC":
        register("agent", serial=f"XH24A000{serial}", card_no=f"GK2026000{serial}", invoice_no=f"FP{serial}")

    client = sit("lead")

    def taken() -> int:
        client.get("/asked")
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/asked").context["questions"]
        return len(seen)

    def reviewed(device: Device) -> None:
        assert receive("agent", urgency="danger", device=str(device.pk)).case.state == "in_review"

    first, *others = Device.objects.unscoped("test").filter(serial__startswith="XH24A000").order_by("pk")
    reviewed(first)
    one = taken()
    for device in others:
        reviewed(device)
    assert taken() == one, "each with a device that is named with its model"
    register("agent", phone="13800138777", serial="XH24A0009", card_no="GK20260009", invoice_no="FP9")
    a_change_is_asked_for()
    assert taken() <= one + 2, "its record, and the photos that are named in its line"
