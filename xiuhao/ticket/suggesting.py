"""Who would do best: by skill, load and distance, with the reasons; whether the suggestion was followed is counted (JD-3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from xiuhao.kernel import policy
from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.models import PolicyRow
from xiuhao.kernel.step import Step
from xiuhao.party.queries import Hand, hands
from xiuhao.ticket import handover, queries, routing
from xiuhao.ticket.models import Ticket

ROLES = (r.AGENT, r.EXPERT, r.LEAD)
MASTER = 3  # the highest level of a skill


@dataclass(frozen=True)
class Suggestion:
    """Somebody, how well they fit (0 to the sum of the row's weights), and why, in words."""

    hand: Hand
    score: float
    reasons: tuple[str, ...]


def gather(steps: list[Step]) -> None:
    """Everybody who can be given work now, and who of those named is an expert: two statements for all the steps."""
    everybody = hands(*ROLES, process="ticket")
    for step in steps:
        step.context["hands"] = everybody
    handover.gather(steps)


def ranked(step: Step, everybody: Sequence[Hand]) -> tuple[list[Suggestion], PolicyRow | None]:
    """Those within reach, best first, by the weights of `ticket.suggestion`; no row: nobody is suggested."""
    record: Ticket = step.record
    row = policy.decide("ticket.suggestion", routing.facts(record), step.at) if record.pk else None
    if row is None:
        return [], None
    regions = routing.reach(step)
    near = [h for h in everybody if h.region in regions]
    return sorted((_judged(h, record, row) for h in near), key=lambda s: (-s.score, s.hand.account)), row


def _judged(hand: Hand, record: Ticket, row: PolicyRow) -> Suggestion:
    level = hand.skills.get(record.skill, 0) if record.skill else MASTER
    needed = MASTER if record.level > 1 or record.complexity == "high" else 1  # masters are kept for what needs them
    able = 0.0 if not level else 1 - abs(level - needed) / (2 * MASTER)
    free = max(0.0, 1 - hand.load / max(1, hand.max_load))
    close = 1.0 if hand.region and hand.region == record.region else 0.0
    score = row.value["skill"] * able + row.value["load"] * free + row.value["distance"] * close
    skilled = [] if not record.skill else [_("技能相符") if level else _("技能不符")]
    told = (*skilled, _("在手 {load}/{most}").format(load=hand.load, most=hand.max_load), *([_("同省")] if close else []))
    return Suggestion(hand, float(score) if level and free else -1.0, told)


def best(found: Sequence[Suggestion]) -> Suggestion | None:
    """The one who is suggested: the best who has the skill and room."""
    return next((s for s in found if s.score >= 0), None)


def offers(step: Step) -> Options:
    """For the dialog: whom it can be given to, the suggested one first and said to be, each with the reasons. For many tickets at once,
    which differ in what they need, by load."""
    found, row = ranked(step, hands(*ROLES, process="ticket"))
    if row is None:
        return queries.team(step)
    first = best(found)
    return tuple((str(s.hand.account), _said(s, s is first)) for s in found[:100])


def _said(found: Suggestion, suggested: bool) -> str:
    words = _("、").join(found.reasons)
    said = _("{name}：{reasons}").format(name=found.hand.name, reasons=words)
    return _("推荐 {who}").format(who=said) if suggested else said


def count(step: Step) -> None:
    """Followed or overruled: the row's clauses count, and whom it named stands in the line."""
    found, row = ranked(step, step.context["hands"])
    first = best(found)
    if first is None or row is None:
        return
    followed = first.hand.account == step.given["to"]
    step.say(suggested=first.hand.account, followed=followed, **({} if followed else {"overruled": [row.pk]}))
    step.obey(row, "met" if followed else "broken")
