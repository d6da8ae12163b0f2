"""The dealers: what they sell they register, and every day they hand in; a few are late, some registrations are changed later."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import uuid5

from django.db import transaction

from xiuhao.kernel import calendars, files
from xiuhao.kernel.access import Actor
from xiuhao.kernel.accounts import actor_of
from xiuhao.kernel.duties import NAMESPACE
from xiuhao.kernel.engine import Request, perform_many
from xiuhao.kernel.models import Account
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.time import local, now, simulated
from xiuhao.registration.models import Registration
from xiuhao.simulate.clientele import Household, People
from xiuhao.simulate.company import Company
from xiuhao.simulate.errands import Errand, at_hour, house
from xiuhao.simulate.lives import Story, Town
from xiuhao.simulate.pictures import paper

NEWCOMERS = 8500  # the numbers of those who become customers by buying begin here
MOST_NEW = 2  # of them a dealer's day
FIRST_SERIAL = 50_000
SALES = (1, 2, 2, 3, 3, 4, 5)  # pieces a dealer's working day; on a day off one half more
OPENING, CLOSING = 9.5, 17.4  # hours between which they sell and register; afterwards they hand in, until the office closes
LATE, MISCOUNTED = 0.07, 0.04  # shares of their days
DUTY = "YD-3.3"
PAPERS = ("id_card", "purchase_card", "invoice")
DECIDED = 3  # of the changes that are asked for, the first


@dataclass
class Sales:
    """A dealer's day: `place` tells the days apart, `sold` is how many pieces were."""

    login: str
    day: datetime
    place: int
    sold: int = 0


def day_of(
    town: Town, day: datetime, place: int, until: datetime, most_new: int = MOST_NEW
) -> tuple[list[tuple[datetime, Errand]], list[Sales]]:
    """A day's registrations with their moments, up to one; and the days of the dealers themselves, to be handed in after them."""
    found, days = [], []
    for number, login in enumerate(town.company.held("dealer")):
        sales = Sales(login, day, place)
        rng = Random(f"{town.rng.random()}/{login}")
        most = round(rng.choice(SALES) * (1 if calendars.is_workday(local(day).date()) else 1.5))
        moments = sorted(at_hour(day, rng.uniform(OPENING, CLOSING)) for _n in range(most))
        fresh = iter(People(rng, NEWCOMERS + (place * 3 + number) * MOST_NEW))
        left = most_new
        for at in moments:
            if at > until:
                break
            newcomer = left > 0 and rng.random() < 0.45
            left -= newcomer
            home = next(fresh) if newcomer else _neighbour(town, login, rng)
            serial = FIRST_SERIAL + (place * 3 + number) * 12 + sales.sold
            found.append((at, Errand(town, "registration", _register(login, home, serial, at, rng))))
            sales.sold += 1
        days.append(sales)
    return found, days


def _neighbour(town: Town, login: str, rng: Random) -> Household:
    """A known customer of the dealer's province."""
    region = _region(town.company.people[login])
    return rng.choice([home for home in town.households if home.province == region] or town.households)


def _region(account: Account) -> str:
    return account.unit.region if account.unit else ""


def _register(login: str, home: Household, serial: int, at: datetime, rng: Random) -> Callable[[Errand], Story]:
    def story(errand: Errand) -> Story:
        models, weights = zip(*errand.world.company.models, strict=True)
        model, bought = rng.choices(models, weights)[0], local(at).date()
        price = (model.price or Decimal(0)) * rng.choice((Decimal(1), Decimal("0.95"), Decimal("0.92")))
        yield errand.act(
            "register", login, phone=home.phone, real_name=home.name, card_no=f"QY{local(at):%y}{serial:06d}", model=str(model.pk),
            serial=f"{model.code.replace('-', '')[2:7]}{local(at):%y%m}{serial:05d}", purchased_on=bought.isoformat(),
            invoice_no=f"2633{serial:06d}", price=str(price.quantize(Decimal("0.01"))), address=home.address, told=True,
            agrees_revisit=rng.random() < 0.7, agrees_marketing=rng.random() < 0.3,
        )  # fmt: skip

    return story


def hand_in(town: Town, sales: Sales, until: datetime) -> Iterator[tuple[datetime, Errand]]:
    """The dealer's day as a case: opened by the house, handed in by the dealer, if the time has come."""
    opened = at_hour(sales.day, 9) + timedelta(seconds=5)
    if opened <= until:
        yield opened, Errand(town, "dealer_day", _hand_in(sales))


def _hand_in(sales: Sales) -> Callable[[Errand], Story]:
    def story(errand: Errand) -> Story:
        rng, unit = errand.world.rng, errand.world.company.people[sales.login].unit
        assert unit is not None
        period = local(sales.day).date().isoformat()
        house_itself = Actor(kind="system", name="system", unit=unit.pk, unit_path=unit.path)
        yield errand.act("open", house_itself, key=uuid5(NAMESPACE, f"{DUTY}/{unit.pk}/{period}"), period=period)
        late = rng.random() < LATE
        yield at_hour(sales.day, rng.uniform(18.2, 21) if late else rng.uniform(CLOSING, 17.95))
        if rng.random() < MISCOUNTED:
            yield errand.tries("report", sales.login, sold=sales.sold + 1)
            yield errand.minutes(1, 4)
        yield errand.act("report", sales.login, sold=sales.sold)

    return story


def hand_in_now(errand: Errand) -> Story:
    """A day that the house has opened is handed in when it is time, or soon if that is past: as many as are registered."""
    due, soon = at_hour(errand.case.opened_at, errand.world.rng.uniform(CLOSING, 17.95)), errand.minutes(3, 25)
    yield due if due > now() else soon
    sold = Registration.objects.filter(
        case__origin_path__startswith=errand.case.unit_path, purchased_on=local(errand.case.opened_at).date()
    )
    yield errand.act("report", sold=sold.count())


def change(company: Company, end: datetime, rng: Random) -> int:
    """Some customers come back with their papers to have registered data changed; what is asked last waits. How many; once: where one
    has come already nothing happens."""
    rows = Registration.objects.select_related("case", "device").filter(case__opened_at__lt=end - timedelta(days=4)).order_by("-pk")
    if Registration.objects.exclude(case__state="registered", case__round=1).exists():
        return 0
    asked = [(record, end - timedelta(hours=hours)) for record, hours in zip(rows[:45:9], (70, 50, 30, 5, 2), strict=False)]
    papers = [_papers(actor_of(_dealer(company, record).pk), at, rng) for record, at in asked]
    with transaction.atomic():
        for place, ((record, at), given) in enumerate(zip(asked, papers, strict=True)):
            _changed(company, record, at, given, place)
    return len(asked)


def _papers(dealer: Actor, at: datetime, rng: Random) -> dict[str, list[str]]:
    """The pictures of ID card, purchase card and invoice, handed in by the dealer."""
    with simulated(at):
        kept = {name: files.receive(io.BytesIO(paper(name, rng)), f"{name}.jpg", dealer) for name in PAPERS}
    return {name: [str(one.public_id)] for name, one in kept.items()}


def _changed(company: Company, record: Registration, at: datetime, papers: dict[str, list[str]], place: int) -> None:
    """Asked for by the dealer; decided by the province's lead, but for the last two."""
    wanted = {"new_invoice_no": f"{record.invoice_no}1"} if place % 2 else {"new_phone": f"1380000{NEWCOMERS + 480 + place}"}
    number, region = record.case.number, _region(dealer := _dealer(company, record))
    with simulated(at):
        _quietly("ask_change", dealer, number, {**wanted, **papers, "in_person": True})
    if place < DECIDED:
        verb, words = ("reject_change", "changes_refused") if place == 1 else ("approve_change", "changes")
        lead = next(one for one in map(company.people.get, company.held("lead")) if one and one.unit and one.unit.region == region)
        with simulated(at + timedelta(hours=1.6 + place)):
            _quietly(verb, lead, number, {"note": house()[words][place % len(house()[words])]})


def _quietly(verb: str, by: Account, number: str, given: dict[str, Any]) -> None:
    """A verb of the past: nobody is told of it now."""
    (result,) = perform_many("registration", [Request(verb, given, number)], actor=actor_of(by.pk), quiet=True)
    if isinstance(result, Refused):
        raise result


def _dealer(company: Company, record: Registration) -> Account:
    return next(account for account in company.people.values() if account.pk == record.device.registered_by)
