"""What the demo must show when it opens, at whatever hour of whatever day: each scene begins so long before the present.

Clocks of office hours stand still at night and on holidays; those that are meant to be near or past their end therefore run
around the clock: first responses, P1 cases, promises, follow-ups.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from xiuhao.kernel.time import now
from xiuhao.party.queries import responsible
from xiuhao.portal.actions import Report, set_aside
from xiuhao.simulate.matter import STRANGER, Matter
from xiuhao.simulate.stories import answered_at_once, first_answer, matter_of, opening, solve, taken_in, taken_up
from xiuhao.simulate.world import Story, World

FRESH = (
    (1.5, "phone", "fault"), (4, "web", "fault"), (7, "api", "usage_question"), (11, "phone", "installation"),
    (16, "chat", "fault"), (23, "phone", "fault"), (31, "web", "installation"), (38, "mail", "return_exchange"), (43, "dealer", "fault"),
)  # fmt: skip
WEB_NEAR = (48, 52, 56)  # minutes since a report that still has no answer: due after an hour
URGENT = {"near": 3.3, "overdue": 5, "overdue again": 5.6, "expert": 6.8, "expert busy": 7.7, "management": 9.2}  # hours; P1 is due after 4
PROMISED = (35, 62, 95, 110)  # minutes until promises that were just renewed
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def all_of(world: World) -> Iterator[tuple[datetime, Story]]:
    """Every scene with the moment at which it begins."""
    for minutes, channel, kind in FRESH:
        yield world.end - minutes * MINUTE, begun(matter_of(world, kind, channel))
    for minutes in WEB_NEAR:
        yield world.end - minutes * MINUTE, begun(matter_of(world, "fault", "web"))
    for until, hours in URGENT.items():
        yield world.end - hours * HOUR, urgent(world, until)
    for place, minutes in enumerate(PROMISED):
        yield world.end - (5 + 4 * place) * HOUR, promised(world, ("agent", "agent2", "agent3", "agent7")[place], minutes)
    for ago, story in _scenes(world):
        yield world.end - ago, story


def _scenes(world: World) -> Iterator[tuple[timedelta, Story]]:
    yield 9 * MINUTE, dangerous(world, "phone")
    yield 34 * MINUTE, dangerous(world, "phone")
    yield 130 * MINUTE, begun(noble(world, "complaint", mood="angry"))
    for ago, who, to in ((50, "agent3", "agent"), (95, "agent", "agent2"), (70, "agent2", "expert"), (190, "agent4", "station1")):
        yield ago * MINUTE, offered(world, who, to)
    for days, act in ((4.4, "wait_customer"), (5.2, "wait_parts"), (4.8, "wait_parts")):
        yield days * DAY, stuck(world, "agent" if days < 5 else "agent2", act)
    for hours, who, department, request in (
        (3.2, "agent", "warehouse", "请查总仓这款压缩机的库存，客户等着约上门。"),
        (4.1, "agent3", "finance", "客户要求退差价，请核对这笔订单的实付金额。"),
    ):
        yield hours * HOUR, helped(world, who, department, request)
    for who, hours in (("agent", 8.0), ("agent2", 10.0), ("expert", 12.0)):
        yield hours * HOUR, again_open(world, who)
    for who, hours in (("agent", 49.5), ("agent2", 48.8), ("agent", 6), ("agent2", 4), ("manager", 7)):
        yield hours * HOUR, unconfirmed(world, who)
    for minutes, code in ((21, "QY-L14"), (40, "QY-L14"), (75, "QY-L14")):
        yield minutes * MINUTE, nobody_can(world, code)
    for who, hours in (("dealer", 5), ("dealer2", 26)):
        yield hours * HOUR, at_the_dealer(world, who)
    yield 6 * HOUR, website(world)
    yield 2 * HOUR, withdrawn(world)
    yield 26 * MINUTE, suspicious(world, "hasty")
    yield 7 * HOUR, suspicious(world, "trap")
    yield 3 * HOUR, urged(world)
    yield 55 * MINUTE, twice(world)


def begun(matter: Matter) -> Story:
    """Only taken in."""
    yield now()
    taken_in(matter)


def twice(world: World) -> Story:
    """Somebody calls again about the same thing and gets another agent: two tickets, merged into the first."""
    yield now()
    first = matter_of(world, "fault", "phone")
    taken_in(first, "agent")
    yield world.minutes(12, 30)
    second = Matter(world, first.household, "fault", "phone", first.device, first.model, danger=False, mood="annoyed")
    taken_in(second, "agent2")
    yield world.minutes(3, 8)
    second.do("merge", "agent2", other=first.number, reason="同一件事")


def handed(matter: Matter, who: str, least: float, most: float, by: str = "") -> Story:
    """Taken in, and some minutes later given to somebody by the lead."""
    taken_in(matter, by)
    yield matter.world.minutes(least, most)
    matter.do("assign", "lead", to=matter.person(who), note="")


def noble(world: World, kind: str, **wanted: object) -> Matter:
    """A request of a customer with the highest tier, by phone; each time of another one."""
    matter = matter_of(world, kind, "phone", **wanted)
    homes = {h.customer: h for h in world.households if h.devices and h is not matter.household}
    home = next(homes[customer] for customer in world.vips if customer in homes)
    world.vips.remove(home.customer)
    world.vips.append(home.customer)
    device = home.devices[0]
    assert device.model is not None
    return Matter(world, home, kind, "phone", device, device.model, **wanted)


def urgent(world: World, until: str) -> Story:
    """A P1 of a VIP, due after four hours around the clock, and what has become of it by now."""
    yield now()
    matter = noble(world, "fault", urgency="high", mood="annoyed")
    taken_in(matter)
    yield from opening(matter)
    yield world.minutes(5, 20)
    matter.do("note", text=matter.text_of("note"))
    if until != "expert busy":
        return
    yield now() + 6.5 * HOUR  # the clock has handed it up half an hour ago
    taken_up(matter)


def dangerous(world: World, channel: str) -> Story:
    """A fault that a person must look at before anybody is sent."""
    yield now()
    taken_in(matter_of(world, "fault", channel, danger=True, urgency="danger", mood="worried"))


def promised(world: World, who: str, minutes: float) -> Story:
    """A promise that will be due soon."""
    yield now()
    matter = matter_of(world, "fault", "phone", urgency="normal")
    yield from handed(matter, who, 20, 60, by=who)
    yield world.minutes(20, 60)
    matter.do("promise", promised_at=world.end + minutes * MINUTE, promise_way="phone", reason=matter.text_of("promise"))


def offered(world: World, who: str, to: str) -> Story:
    """Offered to a colleague who has not answered yet: one of the head's desk, or of the customer's own province."""
    yield now()
    near = {"", responsible.now().region(world.company.people[to].unit.path)}
    drawn = (matter_of(world, "fault", "phone", urgency="normal") for _draw in range(500))
    matter = next(each for each in drawn if {"", each.household.province} >= near)
    yield from handed(matter, who, 3, 12, by=who)
    yield world.minutes(3, 12)
    matter.do("transfer", to=matter.person(to), reason=matter.text_of("transfer", to=world.company.people[to].name))


def stuck(world: World, who: str, act: str) -> Story:
    """Waiting for days, and nobody has looked since."""
    yield now()
    matter = matter_of(world, "fault", "phone", urgency="normal")
    yield from handed(matter, who, 10, 60, by=who)
    yield world.minutes(20, 90)
    given = {"text": matter.text_of("question")} if act == "wait_customer" else {"note": matter.text_of("parts")}
    matter.do(act, **given)


def helped(world: World, who: str, department: str, request: str) -> Story:
    """Another department is asked, and has not answered yet."""
    yield now()
    matter = matter_of(world, "fault", "phone", urgency="normal")
    yield from handed(matter, who, 10, 40, by=who)
    yield world.minutes(15, 60)
    matter.do("ask_help", department=department, request=request, due_at=(now() + 6 * HOUR).isoformat())


def again_open(world: World, who: str) -> Story:
    """Said to be solved, and the customer disagrees."""
    yield now()
    matter = matter_of(world, "fault", "phone", urgency="normal")
    yield from handed(matter, who, 10, 30)
    yield world.minutes(90, 150)
    solve(matter)
    yield now() + 3 * HOUR
    matter.do("dispute", "customer", reason=matter.text_of("dispute"))
    yield world.minutes(10, 40)
    first_answer(matter)


def unconfirmed(world: World, who: str) -> Story:
    """Solved, and the customer has not said a word; the oldest are to be called within the hour."""
    yield now()
    matter = matter_of(world, "fault", "phone", urgency="normal")
    yield from handed(matter, who, 10, 20)
    yield world.minutes(50, 60)
    solve(matter)


def nobody_can(world: World, code: str) -> Story:
    """A product whose only expert is away: it lies in the pool."""
    yield now()
    model = next(model for model, _weight in world.company.models if model.code == code)
    taken_in(Matter(world, world.people.draw(), "fault", "phone", None, model, urgency="normal"), "agent2")


def at_the_dealer(world: World, who: str) -> Story:
    """Helped at the counter; the customer has still to confirm it."""
    yield now()
    answered_at_once(matter_of(world, "usage_question", "dealer", urgency="normal"), who)


def website(world: World) -> Story:
    """A fault of our own pages, given to the people who keep them."""
    yield now()
    matter = matter_of(world, "other", "phone", urgency="normal", text=world.rng.choice(world.speech.talk["site"]))
    taken_in(matter)
    yield world.minutes(15, 60)
    matter.do("assign", "lead", to=matter.person("admin"), note="")


def suspicious(world: World, reason: str) -> Story:
    """A report on the web that looks like a machine's: set aside until a person has looked."""
    yield now()
    matter = matter_of(world, "fault", "web")
    text = world.speech.request("fault", "web", matter.mood, "any", matter.about)
    values = {"kind": "fault", "category": matter.model.category.key, "description": text, "urgency": "normal"}
    values |= {"contact_phone": matter.household.phone, "contact_name": matter.household.name}
    report = Report(values=values, key=UUID(int=world.rng.getrandbits(128), version=4), reasons=[reason])
    set_aside(report, [], STRANGER)


def withdrawn(world: World) -> Story:
    """Cancelled by the customer."""
    yield now()
    matter = matter_of(world, "fault", "phone", urgency="normal")
    taken_in(matter)
    yield world.minutes(30, 60)
    matter.do("cancel", "customer", reason=matter.text_of("cancel"))


def urged(world: World) -> Story:
    """A customer who urges, twice."""
    yield now()
    matter = matter_of(world, "fault", "web", urgency="high", mood="annoyed")
    taken_in(matter)
    yield from opening(matter)
    yield world.minutes(10, 20)
    matter.do("urge", "customer")
    yield world.minutes(5, 15)
    matter.refused("urge", "customer")
