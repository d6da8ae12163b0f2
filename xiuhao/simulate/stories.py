"""How requests go, most of them: taken in, answered, worked on, solved, confirmed, with everything that comes between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from xiuhao.kernel.time import now
from xiuhao.simulate.matter import Matter
from xiuhao.simulate.speech import FIXED
from xiuhao.simulate.world import Story, World

CHANNELS = {"phone": 46, "web": 20, "api": 9, "dealer": 7, "chat": 8, "mail": 5, "store": 5}
KINDS = {"fault": 56, "usage_question": 13, "installation": 10, "return_exchange": 7, "complaint": 7, "other": 7}
NIGHT = range(8)
NEWCOMERS = 0.12  # share of requests by people who never called before


def arrive(world: World) -> Story:
    """Somebody has something on their mind, and it runs its course."""
    yield now()
    rng = world.rng
    channel = rng.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    matter = matter_of(world, kind, "phone" if kind == "complaint" and channel == "dealer" else channel)
    yield from whole(matter)


def matter_of(world: World, kind: str, channel: str, **wanted: object) -> Matter:
    """A request of a random customer about something they have, or are about to have."""
    rng = world.rng
    household = world.people.draw() if world.chance(NEWCOMERS) else rng.choice(world.households)
    owned = [d for d in household.devices if kind != "installation" or (d.category and d.category.key in FIXED)]
    device = rng.choice(owned) if owned else None
    sold = [(model, weight) for model, weight in world.company.models if kind != "installation" or model.category.key in FIXED]
    model = device.model if device is not None and device.model is not None else rng.choices(*zip(*sold, strict=True))[0]
    calm = {"mood": "calm"} if kind in ("installation", "usage_question") else {}
    danger = None if kind == "fault" and world.chance(0.25) else False
    return Matter(world, household, kind, channel, device, model, **{"danger": danger, **calm, **wanted})


def whole(matter: Matter) -> Story:
    """A request from its first word to the archive."""
    if matter.channel == "phone" and matter.kind in ("usage_question", "other") and matter.world.chance(0.6):
        answered_at_once(matter)
    else:
        taken_in(matter)
        yield from opening(matter)
        if matter.world.chance(0.04):
            yield matter.world.hours(0.2, 3)
            who = "customer" if matter.proven and matter.world.chance(0.7) else "owner"
            return matter.do("cancel", who, reason=matter.text_of("cancel"))
        yield from COURSES[matter.kind](matter)
    yield from farewell(matter)
    return None


# Taking in


def caller(matter: Matter) -> str:
    """Who enters a request: the shop's API, a dealer, or an agent on duty (few at night)."""
    company, rng = matter.world.company, matter.world.rng
    if matter.channel == "api":
        return "api"
    if matter.channel == "dealer":
        return rng.choice(company.held("dealer"))
    agents = matter.world.on_duty("agent")
    return rng.choice(agents if matter.world.hours(0, 0) <= now() else agents[::3])


def taken_in(matter: Matter, who: str = "", **given: object) -> None:
    """The ticket is born. Now and then the agent forgets something that the rules want, and is told so."""
    who = who or caller(matter)
    if matter.channel == "phone" and matter.kind == "fault" and matter.world.chance(0.05):
        missing(matter, who)
    told = {"tier_told": True} if matter.channel == "phone" else {}
    matter.receive(who, **told, **given)


def missing(matter: Matter, who: str) -> None:
    """A birth without the address that a fault needs: refused, and counted."""
    from xiuhao.kernel import engine
    from xiuhao.kernel.refusal import Refused

    given = {
        "contact_name": matter.household.name, "contact_phone": matter.household.phone, "kind": "fault",
        "category": matter.model.category.key, "description": "", "urgency": "normal", "channel": "phone",
    }  # fmt: skip
    try:
        engine.perform("ticket", "receive", actor=matter.world.staff(who), given=given)
    except Refused:
        return


def answered_at_once(matter: Matter, who: str = "") -> None:
    """Solved while the customer was on the line."""
    taken_in(matter, who, at_once=True, solution=matter.solution())


def opening(matter: Matter) -> Story:
    """Until the customer has a first answer: reviewed if it is complex, taken from the pool if nobody had room, then answered."""
    world = matter.world
    if matter.state == "in_review":
        yield world.minutes(4, 28)
        review(matter)
    if matter.state == "received":
        yield world.minutes(4, 25)
        if not matter.owner:
            matter.do("take", world.rng.choice(world.on_duty("agent")))
    if matter.record.answered_at is None:
        yield world.minutes(4, 46) if world.chance(0.9) else world.minutes(62, 140)
        first_answer(matter)
    if not matter.proven:
        yield world.minutes(2, 30)
        prove(matter)


def review(matter: Matter) -> None:
    """The shift's lead looks at a complex request: an expert's, or a common one after all."""
    if matter.world.chance(0.75):
        expert = matter.world.rng.choice(matter.world.on_duty("expert"))
        matter.do("release", "lead", to=matter.person(expert), note=matter.text_of("release"))
    else:
        matter.do("simplify", "lead", note=matter.text_of("simplify"))


def first_answer(matter: Matter) -> None:
    """The first public answer."""
    if owner := matter.owner:
        matter.about["me"] = matter.world.company.people[owner].name[0]
    kind = "answer" if matter.kind == "usage_question" else "first" if matter.kind == "fault" else "first_plain"
    if matter.world.chance(0.15):
        matter.do("record_call", direction="out", summary=matter.text_of("call_out"))
    matter.do("reply", text=matter.text_of(kind))


def prove(matter: Matter) -> None:
    """A stranger's number is proven: by the customer with a code, or by calling it back."""
    if matter.world.chance(0.55):
        matter.do("claim", "customer")
    else:
        matter.do("vouch", note=matter.text_of("vouch"))


# The courses of the kinds


def fault(matter: Matter) -> Story:
    """Helped by phone, by a visit, after a part has come, or after the customer has told more."""
    yield from looked_into(matter)
    way = matter.world.rng.choices((by_phone, by_visit, with_part, after_question), (26, 46, 17, 11))[0]
    yield from way(matter)
    solve(matter)


def usage_question(matter: Matter) -> Story:
    """An answer, sometimes two."""
    yield matter.world.hours(0.2, 2.5)
    solve(matter)


def installation(matter: Matter) -> Story:
    """An appointment, kept."""
    yield from looked_into(matter)
    yield from by_visit(matter)
    solve(matter)


def return_exchange(matter: Matter) -> Story:
    """Papers asked for, looked at, decided."""
    yield from looked_into(matter)
    yield from after_question(matter)
    solve(matter)


def complaint(matter: Matter) -> Story:
    """Heard, handed up now and then, made good."""
    yield from looked_into(matter)
    if matter.world.chance(0.5):
        yield from by_expert(matter)
    yield matter.world.hours(2, 20)
    taken_up(matter)
    matter.do("record_call", direction="out", summary=matter.text_of("call_out"))
    heard = matter.text_of("call_out")
    matter.do("restate", restated=heard, agreed="yes", demand="repair", next_step=heard[:300])
    solve(matter)


def other(matter: Matter) -> Story:
    """Paper work."""
    yield matter.world.hours(0.5, 9)
    solve(matter)


COURSES: dict[str, Callable[[Matter], Story]] = {
    "fault": fault, "usage_question": usage_question, "installation": installation, "return_exchange": return_exchange,
    "complaint": complaint, "other": other,
}  # fmt: skip


# What happens on the way


def looked_into(matter: Matter) -> Story:
    """Contact data revealed with a reason, a note, something in between, the expert where it is too hard."""
    world = matter.world
    yield world.minutes(10, 80)
    taken_up(matter)
    if world.chance(0.3):
        matter.do("reveal", reason=matter.text_of("reveal"))
    if world.chance(0.4):
        matter.do("note", text=matter.text_of("note"))
    yield from between(matter)
    if matter.kind == "fault" and world.chance(0.07):
        yield from by_expert(matter)
    elif world.chance(0.07):
        yield from handed_over(matter)


def between(matter: Matter) -> Story:
    """One of the small things that happen to a ticket, or none."""
    world = matter.world
    act = world.rng.choices(("", "urge", "add", "priority", "edit", "missed", "call_in"), (54, 9, 9, 5, 5, 9, 9))[0]
    if not act:
        return
    yield world.hours(0.3, 3)
    if act == "urge":
        matter.do("urge", "customer" if world.chance(0.7) else "owner")
        if world.chance(0.4):
            yield world.minutes(10, 60)
            matter.refused("urge", "customer")
    elif act == "add":
        matter.do("add", "customer", text=matter.text_of("add"))
    elif act == "priority":
        matter.do("prioritise", priority=world.rng.choice(("2", "2", "4")), reason=matter.text_of("priority"))
    elif act == "edit":
        matter.do("edit", description=matter.text_of("edit"))
    elif act == "missed":
        matter.do("missed_call", note=matter.text_of("missed"))
    else:
        matter.do("record_call", direction="in", summary=matter.text_of("call_in"))


def handed_over(matter: Matter) -> Story:
    """Offered to a colleague, who accepts or declines."""
    world = matter.world
    colleague = world.rng.choice([login for login in world.on_duty("agent") if login != matter.owner])
    matter.do("transfer", to=matter.person(colleague), reason=matter.text_of("transfer", to=world.company.people[colleague].name))
    yield world.minutes(4, 50)
    if world.chance(0.75):
        matter.do("accept", colleague)
    else:
        matter.do("decline", colleague, reason=matter.text_of("decline"))


def by_expert(matter: Matter) -> Story:
    """One level up by hand; the expert takes it up."""
    if matter.record.level > 1:
        return
    if matter.world.chance(0.2):
        matter.refused("escalate_management", summary=matter.text_of("escalate_management"))
    matter.do("escalate", summary=matter.text_of("escalate"))
    yield matter.world.minutes(15, 110)
    taken_up(matter)


def taken_up(matter: Matter) -> None:
    """Whoever it was handed up to, by a person or by the clock, says that they have it."""
    level = matter.record.level
    if level > matter.level:
        matter.level = level
        matter.do("take_up", note=matter.text_of("take_up"))


def by_phone(matter: Matter) -> Story:
    """Talked through on the phone."""
    yield matter.world.hours(0.3, 4)
    matter.do("record_call", direction="out", summary=matter.text_of("call_out"))


def by_visit(matter: Matter) -> Story:
    """A visit promised, moved now and then, made."""
    world = matter.world
    visit = world.hours(3, 30)
    matter.do("promise", promised_at=visit + timedelta(hours=2), promise_way="phone", reason=matter.text_of("promise"))
    yield visit
    taken_up(matter)
    if world.chance(0.15):
        matter.do("missed_call", note=matter.text_of("missed"))
        visit = world.hours(4, 20)
        if world.chance(0.7):
            matter.do("promise", promised_at=visit + timedelta(hours=2), promise_way="sms", reason=matter.text_of("promise"))
        yield visit
        taken_up(matter)


def with_part(matter: Matter) -> Story:
    """A part is missing; the clocks wait until it has come."""
    world = matter.world
    matter.do("wait_parts", note=matter.text_of("parts"))
    come = world.hours(16, 60)
    matter.do("promise", promised_at=come + timedelta(hours=8), promise_way="phone", reason=matter.text_of("promise"))
    yield come
    matter.do("resume", note=matter.text_of("resume"))
    yield world.hours(1, 7)
    taken_up(matter)


def after_question(matter: Matter) -> Story:
    """The customer is asked, and answers when they find the time."""
    world = matter.world
    matter.do("wait_customer", text=matter.text_of("question"))
    yield world.hours(0.5, 26)
    who = "customer" if world.chance(0.7) else "owner"
    matter.do("answer", who, text=matter.text_of("customer_answer"))
    yield world.hours(0.5, 6)
    taken_up(matter)


# The end


def solve(matter: Matter) -> None:
    """Solved; whether it is under warranty has to be settled before, and who forgets it is stopped."""
    taken_up(matter)
    solution = matter.solution()
    if matter.record.verdict == "uncertain":
        if matter.world.chance(0.3):
            matter.refused("solve", solution=solution)
        matter.do("judge", verdict=matter.world.rng.choice(("in", "in", "out")), reason=matter.text_of("judge"))
    matter.do("solve", solution=solution)


def farewell(matter: Matter) -> Story:
    """The customer has the last word: satisfied, not satisfied, or silent until the desk calls."""
    world = matter.world
    silent = world.chance(0.2)
    yield world.hours(14, 46) if silent else world.hours(0.4, 16)
    if world.chance(0.07):
        by = "customer" if matter.proven and world.chance(0.6) else "owner"
        if by == "owner" and matter.record.replied_at:
            matter.refused("confirm", satisfied="no", confirmed_by="phone")
        matter.do("dispute", by, reason=matter.text_of("dispute"))
        yield from again(matter)
        yield world.hours(1, 20)
    if matter.proven and not silent and world.chance(0.65):
        matter.do("confirm", "customer", satisfied="yes", confirmed_by="link")
    else:
        matter.do("record_call", direction="out", summary=matter.text_of("call_out"))
        matter.do("confirm", satisfied="yes", confirmed_by="phone")
    if world.chance(0.03):
        yield world.hours(6, 40)
        matter.do("reopen", "customer" if matter.proven else "owner", reason=matter.text_of("reopen"))
        yield from again(matter)
        yield world.hours(1, 20)
        matter.do("record_call", direction="out", summary=matter.text_of("call_out"))
        matter.do("confirm", satisfied="yes", confirmed_by="phone")


def again(matter: Matter) -> Story:
    """Another round: answered, done once more, solved."""
    yield matter.world.minutes(8, 50)
    taken_up(matter)
    first_answer(matter)
    yield matter.world.hours(2, 22)
    solve(matter)
