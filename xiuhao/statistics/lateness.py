"""Whose limit it was that passed: the department's that owed the work then, not that of whoever watches over it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from xiuhao.kernel import registry
from xiuhao.kernel.models import CaseAsk, CaseClock

# Limits within which somebody answers who was asked: process and clock → the ask.
ASKED = {("complaint", "answer"): "handle", ("claim", "decision"): "decision", ("claim", "consult"): "opinion"}
WHOLE = ("claim", "total")  # nobody's own: the departments' limits lie within it


def by_department(rows: QuerySet[CaseClock]) -> Counter[str]:
    """How many of these limits each department let pass: whoever had not answered what they were asked, else whom the clock warns first.
    At most three statements."""
    whose, counted = _warned(), Counter[str]()
    rows = rows.order_by()
    for process, key, n in rows.values_list("case__process", "key").annotate(n=Count("pk")):
        if (process, key) in whose and (process, key) not in ASKED:
            counted[whose[process, key]] += n
    asked = Q()
    for process, key in ASKED:
        asked |= Q(case__process=process, key=key)
    late = list(rows.filter(asked).values_list("case_id", "case__process", "key", "breached_at"))
    asks = defaultdict[tuple[int, str], list[CaseAsk]](list)
    if late:
        for ask in CaseAsk.objects.filter(case__in={row[0] for row in late}, key__in=ASKED.values()).order_by("pk"):
            asks[ask.case_id, ask.key].append(ask)
    for case, process, key, at in late:
        counted.update((at and _owing(asks[case, ASKED[process, key]], at)) or [whose[process, key]])
    return counted


def _warned() -> dict[tuple[str, str], str]:
    found = {(key, clock.key): clock for key in ("complaint", "claim") for clock in registry.process(key).clocks}
    return {which: clock.escalates[0] for which, clock in found.items() if clock.escalates and which != WHOLE}


def _owing(asks: Sequence[CaseAsk], at: datetime) -> list[str]:
    """The posts that had been asked and had not answered at a moment. One that is void was asked anew, or elsewhere: it counts if that
    was only afterwards."""
    before = [ask for ask in asks if ask.asked_at < at]
    owed = [ask.to_role for ask in before if ask.outcome != "void" and (ask.answered_at is None or ask.answered_at > at)]
    return owed or [ask.to_role for ask in before[-1:] if ask.outcome == "void"]
