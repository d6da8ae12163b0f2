"""What the verbs of a visit write."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.models import Case
from xiuhao.kernel.refusal import Refused
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import now
from xiuhao.party import queries as people

DESK = frozenset({r.AGENT, r.LEAD, r.EXPERT, r.DISPATCHER, r.QUALITY, r.MANAGER})


def hosts(step: Step) -> Options:
    """Colleagues of the units where the actor works, oneself first."""
    found = sorted(people.colleagues(step.actor), key=lambda account: account.pk != step.actor.id)
    return tuple((str(account.pk), f"{account.name} · {account.unit}") for account in found)


def register(step: Step) -> None:
    """The host has the visit in hand from now on."""
    step.record.host = step.context["host"]
    step.own(step.context["host"])
    if step.record.arrived_at > now():
        raise Refused("arrived_later", status=422)


def receive(step: Step) -> None:
    """The host is with them."""
    step.record.received_at = step.at


def leave(step: Step) -> None:
    """They have gone."""
    step.record.left_at = step.at


def tie(step: Step) -> None:
    """The ticket that came of the visit, one that the actor sees."""
    number = step.given["ticket"].strip().upper()
    case = Case.objects.of("ticket", step.actor).filter(number=number).first()
    if case is None:
        raise Refused("ticket_unknown", {"number": number[:40]}, status=422)
    step.link(case.pk, "visit")
    step.say(ticket=case.number)
