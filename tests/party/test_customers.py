"""Customers are found exactly, shown masked, edited by who may, and seen only by who deals with them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import now
from xiuhao.party import actions, queries
from xiuhao.party.models import Customer, Phone

pytestmark = pytest.mark.django_db
HOME = "浙江省杭州市西湖区文三路 12 号"


@pytest.fixture
def wang() -> Customer:
    return actions.register(phone="13800138000", name="王小明", address=HOME, unit=cast.unit("浙江公司").pk)


def case_of(customer: Customer, unit: str, owner: str | None = None) -> Case:
    at = cast.unit(unit)
    return Case.objects.unscoped("test").create(
        process="ticket", number=f"T{customer.pk}{at.pk}", state="open", unit=at, unit_path=at.path, customer_id=customer.pk,
        owner=cast.account(owner) if owner else None, opened_at=now(), changed_at=now(),
    )  # fmt: skip


def test_one_statement_finds_the_customers_of_a_number_with_all_their_phones(wang: Customer) -> None:
    manager = cast.actor("manager")
    actions.add_phone(manager, wang.pk, "057188886666")
    with CaptureQueriesContext(connection) as asked:
        [found] = queries.by_phone(manager, "138-0013-8000")
        shown = queries.card(found, manager)
    assert len(asked) == 1
    assert found == wang
    assert [p["number"] for p in shown["phones"]] == ["138****8000", "057****6666"]
    assert (shown["name"], shown["can_reveal"], shown["can_edit"]) == ("王*明", True, True)
    assert queries.by_phone(manager, "13800138001") == []


def test_the_list_finds_by_phone_last_four_and_name_and_by_nothing_near_them(wang: Customer) -> None:
    manager = cast.actor("manager")
    for text in ("13800138000", "8000", "王小明", " 王 小明 ", ""):
        assert list(queries.search(manager, text)) == [wang], text
    for text in ("13800138001", "8001", "王小", "小明", "0"):
        assert list(queries.search(manager, text)) == [], text


def test_a_customer_is_seen_by_the_home_unit_by_who_has_a_case_with_them_and_by_the_head_office(wang: Customer) -> None:
    def sees(actor: Actor) -> bool:
        return Customer.objects.visible_to(actor).filter(pk=wang.pk).exists()

    assert sees(cast.actor("manager"))
    assert not sees(cast.actor("outsider"))
    assert not sees(cast.actor("engineer"))
    assert not sees(cast.actor("admin")), "the administrator of the system has no business with customers"
    case_of(wang, "四川公司")
    assert sees(cast.actor("outsider"))
    case_of(wang, "杭州站", "engineer")
    assert sees(cast.actor("engineer"))
    assert not sees(cast.actor("dealer"))
    assert sees(Actor(kind="customer", customer=wang.pk))
    assert not sees(Actor(kind="customer", customer=wang.pk + 1))
    assert not sees(Actor(kind="customer", cases=frozenset({1})))


def test_foreign_customers_are_not_there_for_any_verb(wang: Customer) -> None:
    outsider = cast.actor("outsider")
    for act in (
        lambda: actions.amend(outsider, wang.pk, name="甲"),
        lambda: actions.add_phone(outsider, wang.pk, "13900139000"),
        lambda: actions.drop(outsider, wang.pk, "phone", 1),
        lambda: actions.reveal(outsider, f"party.customer:{wang.pk}", "好奇心"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.status == 404
    wang.refresh_from_db()
    assert wang.name == "王小明"


def test_who_may_not_edit_is_refused_and_a_keeper_leaves_a_trace_without_personal_data(wang: Customer) -> None:
    with pytest.raises(Refused) as refused:
        actions.amend(cast.actor("auditor"), wang.pk, name="甲")
    assert refused.value.status == 403
    changed = actions.amend(cast.actor("manager"), wang.pk, name="王大明", language="yue")
    assert (changed.name, changed.language) == ("王大明", "yue")
    [line] = queries.history(f"party.customer:{wang.pk}")
    assert (line.verb, line.actor_name, line.data) == ("amend", "经理华", {"fields": ["language", "name"]})


def test_a_number_may_be_shared_and_passes_on_when_its_first_holder_gives_it_up(wang: Customer) -> None:
    manager = cast.actor("manager")
    wife = actions.register(phone="13900139000", name="李芳")
    shared = actions.add_phone(manager, wife.pk, "13800138000")
    assert shared.identity is None
    assert actions.register(phone="13800138000") == wang
    assert [c.pk for c in queries.by_phone(manager, "13800138000")] == [wang.pk, wife.pk]
    actions.add_phone(manager, wang.pk, "13700137000")
    own = Phone.objects.visible_to(manager).get(customer=wang, is_primary=True)
    actions.drop(manager, wang.pk, "phone", own.pk)
    assert actions.register(phone="13800138000") == wife
    assert Phone.objects.visible_to(manager).get(customer=wang).is_primary


def test_the_last_number_stays_and_a_number_stands_once_with_a_customer(wang: Customer) -> None:
    manager = cast.actor("manager")
    only = Phone.objects.visible_to(manager).get(customer=wang)
    for code, act in (
        ("last_phone", lambda: actions.drop(manager, wang.pk, "phone", only.pk)),
        ("phone_twice", lambda: actions.add_phone(manager, wang.pk, "138 0013 8000")),
        ("address_twice", lambda: actions.add_address(manager, wang.pk, actions.parse(HOME))),
        ("email_invalid", lambda: actions.add_email(manager, wang.pk, "not a mail")),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == code
    mail = actions.add_email(manager, wang.pk, "Wang@Example.com")
    assert (mail.address, mail.is_primary) == ("wang@example.com", True)
