"""Somebody turns up with a number: one number is one customer, and nothing that they said is lost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from xiuhao.kernel.refusal import Refused
from xiuhao.party import actions, queries
from xiuhao.party.models import Address, Customer, Phone

pytestmark = pytest.mark.django_db
HOME = "浙江省杭州市西湖区文三路 12 号 3 幢 501"


def everybody() -> int:
    return Customer.objects.unscoped("counting").count()


def test_a_new_number_is_a_new_customer_with_phone_and_address() -> None:
    made = actions.register(phone="138 0013 8000", name=" 王小明 ", address=HOME)
    assert (made.name, made.region, made.kind) == ("王小明", "浙江", "person")
    [phone] = Phone.objects.unscoped("test").filter(customer=made)
    assert (phone.number, phone.kind, phone.is_primary) == ("+8613800138000", "mobile", True)
    [address] = Address.objects.unscoped("test").filter(customer=made)
    assert (address.province, address.city, address.district, address.detail) == ("浙江", "杭州市", "西湖区", "文三路 12 号 3 幢 501")


def test_P3_however_a_number_is_typed_it_is_one_customer_and_a_wrong_one_is_refused() -> None:
    first = actions.register(phone="１３８００１３８０００", name="王小明")
    assert actions.register(phone="+86 138-0013-8000", name="王小明") == first
    with pytest.raises(Refused) as refused:
        actions.register(phone="138000000000")
    assert (refused.value.code, refused.value.status) == ("phone_invalid", 422)
    assert everybody() == 1


def test_another_name_is_noted_and_never_put_in_the_place_of_the_known_one() -> None:
    first = actions.register(phone="13800138000", name="王小明")
    again = actions.register(phone="13800138000", name="李芳", address=HOME)
    assert again == first
    again.refresh_from_db()
    assert (again.name, again.aliases) == ("王小明", "李芳")
    assert actions.register(phone="13800138000", name="李 芳", address=HOME).aliases == "李芳"
    assert queries.masked(again)["aliases"] == ["李*"]
    assert Address.objects.unscoped("test").filter(customer=first).count() == 1


def test_a_name_told_later_fills_an_empty_one() -> None:
    actions.register(phone="13800138000")
    actions.register(phone="13800138000", name="王小明")
    known = queries.by_phones(["+8613800138000"])["+8613800138000"]
    assert (known.name, known.aliases) == ("王小明", "")
    assert queries.search(cast.actor("manager"), "王 小明").get() == known


def test_P6_who_only_typed_the_number_changes_nothing_of_a_known_customer() -> None:
    victim = actions.register(phone="13800138000", name="王小明")
    assert actions.register(phone="13800138000", name="坏人", address=HOME, proven=False) == victim
    victim.refresh_from_db()
    assert (victim.name, victim.aliases) == ("王小明", "")
    assert not Address.objects.unscoped("test").filter(customer=victim).exists()


def test_a_known_number_costs_two_statements_and_a_new_one_one() -> None:
    with CaptureQueriesContext(
        connection,
    ) as new:
        actions.register(phone="13800138000", name="王小明", address=HOME)
    with CaptureQueriesContext(connection) as known:
        actions.register(phone="13800138000", name="王小明")
    assert len([q for q in new if "clock_timestamp" not in q["sql"]]) == 1
    assert len(known) == 2


def test_a_batch_costs_no_more_statements_than_one_and_agrees_with_itself() -> None:
    old = actions.register(phone="13900139000", name="旧客户")
    rows = [actions.Newcomer(f"+861360000{n:04d}", f"客户{n}", actions.parse(HOME)) for n in range(200)]
    rows += [actions.Newcomer("+8613600000007", "客户7"), actions.Newcomer("+8613900139000", "旧客户")]
    with CaptureQueriesContext(connection) as batch:
        found = actions.register_many(rows)
    assert len(batch) <= 4
    assert everybody() == 201
    assert found[7] == found[200]
    assert found[201] == old
    assert [c.numbers[0].number for c in found[:200]] == [n.phone for n in rows[:200]]
    assert Phone.objects.unscoped("test").count() == 201
    assert Address.objects.unscoped("test").count() == 200


def test_nothing_personal_stands_in_the_tables_in_the_open() -> None:
    actions.register(phone="13800138000", name="王小明", address=HOME, notes="门铃坏了")
    with connection.cursor() as cursor:
        for table in ("party_customer", "party_phone", "party_address"):
            cursor.execute(f"select * from {table}")
            stored = b"".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for row in cursor.fetchall() for v in row)
            for secret in ("王小明", "13800138000", "文三路", "门铃"):
                assert secret.encode() not in stored
