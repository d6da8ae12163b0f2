"""Who may look at personal data, how often, and at what."""

from __future__ import annotations

import pytest

from tests import cast
from xiuhao.kernel.models import Reveal
from xiuhao.kernel.refusal import Refused
from xiuhao.party import actions, revealing
from xiuhao.party.models import Customer, Phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone() -> Phone:
    made = actions.register(phone="13800138000", name="王小明", unit=cast.unit("一组").pk)
    return Phone.objects.unscoped("test").get(customer=made)


@pytest.mark.parametrize("login", ["auditor", "finance", "admin", "dealer"])
def test_roles_that_do_not_talk_to_customers_see_no_plain_data(phone: Phone, login: str) -> None:
    with pytest.raises(Refused) as refused:
        actions.reveal(cast.actor(login), f"party.phone:{phone.pk}", "想看看")
    assert refused.value.status == 403
    assert not Reveal.objects.exists()


@pytest.mark.parametrize(
    "subject", ["party.phone:0", "party.phone:99999999999999999999", "party.phone:x", "kernel.account:1", "party.phone", ""]
)
def test_a_subject_that_is_not_there_is_not_found(phone: Phone, subject: str) -> None:
    with pytest.raises(Refused) as refused:
        actions.reveal(cast.actor("agent"), subject, "回拨客户")
    assert refused.value.status == 404


def test_looks_are_limited_and_the_limit_counts_each_person_alone(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revealing, "REVEALS_AN_HOUR", 2)
    for _ in range(2):
        actions.reveal(cast.actor("agent"), f"party.customer:{phone.customer_id}", "核对姓名")
    with pytest.raises(Refused) as refused:
        actions.reveal(cast.actor("agent"), f"party.customer:{phone.customer_id}", "核对姓名")
    assert (refused.value.code, refused.value.status) == ("too_many", 429)
    assert actions.reveal(cast.actor("lead"), f"party.customer:{phone.customer_id}", "核对姓名") == "王小明"
    assert Reveal.objects.count() == 3


def test_every_kind_of_datum_can_be_revealed(phone: Phone) -> None:
    agent = cast.actor("agent")
    customer = Customer.objects.unscoped("test").get()
    address = actions.add_address(agent, customer.pk, actions.parse("上海市浦东新区世纪大道 1 号"))
    mail = actions.add_email(agent, customer.pk, "wang@example.com")
    assert actions.reveal(agent, f"party.address:{address.pk}", "上门地址") == "上海市浦东新区世纪大道 1 号"
    assert actions.reveal(agent, f"party.email:{mail.pk}", "发送凭证") == "wang@example.com"
