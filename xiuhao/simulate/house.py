"""What happens in the house beside requests and calls: visitors, requests about personal data, regulations that are written and issued."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from xiuhao.kernel import calendars
from xiuhao.kernel.access import Actor
from xiuhao.kernel.time import local, now
from xiuhao.simulate.clientele import Household
from xiuhao.simulate.errands import Errand, at_hour, house
from xiuhao.simulate.lives import Story, Town

PURPOSES = {"consult": 4, "repair": 5, "complaint": 2, "return": 2, "business": 2, "other": 1}
HOSTS = ("lead", "lead2", "manager2", "agent8", "agent9", "expert")
RECEPTION = (8.8, 17.0)
Begun = tuple[datetime, Errand]


# Visitors


def visitors(town: Town, day: datetime, until: datetime, tickets: dict[str, Household]) -> Iterator[Begun]:
    """Who comes to the house on a day, up to a moment. `tickets` (number → whose) are requests that some of them come about."""
    working, known = calendars.is_workday(local(day).date()), list(tickets)
    for _place in range(town.rng.choice((2, 3, 3, 4, 5)) if working else town.rng.choice((0, 0, 1))):
        at = at_hour(day, town.rng.uniform(*RECEPTION))
        purpose = town.rng.choices(list(PURPOSES), list(PURPOSES.values()))[0]
        number = town.rng.choice(known) if known and purpose in ("repair", "complaint") and town.chance(0.6) else ""
        home = tickets[number] if number else town.rng.choice(town.households)
        if at < until:
            yield at, Errand(town, "visit", _visit(purpose, home, number))


def _visit(purpose: str, home: Household, number: str) -> Callable[[Errand], Story]:
    def story(errand: Errand) -> Story:
        rng, company = errand.world.rng, errand.world.company
        host = rng.choice([login for login in HOSTS if errand.world.hours.on(login, now())] or HOSTS)
        firm = errand.drawn(house()["firms"]) if purpose == "business" else ""
        yield errand.act(
            "register", rng.choice(company.held("dispatcher")), name=home.name, phone=home.phone, company=firm, purpose=purpose,
            arrived_at=now().isoformat(), host=company.people[host].pk,
        )  # fmt: skip
        yield errand.minutes(2, 12) if errand.world.chance(0.9) else errand.minutes(16, 26)
        yield errand.act("receive", host)
        if number:
            yield errand.act("tie", host, ticket=number)
        yield errand.minutes(8, 45)
        yield errand.act("leave", host, outcome=errand.drawn(house()["visits"][purpose]))

    return story


# Requests about personal data


def privacy(town: Town, kind: str, ending: str, home: Household, *, by: str = "customer") -> Errand:
    """A request about one's own data that ends as `ending` says: received, verified, done, or the ground of its refusal."""
    errand = Errand(town, "privacy", lambda one: _privacy(one, kind, ending, home, by))
    errand.asked = Actor(kind="customer", customer=home.customer, proven=True)
    return errand


def _privacy(errand: Errand, kind: str, ending: str, home: Household, by: str) -> Story:
    words = house()["privacy"]
    text = errand.drawn(words["text"][kind])
    yield errand.act("ask", by, kind=kind, text=text, customer=None if by == "customer" else home.customer)
    if ending == "received":
        return
    if by != "customer" and ending != "identity":
        yield errand.minutes(10, 200)
        yield errand.act("verify", by, proof=errand.drawn(("call_back", "id_card", "purchase_card")), note=errand.drawn(words["verified"]))
    if ending == "verified":
        return
    yield errand.office(errand.world.rng.randint(1, 4))
    chief = errand.drawn(("lead", "lead2", "manager2"))
    if ending == "done":
        yield errand.act("fulfil", chief, answer=errand.drawn(words["done"][kind]))
    else:
        yield errand.act("refuse", chief, ground=ending, answer=errand.drawn(words["refused"][ending]))


# Regulations as documents


def procedures(town: Town, begin: datetime, until: datetime) -> Iterator[Begun]:
    """The regulations, one after the other: issued before the demo's days, one again as its second edition; one is with the departments
    now, and one a draft."""
    *issued, drafted = house()["procedures"]
    for place, text in enumerate(issued[:-1]):
        yield at_hour(begin + timedelta(days=2 * place), 10.2), Errand(town, "procedure", _procedure(text, "issued"))
    again = {**issued[0], "duties": issued[0]["duties"] + "经销商配合提供购买凭证。"}
    yield at_hour(until - timedelta(days=12), 10.5), Errand(town, "procedure", _procedure(again, "issued"))
    yield at_hour(until - timedelta(days=2), 9.6), Errand(town, "procedure", _procedure(issued[-1], "circulated"))
    yield at_hour(until - timedelta(days=1), 14.3), Errand(town, "procedure", _procedure(drafted, "drafted"))


def _procedure(text: dict[str, Any], upto: str) -> Callable[[Errand], Story]:
    def story(errand: Errand) -> Story:
        people, opinions = errand.world.company.people, house()["opinions"]
        yield errand.act("draft", "quality", **text)
        if upto == "drafted":
            return
        yield errand.minutes(60, 150)
        heard = {"service": "manager2" if upto == "issued" else "lead", "technical": "expert", "quality": "quality2"}
        asked: dict[str, Any] = {f"{department}_by": people[login].pk for department, login in heard.items()}
        yield errand.act("circulate", "quality", **asked)
        for department, login in list(heard.items())[: 3 if upto == "issued" else 1]:
            yield errand.office(1)
            yield errand.act(f"opine_{department}", login, opinion=errand.drawn(opinions[department]))
        if upto == "issued":
            yield errand.office(1)
            yield errand.act("issue", "manager", effective_on=(local(now()).date() + timedelta(days=7)).isoformat())

    return story
