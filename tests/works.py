"""Work orders for tests, through the one door: a station with two engineers, a senior one, a dispatcher; jobs driven as far as wanted."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.cast import actor, unit
from tests.pictures import photo
from tests.tickets import receive
from xiuhao.kernel import engine, policy
from xiuhao.kernel import roles as r
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.accounts import actor_of
from xiuhao.kernel.models import Account, Case
from xiuhao.kernel.time import local, now
from xiuhao.parts import actions as parts
from xiuhao.parts.models import Place
from xiuhao.party import actions as party
from xiuhao.party.models import Skill, StaffSkill
from xiuhao.roster import actions as rosters
from xiuhao.roster import queries as roster

STATION = "杭州站"
SKILLS = ("refrigeration", "mobile", "purification", "air_conditioning", "automotive")
DIAGNOSIS = {
    "symptom": "不制冷", "inspection": "压力低，检漏发现铜管裂", "cause": "leak", "root": "hardware_compat", "from_tests": True,
    "from_user": True, "impact": "user", "minutes": 60,
}  # fmt: skip
MEASURES = {"new_work": "install", "dirt": "clean"}
BADGE = {"uniform": True, "badge": True, "certificate": True}
TOLD = {"repair_explained": True, "usage_explained": True, "trained": True, "care_list": True}


def _hire(login: str, name: str, role: str, level: int = 0) -> None:
    station = unit(STATION)
    party.hire(
        SYSTEM, login=login, name=name, unit=station, posts=((role, station),), skills=dict.fromkeys(SKILLS, level) if level else {},
        email=f"{login}@example.com",
    )  # fmt: skip


def crew() -> None:
    """Who works at the station: `planner` sends, `engineer` and `engineer2` are experienced, `senior` is senior."""
    _hire("planner", "站调度", r.DISPATCHER)
    _hire("engineer2", "工程师钱", r.ENGINEER, 1)
    _hire("senior", "工程师孙", r.ENGINEER, 3)
    account = Account.objects.get(login="engineer")
    for skill in Skill.objects.filter(key__in=SKILLS):
        StaffSkill.objects.get_or_create(staff_id=account.pk, skill=skill, defaults={"level": 1})
    party.set_duty(SYSTEM, account.staff, True)
    for login, level in (("engineer", 1), ("engineer2", 1), ("senior", 3)):
        _certify(login, level)


@pytest.fixture(autouse=True)
def station_at_work() -> None:
    """The station with its people: for every test of a file that imports this."""
    policy.current()
    crew()


def _certify(login: str, level: int) -> None:
    day, pk = local(now()).date(), Account.objects.get(login=login).pk
    for skill in (one for one in SKILLS if roster.needs_certificate(one)):
        rosters.certify(
            SYSTEM, pk, skill=skill, level=level, name="操作证", number=f"T-{skill}", valid_from=day - timedelta(days=30),
            valid_until=day + timedelta(days=300),
        )  # fmt: skip


def who(login: str) -> Actor:
    """The actor of anybody, hired for the test or of the cast."""
    return actor_of(Account.objects.select_related("unit").get(login=login))


def plan(ticket: Case | None = None, by: str = "agent", *, key: UUID | None = None, **given: Any) -> Case:
    """An order born of a ticket (a new one)."""
    parent = ticket or receive().case
    return engine.perform("work", "plan", actor=actor(by), given=given, parent=parent.number, key=key).case


def do(
    case: Case, verb: str, by: str | Actor = "engineer", *, key: UUID | None = None, occurred: datetime | None = None, **given: Any
) -> Case:
    """One verb on an order."""
    person = by if isinstance(by, Actor) else who(by)
    return engine.perform("work", verb, actor=person, number=case.number, given=given, key=key, occurred=occurred).case


def assigned(case: Case, to: str = "engineer") -> Case:
    """Given to somebody by the station's dispatcher."""
    return do(case, "assign", "planner", to=Account.objects.get(login=to).pk)


def window(hours: float = 1) -> dict[str, str]:
    """Two hours from so many hours ahead."""
    start = now() + timedelta(hours=hours)
    return {"window_from": start.isoformat(), "window_to": (start + timedelta(hours=2)).isoformat()}


def booked(case: Case, to: str = "engineer") -> Case:
    """Given, taken, the customer called, a time agreed."""
    assigned(case, to)
    do(case, "accept", to)
    do(case, "contact", to, way="phone")
    return do(case, "book", to, **window())


def arrived(case: Case, to: str = "engineer") -> Case:
    """There, known by the badge."""
    booked(case, to)
    do(case, "depart", to, loaded=True)
    do(case, "arrive", to, position="30.2741,120.1551")
    return do(case, "show_badge", to, **BADGE)


def repairing(case: Case, to: str = "engineer", **diagnosis: Any) -> Case:
    """Diagnosed, at work."""
    arrived(case, to)
    do(case, "diagnose", to, **{**DIAGNOSIS, **diagnosis})
    return do(case, "repair", to, measure=MEASURES.get(diagnosis.get("cause", ""), "mend"))


def shoot(case: Case, *slots: str, by: str = "engineer") -> None:
    """A picture into each slot."""
    for slot in slots:
        do(case, "photograph", by, slot=slot, photos=[photo(who(by))])


def tick(case: Case, *items: str, by: str = "engineer") -> None:
    """Each item in order."""
    for item in items:
        do(case, "tick", by, item=item, fine="yes")


def finished(case: Case, to: str = "engineer") -> Case:
    """A repair with its evidence, done."""
    repairing(case, to)
    shoot(case, "before", "after", by=to)
    tick(case, "running", by=to)
    return do(case, "finish", to, solution="补漏并充注制冷剂")


def settled(case: Case, parts: str) -> Case:
    """A quote agreed to, those parts built in, done, checked and listed."""
    do(case, "agree", how="phone")
    do(case, "repair", measure="mend")
    do(case, "use_parts", parts=parts)
    shoot(case, "before", "after")
    tick(case, "running")
    do(case, "finish", solution="换泵")
    do(case, "check", passed="yes")
    return do(case, "settle")


def explained(case: Case, to: str = "engineer") -> Case:
    """Checked and told."""
    finished(case, to)
    do(case, "check", to, passed="yes")
    return do(case, "explain", to, **TOLD)


def signed(case: Case, to: str = "engineer") -> Case:
    """The whole visit."""
    explained(case, to)
    return do(case, "sign", to, signed_how="screen", signature=[photo(who(to))])


def stocked(where: str, code: str, quantity: int, price: str = "80") -> Place:
    """Parts on hand: in the van of a person by log-in, or in the store of a unit by its name."""
    account = Account.objects.filter(login=where).first()
    place = parts.open_van(account) if account else parts.open_place("station", unit(where))
    [part] = parts.load_parts(SYSTEM, [{"code": code, "zh": "水泵", "en": "Pump", "price": Decimal(price)}], local(now()).date())
    parts.receive(place.pk, [parts.Line(part.pk, Decimal(quantity))], SYSTEM)
    return place
