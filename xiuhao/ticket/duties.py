"""The periodic duty of the desk: a person looks at what is overdue, every working day, beside the system's reminders (JD-4.2).

Whoever heads a desk, a province or the house owes it; every overdue ticket is in the review of the nearest of these, and what was
escalated in that of the unit where it came from as well.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from xiuhao.kernel import roles as r
from xiuhao.kernel.access import below
from xiuhao.kernel.evidence import LongText, Number, Text
from xiuhao.kernel.models import Case, Unit
from xiuhao.kernel.process import Clock, Duty, Process, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.party.queries import responsible
from xiuhao.ticket.models import OverdueReview, Ticket

OWED = State("owed", _("待复核"), "amber")
DONE = State("done", _("已复核"), "green", end=True)


def reviewers() -> set[int]:
    """The units whose heads look at what is overdue: the desks, and the house and its provinces where a lead or manager stands."""
    heads = Unit.objects.filter(kind__in=("head", "province"), grants__role__in=(r.LEAD, r.MANAGER), grants__account__is_active=True)
    return {desk.unit for desk in responsible.now().desks} | set(heads.values_list("pk", flat=True))


def overdue(unit_path: str, at: datetime) -> QuerySet[Case]:
    """The open tickets in a unit's charge that have a running clock past its deadline: those that lie at or below it and not with a
    reviewer further down, and those born there that were escalated, wherever they lie now."""
    others = Unit.objects.filter(pk__in=reviewers()).exclude(path=unit_path)
    nearer = list(others.filter(path__startswith=unit_path).values_list("path", flat=True))
    here = Q(unit_path__startswith=unit_path) & ~below(nearer)
    gone_up = Q(origin_path__startswith=unit_path, pk__in=Ticket.objects.filter(level__gt=1).values("pk")) & ~below(nearer, "origin_path")
    rows = Case.objects.unscoped("what a unit has to look at").filter(process="ticket", is_open=True, due_at__lte=at)
    return rows.filter(here | gone_up)


def open_review(step: Step) -> None:
    """How many tickets of the unit's charge are overdue as the day begins."""
    record: OverdueReview = step.record
    record.found = overdue(step.case.unit_path, step.at).count()
    step.say(found=record.found)


OVERDUE_REVIEW = declare(
    Process(
        "overdue_review",
        _("逾期复核"),
        record="ticket.OverdueReview",
        series=Series("FH"),
        transitions=(
            Transition(
                "open", _("生成复核"), (), OWED, may={r.SYSTEM}, needs=(Text(key="period", label=_("日期"), longest=10),), do=open_review
            ),
            Transition(
                "review",
                _("完成复核"),
                (OWED,),
                DONE,
                may={r.LEAD, r.MANAGER},
                needs=(Number(key="looked_at", label=_("复核工单数")), LongText(key="findings", label=_("结论与安排"), longest=4000)),
                clauses=("JD-4.2",),
            ),
        ),
        clocks=(Clock("review", _("复核时限"), runs_in=(OWED,), stops=("review",), escalates=(r.MANAGER,), clauses=("JD-4.2",)),),
        duty=Duty("JD-4.2", opens="open", every="workday", unit_kind="desk", at="09:00", units=reviewers),
    )
)
