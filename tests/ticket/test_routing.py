"""Who gets a ticket: skill first, then language, then load; whoever took the call keeps it if they can."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cast import account, actor
from tests.kernel.test_scheduler import MONDAY
from tests.tickets import receive
from xiuhao.kernel import engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Journal
from xiuhao.kernel.time import simulated
from xiuhao.party import actions as party
from xiuhao.party.models import Customer, Staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def office_hours() -> Iterator[None]:
    with simulated(MONDAY):
        yield


def owner_of(outcome: engine.Outcome) -> str:
    return outcome.case.owner.login if outcome.case.owner else ""


def staff(login: str) -> Staff:
    return Staff.objects.unscoped("of the cast").get(account__login=login)


def imported(**given: str) -> engine.Outcome:
    return receive("manager", channel="import", **given)


def test_the_taker_keeps_what_they_can_do_and_else_the_skilled_get_it() -> None:
    assert owner_of(receive("agent")) == "agent"
    assert owner_of(receive("colleague", contact_phone="13911110000")) in {"agent", "expert"}, "the colleague cannot repair fridges"
    assert owner_of(receive("agent", category="car", contact_phone="13911110001")) in {"colleague", "expert"}


def test_of_those_who_can_the_one_with_the_smallest_share_of_work_gets_it() -> None:
    found = [owner_of(imported(contact_phone=f"1391111{n:04d}")) for n in range(8)]
    assert abs(found.count("agent") - found.count("expert")) <= 1
    party.update_staff(SYSTEM, staff("agent"), max_load=found.count("agent"))
    assert {owner_of(imported(contact_phone=f"1392222{n:04d}")) for n in range(3)} == {"expert"}


def test_the_customers_language_goes_before_load() -> None:
    party.update_staff(SYSTEM, staff("expert"), languages=["cmn", "yue"])
    receive("agent", contact_phone="13911110000")
    Customer.objects.unscoped("speaks").update(language="yue")
    for _round in range(3):
        engine.perform("ticket", "assign", actor=actor("manager"), number=imported().case.number, given={"to": account("expert").pk})
    assert owner_of(imported(contact_phone="13911110000", description="听不懂")) == "expert"


def test_nobody_able_means_the_pool_and_whoever_is_off_duty_gets_nothing() -> None:
    for login in ("agent", "colleague", "expert"):
        party.set_duty(SYSTEM, staff(login), False)
    waiting = imported()
    assert (waiting.case.owner_id, waiting.case.state) == (None, "received")
    assert engine.perform("ticket", "take", actor=actor("manager"), number=waiting.case.number).case.owner_id == account("manager").pk


def test_the_managers_and_leads_are_not_given_ordinary_work() -> None:
    found = {owner_of(imported(contact_phone=f"1391111{n:04d}")) for n in range(12)}
    assert found <= {"agent", "colleague", "expert", "outsider"}
    line = Journal.objects.filter(verb="receive").latest("pk")
    assert line.data["routed"] == line.data["owner"] and line.data["skill"] == "refrigeration"
