"""The demo is made: a company that exists for weeks, and the last working days of it lived through until the present."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction

from xiuhao.contract.models import Entitlement
from xiuhao.kernel import calendars, chain, figures, files, scheduler
from xiuhao.kernel.access import SYSTEM, Actor
from xiuhao.kernel.accounts import actor_of
from xiuhao.kernel.engine import perform
from xiuhao.kernel.models import Account, Case
from xiuhao.kernel.outbox import in_charge
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.roles import LEAD
from xiuhao.kernel.time import database_now, local, now, simulated
from xiuhao.simulate import departments, fieldwork, grievances, habits, history, problems, scenes, settlements, station, stories
from xiuhao.simulate.beside import Beside, standing
from xiuhao.simulate.clientele import People, settle
from xiuhao.simulate.company import come_back, found, leave, plan
from xiuhao.simulate.lives import Life, Town
from xiuhao.simulate.matter import VISIT
from xiuhao.simulate.models import Demo
from xiuhao.simulate.pictures import nameplate, paper
from xiuhao.simulate.queries import WORKING_DAYS
from xiuhao.simulate.rota import Rota
from xiuhao.simulate.speech import words
from xiuhao.simulate.waves import Waves
from xiuhao.simulate.world import Story, World, working_days_back
from xiuhao.ticket.models import OverdueReview

SEED = 20_261_121
ARRIVALS = 205  # beside the scenes
FOUNDED = timedelta(days=120)  # before it
REGULATED = FOUNDED - timedelta(days=7)  # before it, the first regulation
REGULATIONS = timedelta(days=3)  # before the present: what is written since then is there as the demo opens
DAY_OFF = 0.6  # how many turn up on a day off against a working day
NEAR = timedelta(hours=4)  # before the present: from here on people act one by one, and are told
FIRST_PLACE = history.DAYS  # of the dealers' days: those of the past come before
FIRST_DAYS = 1  # working days before the present one of which all is there as the demo opens; what lies before is lived behind it
CALLED = timedelta(hours=3)  # before the present: the calls in which tickets of since then were told are there as it opens
PHOTOS = 10
PAPERS = 10
PARTS = 3  # that `rest` has
LATE_TEAM = "数码二组"

Say = Callable[[str], None]


def make_demo(say: Say, *, seed: int = SEED, arrivals: int = ARRIVALS, until: datetime | None = None) -> Demo:
    """Make the demo company in an empty installation, whole or not at all; `say` is told how far it is.

    `until` is where its time ends, the present by default and never later. Refused not_empty where somebody already has an account.
    """
    if Account.objects.exists():
        raise Refused("not_empty", {})
    present = database_now().replace(microsecond=0)
    end, rng = min(until or present, present), Random(seed)
    photos, shots, given = _photos(end, rng), station.shots(end, Random(seed)), papers(end, Random(seed))
    with transaction.atomic():
        world = _settled(end, rng, say)
        world.photos, world.papers = photos, given
        later = _live(world, arrivals, shots, say)
        mark = Demo(pk=1, made_until=end, seed=seed, token=world.company.token, later=later)
        mark.save(force_insert=True)
    figures.fold()
    chain.seal_heads()
    return mark


def _photos(end: datetime, rng: Random) -> list[str]:
    """Pictures handed in by visitors of the web form, as they are before a report takes them; what none takes is swept away."""
    visitor = Actor(kind="customer", extra={"visit": VISIT})
    codes = [model[1] for model in rng.choices(plan()["models"], k=PHOTOS)]
    with simulated(working_days_back(end, WORKING_DAYS)):
        drawn = [nameplate(code, f"{code.replace('-', '')[2:7]}26{rng.randint(10**6, 10**7 - 1)}", rng) for code in codes]
        kept = [files.receive(io.BytesIO(data), f"IMG_{rng.randint(1000, 9999)}.jpg", visitor) for data in drawn]
    return [str(one.public_id) for one in kept]


def papers(end: datetime, rng: Random) -> list[str]:
    """Copies of invoices that the staff will hand in as proof."""
    with simulated(working_days_back(end, WORKING_DAYS)):
        kept = [files.receive(io.BytesIO(paper("invoice", rng)), f"invoice-{n}.jpg", SYSTEM) for n in range(PAPERS)]
    return [str(one.public_id) for one in kept]


def _settled(end: datetime, rng: Random, say: Say) -> World:
    """The company and its customers as they were before the days begin."""
    begin = working_days_back(end, WORKING_DAYS)
    people = People(rng)
    with simulated(begin - FOUNDED):
        company = found(words("people")["prefix"])
        say(f"{len(company.units)} units, {len(company.people)} accounts, {len(company.models)} models")
    with simulated(begin - timedelta(days=1)):
        manager = actor_of(company.people["manager"].pk)
        households = settle(company, people, manager)
        habits.settle_in(company)
        habits.agree(households, actor_of(company.people["agent"].pk), Random(rng.random()))
        habits.tiers(company, households, manager, Random(rng.random()), end)
        say(f"{len(households)} customers, {sum(len(h.devices) for h in households)} devices")
    world = World(company, people, households, end, rng)
    world.vips = list(Entitlement.objects.visible_to(SYSTEM).filter(tier="vip", device=None).values_list("customer_id", flat=True))
    return world


def _live(world: World, arrivals: int, shots: list[str], say: Say) -> dict[str, Any]:
    """What must be there as the demo opens; what `rest` has to know to live through the others."""
    begin, since = working_days_back(world.end, WORKING_DAYS), working_days_back(world.end, FIRST_DAYS)
    coming = [at for at in sorted(moments(world, begin, arrivals)) if at >= since]
    hours = Rota(history.staff())
    earlier = before(world, [at for at in coming if at < world.end - NEAR], hours, "E")
    say(f"{len(earlier.running)} requests before the last hours")
    for at in coming[len(earlier.running) :]:
        world.begin(at, stories.arrive(world))
    for part in (scenes.all_of, problems.scenes, grievances.scenes, departments.scenes, settlements.scenes):
        for at, story in part(world):
            world.begin(at, story)
    beside = _beside(world, begin, since, hours)
    world.begin(since, duties(world, since))
    for away, deputy, since, until in plan()["absences"]:
        world.begin(world.end + timedelta(hours=since), absence(world, away, deputy, world.end + timedelta(hours=until)))
    world.seen = lambda born: say(f"{born} requests") if born % 25 == 0 else None
    world.run()
    phoned = [*told(earlier), *world.phoned, *fieldwork.first(world, begin, hours, shots, say)]
    phoned = [(matter, at) for matter, at in phoned if matter.line and matter.taker]
    beside.told([(matter, at) for matter, at in phoned if at >= world.end - CALLED])
    for day in (world.end - timedelta(days=1), world.end):
        beside.calls(day, f"O{local(day):%m%d}")
        beside.visits(day, {matter.number: matter.household for matter, at in world.phoned if at < local(day).replace(hour=6)})
    beside.live()
    say(f"{len(earlier.running) + world.born} requests, {beside.steps} steps beside them, the present")
    for stumbled in (*earlier.stumbled, *world.stumbled, *beside.stumbled):
        say(f"a story ended early: {stumbled}")
    calls = [(matter.number, matter.line, matter.kind, matter.taker) for matter, at in phoned if at < world.end - CALLED]
    return {"parts": PARTS, "busy": hours.busy, "calls": calls}


def before(world: World, coming: list[datetime], hours: Rota, name: str) -> Waves:
    """Requests of the days up to the last hours, many at once: nobody looks at their messages any more. `name` tells their calls
    from others."""
    lives = []
    for place, at in enumerate(coming):
        rng = Random(world.rng.random())
        life = history.one(Town(world.company, world.households, world.people, hours, rng), at)
        life.line = f"{name}{place}"
        lives.append((at, life))
    waves = Waves(world.company, lives, world.end)
    waves.run()
    return waves


def told(waves: Waves) -> list[tuple[Life, datetime]]:
    """The requests of these, and when they were told."""
    return [(one.life, one.life.case.opened_at) for one in waves.running if isinstance(one.life, Life) and one.life.number]


def _beside(world: World, begin: datetime, since: datetime, hours: Rota) -> Beside:
    """What happened beside them, of what must be there as the demo opens."""
    beside = Beside(world.company, world.households, hours, Random(world.rng.random()), world.end)
    sales(beside, begin, since, world.end)
    beside.procedures(begin - REGULATED, since=world.end - REGULATIONS)
    standing(beside, world.end, True)
    beside.live()
    return beside


def sales(beside: Beside, begin: datetime, since: datetime, upto: datetime) -> None:
    """The dealers' days between two moments, of those that begin at `begin`."""
    day, place = begin, FIRST_PLACE
    while day <= upto:
        if day >= since:
            beside.sales(day, place)
        day, place = day + timedelta(days=1), place + 1


def moments(world: World, begin: datetime, count: int) -> list[datetime]:
    """When people turn up: by the hour of the day, fewer on days off."""
    hours = int((world.end - begin) / timedelta(hours=1))
    starts = [begin + timedelta(hours=n) for n in range(hours)]
    weights = [history.HOURS[local(at).hour] * (1 if calendars.is_workday(local(at).date()) else DAY_OFF) for at in starts]
    return [at + timedelta(hours=world.rng.random()) for at in world.rng.choices(starts, weights, k=count)]


def absence(world: World, away: str, deputy: str, until: datetime) -> Story:
    """Away, and back."""
    leave(world.company, away, deputy, until)
    world.away.add(away)
    yield until
    come_back(world.company, away)
    world.away.discard(away)


def duties(world: World, since: datetime) -> Story:
    """Every day what is owed is opened: the dealers' days, on working days the overdue reviews; who heads the unit does them, but the
    second team's newest still waits."""
    day, openings = local(since), []
    while (opening := day.replace(hour=9, minute=0, second=5)) <= world.end:
        openings.append(opening)
        day += timedelta(days=1)
    newest = max(opening for opening in openings if calendars.is_workday(local(opening).date()))
    for opening in openings:
        yield opening
        scheduler.open_duties()
        for case in Case.objects.of("overdue_review", SYSTEM).filter(opened_at=now()).select_related("unit"):
            if opening < newest or case.unit != world.company.units[LATE_TEAM]:
                world.begin(opening, look_at_overdue(world, case))


def look_at_overdue(world: World, review: Case) -> Story:
    """Who heads the unit looks at what is overdue in it."""
    yield world.minutes(40, 240)
    found = OverdueReview.objects.get(pk=review.pk).found
    lead = world.company.login_of(in_charge(LEAD, review.unit_path)[0])
    findings = world.speech.desk("findings" if found else "no_findings", {"n": found, "a": (found + 1) // 2, "me": ""})
    perform("overdue_review", "review", actor=world.staff(lead), number=review.number, given={"looked_at": found, "findings": findings})
