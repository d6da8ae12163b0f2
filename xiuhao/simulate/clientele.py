"""The demo's customers: names, numbers and addresses that mean nobody, with what they have bought."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from xiuhao.contract import actions as contracts
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.masking import normalise_phone
from xiuhao.kernel.time import local, now
from xiuhao.party import actions as party
from xiuhao.party import queries
from xiuhao.party.models import Customer
from xiuhao.product import actions as products
from xiuhao.product import queries as catalogue
from xiuhao.product.models import Device
from xiuhao.simulate.company import Company
from xiuhao.simulate.speech import FIXED, words

HOUSEHOLDS, DEVICES = 150, 220  # of the demo as it opens
GROWN, GROWN_DEVICES = 1850, 2780  # who join them when the past is filled in
FIRST = 400  # the numbers below are those of the demo's opening
STRANGERS = 2500  # from here on the numbers of those who call for the first time
OLDEST = 1500  # days since the oldest purchase
WITHOUT_DATE = 0.07  # share of devices whose purchase date nobody knows
SOLD = (("vip", 5), ("intermediate", 12))


@dataclass
class Household:
    """A customer as they would give themselves at the phone; `customer` is 0 for somebody who has never called."""

    name: str
    phone: str
    address: str
    province: str
    language: str = "cmn"
    customer: int = 0
    kind: str = "person"
    devices: list[Device] = field(default_factory=list)


class People:
    """Draws people who do not exist; no name with its number twice."""

    def __init__(self, rng: Random, first: int = 1) -> None:
        self.rng, self.words = rng, words("people")
        self.numbers = iter(range(first, 9000))

    def __iter__(self) -> Iterator[Household]:
        while True:
            yield self.draw()

    def draw(self, company: str = "") -> Household:
        """One more household, or the named company."""
        rng, places = self.rng, self.words["places"]
        province = rng.choices(list(places), [p["share"] for p in places.values()])[0]
        place = places[province]
        name = company or rng.choice(self.words["surnames"]) + rng.choice(self.words["given"])
        language = place["language"] if rng.random() < 0.25 else "cmn"
        phone = f"{self.words['prefix']}{next(self.numbers):04d}"
        return Household(name, phone, self._address(province, place["cities"]), province, language, kind="company" if company else "person")

    def _address(self, province: str, cities: dict[str, list[str]]) -> str:
        rng, roads, estates = self.rng, self.words["roads"], self.words["estates"]
        city = rng.choice([*cities, next(iter(cities))])
        road = f"{rng.choice(roads['first'])}{rng.choice(roads['second'])}{rng.randint(1, 688)}号"
        estate = f"{rng.choice(estates['first'])}{rng.choice(estates['second'])}{rng.randint(1, 28)}幢"
        door = f"{rng.randint(1, 4)}单元{rng.randint(1, 26):02d}0{rng.randint(1, 4)}"
        return f"{province}省{city}{rng.choice(cities[city])}{road}{estate}{door}"


def settle(company: Company, people: People, seller: Actor) -> list[Household]:
    """Register the households with what they bought, and sell a few of them a higher tier."""
    drawn = [people.draw(name) for name in people.words["companies"]]
    drawn += [people.draw() for _n in range(HOUSEHOLDS - len(drawn))]
    _enter(company, drawn)
    _buy(company, people.rng, [*drawn, *people.rng.choices(drawn, k=DEVICES - len(drawn))])
    for household in drawn[8:24]:
        party.add_phone(SYSTEM, household.customer, f"{people.words['prefix']}{next(people.numbers):04d}")
    chosen = people.rng.sample([h for h in drawn if h.devices], sum(count for _tier, count in SOLD))
    for tier, count in SOLD:
        for household in [chosen.pop() for _n in range(count)]:
            contracts.sell(
                seller,
                household.customer,
                tier,
                industry="" if tier == "vip" else "appliance",
                until=local(now()).date() + timedelta(days=700),
            )
    return drawn


def grow(company: Company, rng: Random, households: int = GROWN, devices: int = GROWN_DEVICES) -> None:
    """The many who stand behind the demo's first page; who is there already is not entered twice."""
    people = People(rng, FIRST)
    drawn = [people.draw() for _n in range(households)]
    _enter(company, drawn)
    _buy(company, rng, [*drawn, *rng.choices(drawn, k=devices - households)], first=1001)


def standing(before: datetime) -> list[Household]:
    """Everybody who was a customer then, with what they had: read back from where they were entered. Five statements."""
    rows = Customer.objects.visible_to(SYSTEM).filter(created_at__lt=before, merged_into=None).order_by("pk")
    known = queries.dress(rows)
    devices = catalogue.devices_of([customer.pk for customer in known])
    found, day = [], local(before).date()
    for customer in known:
        place = queries.place_of(customer.places[0]) if customer.places else None
        if place and customer.numbers:
            had = [d for d in devices[customer.pk] if d.purchased_on is None or d.purchased_on <= day]
            number, own = customer.numbers[0].number, sorted(had, key=lambda d: d.pk)
            found.append(Household(customer.name, number, str(place), place.province, customer.language, customer.pk, customer.kind, own))
    return found


def _enter(company: Company, drawn: list[Household]) -> None:
    newcomers = [
        party.Newcomer(normalise_phone(h.phone), h.name, party.parse(h.address), h.kind, h.language, h.province, _unit(company, h))
        for h in drawn
    ]
    for household, customer in zip(drawn, party.register_many(newcomers), strict=True):
        household.customer = customer.pk


def _unit(company: Company, household: Household) -> int:
    return company.units[f"{household.province}公司"].pk


def _buy(company: Company, rng: Random, owners: list[Household], first: int = 1) -> None:
    kinds, weights = zip(*company.models, strict=True)
    today = local(now()).date()
    dealers = [company.people[login].pk for login in company.held("dealer")]
    purchases = []
    for serial, household in enumerate(owners, first):
        model = rng.choices(kinds, weights)[0]
        bought = today - timedelta(days=int(OLDEST * rng.random() ** 1.6) + 3)
        installed = bought + timedelta(days=rng.randint(1, 3)) if model.category.key in FIXED else None
        known = rng.random() >= WITHOUT_DATE
        purchases.append(
            products.Purchase(
                serial=_serial(model.code, bought, serial), model=model, customer=household.customer, unit=_unit(company, household),
                region=household.province, purchased_on=bought if known else None, installed_on=installed if known else None,
                price=(model.price or Decimal(0)) * rng.choice((Decimal(1), Decimal("0.95"), Decimal("0.9"))),
                channel=rng.choice(("store", "online", "online", "dealer")), registered_by=rng.choice(dealers),
            )
        )  # fmt: skip
    devices = products.register_many(purchases)
    contracts.entitle(devices)
    for device, household in zip(devices, owners, strict=True):
        household.devices.append(device)


def _serial(code: str, bought: date, number: int) -> str:
    return f"{code.replace('-', '')[2:7]}{bought:%y%m}{number:05d}"
