"""Who had a job that is another's now, or nobody's: whoever lost it by others hears so, before they drive there for nothing."""

from __future__ import annotations

from collections.abc import Sequence

from xiuhao.kernel import outbox
from xiuhao.kernel.models import Case, Journal, Outbox
from xiuhao.kernel.outbox import Recipient
from xiuhao.kernel.process import Notice
from xiuhao.kernel.step import Step

FORMER = "work_former"  # who had the job until the line that is told of
TEMPLATE = "work_lost"


def lost(step: Step) -> bool:
    """True if somebody had the job until now who did not give it away themselves."""
    return step.facts.get("had") not in (None, step.actor.id)


def told(cases: Sequence[Case]) -> dict[int, list[Recipient]]:
    """Those who had these jobs until the lines that are not told of yet: the owner of the case is another by now. One to whom it has come
    back meanwhile need not be told. Two statements, and one for each of those people."""
    waiting = Outbox.objects.filter(kind="notice", case_id__in=[case.pk for case in cases], done_at=None, dead=False)
    lines = [row.body["line"] for row in waiting if row.body.get("template") == TEMPLATE]
    had: dict[int, set[int]] = {}
    for case, who in Journal.objects.filter(pk__in=lines).values_list("case_id", "data__had"):
        had.setdefault(case, set()).add(who)
    people = {who: outbox.accounts([who]) for who in set().union(*had.values())}
    return {case.pk: [one for who in had.get(case.pk, set()) - {case.owner_id} for one in people[who]] for case in cases}


outbox.reach(FORMER, told)
LOST = Notice(TEMPLATE, {FORMER}, when=lost)
