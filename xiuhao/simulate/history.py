"""The sixty days behind the demo, filled in day by day through the engine: whoever is stopped goes on with the next day.

A day is the requests that are born on it, each lived through to its end, in one transaction together with the mark that it is done:
nobody sees half a day, no clock of it fires for real, and a kill loses nothing but the day at hand. Chance is drawn anew for every
request from seed and number, so that the company comes out the same however often it was stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from time import monotonic

import structlog
from django.db import connection, transaction

from xiuhao.kernel import calendars, policy
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Account
from xiuhao.kernel.roles import AGENT
from xiuhao.kernel.time import local, simulated
from xiuhao.product.models import Device, Model
from xiuhao.simulate import clientele, company, dealers, problems, queries, visits
from xiuhao.simulate.beside import EARLIER, Beside
from xiuhao.simulate.clientele import STRANGERS, Household, People
from xiuhao.simulate.company import Company
from xiuhao.simulate.errands import house
from xiuhao.simulate.lives import Life, Town
from xiuhao.simulate.models import Demo, History
from xiuhao.simulate.rota import Rota
from xiuhao.simulate.speech import FIXED
from xiuhao.simulate.squad import Album, squads
from xiuhao.simulate.stories import CHANNELS, KINDS, NEWCOMERS
from xiuhao.simulate.waves import Waves
from xiuhao.simulate.world import working_days_back

log = structlog.get_logger(__name__)

DAYS, REQUESTS = 60, 3000
PROBLEMS = (16, 41)  # days on which a fault began to show in many tickets
FAULTY = 2300  # the numbers of those customers begin here
HOURS = (2, 1, 1, 1, 1, 2, 4, 8, 16, 24, 25, 20, 13, 14, 19, 21, 20, 17, 15, 18, 19, 14, 8, 4)  # how many turn up in each hour
WEEK = (1.25, 1.05, 1.0, 1.0, 1.05, 0.75, 0.65)  # and on each day of the week, Monday first
HOLIDAY = 0.6  # on a day off within the week
WRITTEN = {name: share for name, share in CHANNELS.items() if name in ("web", "api", "chat", "mail")}
# How much more (or less) often a kind of product fails in a month than over the year.
SEASONS = {
    "aircon": {1: 1.5, 6: 2.2, 7: 3.0, 8: 2.6, 12: 1.6}, "central_aircon": {1: 1.4, 7: 2.4, 8: 2.2, 12: 1.5},
    "water_heater": {1: 2.2, 2: 1.8, 11: 1.8, 12: 2.2, 7: 0.5, 8: 0.5}, "gas_boiler": {1: 3.0, 11: 2.4, 12: 3.0, 6: 0.2, 7: 0.2, 8: 0.2},
    "fridge": {6: 1.5, 7: 1.8, 8: 1.7, 9: 1.2}, "dryer": {3: 1.6, 4: 1.8, 6: 1.6, 10: 0.8}, "air_purifier": {1: 1.8, 11: 1.6, 12: 1.8},
}  # fmt: skip

Say = Callable[[str], None]


def plan(demo: Demo, days: int = DAYS, requests: int = REQUESTS) -> History:
    """The mark of a past that is still to be filled in: it ends where the demo's own days begin. Once; later calls change nothing."""
    end = working_days_back(demo.made_until, queries.WORKING_DAYS)
    given = {"begin": end - timedelta(days=days), "days": days, "requests": requests, "seed": demo.seed}
    given |= {"rest": demo.later.get("parts", 0), "busy": demo.later.get("busy", {})}
    with transaction.atomic():
        found, made = History.objects.visible_to(SYSTEM).get_or_create(pk=1, defaults=given)
        if made:
            policy.moved(queries.PAST)
    return found


def settle(households: int = clientele.GROWN, devices: int = clientele.GROWN_DEVICES) -> None:
    """The customers of the past are entered; done twice it changes nothing."""
    demo, mark = queries.demo(), _mark()
    assert demo is not None
    with transaction.atomic(), simulated(mark.begin - timedelta(days=1)):
        clientele.grow(there := company.standing(demo.token), Random(mark.seed), households, devices)
    dealers.change(there, demo.made_until, Random(mark.seed))


def _mark() -> History:
    return History.objects.visible_to(SYSTEM).get(pk=1)


def fill(say: Say, *, most: int | None = None, breathe: float = 0.0, stop: Callable[[], bool] = lambda: False) -> bool:
    """Live through what is left of the demo's own days, then the days behind them, at most so many; True once none is left.

    After each it rests `breathe` times as long as the day took, so that pages stay quick; `stop` is asked between two days.
    """
    from xiuhao.simulate import rest

    mark = _mark()
    while mark.rest and not stop():
        mark = rest.live_part()
        say(f"正在补写最近几天的其余工作（{mark.steps} 步）")
    while not mark.rest and mark.done < mark.days and most != 0 and not stop():
        begun = monotonic()
        mark = live_day()
        took = monotonic() - begun
        say(f"正在补写历史：第 {mark.done} 天，共 {mark.days} 天（{mark.born} 单，{mark.steps} 步，{took:.1f} 秒）")
        most = most - 1 if most is not None else None
        if breathe and mark.done < mark.days:
            _rest(took * breathe, stop)
    return mark.done >= mark.days


def _rest(seconds: float, stop: Callable[[], bool]) -> None:
    from time import sleep

    until = monotonic() + seconds
    while monotonic() < until and not stop():
        sleep(min(0.2, seconds))


def live_day() -> History:
    """The next day, whole or not at all; the mark as it then stands."""
    begun, demo = monotonic(), queries.demo()
    assert demo is not None
    with transaction.atomic():
        mark = History.objects.visible_to(SYSTEM).select_for_update().get(pk=1)
        if mark.done >= mark.days:
            return mark
        day = mark.begin + timedelta(days=mark.done)
        hours = Rota(staff(), mark.busy)
        hours.forget(day)
        with simulated(day):
            waves = Waves(company.standing(demo.token), [], demo.made_until)
            waves.take(births(mark, day, waves.company, hours))
        waves.run()
        beside = _beside(mark, day, demo.made_until, waves, hours)
        requests = sum(isinstance(one.life, Life) for one in waves.running)
        mark.done, mark.born, mark.steps = mark.done + 1, mark.born + requests, mark.steps + waves.steps + beside.steps
        for ended in (*waves.stumbled, *beside.stumbled):
            log.warning("demo_story_ended_early", story=ended)
            mark.stumbled += 1
        mark.busy, mark.seconds = hours.busy, mark.seconds + monotonic() - begun
        mark.save()
        policy.moved(queries.PAST)
    return mark


def _beside(mark: History, day: datetime, end: datetime, waves: Waves, hours: Rota) -> Beside:
    """What happened on the day beside its requests; with the first day also what the demo left out of its own to open sooner."""
    rng, households = Random(f"{mark.seed}/{mark.done}/beside"), _households(str(connection.settings_dict["NAME"]), mark.begin)
    beside = Beside(waves.company, households, hours, rng, end)
    phoned = [(one.life, one.life.case.opened_at) for one in waves.running if isinstance(one.life, Life) and one.life.number]
    with simulated(day):
        beside.told(phoned)
        days = [day] if mark.done else [day, *_left_out(mark, end)]
        for each in days:
            beside.calls(each, f"P{local(each):%m%d}")
            beside.visits(each, {life.number: life.household for life, _at in phoned} if each == day else {})
        beside.sales(day, mark.done)
        if mark.done % 9 == 4:
            kind, ending, by = EARLIER[mark.done // 9 % len(EARLIER)]
            beside.ask(day + timedelta(hours=10 + 6 * rng.random()), kind, ending, rng.choice(households), by)
    beside.live()
    if mark.done in PROBLEMS:
        which, rng = PROBLEMS.index(mark.done), Random(f"{mark.seed}/{mark.done}/problem")
        towns = [Town(beside.town.company, households, People(rng, FAULTY + 20 * which + n), hours, Random(rng.random())) for n in range(8)]
        beside.steps += problems.past(towns, house()["problems"]["past"][which], day, end)
    return beside


def _left_out(mark: History, end: datetime) -> list[datetime]:
    """The days of the demo itself whose smaller things were left out: all but the last two."""
    first = mark.begin + timedelta(days=mark.days)
    return [first + timedelta(days=n) for n in range((end - timedelta(days=1)).toordinal() - first.toordinal())]


def staff() -> list[str]:
    """The log-ins in the order of their accounts: a place in it is a shift."""
    return list(Account.objects.filter(kind="staff").order_by("pk").values_list("login", flat=True))


def births(mark: History, day: datetime, there: Company, hours: Rota) -> list[tuple[datetime, Life]]:
    """Who turns up on a day, when and with what: drawn from the seed and the place in the whole."""
    shares = [weight(mark.begin + timedelta(days=n)) for n in range(mark.days)]
    before, upto = (round(mark.requests * sum(shares[:n]) / sum(shares)) for n in (mark.done, mark.done + 1))
    households, found = _households(str(connection.settings_dict["NAME"]), mark.begin), []
    near = squads(there, hours.busy, Album(rng=Random(f"{mark.seed}/{mark.done}/album")))[:1]  # the others' days begin with the demo's
    for place in range(before, upto):
        rng = Random(f"{mark.seed}/{place}")
        at = day + timedelta(hours=rng.choices(range(24), HOURS)[0] + rng.random())
        life = one(Town(there, households, People(rng, STRANGERS + place), hours, rng, visited=visits.by(near)), at)
        life.line = f"H{place}"
        found.append((at, life))
    return sorted(found, key=lambda pair: pair[0])


@lru_cache(maxsize=1)
def _households(database: str, begin: datetime) -> list[Household]:
    """Who may call, read once a process."""
    return clientele.standing(begin)


def weight(day: datetime) -> float:
    """How many turn up on a day, against a Tuesday's hundred percent or so."""
    date = local(day).date()
    off = date.weekday() < 5 and not calendars.is_workday(date)
    return WEEK[date.weekday()] * (HOLIDAY if off else 1)


def one(town: Town, at: datetime) -> Life:
    """A request: whose, about what, by which way."""
    rng = town.rng
    awake = any(town.hours.on(login, at) for login in town.company.held(AGENT))  # as planned
    channels = CHANNELS if awake else WRITTEN
    channel, kind = (rng.choices(list(of), list(of.values()))[0] for of in (channels, KINDS))
    home = town.people.draw() if rng.random() < NEWCOMERS else town.households[int(len(town.households) * rng.random() ** 1.4)]
    model, device = thing(town, home, kind, local(at).month)
    calm = {"mood": "calm"} if kind in ("installation", "usage_question") else {}
    danger = None if kind == "fault" and rng.random() < 0.25 else False
    channel = "phone" if kind == "complaint" and channel == "dealer" else channel
    with simulated(at):
        life = Life(town, home, kind, channel, device, model, danger=danger, **calm)  # type: ignore[arg-type]  # of a World it needs what a Town has
        life.word()
    return life


def thing(town: Town, home: Household, kind: str, month: int) -> tuple[Model, Device | None]:
    """What it is about: something they have, by the season, or are about to have."""
    rng = town.rng
    owned = [
        (d, d.model) for d in home.devices if d.model is not None and (kind != "installation" or (d.category and d.category.key in FIXED))
    ]
    if owned:
        device, model = rng.choices(owned, [_season(m, month) for _d, m in owned])[0]
        return model, device
    sold = [(m, w) for m, w in town.company.models if kind != "installation" or m.category.key in FIXED]
    return rng.choices([m for m, _w in sold], [w * _season(m, month) for m, w in sold])[0], None


def _season(model: Model, month: int) -> float:
    return SEASONS.get(model.category.key, {}).get(month, 1.0)
