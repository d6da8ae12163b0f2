"""Personal data are masked; who looks says why, and that stays written."""

from __future__ import annotations

import pytest

from tests import cast
from xiuhao.kernel.models import Reveal
from xiuhao.kernel.refusal import Refused
from xiuhao.party import actions, queries
from xiuhao.party.models import Customer, Phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone() -> Phone:
    made = actions.register(phone="13800138000", name="王小明", unit=cast.unit("一组").pk)
    return Phone.objects.unscoped("test").get(customer=made)


def test_CS3_2_4_plain_data_are_given_for_a_reason_only_and_the_look_is_written_down(phone: Phone) -> None:
    agent = cast.actor("agent")
    with pytest.raises(Refused) as refused:
        actions.reveal(agent, f"party.phone:{phone.pk}", "  ")
    assert (refused.value.code, refused.value.clauses) == ("reason_missing", ("CS3-2.4",))
    assert not Reveal.objects.exists()
    assert actions.reveal(agent, f"party.phone:{phone.pk}", "回拨客户确认地址") == "+8613800138000"
    [look] = Reveal.objects.all()
    assert (look.actor_name, look.subject, look.reason) == ("客服安", f"party.phone:{phone.pk}", "回拨客户确认地址")
    shown = str(queries.masked(queries.dress(Customer.objects.visible_to(agent))[0]))
    assert "13800138000" not in shown and "王小明" not in shown and "138****8000" in shown
