"""Purchases and contacts of a customer who was entered twice: they go with the merge, are changed at who stayed, and come back."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import cast
from tests.cast import actor
from tests.pictures import photo
from tests.registrations import register
from xiuhao.contract import actions as contracts
from xiuhao.kernel import engine
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.party.models import Contact, Customer, Merge, Phone, PurchaseCard
from xiuhao.registration.models import Registration

pytestmark = pytest.mark.django_db
A, B, C = "+8613800138000", "+8613900139000", "+8613700137000"


def bought_and_merged(*more: str) -> tuple[Case, int, int, Merge]:
    """Somebody bought under one number and was known under another (and `more` of the first's): one customer by now."""
    case = register("agent", phone=B).case
    into, away = party.register(phone=A, name="王小明").pk, int(case.customer_id or 0)
    Customer.objects.unscoped("test").update(unit=cast.unit("一组"))
    party.add_contact(actor("manager"), away, "王太太", "妻子")
    for number in more:
        party.add_phone(actor("manager"), into, number)
    return case, into, away, contracts.merge_customers(actor("lead"), into, away, "来电核对，是同一人")


def change(case: Case, **wanted: str) -> None:
    """Asked for with its proofs and approved."""
    proofs = {key: [photo("agent", colour)] for key, colour in (("id_card", "red"), ("purchase_card", "blue"), ("invoice", "green"))}
    engine.perform("registration", "ask_change", actor=actor("agent"), number=case.number, given={"in_person": True, **proofs, **wanted})
    engine.perform("registration", "approve_change", actor=actor("lead"), number=case.number, given={"note": "核对无误"})


def owners(model: type[Contact] | type[PurchaseCard]) -> set[int]:
    return set(model.objects.unscoped("test").values_list("customer_id", flat=True))


def test_contacts_and_cards_go_with_the_merge_and_come_back_with_the_split() -> None:
    _case, into, away, merge = bought_and_merged()
    assert owners(Contact) == owners(PurchaseCard) == {into}
    client = Client()
    client.force_login(cast.account("lead"))
    assert "妻子" in client.get(f"/customers/{into}/").content.decode()
    register("agent", phone=A, serial="XH24A0002")  # the next piece on the same card
    with pytest.raises(Refused) as caught:
        register("agent", phone="13600136000", serial="XH24A0003")
    assert caught.value.code == "card_taken"
    contracts.split_customer(actor("lead"), merge.pk, "其实是父子两人")
    assert owners(Contact) == {away} and owners(PurchaseCard) == {away, into}, "what was registered since stays where it was"


def test_what_was_merged_before_cards_went_along_is_still_the_same_persons() -> None:
    _case, into, away, merge = bought_and_merged()
    PurchaseCard.objects.unscoped("test").update(customer=away)
    merge.moved = {key: value for key, value in merge.moved.items() if key not in {"contact", "card"}}
    merge.save(update_fields=["moved"])
    register("agent", phone=A, serial="XH24A0002")
    contracts.split_customer(actor("lead"), merge.pk, "其实是父子两人")
    assert owners(Contact) == {into}


@pytest.mark.parametrize("shared", [(), (B,)])
def test_a_change_after_a_merge_is_written_to_who_stayed(shared: tuple[str, ...]) -> None:
    case, into, away, _merge = bought_and_merged(*shared)
    change(case, new_real_name="王大明", new_phone=C)
    rows = Customer.objects.unscoped("test")
    assert (rows.get(pk=into).name, rows.get(pk=away).name) == ("王大明", "王小明")
    numbers = {row.number for row in Phone.objects.unscoped("test").filter(customer=into)}
    assert numbers == {A, C}, "the number of the registration is another, the customer's own stays"
    record = Registration.objects.get(pk=case.pk)
    assert record.phone is not None and (record.phone.number, record.phone.customer_id) == (C, into)
    assert people.by_phones({C})[C].pk == into and B not in people.by_phones({B}), "nobody who is merged away is found by the old number"
