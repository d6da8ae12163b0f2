"""Whoever has called before need not say again what is on file (HA-3.1.2 is met by it)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import actor
from tests.tickets import receive
from xiuhao.contract.models import Entitlement
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.party.models import Address, Customer
from xiuhao.product.models import Device

pytestmark = pytest.mark.django_db


def again(who: str = "agent", **given: str) -> engine.Outcome:
    return receive(who, contact_name=None, contact_address=None, **given)


def test_HA_3_1_2_name_and_address_on_file_complete_a_known_customers_request() -> None:
    first = receive().case
    second = again(description="压缩机又响了")
    assert second.case.customer_id == first.customer_id
    assert (second.record.contact_name, second.record.contact_address) == ("王小明", "浙江杭州市西湖区文三路1号")
    assert second.line.rules["HA-3.1.2"] == "met"
    with pytest.raises(Refused) as caught:
        again(contact_phone="13900002222")
    assert set(caught.value.fields) == {"contact_name", "contact_address"}, "of somebody unknown both are asked"


def test_what_is_typed_goes_before_what_is_on_file_and_is_learnt() -> None:
    receive()
    told = receive(contact_name=None, contact_address="浙江省宁波市海曙区中山路8号")
    assert (told.record.contact_name, told.record.contact_address) == ("王小明", "浙江省宁波市海曙区中山路8号")
    assert Address.objects.unscoped("count").count() == 2
    again()
    assert Address.objects.unscoped("count").count() == 2, "what was on file is not told anew"
    assert Customer.objects.unscoped("look").get().notes == ""


def test_nobody_is_filled_in_whom_the_actor_may_not_see() -> None:
    receive()
    assert again().record.contact_name == "王小明"
    with pytest.raises(Refused) as caught:
        again("outsider")
    assert "contact_name" in caught.value.fields


def test_a_rehearsal_foresees_the_step_and_writes_nothing() -> None:
    given = {
        "contact_name": "李远", "contact_phone": "13700001111", "contact_address": "浙江省杭州市上城区1号", "kind": "fault",
        "category": "fridge", "description": "不制冷", "urgency": "high", "channel": "phone",
    }  # fmt: skip
    before = (Case.objects.unscoped("count").count(), Customer.objects.unscoped("count").count())
    with CaptureQueriesContext(connection) as seen:
        foreseen = engine.rehearse("ticket", [engine.Request("receive", given)], actor=actor("agent"))[0]
    assert not [q for q in seen if q["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert (Case.objects.unscoped("count").count(), Customer.objects.unscoped("count").count()) == before
    done = engine.perform("ticket", "receive", actor=actor("agent"), given=given)
    assert (foreseen.case.state, foreseen.case.priority, foreseen.case.owner_id) == (
        done.case.state,
        done.case.priority,
        done.case.owner_id,
    )
    assert {row.key for row in foreseen.context["clocks"]} >= {"resolution", "promise"}


def test_a_new_device_told_on_the_phone_is_on_file_for_the_next_call() -> None:
    first = receive(serial="xh25 c0000077", purchased_on="2026-03-01")
    device = Device.objects.unscoped("look").get()
    assert (device.serial, device.customer_id, device.purchased_on) == ("XH25C0000077", first.case.customer_id, date(2026, 3, 1))
    assert (first.record.device_id, first.record.serial_claimed, first.record.verdict) == (device.pk, False, "in")
    assert Entitlement.objects.unscoped("look").get(device=device).source == "auto"
    other = receive(contact_phone="13911110000", serial="XH25C0000077")
    assert other.record.device_id is None and other.record.serial_claimed, "what is another's stays another's (P9)"
    receive(serial="XH25C0000077", purchased_on="2020-01-01")
    assert Device.objects.unscoped("look").get().purchased_on == date(2026, 3, 1)
