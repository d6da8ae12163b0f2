"""Who should work on a ticket: by skill, load and language, complex ones to human review first. The rules are decision tables."""

from __future__ import annotations

from xiuhao.kernel import policy
from xiuhao.kernel import roles as r
from xiuhao.kernel.step import Step
from xiuhao.party.queries import Hand, hands
from xiuhao.ticket.models import Ticket

WORKERS = (r.AGENT, r.EXPERT)
SENIOR = 3  # level of a skill
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
    """Skill, then language, then load. Whoever took the call keeps it if they can do it (first contact, CS1-8.1) and does not hand it
    on; nobody free: the pool."""
    from xiuhao.ticket.elements import IN_PROGRESS

    record: Ticket = step.record
    record.skill = needed_skill(step)
    taker = step.case.owner_id
    others = [h for h in step.context["hands"] if h.account != taker] if step.given.get("hand_on") else []
    hand = best(others, record.skill, record.language) or best(step.context["hands"], record.skill, record.language, prefer=taker)
    step.say(skill=record.skill, routed=hand.account if hand else None)
    if hand is None:
        step.case.owner_id = None
        return
    step.case.owner_id, step.case.unit_id, step.case.unit_path = hand.account, hand.unit, hand.unit_path
    step.say(owner=hand.account, unit=hand.unit)
    if step.case.keeper_id is None:
        step.case.keeper_id = hand.account
    step.go(IN_PROGRESS)
    hand_over(step, hand)


def best(found: list[Hand], skill: str, language: str, prefer: int | None = None, level: int = 1) -> Hand | None:
    """The preferred one if able; else the able one with the smallest share of load, speaking the language if anybody does."""
    able = [h for h in found if h.can(skill, level) and h.room > 0]
    for hand in found:
        if hand.account == prefer and hand.can(skill, level):
            return hand
    speaking = [h for h in able if not language or language in h.languages]
    return min(speaking or able, key=lambda h: (h.load / max(1, h.max_load), h.account), default=None)


def hand_over(step: Step, hand: Hand) -> None:
    """Within a batch the next one sees this load."""
    everybody: list[Hand] = step.context["hands"]
    from dataclasses import replace

    everybody[everybody.index(hand)] = replace(hand, load=hand.load + 1)


def superior(step: Step, level: int) -> Hand | None:
    """The least loaded holder of the level's role at or above the case's unit, with the skill if anybody has it."""
    role = ROLE_OF_LEVEL[level]
    holders = hands(role, process="ticket")
    near = [h for h in holders if h.account != step.case.owner_id]
    return best(near, step.record.skill, "") or best(near, "", "") or next(iter(near), None)
