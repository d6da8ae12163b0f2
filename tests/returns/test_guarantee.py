"""The way of 三包: what the verdict opens, who does what, what is filed; and a new piece begins its period anew."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.returns.ways import (
    APPLICATION,
    NOTE,
    actor,
    applied,
    appraised,
    approved,
    crew,
    day,
    do,
    executed,
    record,
    shot,
    ticket,
)
from tests.tickets import receive
from xiuhao.complaint.authority import _granted
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.product import queries as products
from xiuhao.product.models import Device
from xiuhao.ticket.models import Ticket

__all__ = ["crew"]
pytestmark = pytest.mark.django_db


def test_an_application_goes_to_the_regional_manager_of_the_customers_province() -> None:
    case = applied()
    case.refresh_from_db()
    assert case.unit.name == "浙江公司"
    assert case.owner is not None and case.owner.login == "region"
    assert record(case).claimed["rule"]
    with pytest.raises(Refused) as caught:
        applied(Case.objects.unscoped("test").get(number=_parent(case)))
    assert caught.value.code == "applied_already"


def _parent(case: Case) -> str:
    from xiuhao.kernel.models import Link

    return Link.objects.get(child=case).parent.number


def test_what_the_verdict_does_not_open_is_refused_with_the_reason_and_what_is_open_instead() -> None:
    with pytest.raises(Refused) as caught:
        applied(ticket(ago=100))
    said = str(caught.value.sentence)
    assert caught.value.code == "remedy_closed" and "换货" in said and "免费修理" in said
    assert applied(ticket(ago=100, serial="XH26A0000002"), kind="rework").state == "applied"


def test_a_day_of_purchase_on_file_is_not_overruled_by_a_told_one_and_an_unknown_one_is_told() -> None:
    with pytest.raises(Refused):
        applied(ticket(ago=400), purchased_on=day(1))
    case = applied(ticket(ago=None, serial="XH26A0000003"), purchased_on=day(2))
    assert record(case).purchased_on == day(2)


def test_what_is_not_met_is_explained_in_detail_and_ended() -> None:
    case = appraised("unmet")
    assert case.state == "unmet"
    with pytest.raises(Refused) as caught:
        do("explain", "region", case.number, explanation="不符合")
    assert caught.value.code == "explained_briefly"
    told = "经检测压缩机损坏是进水造成的，不属产品本身缺陷，可以按付费维修处理，费用以报价为准。"
    assert do("explain", "region", case.number, explanation=told).state == "rejected"


def test_an_exchange_is_filed_without_gap_and_the_new_piece_begins_its_period_anew() -> None:
    case = approved()
    number = case.number
    with pytest.raises(Refused) as caught:
        do("execute", "region", number, receipt=[shot("region")])
    assert caught.value.code == "new_serial_missing"
    with pytest.raises(Refused) as caught:
        do("execute", "region", number, receipt=[shot("region")], new_serial="XH26A0000001")
    assert caught.value.code == "serial_same"
    case = do("execute", "region", number, receipt=[shot("region")], new_serial="XH26A0000099")
    made = record(case)
    assert made.filing_no and made.filing_no.endswith("-0001") and made.filed_on == day(0)
    new = Device.objects.unscoped("test").select_related("model__category", "category").get(serial="XH26A0000099")
    assert (new.exchanged_on, new.customer_id) == (day(0), case.customer_id)
    assert products.verdict(new, day(0)).start == day(0)


def test_a_serial_of_somebody_else_is_not_handed_out_and_nothing_is_filed() -> None:
    other = ticket(serial="XH26A0000555")
    case = approved()
    assert other.customer_id == case.customer_id
    Device.objects.unscoped("test").filter(serial="XH26A0000555").update(customer_id=None)
    Device.objects.unscoped("test").filter(serial="XH26A0000555").update(customer_id=999_999_999)
    with pytest.raises(Refused) as caught:
        do("execute", "region", case.number, receipt=[shot("region")], new_serial="XH26A0000555")
    assert caught.value.code == "serial_in_use" and record(case).filing_no is None


def test_the_faulty_piece_goes_to_the_head_office_and_its_analysis_ends_in_a_countermeasure() -> None:
    number = executed().number
    do("ship", "region", number, carrier="顺丰", tracking_no="SF1234567890")
    do("arrive", "production", number, condition="外箱完好", photos=[shot("production")])
    told = {"cause": "线圈漆包线不良", "analysis": "解剖发现匝间短路", "countermeasure": "更换漆包线供应商并加严进货检验"}
    case = do("analyse", "research", number, measure_due=f"{day(-30)}T18:00:00+08:00", **told)
    assert case.state == "improving" and case.due_at is not None
    assert do("improve", "quality", number, effect="三个月无再发").state == "closed"


def test_a_repair_and_an_allowance_leave_the_piece_with_the_customer() -> None:
    case = approved(kind="allowance")
    with pytest.raises(Refused) as caught:
        do("execute", "region", case.number, receipt=[shot("region")])
    assert caught.value.code == "payment_missing"
    assert do("execute", "region", case.number, receipt=[shot("region")], paid="FK-9").state == "closed"


def test_a_device_is_refunded_or_allowed_for_once_by_whatever_ticket() -> None:
    first = ticket()
    device = Ticket.objects.get(pk=first.pk)
    second = receive(kind="return_exchange", contact_phone="13800138077").case
    Ticket.objects.filter(pk=second.pk).update(device=device.device, model=device.model, serial=device.serial, region="浙江")

    def refused(on: Case, kind: str) -> str:
        with pytest.raises(Refused) as caught:
            applied(on, kind=kind)
        return caught.value.code

    case = approved(on=first, kind="allowance")
    assert refused(second, "return") == "applied_already"
    do("execute", "region", case.number, receipt=[shot("region")], paid="FK-9")
    assert refused(first, "return") == refused(second, "return") == refused(second, "allowance") == "remedied_already"
    assert applied(second, kind="rework").state == "applied", "what stays with the customer is repaired"
    assert applied(ticket(serial="XH26A0000002"), kind="return").state == "applied"


@pytest.mark.parametrize(("kind", "wrong", "right"), [("return", ("1", "3900"), "3899"), ("allowance", ("0", "3899.01"), "200")])
def test_a_refund_is_the_sum_of_the_verdict_and_an_allowance_no_more_than_the_price(kind: str, wrong: tuple[str, str], right: str) -> None:
    case = appraised(kind=kind)
    for value in wrong:
        with pytest.raises(Refused) as caught:
            do("review", "province", case.number, value=value, **NOTE)
        assert caught.value.code == "value_wrong" and "3,899" in str(caught.value.sentence)
    assert do("review", "province", case.number, value=right, **NOTE).state == "reviewed"


def test_a_customer_applies_themselves_and_may_withdraw() -> None:
    on = ticket()
    who = _customer(on)
    case = engine.perform("returns", "apply", actor=who, parent=on.number, given={**APPLICATION, "purchased_on": day(3)}).case
    assert engine.perform("returns", "withdraw", actor=who, number=case.number, given=NOTE).case.state == "withdrawn"
    with pytest.raises(Refused) as caught:
        engine.perform("returns", "take", actor=actor("region"), number=case.number)
    assert caught.value.code == "wrong_state"


def test_what_was_approved_and_is_not_wanted_any_more_is_withdrawn_and_promised_no_longer() -> None:
    on = ticket()
    case = approved(on=on, kind="return")
    assert _granted({case.pk}) == Decimal("3899.00")
    assert do("withdraw", "province", case.number, note="客户决定留用").state == "withdrawn" and _granted({case.pk}) == 0
    assert applied(on=on, kind="return").state == "applied", "the way is free again"
    with pytest.raises(Refused):
        do("withdraw", "province", executed(on=ticket(serial="XH26A0000002")).number, **NOTE)


def _customer(case: Case) -> object:
    from xiuhao.kernel.access import Actor

    return Actor("customer", customer=case.customer_id, proven=True)
