"""Who should work on a ticket: by skill, load and language, complex ones to human review first. The rules are decision tables."""

from __future__ import annotations

from xiuhao.contract.queries import dedicated, product_facts
from xiuhao.kernel import policy
from xiuhao.kernel import roles as r
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.party.queries import Desk, Hand, hands, responsible
from xiuhao.ticket import serving
from xiuhao.ticket.models import Ticket

WORKERS = (r.AGENT, r.EXPERT)
ROLES = (r.AGENT, r.LEAD, r.EXPERT, r.MANAGER, r.DISPATCHER)  # who hands work on
UNROUTED = {
    "nobody_there": _("负责该地区的客服和总部客服都无人在岗"),
    "nobody_able": _("在岗的人中没有人有所需技能"),
    "nobody_free": _("有所需技能的人都已满负荷"),
}
ROLE_OF_LEVEL = {2: r.EXPERT, 3: r.MANAGER}


def gather(steps: list[Step]) -> None:
    """Everybody who can be given work now, once for all the steps: one statement."""
    everybody = hands(*WORKERS, process="ticket")
    for step in steps:
        step.context["hands"] = everybody


def judge_complexity(step: Step) -> None:
    """High complexity by the table `ticket.complexity` (JD-1.3); the row that says so counts."""
    record: Ticket = step.record
    row = policy.decide("ticket.complexity", facts(record), step.at)
    record.complexity = row.value["complexity"] if row else "normal"
    if row:
        step.obey(row)


def needed_skill(step: Step) -> str:
    """The skill group by type and category (JD-1.2): the first fitting row of `ticket.skill`, else the category's own skill."""
    record: Ticket = step.record
    row = policy.decide("ticket.skill", facts(record), step.at)
    if row:
        step.obey(row)
    own = record.category.skill if record.category else ""
    return (row.value.get("skill") or own) if row else own


def facts(record: Ticket) -> dict[str, object]:
    """What the decision tables of the desk match on."""
    return {
        "kind": record.kind, "category": record.category.key if record.category else "", "urgency": record.urgency, "tier": record.tier,
        "industry": record.industry, "channel": record.channel, "stage": record.stage, "length": len(record.description),
    }  # fmt: skip


def route(step: Step) -> None:
    """Skill, then the desk of the customer's region or the head's, then language, then load. Whoever took the call keeps it if they
    can do it (first contact, CS1-8.1) and does not hand it on; nobody free: the queue of the desk that is responsible."""
    from xiuhao.ticket.elements import IN_PROGRESS

    record: Ticket = step.record
    record.skill = needed_skill(step)
    taker, everybody = step.case.owner_id, step.context["hands"]
    near = [h for h in everybody if h.region in ("", record.region)]
    own = next((h for h in everybody if h.account == taker and h.can(record.skill)), None)
    others = [h for h in near if h.account != taker]
    hand = _manager(step) or (nearest(others, record) or own if step.given.get("hand_on") else own or nearest(near, record))
    step.say(skill=record.skill, routed=hand.account if hand else None)
    serving.managed(step, hand.account if hand else None)
    if hand is None:
        step.say(unrouted=why_nobody(near, record.skill))
        queue(step)
        return
    step.case.owner_id, step.case.unit_id, step.case.unit_path = hand.account, hand.unit, hand.unit_path
    step.say(owner=hand.account, unit=hand.unit)
    if step.case.keeper_id is None:
        step.case.keeper_id = hand.account
        step.rule("CS1-8.1")
    step.go(IN_PROGRESS)
    hand_over(step, hand)


def _manager(step: Step) -> Hand | None:
    """The customer's dedicated manager (SL-1.4), if on duty and not full: told by the tier that was looked up anyway."""
    standing, record = step.context.get("tier"), step.record
    wanted = dedicated(standing, product_facts(record.device, record.category)) if standing else None
    return next((h for h in step.context["hands"] if h.account == wanted and h.room > 0), None)


def nearest(found: list[Hand], record: Ticket) -> Hand | None:
    """The best of the customer's own region, else of the head's desk."""
    own = [h for h in found if h.region == record.region]
    return best(own, record.skill, record.language) or best(found, record.skill, record.language)


def why_nobody(near: list[Hand], skill: str) -> str:
    """Of whom routing may take: nobody there, nobody with the skill, or all of those have enough to do."""
    if not near:
        return "nobody_there"
    return "nobody_free" if any(h.can(skill) for h in near) else "nobody_able"


def queue(step: Step) -> None:
    """Nobody's yet: it waits where a lead sees it, at the desk of the customer's region, else of the head."""
    step.case.owner_id = None
    place(step, desk(step))


def desk(step: Step) -> Desk | None:
    """The responsible desk: of the region before the head's, then with the skill, then the taker's own."""
    record: Ticket = step.record
    found = [d for d in responsible.now().desks if d.region in ("", record.region)]

    def rank(d: Desk) -> tuple[bool, bool, bool, str]:
        able = not record.skill or record.skill in d.skills
        return d.region != record.region, not able, not step.actor.unit_path.startswith(d.path), d.path

    return min(found, key=rank, default=None)


def place(step: Step, at: Desk | None) -> None:
    """Put the case there; without any desk it lies at the head of the organisation."""
    if at is None:
        from xiuhao.ticket.actions import root

        step.place(root())
        return
    step.case.unit_id, step.case.unit_path = at.unit, at.path
    step.say(unit=at.unit)


def reviewed(step: Step) -> None:
    """A review needs a lead: where the taker's unit has none, the responsible desk reviews."""
    if not any(step.case.unit_path.startswith(d.path) for d in responsible.now().desks):
        place(step, desk(step))


def reach(step: Step) -> set[str]:
    """The provinces whose people may be given the case: "" (the head's desk), the customer's, the one where it lies. Where that is not
    known, and of many cases at once: those of the actor's own branch."""
    served, record = responsible.now(), step.record
    if record is None or not record.region:
        return {"", *served.below(at for role, at in step.actor.grants if role in ROLES)}
    return {"", record.region, served.region(step.case.unit_path)}


def fits(step: Step) -> bool:
    """True if whom the case is to be given to is within its reach."""
    return responsible.now().region(step.context["to"].unit.path) in reach(step)


def best(found: list[Hand], skill: str, language: str) -> Hand | None:
    """The able one with the smallest share of load, speaking the language if anybody does."""
    able = [h for h in found if h.can(skill) and h.room > 0]
    speaking = [h for h in able if not language or language in h.languages]
    return min(speaking or able, key=lambda h: (h.load / max(1, h.max_load), h.account), default=None)


def given(step: Step) -> bool:
    """For notices: true if it became the work of somebody else than who did the step."""
    return step.case.owner_id not in (None, step.actor.id if step.actor.kind == "staff" else None)


def in_review(step: Step) -> bool:
    """For notices: true if a person is asked to look at it first, or asked anew because its content has changed."""
    return any(ask.key == "review" for ask in step.context.get("asks", ()))


def hand_over(step: Step, hand: Hand) -> None:
    """Within a batch the next one sees this load."""
    everybody: list[Hand] = step.context["hands"]
    from dataclasses import replace

    everybody[everybody.index(hand)] = replace(hand, load=hand.load + 1)


def superior(step: Step, level: int) -> Hand | None:
    """The least loaded holder of the level's role within reach of the case, with the skill if anybody has it."""
    regions = reach(step)
    near = [h for h in hands(ROLE_OF_LEVEL[level], process="ticket") if h.region in regions and h.account != step.case.owner_id]
    return best(near, step.record.skill, "") or best(near, "", "") or next(iter(near), None)
