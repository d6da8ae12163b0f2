"""The demo's service stations: engineers with certificates, homes and vans, their dispatchers, pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from xiuhao.kernel import files
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.time import local, now, simulated
from xiuhao.parts import queries as stores
from xiuhao.party import actions as party
from xiuhao.roster import actions as roster
from xiuhao.roster import queries as rosters
from xiuhao.simulate import parts
from xiuhao.simulate.company import Company, let_in, plan
from xiuhao.simulate.pictures import nameplate
from xiuhao.simulate.speech import words

SPREAD = 0.09  # degrees around the middle of a town
PICTURES = 16  # further ones are these again, as attachments of their own
OLDEST = timedelta(days=10)  # before the end of the demo's time: when the first of them was taken


def shots(end: datetime, rng: Random) -> list[str]:
    """Pictures that engineers will have taken, handed in before the demo's own transaction."""
    codes = [model[1] for model in plan()["models"]]
    drawn = [nameplate(code, f"{code.replace('-', '')[2:7]}26{rng.randint(10**6, 10**7 - 1)}", rng) for code in rng.choices(codes, k=8)]
    with simulated(end - OLDEST):
        kept = [files.receive(io.BytesIO(rng.choice(drawn)), f"IMG_{rng.randint(1000, 9999)}.jpg", SYSTEM) for _n in range(PICTURES)]
    return [str(one.public_id) for one in kept]


def open_stations(company: Company) -> None:
    """The stations' people with their certificates and homes, the stores of parts and, of the great station, the vans."""
    told = words("field")
    for place, (login, name, skills, *where) in enumerate(told["people"]):
        if login not in company.people:
            unit = company.units[(where or [told["stations"][0]["unit"]])[0]]
            hired = party.hire(
                SYSTEM, login=login, name=name, unit=unit, posts=[(told["roles"].get(login, "engineer"), unit)], post="",
                phone=f"{words('people')['prefix']}{9500 + place}", email=f"{login}@example.com", skills=told["skills"].get(skills, {}),
                languages=["cmn"], max_load=15,
            )  # fmt: skip
            let_in(hired.account)
            company.people[login] = hired.account
    day = local(now()).date()
    for place, one in enumerate(told["stations"]):
        rng = Random(one["unit"])
        if not place:
            parts.stock(company, day, rng, [one["unit"]])
        _equip(company, one, day, rng)


def stock_others(company: Company) -> None:
    """The stores and vans of all other stations."""
    great = words("field")["stations"][0]["unit"]
    others = [unit for unit in company.units.values() if unit.kind == "station" and unit.name != great]
    parts.shelve(company, list(stores.parts().order_by("pk")), Random("others"), others)


def _equip(company: Company, station: dict[str, Any], day: date, rng: Random) -> None:
    """Its engineers' certificates and homes."""
    for login in station["engineers"]:
        account = company.people[login]
        for held in account.staff.skills.select_related("skill").order_by("pk"):
            if rosters.needs_certificate(held.skill.key):
                paper = {"name": "特种作业操作证", "number": f"T3301{account.pk:05d}{held.pk}"}
                since, until = day - timedelta(days=300), day + timedelta(days=rng.randint(150, 900))
                roster.certify(SYSTEM, account.pk, skill=held.skill.key, level=held.level, valid_from=since, valid_until=until, **paper)
        home = somewhere(rng, station["centre"])
        roster.set_home(SYSTEM, account.pk, *home, Decimal("1.0"))


def somewhere(rng: Random, centre: Sequence[float]) -> tuple[float, float]:
    """A place in a town."""
    lat, lon = (round(middle + rng.gauss(0, SPREAD / 2), 5) for middle in centre)
    return lat, lon
