"""What the verbs of a regulation's edition write."""

from __future__ import annotations

from django.db.models import Max

from xiuhao.kernel import asks, engine
from xiuhao.kernel.access import SYSTEM
from xiuhao.kernel.models import Case
from xiuhao.kernel.step import Step
from xiuhao.procedure.models import Procedure

DEPARTMENTS = ("service", "technical", "quality")


def draft(step: Step) -> None:
    """Who drafts it has it in hand; it belongs to the unit where they work."""
    step.case.owner_id = step.actor.id


def heard(step: Step) -> bool:
    """True if every department has given its opinion on the text as it now is."""
    return all(asks.agreed(key)(step) for key in DEPARTMENTS)


def recall(step: Step) -> None:
    """What was not answered yet need not be any more."""
    for ask in step.asks:
        if not ask.outcome:
            ask.outcome = "void"


def issue(step: Step) -> None:
    """The next edition. Two that are issued at once cannot take the same one: the database refuses the later."""
    last = Procedure.objects.filter(regulation=step.record.regulation).aggregate(last=Max("edition"))["last"]
    step.record.edition = (last or 0) + 1
    step.record.effective_on = step.given["effective_on"]
    step.say(edition=step.record.edition)


def replace_older(case: Case) -> None:
    """After an edition was issued: those before it are replaced. They go on to hold until the new one's day has come."""
    new = Procedure.objects.get(pk=case.pk)
    older = Procedure.objects.filter(regulation=new.regulation, edition__gt=0, edition__lt=new.edition, case__state="issued")
    for number in older.values_list("case__number", flat=True):
        engine.perform("procedure", "replace", actor=SYSTEM, number=number, given={"note": str(new)})
