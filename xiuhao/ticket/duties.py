"""The periodic duty of the desk: a person looks at what is overdue, every working day, beside the system's reminders (JD-4.2)."""

from __future__ import annotations

from xiuhao.kernel import roles as r
from xiuhao.kernel.evidence import LongText, Number, Text
from xiuhao.kernel.process import Clock, Duty, Process, Series, State, Transition
from xiuhao.kernel.registry import declare
from xiuhao.kernel.step import Step
from xiuhao.kernel.words import _
from xiuhao.ticket.models import OverdueReview
from xiuhao.ticket.queries import overdue

OWED = State("owed", _("待复核"), "amber")
DONE = State("done", _("已复核"), "green", end=True)


def open_review(step: Step) -> None:
    """How many tickets of the unit are overdue as the day begins."""
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
        duty=Duty("JD-4.2", opens="open", every="workday", unit_kind="team", at="09:00"),
    )
)
