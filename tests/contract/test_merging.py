"""One customer entered twice becomes one and can become two again; what is asked of one is asked of both."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import cast
from tests.cast import actor
from tests.tickets import receive, receive_as
from xiuhao.contract import actions
from xiuhao.contract.models import Entitlement
from xiuhao.kernel import engine
from xiuhao.kernel.access import Actor
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.party.models import Customer, Merge, Phone
from xiuhao.product import actions as products
from xiuhao.product.models import Category, Device
from xiuhao.ticket import duplicates
from xiuhao.ticket import queries as tickets
from xiuhao.ticket.models import Ticket

pytestmark = pytest.mark.django_db
A, B = "+8613800138000", "+8613900139000"


def twice() -> tuple[Case, Case]:
    """One person, entered under two numbers, each with a ticket."""
    first, second = receive(contact_phone=A).case, receive(contact_phone=B, contact_name="王晓明").case
    Customer.objects.unscoped("test").update(unit=cast.unit("一组"))
    return first, second


def test_later_contacts_find_the_one_that_stayed_and_a_split_gives_back_what_was_moved() -> None:
    first, second = twice()
    into, away = first.customer_id, second.customer_id
    assert into and away
    [device] = products.register_many([products.Purchase("XH24B0001", category=Category.objects.get(key="fridge"), customer=away)])
    tier = actions.sell(actor("manager"), away, "vip")
    with pytest.raises(Refused) as caught:
        actions.merge_customers(actor("agent"), into, away, "同一人")
    assert caught.value.status == 403
    party.note(actor("lead"), "amend", f"party.customer:{away}", "查明是公司客户")
    merge = actions.merge_customers(actor("lead"), into, away, "来电核对身份证，是同一人")
    assert people.by_phones({B})[B].pk == into and receive(contact_phone=B).case.customer_id == into
    assert Device.objects.unscoped("test").get(pk=device.pk).customer_id == into
    assert Entitlement.objects.unscoped("test").get(pk=tier.pk).customer_id == into
    assert set(people.family([away])) == {into, away} == set(people.family([into]))
    client = Client()
    client.force_login(cast.account("lead"))
    assert client.get(f"/customers/{away}/")["Location"] == f"/customers/{into}/"
    page = client.get(f"/customers/{into}/").content.decode()
    assert first.number in page and second.number in page and page.count("来电核对身份证") == 2
    assert page.count("查明是公司客户") == 1, "what was done to the other before is still told"
    assert away not in {c.pk for c in people.search(actor("lead"), "")} and [c.pk for c in people.search(actor("lead"), "王晓明")] == [into]
    own = client.post(f"/customers/{into}/merge", {"phone": A, "reason": "同一人"})
    assert own.status_code == 422 and "不能把客户合并到自己" in own.content.decode()
    for bad in ((into, into), (away, into), (into, away)):
        with pytest.raises(Refused):
            actions.merge_customers(actor("lead"), *bad, "再合并一次")
    actions.split_customer(actor("lead"), merge.pk, "其实是父子两人")
    assert people.by_phones({B})[B].pk == away
    assert Device.objects.unscoped("test").get(pk=device.pk).customer_id == away
    assert Entitlement.objects.unscoped("test").get(pk=tier.pk).customer_id == away
    assert [p.is_primary for p in Phone.objects.unscoped("test").filter(customer=away)] == [True]
    assert Customer.objects.unscoped("test").get(pk=into).aliases == ""
    assert [line.reason for line in people.history(f"party.customer:{into}")][:2] == ["其实是父子两人", "来电核对身份证，是同一人"]
    with pytest.raises(Refused) as again:
        actions.split_customer(actor("lead"), merge.pk, "再撤销一次")
    assert again.value.code == "split_already"


def test_a_merge_into_one_that_is_merged_on_leads_straight_to_the_end_and_is_undone_in_order() -> None:
    one, two, three = (party.register(phone=f"1380013800{n}", name=f"客户{n}", unit=cast.unit("一组").pk) for n in (1, 2, 3))
    first = actions.merge_customers(actor("manager"), two.pk, one.pk, "重复建档")
    second = actions.merge_customers(actor("manager"), three.pk, two.pk, "重复建档")
    one.refresh_from_db()
    assert one.merged_into_id == three.pk and people.by_phones({"+8613800138001"})["+8613800138001"].pk == three.pk
    assert set(people.family([one.pk])) == {one.pk, two.pk, three.pk}
    with pytest.raises(Refused) as caught:
        actions.split_customer(actor("manager"), first.pk, "撤销")
    assert caught.value.code == "merge_later"
    actions.split_customer(actor("manager"), second.pk, "撤销")
    one.refresh_from_db()
    assert one.merged_into_id == two.pk and people.by_phones({"+8613800138001"})["+8613800138001"].pk == two.pk
    actions.split_customer(actor("manager"), first.pk, "撤销")
    one.refresh_from_db()
    assert one.merged_into_id is None and not Merge.objects.unscoped("test").filter(undone_at=None).exists()


def test_a_number_that_both_had_identifies_the_one_that_stays_and_again_its_first_owner() -> None:
    one, two = (party.register(phone=f"1380013800{n}", unit=cast.unit("一组").pk) for n in (1, 2))
    party.add_phone(actor("manager"), one.pk, "13800138002")
    merge = actions.merge_customers(actor("manager"), one.pk, two.pk, "夫妻共用号码，同一户")
    assert people.by_phones({"+8613800138002"})["+8613800138002"].pk == one.pk
    actions.split_customer(actor("manager"), merge.pk, "撤销")
    assert people.by_phones({"+8613800138002"})["+8613800138002"].pk == two.pk


def test_the_tickets_of_one_who_was_entered_twice_are_found_alike_merged_and_corrected_as_one_persons() -> None:
    first, second = twice()
    into, away = first.customer_id, second.customer_id
    assert into and away
    agent, given = actor("agent"), {"other": first.number}
    with pytest.raises(Refused) as caught:
        engine.perform("ticket", "merge", actor=agent, number=second.number, given=given)
    assert caught.value.code == "other_customer"
    assert second.number not in {each.ticket.case.number for each in duplicates.suspects(agent, {"contact_phone": A})}
    [device] = products.register_many([products.Purchase(category=Category.objects.get(key="fridge"), customer=away)])
    Ticket.objects.filter(pk=second.pk).update(device=device, serial="")
    merge = actions.merge_customers(actor("lead"), into, away, "来电核对身份证，是同一人")
    assert second.number in {each.ticket.case.number for each in duplicates.suspects(agent, {"contact_phone": A}) if "phone" in each.why}
    changed = engine.perform("ticket", "edit", actor=agent, number=second.number, given={"contact_address": "浙江省宁波市海曙区一号"})
    assert changed.case.customer_id == away and Ticket.objects.get(pk=second.pk).device_id == device.pk, "their own, not handed to another"
    assert engine.perform("ticket", "merge", actor=agent, number=second.number, given=given).case.state == "merged"
    third = receive(contact_phone=B).case
    actions.split_customer(actor("lead"), merge.pk, "其实是父子两人")
    with pytest.raises(Refused) as caught:
        engine.perform("ticket", "merge", actor=agent, number=receive(contact_phone=B).case.number, given={"other": third.number})
    assert caught.value.code == "other_customer", "of two persons again"


def test_what_was_reported_with_the_other_number_is_claimed_by_the_one_that_stayed() -> None:
    first, second = twice()
    into, away = first.customer_id, second.customer_id
    assert into and away
    stranger = Actor(kind="customer", verbs=frozenset({"ticket.receive"}))
    report = receive_as(stranger, contact_phone=B, channel="web").case
    assert report.customer_id is None and Ticket.objects.get(pk=report.pk).customer_id == away
    assert not tickets.unclaimed(into).exists()
    actions.merge_customers(actor("lead"), into, away, "来电核对身份证，是同一人")
    assert [row.case.number for row in tickets.unclaimed(into)] == [report.number]
    proven = Actor(kind="customer", customer=into, cases=frozenset({report.pk}), proven=True)
    assert engine.perform("ticket", "claim", actor=proven, number=report.number).case.customer_id == into
