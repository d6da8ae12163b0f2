"""What others ask: which edition of a regulation is in force."""

from __future__ import annotations

from datetime import date

from xiuhao.kernel import rulebook
from xiuhao.kernel.evidence import Options
from xiuhao.kernel.step import Step
from xiuhao.kernel.time import local, now
from xiuhao.party import queries as people
from xiuhao.procedure.models import Procedure


def regulations() -> Options:
    """The regulations of the rulebook, as a select offers them."""
    return tuple((each.key, f"{each.key} {each.title}") for each in rulebook.regulations())


def colleagues(step: Step) -> Options:
    """Who may speak for a department: a colleague of the units where the actor works, but not the actor, who asks."""
    found = people.colleagues(step.actor)
    return tuple((str(account.pk), f"{account.name} · {account.unit}") for account in found if account.pk != step.actor.id)


def in_force(regulation: str, on: date | None = None) -> Procedure | None:
    """The edition of a regulation that holds on a day (today): the latest issued one whose day has come. Everybody in the house may
    read it. One statement."""
    day = on or local(now()).date()
    issued = Procedure.objects.filter(regulation=regulation, edition__gt=0, effective_on__lte=day, case__state__in=("issued", "replaced"))
    return issued.select_related("case").order_by("-effective_on", "-edition").first()
