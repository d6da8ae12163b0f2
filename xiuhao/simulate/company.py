"""The demo company: units, people with posts, skills, log-ins and absences, another system's account, models with prices."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

from xiuhao.kernel import accounts, facts
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Absence, Account, Unit
from xiuhao.kernel.roles import AGENT
from xiuhao.kernel.time import now
from xiuhao.party import actions as party
from xiuhao.product import actions as products
from xiuhao.product import queries as catalogue
from xiuhao.product.models import Model

PASSWORD = "xiuhao-demo"  # noqa: S105 - printed with the log-ins; the demo holds nobody's data
SHOP, SWITCHBOARD = "api", "phone"  # log-ins of the other systems: the shop, which has a token, and the telephone system
FILE = Path(__file__).with_name("company.yaml")
STAFF_NUMBERS = 9000  # last four digits of the staff's numbers begin here


@cache
def plan() -> dict[str, Any]:
    """company.yaml."""
    found: dict[str, Any] = facts.read(FILE)
    return found


@dataclass
class Company:
    """What was made: units by name, accounts by log-in, models with how often each is sold."""

    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, Account] = field(default_factory=dict)
    models: list[tuple[Model, int]] = field(default_factory=list)
    token: str = ""
    desk: list[str] = field(default_factory=list)  # agents who are on duty, in a standing company

    def login_of(self, account: int | None) -> str:
        """The log-in of an account; "" for none."""
        return next((login for login, one in self.people.items() if one.pk == account), "")

    def held(self, role: str) -> list[str]:
        """The log-ins of people who hold a role, in the plan's order."""
        return [person[0] for person in plan()["people"] if role in person[4].values()]

    def stations(self, region: str) -> list[Unit]:
        """The service stations of a province."""
        return [unit for unit in self.units.values() if unit.kind == "station" and unit.region == region]


def found(prefix: str) -> Company:
    """Make the company through the modules' own actions. `prefix` is the beginning of every invented phone number."""
    company = Company()
    for name, name_en, kind, parent, region in plan()["units"]:
        above = company.units.get(parent)
        company.units[name] = party.create_unit(SYSTEM, name=name, name_en=name_en, kind=kind, parent=above, region=region)
    for place, person in enumerate(plan()["people"]):
        company.people[person[0]] = _hire(company, person, f"{prefix}{STAFF_NUMBERS + place}")
    company.desk = company.held(AGENT)
    _connect(company)
    _stock(company)
    return company


def standing(token: str) -> Company:
    """The company as it stands; `token` is its API account's. Four statements."""
    units = {unit.name: unit for unit in Unit.objects.all()}
    people = {account.login: account for account in Account.objects.all()}
    known = {model.code: model for model in catalogue.models()}
    models = [(known[code], weight) for _category, code, _name, _price, _high, weight in plan()["models"] if code in known]
    agents = Account.objects.filter(kind="staff", is_active=True, staff__on_duty=True, grants__role=AGENT).order_by("pk").distinct()
    return Company(units, people, models, token, [account.login for account in agents])


def _hire(company: Company, person: list[Any], phone: str) -> Account:
    login, name, unit, post, held, skills, languages, most = person
    posts = [(role, company.units[at]) for at, role in held.items()]
    hired = party.hire(
        SYSTEM, login=login, name=name, unit=company.units[unit], posts=posts, post=post, phone=phone, email=f"{login}@example.com",
        skills=plan()["skills"][skills], languages=languages, max_load=most,
    )  # fmt: skip
    let_in(hired.account)
    return hired.account


@cache
def _digest() -> str:
    return make_password(PASSWORD)  # slow by design: once for all of them


def let_in(account: Account) -> None:
    """As if the invitation had been accepted, for whoever has a ready log-in."""
    if account.login not in plan()["logins"]:
        return
    account.password = _digest()
    account.save(update_fields=["password"])
    account.invitations.update(used_at=now())


def _connect(company: Company) -> None:
    """The accounts of other systems, and the shop's token."""
    for given in plan()["machines"]:
        unit = company.units[given["unit"]]
        account = Account.objects.create_user(given["login"], None, name=given["name"], unit=unit, kind="api")
        party.grant(SYSTEM, account, given["role"], unit)
        company.people[account.login] = account
        _token, token = accounts.issue_token(account, given["name"], verbs=given["verbs"])
        company.token = company.token or token


def _stock(company: Company) -> None:
    kinds = {row.key: row for row in catalogue.categories()}
    for category, code, name, price, high_end, weight in plan()["models"]:
        fields = {"category": kinds[category], "code": code, "name": name, "price": Decimal(price), "high_end": high_end}
        company.models.append((products.save_model(SYSTEM, Model(), **fields), weight))


def leave(company: Company, away: str, deputy: str, until: datetime) -> None:
    """Somebody is away from now on: a deputy stands in, and no work is given to them."""
    Absence.objects.create(account=company.people[away], deputy=company.people[deputy], since=now(), until=until)
    party.set_duty(SYSTEM, company.people[away].staff, False)


def come_back(company: Company, away: str) -> None:
    """On duty again."""
    party.set_duty(SYSTEM, company.people[away].staff, True)
