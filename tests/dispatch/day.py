"""A station with engineers and work for the tests of dispatch, made through the one door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests import cast
from tests.tickets import receive
from xiuhao.kernel import accounts, engine, time
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.models import Account, Case
from xiuhao.party import actions as party
from xiuhao.roster import actions as roster

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=ZONE)  # before work begins
HOME = (30.2741, 120.1551)


@pytest.fixture(autouse=True)
def morning() -> Iterator[datetime]:
    """A Monday before work, for whichever test file names it."""
    with time.simulated(MONDAY) as at:
        yield at


def engineers(*names: str, skills: dict[str, int] | None = None) -> list[int]:
    """Engineers of 杭州站 who can repair fridges, each some kilometres further east; their ids."""
    made = []
    for n, name in enumerate(names):
        hired = party.hire(
            SYSTEM, login=f"field{name}", name=name, unit=cast.unit("杭州站"), posts=((r.ENGINEER, cast.unit("杭州站")),),
            skills={"refrigeration": 2} if skills is None else skills, email=f"field{n}@example.com",
        )  # fmt: skip
        roster.set_home(SYSTEM, hired.account.pk, HOME[0], HOME[1] + 0.05 * n, Decimal(1))
        if skills is None:
            paper = {"skill": "refrigeration", "level": 3, "name": "制冷作业证", "number": f"ZJ{hired.account.pk}"}
            roster.certify(SYSTEM, hired.account.pk, **paper, valid_from=date(2020, 1, 1), valid_until=date(2039, 1, 1))
        made.append(hired.account.pk)
    return made


def planner() -> Actor:
    """The station's own dispatcher."""
    known = Account.objects.filter(login="stationdispatcher").first()
    if known is None:
        known = party.hire(
            SYSTEM, login="stationdispatcher", name="站派工狄", unit=cast.unit("杭州站"), posts=((r.DISPATCHER, cast.unit("杭州站")),),
            skills={}, email="stationdispatcher@example.com",
        ).account  # fmt: skip
    return accounts.actor_of(known.pk)


def order(lat: float = HOME[0], lon: float = HOME[1], **given: Any) -> Case:
    """A work order of a new ticket, at 杭州站."""
    ticket = receive("agent", contact_phone=f"1390000{abs(hash((lat, lon, str(given)))) % 10_000:04d}").case
    asked = {"station": cast.unit("杭州站").pk, "position": f"{lat},{lon}", **given}
    return engine.perform("work", "plan", actor=cast.actor("manager"), parent=ticket.number, given=asked).case


def at(hour: float, day: datetime = MONDAY) -> datetime:
    """That hour of the day."""
    return day.replace(hour=0, minute=0) + timedelta(hours=hour)


def actor(account: int) -> Actor:
    """The actor of one of them."""
    return accounts.actor_of(account)
