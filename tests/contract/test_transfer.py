"""A device that changed hands: told on its page, by whom and why; its tier goes with it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import cast
from tests.cast import actor
from xiuhao.contract import actions
from xiuhao.contract.models import Entitlement
from xiuhao.kernel import sentences
from xiuhao.kernel.refusal import Refused
from xiuhao.party import actions as party
from xiuhao.party import queries as people
from xiuhao.product import actions as products
from xiuhao.product.models import Category, Device

pytestmark = pytest.mark.django_db


def owned() -> tuple[Device, int, int]:
    """A device with a tier of its own, its owner, and somebody else."""
    first, second = (party.register(phone=f"1380013800{n}", name=f"客户{n}", unit=cast.unit("一组").pk).pk for n in (1, 2))
    told = products.Purchase("XH24C0001", category=Category.objects.get(key="fridge"), customer=first, unit=cast.unit("一组").pk)
    device = actions.register_purchase(actor("manager"), told)
    actions.sell(actor("manager"), first, "vip", device=device.pk)
    actions.sell(actor("manager"), first, "advanced")
    return device, first, second


def test_a_device_goes_to_its_new_owner_with_its_own_tiers_and_both_histories_say_so() -> None:
    device, first, second = owned()
    with pytest.raises(Refused) as taken:
        products.register_device(actor("agent"), products.Purchase("XH24C0001", customer=second))
    assert taken.value.code == "serial_taken" and "转给新机主" in sentences.say(taken.value)
    client = Client()
    client.force_login(cast.account("lead"))
    here = f"/devices/{device.pk}/"
    assert f"{here}transfer" in client.get(here).content.decode()
    assert client.post(f"{here}transfer", {"phone": "13800138009", "reason": "二手购买"}).status_code == 422
    assert client.post(f"{here}transfer", {"phone": "13800138001", "reason": "二手购买"}).status_code == 422
    assert client.post(f"{here}transfer", {"phone": "13800138002", "reason": " "}).status_code == 422
    assert Device.objects.unscoped("test").get(pk=device.pk).customer_id == first
    client.post(f"{here}transfer", {"phone": "13800138002", "reason": "出示二手购买发票"})
    assert Device.objects.unscoped("test").get(pk=device.pk).customer_id == second
    rows = Entitlement.objects.unscoped("test")
    assert set(rows.filter(device=device).values_list("customer_id", flat=True)) == {second}
    assert rows.get(device=None).customer_id == first, "what was agreed with a person stays theirs"
    for page in (here, f"/customers/{first}/", f"/customers/{second}/"):
        assert "出示二手购买发票" in client.get(page).content.decode()
    assert products.register_device(actor("agent"), products.Purchase("XH24C0001", customer=second)).pk == device.pk
    assert [line.verb for line in people.history(f"product.device:{device.pk}")] == ["transfer"]


def test_only_who_may_join_customers_hands_a_device_over_and_nobody_what_they_do_not_see() -> None:
    device, _first, second = owned()
    for who, status in (("agent", 403), ("outsider", 403)):
        with pytest.raises(Refused) as caught:
            actions.transfer(actor(who), device.pk, second, "二手购买")
        assert caught.value.status == status
    with pytest.raises(Refused) as unseen:
        actions.transfer(actor("lead"), device.pk, 987654321, "二手购买")
    assert unseen.value.status == 404
