"""Another system files requests by the API; it takes no first contact and no work."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.cast import unit
from tests.tickets import GIVEN
from xiuhao.kernel import accounts, dispatcher, engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account, Journal, Message
from xiuhao.kernel.roles import AGENT
from xiuhao.kernel.time import simulated
from xiuhao.party import actions as party

pytestmark = pytest.mark.django_db
EARLIER = datetime(2026, 3, 4, 10, tzinfo=UTC)


@pytest.fixture
def shop() -> str:
    """The token of a web shop."""
    account = Account.objects.create_user("shop", None, name="商城", unit=unit("客服中心"), kind="api")
    party.grant(SYSTEM, account, AGENT, unit("客服中心"))
    return accounts.issue_token(account, "商城", verbs=["ticket.receive"])[1]


@pytest.mark.parametrize(("urgency", "state"), [("normal", "in_progress"), ("danger", "in_review")])
def test_a_machine_is_neither_first_contact_nor_owner(shop: str, urgency: str, state: str) -> None:
    machine = accounts.actor_for_token(shop)
    case = engine.perform("ticket", "receive", actor=machine, given={**GIVEN, "channel": "api", "urgency": urgency}).case
    assert case.state == state
    assert machine.id not in (case.owner_id, case.keeper_id)
    assert (case.owner_id is None) == (state == "in_review")


def test_what_happens_in_simulated_time_is_dated_in_it(shop: str) -> None:
    with simulated(EARLIER):
        case = engine.perform("ticket", "receive", actor=accounts.actor_for_token(shop), given={**GIVEN, "channel": "api"}).case
        dispatcher.drain()
    line, message = Journal.objects.get(case=case), Message.objects.filter(case=case).latest("pk")
    assert line.occurred_at == line.recorded_at == message.created_at == message.sent_at == EARLIER
