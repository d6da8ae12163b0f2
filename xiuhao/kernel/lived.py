"""Times lived through after the fact, case by case: what the scheduler and the dispatcher would have done then is done now.

For simulations inside one transaction of theirs, so that neither the real scheduler nor the real dispatcher ever sees what is not done.
Nobody is told of what is past: its notices are marked as simulated.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db.models import Min

from xiuhao.kernel import kept, opening, outbox, scheduler
from xiuhao.kernel.models import Case, CaseClock, Journal, Outbox
from xiuhao.kernel.time import simulated

SIMULATED = "simulated"  # why a notice of the past went nowhere
PROMPT = timedelta(seconds=2)  # after which the dispatcher has a reaction done
_SECOND = timedelta(seconds=1)


def pass_to(moments: Mapping[int, datetime]) -> set[int]:
    """Let each of these cases (by key) live up to its moment: the levels of its clocks fire in their order, each with its reactions done
    before the next. Which cases something happened to. In simulated time at or after the moments."""
    touched: set[int] = set()
    while now_due := _next(moments):
        touched |= _fire(now_due)
        react(now_due)
    return touched


def _next(moments: Mapping[int, datetime]) -> dict[int, datetime]:
    """Case → the end of the second in which its next level is due, of those that are due before their moment."""
    if not moments:
        return {}
    due = CaseClock.objects.filter(case_id__in=moments, next_at__lt=max(moments.values())).order_by()
    first = dict(due.values_list("case_id").annotate(at=Min("next_at")))
    return {pk: at.replace(microsecond=0) + _SECOND for pk, at in first.items() if at < moments[pk].replace(microsecond=0)}


def _fire(due: Mapping[int, datetime]) -> set[int]:
    with kept.transaction():
        opening.open_moment()
        rows = Case.objects.unscoped("the clocks of a lived-through time").filter(pk__in=due).order_by("pk").select_for_update()
        cases = {case.pk: case for case in rows}
        clocks = CaseClock.objects.filter(case_id__in=due, next_at__lt=max(due.values())).order_by("next_at", "pk")
        fired = [row for row in clocks if row.next_at is not None and row.next_at < due[row.case_id]]
        steps = [step for row in fired for step in scheduler.fire(cases[row.case_id], row, due[row.case_id])]
        for step in steps:
            step.context["recorded"] = step.at
        scheduler.record(steps, fired, cases)
    return {row.case_id for row in fired}


def react(cases: Collection[int]) -> None:
    """Do the reactions that wait for these cases, each a moment after what it answers; their notices go nowhere."""
    while rows := list(Outbox.objects.filter(case_id__in=cases, done_at=None).select_related("case").order_by("pk")):
        for row in rows:
            if row.kind == "reaction" and row.case is not None:
                line = Journal.objects.get(pk=row.body["line"])
                with simulated(line.occurred_at + PROMPT):
                    outbox.react(row)
        Outbox.objects.filter(pk__in=[row.pk for row in rows]).update(done_at=max(row.not_before for row in rows), error=SIMULATED)
